"""Programmes and who came to them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fieldkit.records.declaration.action import Action, Days, Job
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import EitherArtisan, OrMember
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    Choice,
    Code,
    Date,
    PersonName,
    Reference,
    Text,
    Whole,
    YesNo,
)

_COMMITTEE = (Condition("programme_kind", ("SLSC",)),)
_PUBLIC = (Condition("programme_kind", ("ORIENT", "AWARE", "CREDITCAMP", "SEMINAR", "MELA")),)


class Programme(Record, table=True):
    """An event: orientation, awareness, credit camp, seminar, meeting of the committee, fair."""

    title = "Programme"
    plural = "Programmes"
    order = "held_on"
    match_keys = (("programme_kind", "held_on", "place"),)
    job = Job(5, "Programme")

    programme_kind: Annotated[
        str | None,
        Field(
            "Kind",
            Choice("programme_kind"),
            section="Programme",
            required="programmes are counted by kind",
            uses=frozenset({Use.LIST}),
            headers=("Type", "Programme Type", "Type of Programme"),
        ),
    ] = None
    held_on: Annotated[
        date | None,
        Field(
            "Day",
            Date(),
            default="today",
            required="a programme is told from the others by its day",
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Date", "Programme Date", "Date of Programme"),
        ),
    ] = None
    place: Annotated[
        str | None,
        Field(
            "Place",
            Text(),
            uses=frozenset({Use.PLACE, Use.LIST}),
            suggest="village",
            headers=("Venue", "Village"),
        ),
    ] = None
    name: Annotated[
        str | None,
        Field(
            "Title",
            Text(),
            "Only if it has one of its own.",
            uses=frozenset({Use.NAME, Use.LIST}),
            headers=("Programme Name", "Name of Programme"),
        ),
    ] = None
    organiser: Annotated[
        str | None, Field("Organised by", Text(), headers=("Organised By", "Organiser"))
    ] = None
    csc_id: Annotated[
        str | None, Field("Number of the CSC", Code(), applies=_PUBLIC, headers=("CSC ID",))
    ] = None
    topics: Annotated[str | None, Field("Topics", Text(longest=500))] = None
    invited: Annotated[
        int | None, Field("Invited", Whole(most=100_000), section="Who came", applies=_PUBLIC)
    ] = None
    women: Annotated[
        int | None,
        Field(
            "Women",
            Whole(most=100_000),
            "Head-count, where no names were taken.",
            applies=_PUBLIC,
            headers=("Female", "No. of Women"),
        ),
    ] = None
    men: Annotated[
        int | None,
        Field("Men", Whole(most=100_000), applies=_PUBLIC, headers=("Male", "No. of Men")),
    ] = None
    members_involved: Annotated[
        int | None, Field("Members of groups who helped", Whole(most=10_000), applies=_PUBLIC)
    ] = None
    materials: Annotated[
        str | None, Field("Material used", Text(), "Leaflets, banner, film ...", applies=_PUBLIC)
    ] = None
    meeting_no: Annotated[
        str | None, Field("Number of the meeting", Code(), section="Committee", applies=_COMMITTEE)
    ] = None
    cases_put_up: Annotated[
        int | None, Field("Cases put up", Whole(most=1_000_000), applies=_COMMITTEE)
    ] = None
    cases_cleared: Annotated[
        int | None, Field("Cases cleared", Whole(most=1_000_000), applies=_COMMITTEE)
    ] = None

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
    actions = {
        "programme_id": Action("a", "who came", roster=True, on="held_on"),
        "beneficiary_id": Action("c", "programme"),
        "member_id": Action("c", "programme"),
    }
    days = Days(
        of="training_batch_id",
        enrolled="training_enrolment",
        day="on",
        present="present",
        first="starts_on",
        last="ends_on",
    )

    training_batch_id: Annotated[
        str | None,
        Field(
            "Training",
            Reference(kinds=("training_batch",)),
            "The training or the programme, one of the two.",
            section="Attendance",
            applies=(Condition("programme_id", (None,)),),
            uses=frozenset({Use.LIST}),
        ),
    ] = None
    programme_id: Annotated[
        str | None,
        Field(
            "Programme",
            Reference(kinds=("programme",)),
            applies=(Condition("training_batch_id", (None,)),),
            uses=frozenset({Use.LIST}),
        ),
    ] = None
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    on: Annotated[
        date | None,
        Field(
            "Day",
            Date(past=True),
            default="today",
            required="each day is marked by itself",
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Date", "Attendance Date"),
        ),
    ] = None
    present: Annotated[
        bool | None,
        Field("Present", YesNo(), default="yes", uses=frozenset({Use.LIST}), headers=("Attended",)),
    ] = None
    stood_in: Annotated[
        str | None,
        Field("Came in their place", PersonName(), applies=(Condition("present", (False,)),)),
    ] = None

    def label(self) -> str:
        """Say whether the person was there."""
        return "absent" if self.present is False else "present"

    def event(self) -> str:
        """Say where the person was, or was missed."""
        return f"{'Training day' if self.training_batch_id else 'Programme'}: {self.label()}"
