"""Grievances and queries, from receipt to the answer."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.checks import at_most_one
from fieldkit.records.declaration.field import Use, field
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import AnyArtisan, AnyGroup, AnyMember, state_field
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import RuleContext, Rules
from fieldkit.records.declaration.writers import REGISTRAR, Writers
from fieldkit.records.fields.formats import (
    CODE,
    LONG_TEXT,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    TEXT,
    Choice,
)

_SOURCE = "our own check, not official"
_DAYS = 15
"""Days after which a grievance without an answer is overdue; no official time is known."""


class Grievance(Record, table=True):
    """A query or complaint: how it came, who has it, and the answer."""

    order = "opened_on"
    actions = {
        "beneficiary_id": Action("", "grievance"),
        "member_id": Action("", "grievance"),
        "self_help_group_id": Action("", "grievance"),
    }
    writers = Writers(create=REGISTRAR, values={"state": {"RECEIVED": REGISTRAR}})
    lifecycle = Lifecycle(
        "state",
        Step(
            "RECEIVED",
            "received",
            on="opened_on",
            then=("FORWARDED", "CLOSED", "WITHDRAWN"),
            overdue=_DAYS,
        ),
        Step(
            "FORWARDED",
            "forwarded",
            on="forwarded_on",
            asks=("forwarded_to",),
            then=("CLOSED", "WITHDRAWN"),
            overdue=_DAYS,
        ),
        Step("CLOSED", "closed", on="closed_on", asks=("reply",)),
        Step("WITHDRAWN", "withdrawn", aside=True),
    )
    match_keys = (("reference_no",), ("mobile", "opened_on"))

    subject: str | None = field(
        "About",
        Choice("grievance_subject"),
        section="Grievance",
        required="grievances are counted by what they are about",
        uses=Use.LIST,
    )
    beneficiary_id: AnyArtisan = None
    member_id: AnyMember = None
    self_help_group_id: AnyGroup = None
    raised_by: str | None = field(
        "Raised by", PERSON_NAME, "If the person is not entered here.", uses=Use.NAME | Use.LIST
    )
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)
    channel: str | None = field("How it came", Choice("grievance_channel"), uses=Use.LIST)
    reference_no: str | None = field("Reference number", CODE, uses=Use.CODE)
    opened_on: date | None = field("Received", PAST_DATE, default="today", uses=Use.LIST)
    details: str | None = field("What it is", LONG_TEXT)
    state: str | None = state_field(
        "grievance_state", "RECEIVED", "a grievance is open until it is closed"
    )
    forwarded_on: date | None = field("Forwarded", PAST_DATE, section="Answer")
    forwarded_to: str | None = field("Forwarded to", TEXT)
    closed_on: date | None = field("Closed", PAST_DATE)
    reply: str | None = field("Answer given", LONG_TEXT)

    def label(self) -> str:
        """Name what it is about, and who raised it."""
        subject = Choice("grievance_subject").show(self.subject) or self.title
        return ", ".join(filter(None, (subject, self.raised_by)))

    def step_event(self, step: Step | None) -> str:
        """Say how far it has come, and what it is about."""
        return f"{super().step_event(step)}: {Choice('grievance_subject').show(self.subject)}"


check = Rules(Grievance, _SOURCE)


@check("reply", "Write the answer that was given.", Severity.WARN)
def closed_with_an_answer(grievance: Grievance, _context: RuleContext) -> bool:
    """Who asked is owed an answer."""
    return grievance.state == "CLOSED" and not grievance.reply


@check("raised_by", "Enter who raised it, or the artisan, member or group.", Severity.WARN)
def raised_by_somebody(grievance: Grievance, _context: RuleContext) -> bool:
    """Somebody waits for the answer."""
    about = (grievance.beneficiary_id, grievance.member_id, grievance.self_help_group_id)
    return not grievance.raised_by and not any(about)


at_most_one(
    Grievance,
    "beneficiary_id",
    "member_id",
    "self_help_group_id",
    what="the artisan, the member or the group",
    source="a grievance is of one artisan, one member or one group",
)
lifecycle_rules(Grievance, source=_SOURCE)
