"""Programmes: orientation, awareness, camps, seminars, committees, fairs."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Job
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import CODE, DAY, LONG_TEXT, TEXT, Choice, Reference, Whole

_COMMITTEE = when(programme_kind="SLSC")
_PUBLIC = when(programme_kind=("ORIENT", "AWARE", "CREDITCAMP", "SEMINAR", "MELA"))


class Programme(Record, table=True):
    """An event: orientation, awareness, credit camp, seminar, meeting of the committee, fair."""

    order = "held_on"
    match_keys = (("programme_kind", "held_on", "place"),)
    job = Job(3, "Camp", menu="Camp or programme: who came", of_today=True)

    programme_kind: str | None = field(
        "Kind",
        Choice("programme_kind"),
        section="Programme",
        required="programmes are counted by kind",
        uses=Use.LIST,
    )
    held_on: date | None = field(
        "Day",
        DAY,
        default="today",
        required="programmes are known by their date",
        uses=Use.LIST | Use.HAPPENED,
    )
    place: str | None = field("Place", TEXT, uses=Use.PLACE | Use.LIST, suggest="village")
    name: str | None = field(
        "Title", TEXT, "Only if it has its own title.", uses=Use.NAME | Use.LIST
    )
    organiser: str | None = field("Organised by", TEXT)
    csc_id: str | None = field(
        "CSC number", CODE, applies=_PUBLIC, replaced_by="common_service_centre_id"
    )
    common_service_centre_id: str | None = field(
        "Common Service Centre", Reference(("common_service_centre",)), applies=_PUBLIC
    )
    topics: str | None = field("Topics", LONG_TEXT)
    invited: int | None = field("Invited", Whole(most=100_000), section="Who came", applies=_PUBLIC)
    women: int | None = field(
        "Women", Whole(most=100_000), "Head-count, if names were not noted.", applies=_PUBLIC
    )
    men: int | None = field("Men", Whole(most=100_000), applies=_PUBLIC)
    members_involved: int | None = field(
        "SHG members who helped", Whole(most=10_000), applies=_PUBLIC
    )
    materials: str | None = field(
        "Material used", TEXT, "Leaflets, banner, film ...", applies=_PUBLIC
    )
    meeting_no: str | None = field("Meeting number", CODE, section="Committee", applies=_COMMITTEE)
    cases_put_up: int | None = field("Cases put up", Whole(most=1_000_000), applies=_COMMITTEE)
    cases_cleared: int | None = field("Cases cleared", Whole(most=1_000_000), applies=_COMMITTEE)

    def label(self) -> str:
        """Name it by its title, else its kind, and the place."""
        kind = Choice("programme_kind").show(self.programme_kind) or self.title
        return ", ".join(filter(None, (self.name or kind, self.place)))


@rule(
    Programme,
    "cases_cleared",
    source="our own check, not official",
    says="Only {put_up} cases were put up. Check both numbers.",
)
def cleared_within_put_up(programme: Programme, _context: RuleContext) -> Broken | None:
    """The committee clears at most the cases put up."""
    cleared, put_up = programme.cases_cleared, programme.cases_put_up
    if cleared is not None and put_up is not None and cleared > put_up:
        return Broken(put_up=put_up)
    return None


@rule(
    Programme,
    "programme_kind",
    source="a fair is counted as a market event",
    severity=Severity.WARN,
    says="Enter fairs and exhibitions as market events: they are counted there.",
)
def fair_is_a_market_event(programme: Programme, _context: RuleContext) -> bool:
    """Fairs and exhibitions are market events; old ones stay here too."""
    return programme.programme_kind == "MELA"
