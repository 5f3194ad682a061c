"""What a member's household earns, period by period: the Lakhpati ladder follows from it."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import Activity
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Reference


class IncomeEntry(Activity, table=True):
    """The income of a member's household from one activity in a period of at most a year."""

    title = "Income entry"
    plural = "Income entries"
    order = "period_to"
    match_keys = (("member_id", "activity", "period_from", "period_to"),)
    actions = {"member_id": Action("", "income")}
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
