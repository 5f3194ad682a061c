"""What a member of the cadre did in a month."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
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
