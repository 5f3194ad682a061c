"""Outlets: haats and shops where products are sold."""

from datetime import date

from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    RUPEES,
    TEXT,
    Choice,
    Reference,
    Whole,
)


class Outlet(Record, table=True):
    """A District Haat, an UMEED Women Haat, an airport outlet or another place of sale."""

    actions = {"cluster_federation_id": Action("", "outlet")}
    match_keys = (("outlet_kind", "~name"), ("~name", "place"))

    name: str | None = field(
        "Name",
        TEXT,
        section="Outlet",
        required="an outlet is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    outlet_kind: str | None = field(
        "Kind", Choice("outlet_kind"), required="outlets are counted by kind", uses=Use.LIST
    )
    place: str | None = field("Place", TEXT, uses=Use.PLACE | Use.LIST, suggest="village")
    opened_on: date | None = field("Open since", PAST_DATE, uses=Use.HAPPENED)
    status: str | None = field("Open or closed", Choice("open_closed"), default="OPEN")
    closed_on: date | None = field("Closed", PAST_DATE)
    cluster_federation_id: str | None = field(
        "Managed by the CLF", Reference(("cluster_federation",))
    )
    contact_name: str | None = field("Contact person", PERSON_NAME, uses=Use.KIN)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)
    stalls: int | None = field("Stalls", Whole(most=10_000), section="Sales")
    groups: int | None = field("Self-help groups that sell there", Whole(most=10_000))
    sales: int | None = field("Sales so far", RUPEES, uses=Use.LIST)
    sales_as_on: date | None = field("Sales as on", PAST_DATE)


in_order(Outlet, "opened_on", "closed_on", source="our own check, not official")
in_order(Outlet, "opened_on", "sales_as_on", source="our own check, not official")
