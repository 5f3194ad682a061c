"""Melas, exhibitions and buyer-seller meets."""

from collections.abc import Mapping
from datetime import date

from fieldkit.protocol.change import Json
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import DAY, RUPEES, TEXT, Choice, Whole


def _saras_or_exhibition(programme: Mapping[str, Json]) -> dict[str, Json]:
    """Return the kind of a fair that the older list called "SARAS mela / exhibition"."""
    named = str(programme.get("name") or "").casefold()
    return {"event_kind": "SARAS" if "saras" in named else "EXHIB"}


class MarketEvent(Record, table=True):
    """A SARAS mela, an exhibition or a buyer-seller meet: who took part, and what was sold."""

    order = "starts_on"
    converts = (
        Conversion(
            "programme",
            "mela",
            when=when(programme_kind="MELA"),
            takes={
                "starts_on": "held_on",
                "name": "name",
                "place": "place",
                "organiser": "organiser",
            },
            also=_saras_or_exhibition,
            same=("place", "starts_on"),
        ),
    )
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

    def label(self) -> str:
        """Name it by its title, else its kind, and the place."""
        kind = Choice("market_event_kind").show(self.event_kind) or self.title
        return ", ".join(filter(None, (self.name or kind, self.place)))


in_order(MarketEvent, "starts_on", "ends_on", source="our own check, not official")
