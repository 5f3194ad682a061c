"""Melas, exhibitions and buyer-seller meets."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import DAY, RUPEES, TEXT, Choice, Whole


class MarketEvent(Record, table=True):
    """A SARAS mela, an exhibition or a buyer-seller meet: who took part, and what was sold."""

    order = "starts_on"
    match_keys = (("event_kind", "starts_on", "place"), ("~name", "starts_on"))

    event_kind: str | None = field(
        "Kind",
        Choice("market_event_kind"),
        section="Event",
        required="events are counted by kind",
        uses=Use.LIST,
    )
    name: str | None = field("Title", TEXT, uses=Use.NAME | Use.LIST)
    starts_on: date | None = field(
        "First day",
        DAY,
        required="events are known by their date",
        uses=Use.LIST | Use.HAPPENED,
    )
    ends_on: date | None = field("Last day", DAY)
    place: str | None = field("Place", TEXT, uses=Use.PLACE | Use.LIST, suggest="village")
    organiser: str | None = field("Organised by", TEXT)
    stalls: int | None = field("Stalls", Whole(most=10_000), section="Who took part")
    groups: int | None = field("Self-help groups", Whole(most=10_000))
    artisans: int | None = field("Artisans", Whole(most=100_000))
    buyers: int | None = field(
        "Buyers", Whole(most=100_000), "Firms that came to buy, at a buyer-seller meet."
    )
    sales: int | None = field("Sales", RUPEES, section="What was sold", uses=Use.LIST)
    orders: int | None = field("Orders booked", RUPEES)
