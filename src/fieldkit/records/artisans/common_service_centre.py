"""Common Service Centres, where artisans register and orientations are held."""

from datetime import date

from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, rule
from fieldkit.records.fields.formats import (
    CODE,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    Choice,
)

_SOURCE = "our own check, not official"


class CommonServiceCentre(Record, table=True):
    """A Common Service Centre (CSC) and the operator who runs it (VLE)."""

    title = "Common Service Centre"
    order = "vle_name"
    match_keys = (("csc_id",), ("~vle_name", "village"))
    converts = tuple(
        Conversion(
            kind,
            "csc",
            takes={"csc_id": "csc_id"},
            gives={"status": "OPEN"},
            same=("csc_id",),
            shared="csc_id",
        )
        for kind in ("programme", "beneficiary")
    )

    csc_id: str | None = field(
        "CSC number",
        CODE,
        section="Centre",
        uses=Use.CODE | Use.LIST,
    )
    vle_name: str | None = field(
        "Operator (VLE)",
        PERSON_NAME,
        uses=Use.NAME | Use.LIST,
    )
    name: str | None = field("Name of the centre", TEXT, uses=Use.LIST)
    village: str | None = field(
        "Village or town", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS | Use.LIST)
    opened_on: date | None = field("Open since", PAST_DATE)
    status: str | None = field("Open or closed", Choice("open_closed"), default="OPEN")
    closed_on: date | None = field("Closed", PAST_DATE)

    def label(self) -> str:
        """Name its operator, else the centre, else its number."""
        return self.vle_name or self.name or self.csc_id or f"{self.title} {self.id}"


@rule(
    CommonServiceCentre,
    "csc_id",
    source=_SOURCE,
    says="Enter the CSC number, or the name of its operator.",
)
def known_by_number_or_name(centre: CommonServiceCentre, _context: RuleContext) -> bool:
    """A centre is known by its number or by who runs it."""
    return not (centre.csc_id or centre.vle_name)


in_order(CommonServiceCentre, "opened_on", "closed_on", source=_SOURCE)
