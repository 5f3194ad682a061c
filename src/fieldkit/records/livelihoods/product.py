"""Products of groups and artisans, and where they are sold."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, YES_NO, Choice, Reference


class Product(Record, table=True):
    """A product of a group or an artisan on one platform."""

    match_keys = (
        ("self_help_group_id", "~name", "platform"),
        ("beneficiary_id", "~name", "platform"),
        ("listing_no",),
    )

    name: str | None = field(
        "Product",
        TEXT,
        section="Product",
        required="a product is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    self_help_group_id: str | None = field(
        "Self-help group",
        Reference(("self_help_group",)),
        "Either the group or the artisan.",
        applies=when(beneficiary_id=None),
        uses=Use.LIST,
    )
    beneficiary_id: str | None = field(
        "Artisan",
        Reference(("beneficiary",)),
        applies=when(self_help_group_id=None),
        uses=Use.LIST,
    )
    platform: str | None = field("Sold at", Choice("market_channel"), uses=Use.LIST)
    listed_on: date | None = field("Listed", PAST_DATE, uses=Use.LIST | Use.HAPPENED)
    listing_no: str | None = field("Listing number", TEXT, "As on the platform.", uses=Use.CODE)
    delisted_on: date | None = field("No longer listed since", PAST_DATE)
    price: int | None = field("Price", RUPEES, section="Sales")
    sales: int | None = field("Sales so far", RUPEES, uses=Use.LIST)
    sales_as_on: date | None = field("Sales as on", PAST_DATE)
    brand: str | None = field("Brand", TEXT)
    odop: bool | None = field("One District One Product (ODOP)", YES_NO)
    gi_tag: bool | None = field("Geographical indication (GI)", YES_NO)
