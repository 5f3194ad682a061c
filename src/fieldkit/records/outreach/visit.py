"""Visits to artisans, members and groups: handholding and motivation."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import exactly_one
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, Rules
from fieldkit.records.declaration.writers import REGISTRAR, Writers
from fieldkit.records.fields.formats import DAY, LONG_TEXT, PAST_DATE, TEXT, Choice

_SOURCE = "our own check, not official"


class Visit(Record, table=True):
    """A visit to an artisan, a member or a group: planned, made, and when the next one is due."""

    order = "visited_on"
    actions = {
        "beneficiary_id": Action("", "visit"),
        "member_id": Action("v", "visit"),
        "self_help_group_id": Action("v", "visit"),
    }
    writers = Writers(create=REGISTRAR, edit=REGISTRAR)
    lifecycle = Lifecycle(
        "state",
        Step(
            "PLANNED",
            "planned",
            on="planned_on",
            then=("MADE", "CANCELLED"),
            due_on="planned_on",
            early=True,
        ),
        Step(
            "MADE",
            "made",
            on="visited_on",
            asks=("outcome", "findings", "action", "next_visit_on"),
            due_on="next_visit_on",
            until=("beneficiary_id", "member_id", "self_help_group_id"),
        ),
        Step("FOLLOWED", "made; nothing more to do"),
        Step("CANCELLED", "not made", aside=True),
    )
    match_keys = (
        ("beneficiary_id", "visited_on"),
        ("member_id", "visited_on"),
        ("self_help_group_id", "visited_on"),
    )

    purpose: str | None = field("Purpose", Choice("visit_purpose"), section="Visit", uses=Use.LIST)
    beneficiary_id: AnyArtisan = None
    member_id: AnyMember = None
    self_help_group_id: AnyGroup = None
    state: str | None = state_field("visit_state", "MADE", "a visit is planned, or made")
    planned_on: date | None = field("Planned for", DAY)
    visited_on: date | None = field(
        "Visited",
        PAST_DATE,
        default="today",
        required="visits are counted by their day",
        uses=Use.LIST,
    )
    visited_by: str | None = field("Visited by", TEXT, "Name and post of the officer.")
    outcome: str | None = field("Outcome", Choice("visit_outcome"), section="What came of it")
    findings: str | None = field("What was found", LONG_TEXT)
    action: str | None = field("Advice given", LONG_TEXT)
    next_visit_on: date | None = field("Next visit due", DAY, uses=Use.LIST)

    def label(self) -> str:
        """Name its purpose."""
        purpose = Choice("visit_purpose").show(self.purpose).partition(":")[0]
        return f"Visit, {purpose.casefold()}" if purpose else f"Visit {self.id}"

    def step_event(self, step: Step | None) -> str:
        """Say that it was planned or made, and what for."""
        purpose = Choice("visit_purpose").show(self.purpose).casefold()
        return super().step_event(step) + (f": {purpose}" if purpose else "")


check = Rules(Visit, _SOURCE)


@check("planned_on", "Enter the day the visit is planned for.")
def planned_for_a_day(visit: Visit, _context: RuleContext) -> bool:
    """A planned visit has its day, so that it can become due."""
    return visit.state == "PLANNED" and visit.planned_on is None


@check(
    "next_visit_on",
    "The next visit comes after this one. Check both dates.",
    Severity.BLOCK,
)
def next_visit_is_later(visit: Visit, _context: RuleContext) -> bool:
    """The next visit is due after this one."""
    made, following = visit.answer("visited_on"), visit.answer("next_visit_on")
    return isinstance(made, date) and isinstance(following, date) and following <= made


exactly_one(
    Visit,
    "beneficiary_id",
    "member_id",
    "self_help_group_id",
    what="the artisan, the member or the group",
    source="a visit is to one artisan, one member or one group",
)
lifecycle_rules(Visit, source=_SOURCE)
