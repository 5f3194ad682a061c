"""Support taken by an artisan, a member or an enterprise: RAMP, marketing support."""

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import exactly_one
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import Taker
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, Choice


class Support(Taker, table=True):
    """Support of RAMP or of the marketing part of PM Vishwakarma that somebody took."""

    plural = "Support"
    order = "given_on"
    match_keys = (
        ("beneficiary_id", "support_kind", "given_on"),
        ("member_id", "support_kind", "given_on"),
        ("enterprise_id", "support_kind", "given_on"),
    )
    actions = {
        "beneficiary_id": Action("", "support"),
        "member_id": Action("", "support"),
        "enterprise_id": Action("", "support"),
    }

    programme: str | None = field(
        "Programme",
        Choice("support_programme"),
        section="Support",
        required="support is counted by programme",
        uses=Use.LIST,
    )
    support_kind: str | None = field(
        "Kind of support",
        Choice("support_kind"),
        required="support is counted by kind",
        uses=Use.LIST,
    )
    given_on: date | None = field("Taken on", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    provider: str | None = field("Given by", TEXT, "The office or agency.")
    amount: int | None = field("Value", RUPEES, uses=Use.LIST)
    details: str | None = field("Details", TEXT)

    def label(self) -> str:
        """Name the kind of support."""
        return Choice("support_kind").show(self.support_kind) or f"Support {self.id}"


exactly_one(
    Support,
    "beneficiary_id",
    "member_id",
    "enterprise_id",
    what="the artisan, the member or the enterprise",
    source="support is taken by one person or enterprise",
)
