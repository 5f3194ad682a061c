"""The limits of the schemes, with the day from which each holds and its source."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import OfArea
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.declaration.writers import SUPERVISOR, Writers
from fieldkit.records.fields.formats import DAY, TEXT, Choice, Text, Whole, indian


class SchemeLimit(OfArea, table=True):
    """A limit that rules check, for the record's own area: none is the whole UT."""

    title = "Limit"
    order = "limit_name"
    match_keys = (("limit_name", "district", "block", "from_on"),)
    writers = Writers(create=SUPERVISOR, edit=SUPERVISOR, delete=SUPERVISOR)

    limit_name: str | None = field(
        "Limit",
        Choice("scheme_limit"),
        section="Limit",
        required="it says which rule reads it",
        uses=Use.LIST,
    )
    amount: int | None = field(
        "Value",
        Whole(most=10**12),
        "In rupees, months, days or a number, as the limit says.",
        required="it is what the rule compares with",
        uses=Use.LIST,
    )
    from_on: date | None = field(
        "In force from", DAY, "Empty: always.", uses=Use.LIST | Use.HAPPENED
    )
    source: str | None = field(
        "Source",
        TEXT,
        "Order, guideline or letter: number and date.",
        required="a limit without a source is not believed",
    )
    notes: str | None = field("Notes", Text(longest=1000))

    def label(self) -> str:
        """Name the limit and its value."""
        name = Choice("scheme_limit").show(self.limit_name) or self.title
        return f"{name}: {indian(self.amount)}" if self.amount is not None else name


@rule(
    SchemeLimit,
    "from_on",
    source="one value of a limit from one day (our own check)",
    severity=Severity.REASON,
    says="This limit is set already from that day ({other}). Correct that one.",
    across=True,
)
def set_once(limit: SchemeLimit, context: RuleContext) -> Broken | None:
    """A limit has one value from one day in one area."""
    area = (limit.district, limit.block, limit.from_on)
    for other in context.others(limit, "limit_name"):
        if (other.district, other.block, other.from_on) == area:
            return Broken(other=other)
    return None
