"""Programmes and who came to them."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.parts import EitherArtisan, OrMember
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    CODE,
    DAY,
    LONG_TEXT,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    YES_NO,
    Choice,
    Reference,
    Whole,
)

_COMMITTEE = when(programme_kind="SLSC")
_PUBLIC = when(programme_kind=("ORIENT", "AWARE", "CREDITCAMP", "SEMINAR", "MELA"))


class Programme(Record, table=True):
    """An event: orientation, awareness, credit camp, seminar, meeting of the committee, fair."""

    title = "Programme"
    plural = "Programmes"
    order = "held_on"
    match_keys = (("programme_kind", "held_on", "place"),)

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
        required="a programme is told from the others by its day",
        uses=Use.LIST | Use.HAPPENED,
    )
    place: str | None = field("Place", TEXT, uses=Use.PLACE | Use.LIST, suggest="village")
    name: str | None = field(
        "Title", TEXT, "Only if it has one of its own.", uses=Use.NAME | Use.LIST
    )
    organiser: str | None = field("Organised by", TEXT)
    csc_id: str | None = field("Number of the CSC", CODE, applies=_PUBLIC)
    topics: str | None = field("Topics", LONG_TEXT)
    invited: int | None = field("Invited", Whole(most=100_000), section="Who came", applies=_PUBLIC)
    women: int | None = field(
        "Women", Whole(most=100_000), "Head-count, where no names were taken.", applies=_PUBLIC
    )
    men: int | None = field("Men", Whole(most=100_000), applies=_PUBLIC)
    members_involved: int | None = field(
        "Members of groups who helped", Whole(most=10_000), applies=_PUBLIC
    )
    materials: str | None = field(
        "Material used", TEXT, "Leaflets, banner, film ...", applies=_PUBLIC
    )
    meeting_no: str | None = field(
        "Number of the meeting", CODE, section="Committee", applies=_COMMITTEE
    )
    cases_put_up: int | None = field("Cases put up", Whole(most=1_000_000), applies=_COMMITTEE)
    cases_cleared: int | None = field("Cases cleared", Whole(most=1_000_000), applies=_COMMITTEE)

    def label(self) -> str:
        """Name it by its title, else its kind, and the place."""
        kind = Choice("programme_kind").show(self.programme_kind) or self.title
        return ", ".join(filter(None, (self.name or kind, self.place)))


class Attendance(Record, table=True):
    """One person on one day of a training, or at a programme."""

    title = "Attendance"
    plural = "Attendance"
    order = "on"
    match_keys = (
        ("training_batch_id", "beneficiary_id", "on"),
        ("training_batch_id", "member_id", "on"),
        ("programme_id", "beneficiary_id", "on"),
        ("programme_id", "member_id", "on"),
    )
    steps = {
        "programme_id": "a who came",
        "beneficiary_id": "c programme",
        "member_id": "c programme",
    }

    training_batch_id: str | None = field(
        "Training",
        Reference(("training_batch",)),
        "The training or the programme, one of the two.",
        section="Attendance",
        applies=when(programme_id=None),
        uses=Use.LIST,
    )
    programme_id: str | None = field(
        "Programme", Reference(("programme",)), applies=when(training_batch_id=None), uses=Use.LIST
    )
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    on: date | None = field(
        "Day",
        PAST_DATE,
        default="today",
        required="each day is marked by itself",
        uses=Use.LIST | Use.HAPPENED,
    )
    present: bool | None = field("Present", YES_NO, default="yes", uses=Use.LIST)
    stood_in: str | None = field("Came in their place", PERSON_NAME, applies=when(present=False))

    def label(self) -> str:
        """Say whether the person was there."""
        return "absent" if self.present is False else "present"

    def event(self) -> str:
        """Say where the person was, or was missed."""
        return f"{'Training day' if self.training_batch_id else 'Programme'}: {self.label()}"
