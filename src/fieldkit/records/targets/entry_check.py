"""Entry checks: how many values of an operator's records differ from the papers."""

from datetime import date

from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import PAST_DATE, TEXT, Text, Whole

_SOURCE = "our own check, not official"


class EntryCheck(Record, table=True):
    """One field of a sample of an operator's records, typed again from the papers."""

    order = "checked_on"
    match_keys = (("operator", "record_kind", "record_field", "entered_from", "entered_to"),)

    operator: str | None = field(
        "Operator",
        TEXT,
        "Whose entries were checked.",
        section="Entry check",
        required="a check is of somebody's entries",
        uses=Use.NAME | Use.LIST,
    )
    record_kind: str | None = field("Kind of record", Text(longest=60))
    record_field: str | None = field("Field", Text(longest=60), uses=Use.LIST)
    entered_from: date | None = field("Entered from", PAST_DATE)
    entered_to: date | None = field("Entered to", PAST_DATE)
    percent: int | None = field("Share drawn, percent", Whole(least=1, most=100))
    drawn: int | None = field("Records drawn", Whole(most=1_000_000))
    checked: int | None = field("Values checked", Whole(most=1_000_000), uses=Use.LIST)
    wrong: int | None = field(
        "Values wrong", Whole(most=1_000_000), "Those that differ from the paper.", uses=Use.LIST
    )
    checked_on: date | None = field(
        "Checked on", PAST_DATE, default="today", uses=Use.LIST | Use.HAPPENED
    )


@rule(EntryCheck, "wrong", source=_SOURCE, says="Only {checked} were checked. Check both numbers.")
def wrong_within_checked(check: EntryCheck, _context: RuleContext) -> Broken | None:
    """What is wrong was checked."""
    checked, wrong = check.checked, check.wrong
    return Broken(checked=checked) if wrong and checked is not None and wrong > checked else None


in_order(EntryCheck, "entered_from", "entered_to", source=_SOURCE)
