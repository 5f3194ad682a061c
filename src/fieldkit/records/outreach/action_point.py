"""Action points: the directions of review meetings, and what was done."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.parts import state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import DAY, LONG_TEXT, PAST_DATE, TEXT, Choice, Reference


class ActionPoint(Record, table=True):
    """A direction of a review meeting: the officer, when it is due, what was done."""

    order = "due_on"
    match_keys = (("programme_id", "direction"), ("direction", "given_on"))

    direction: str | None = field(
        "Direction",
        LONG_TEXT,
        section="Action point",
        required="it is what is to be done",
        uses=Use.NAME | Use.LIST,
    )
    programme_id: str | None = field(
        "Meeting", Reference(("programme",)), "The review meeting that gave it."
    )
    officer: str | None = field("Officer", TEXT, "Name and post.", uses=Use.LIST)
    officer_assignment_id: str | None = field(
        "Officer, as entered here", Reference(("officer_assignment",))
    )
    scheme: str | None = field("Scheme", Choice("scheme"))
    given_on: date | None = field("Given", PAST_DATE, default="today")
    due_on: date | None = field("Due", DAY, uses=Use.LIST)
    state: str | None = state_field(
        "action_point_state", "GIVEN", "an action point is open until it is done"
    )
    done_on: date | None = field("Done", PAST_DATE, section="Action taken")
    action_taken: str | None = field("Action taken", LONG_TEXT)
