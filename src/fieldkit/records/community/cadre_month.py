"""What a member of the cadre did in a month."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.community.cadre import Cadre
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.fields.formats import MONTH, RUPEES, Reference, Whole


class CadreMonth(Record, table=True):
    """One month of a banking correspondent or another member of the cadre."""

    title = "Month of a cadre"
    plural = "Months of cadre"
    order = "month"
    match_keys = (("cadre_id", "month"),)
    actions = {"cadre_id": Action("m", "month")}

    cadre_id: str | None = field(
        "Cadre",
        Reference(("cadre",)),
        section="Month",
        required="a month is that of one appointment",
        uses=Use.LIST,
    )
    month: date | None = field(
        "Month", MONTH, required="each month is noted once", uses=Use.LIST | Use.HAPPENED
    )
    transactions: int | None = field("Transactions", Whole(most=1_000_000), uses=Use.LIST)
    amount: int | None = field("Amount of the transactions", RUPEES)
    commission: int | None = field("Commission earned", RUPEES, uses=Use.LIST)

    def label(self) -> str:
        """Name the month."""
        return MONTH.show(self.month) or f"Month {self.id}"

    def event(self) -> str:
        """Say what was done in the month."""
        return f"{self.transactions or 0} transactions in {self.label()}"


check = Rules(CadreMonth, "our own check, not official")


@check("month", "This month is entered already ({other}).", Severity.REASON, across=True)
def each_month_once(month: CadreMonth, context: RuleContext) -> Broken | None:
    """A month of an appointment is entered once."""
    others = context.others(month, "cadre_id", "month")
    return Broken(other=others[0]) if others else None


@check("month", "She was appointed later, on {since:date}. Check both.", Severity.WARN)
def month_of_the_appointment(month: CadreMonth, context: RuleContext) -> Broken | None:
    """Nobody works before the appointment."""
    cadre = context.get(Cadre, month.cadre_id)
    since = cadre.since if cadre else None
    return (
        Broken(since=since)
        if since and month.month and month.month < since.replace(day=1)
        else None
    )


@check("commission", "This is more than the amount of the transactions. Check both.", Severity.WARN)
def commission_of_an_amount(month: CadreMonth, _context: RuleContext) -> bool:
    """The commission is a part of what was transacted."""
    amount, commission = month.amount, month.commission
    return amount is not None and commission is not None and commission > amount
