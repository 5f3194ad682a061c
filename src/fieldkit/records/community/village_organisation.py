"""Village organisations."""

from datetime import date

from fieldkit.records.community.common import LOKOS, Federation
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.fields.formats import PAST_DATE, Reference


class VillageOrganisation(Federation, table=True):
    """A village organisation (VO) of self-help groups."""

    actions = {"cluster_federation_id": Action("m", "village organisation")}

    cluster_federation_id: str | None = field(
        "Cluster federation (CLF)",
        Reference(("cluster_federation",)),
        section="Group",
        uses=Use.LIST,
    )
    joined_federation_on: date | None = field("In that CLF since", PAST_DATE)


in_order(VillageOrganisation, "formed_on", "joined_federation_on", source=LOKOS)
