"""Action points: the directions of review meetings, and what was done."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, Rules
from fieldkit.records.fields.formats import DAY, LONG_TEXT, PAST_DATE, TEXT, Choice, Reference

_SOURCE = "our own check, not official"


class ActionPoint(Record, table=True):
    """A direction of a review meeting: the officer, when it is due, what was done."""

    order = "due_on"
    actions = {
        "programme_id": Action("n", "action point"),
        "officer_assignment_id": Action("n", "action point"),
    }
    lifecycle = Lifecycle(
        "state",
        Step("GIVEN", "given", on="given_on", then=("DONE", "DROPPED"), due_on="due_on"),
        Step("DONE", "done", on="done_on", asks=("action_taken",)),
        Step("DROPPED", "dropped", aside=True),
    )
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

    def step_event(self, step: Step | None) -> str:
        """Say that it was given or done, and what it is."""
        return f"{super().step_event(step)}: {self.direction or ''}"


check = Rules(ActionPoint, _SOURCE)


@check("due_on", "Enter the day it is due: without it nobody is reminded.", Severity.WARN)
def due_by_a_day(point: ActionPoint, _context: RuleContext) -> bool:
    """Without its day an action point never becomes overdue."""
    return point.state == "GIVEN" and point.due_on is None


@check("action_taken", "Write what was done, for the action taken report.", Severity.WARN)
def done_says_what(point: ActionPoint, _context: RuleContext) -> bool:
    """The action taken report says what was done."""
    return point.state == "DONE" and not point.action_taken


lifecycle_rules(ActionPoint, source=_SOURCE)
in_order(ActionPoint, "given_on", "due_on", source=_SOURCE)
