"""What a member's household earns, period by period: the Lakhpati ladder follows from it."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.parts import Activity
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.dates import months_after
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Reference

LAKHPATI = "lakhpatididi.gov.in: income of a year; the periods are our own check"
_MONTHS = 12


class IncomeEntry(Activity, table=True):
    """The income of a member's household from one activity in a period of at most a year."""

    title = "Income entry"
    plural = "Income entries"
    order = "period_to"
    match_keys = (("member_id", "activity", "period_from", "period_to"),)
    actions = {"member_id": Action("", "income")}
    converts = (
        Conversion(
            "member",
            "lakhpati",
            link="member_id",
            when=when(lakhpati_status=("PLD", "LD", "MD")),
            takes={"assessed": "lakhpati_status", "period_to": "lakhpati_on"},
            same=("member_id", "assessed"),
        ),
    )
    sections = ("Income", "Assessment", "Remarks")

    member_id: str | None = field(
        "Member",
        Reference(("member",)),
        section="Income",
        required="income is that of one member's household",
        uses=Use.LIST,
    )
    period_from: date | None = field("From", PAST_DATE, "The first day of the season or period.")
    period_to: date | None = field(
        "Until", PAST_DATE, "The last day.", uses=Use.LIST | Use.HAPPENED
    )
    amount: int | None = field(
        "Income", RUPEES, "What the household earned, costs taken off.", uses=Use.LIST
    )
    product: str | None = field("What she makes, grows or does", TEXT)
    baseline: bool | None = field("Before she joined", YES_NO, "Of the time before the group.")
    assessed: str | None = field(
        "Assessed as",
        Choice("lakhpati_status"),
        "Only from a register that gives no amounts.",
        section="Assessment",
        uses=Use.LIST,
    )

    def label(self) -> str:
        """Say how much, and from what."""
        activity = Choice("livelihood").show(self.activity)
        amount = RUPEES.show(self.amount) if self.amount is not None else ""
        status = Choice("lakhpati_status").show(self.assessed)
        return ", ".join(filter(None, (amount, activity, status))) or f"Income {self.id}"

    def event(self) -> str:
        """Say what was earned."""
        return f"Income: {self.label()}"


check = Rules(IncomeEntry, LAKHPATI)


@check("amount", "Enter the income, or below how a register assesses her.")
def amount_or_assessment(entry: IncomeEntry, _context: RuleContext) -> bool:
    """An entry says how much was earned, or what she was assessed as."""
    return entry.amount is None and entry.assessed in {None, "NONE"}


@check(
    "period_to",
    missing="Enter the last day: income is counted by it.",
    long="This is more than a year. Enter one season or year at a time.",
)
def period_of_a_year(entry: IncomeEntry, _context: RuleContext) -> Broken | None:
    """Income is that of a period of at most a year, whose last day is known."""
    first, last = entry.period_from, entry.period_to
    if last is None:
        return Broken("missing") if entry.amount is not None else None
    return Broken("long") if first and months_after(first, _MONTHS) < last else None


@check(
    "period_from",
    "Income from this activity is already entered for {first:date} to {last:date} ({other}).",
    Severity.REASON,
    across=True,
)
def counted_once(entry: IncomeEntry, context: RuleContext) -> Broken | None:
    """The same income is not entered twice: periods of one activity do not overlap."""
    if entry.amount is None or not entry.period_from or not entry.period_to:
        return None
    for other in context.others(entry, "member_id", "activity"):
        first, last = other.period_from, other.period_to
        if other.amount is None or not first or not last:
            continue
        if first <= entry.period_to and entry.period_from <= last:
            return Broken(other=other, first=first, last=last)
    return None


in_order(IncomeEntry, "period_from", "period_to", source=LAKHPATI)
