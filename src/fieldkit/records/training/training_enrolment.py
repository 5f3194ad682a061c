"""Who is in a training, and how it went."""

from collections.abc import Mapping
from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.moves import lifecycle_rules
from fieldkit.records.declaration.parts import EitherArtisan, OrMember, artisan_or_member
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.declaration.writers import OPERATOR, REGISTRAR, Writers
from fieldkit.records.fields.formats import (
    PAST_DATE,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    Reference,
    Value,
    Whole,
)
from fieldkit.records.training.training_batch import TrainingBatch

_SOURCE = "PM Vishwakarma Guidelines: training; partly our own, not official"
_ARTISANS = {"ASSESS", "BASIC", "ADV"}
STIPEND_A_DAY = 500
"""Rupees, basic and advanced training alike (PM Vishwakarma Guidelines)."""


def stipend(days: int) -> int:
    """Return the stipend in rupees for ``days`` attended."""
    return days * STIPEND_A_DAY


class TrainingEnrolment(Record, table=True):
    """One person in one training: days, assessment, certificate, stipend."""

    title = "Enrolment"
    order = "enrolled_on"
    match_keys = (("training_batch_id", "beneficiary_id"), ("training_batch_id", "member_id"))
    actions = {
        "training_batch_id": Action("m", "enrol", roster=True),
        "beneficiary_id": Action("t", "training"),
        "member_id": Action("t", "training"),
    }
    milestones = tuple(
        Milestone(5, "trained", when(state=("COMPLETED", "CERTIFIED")), about=person)
        for person in ("beneficiary_id", "member_id")
    )
    home_rank = 5
    writers = Writers(
        create=REGISTRAR,
        sections={"Result": OPERATOR, "Stipend": OPERATOR},
        fields={"state": OPERATOR},
        values={"state": {"NOMINATED": REGISTRAR, "ENROLLED": REGISTRAR}},
    )

    lifecycle = Lifecycle(
        "state",
        Step("NOMINATED", "nominated", then=("ENROLLED", "DROPPED")),
        Step(
            "ENROLLED",
            "enrolled",
            on="enrolled_on",
            then=("IN_PROGRESS", "COMPLETED", "DROPPED", "FAILED"),
            early=True,
        ),
        Step("IN_PROGRESS", "attending", then=("COMPLETED", "DROPPED", "FAILED")),
        Step("", "assessed", on="assessed_on"),
        Step("COMPLETED", "completed", on="completed_on", then=("CERTIFIED", "FAILED"), early=True),
        Step("CERTIFIED", "certified", on="certified_on", early=True),
        Step("", "stipend paid", on="stipend_paid_on"),
        Step("DROPPED", "dropped out", asks=("dropped_reason",), aside=True),
        Step("FAILED", "not passed", asks=("dropped_reason",), aside=True),
    )

    training_batch_id: str | None = field(
        "Training",
        Reference(("training_batch",)),
        section="Enrolment",
        required="each enrolment is in one training",
        uses=Use.LIST,
    )
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    state: str | None = field("State", Choice("training_state"), default="ENROLLED", uses=Use.LIST)
    enrolled_on: date | None = field("Enrolled", PAST_DATE)
    days_attended: int | None = field(
        "Days attended",
        Whole(most=400),
        "As in the centre's register. Days marked here are counted separately.",
        section="Result",
    )
    assessed_on: date | None = field("Assessed", PAST_DATE)
    assessment: str | None = field("Assessment", Choice("assessment_result"))
    progress_percent: int | None = field("Online course done, percent", Whole(most=100))
    practical_on: date | None = field("Practical (KVK) completed", PAST_DATE)
    completed_on: date | None = field("Completed", PAST_DATE, uses=Use.LIST)
    certificate_no: str | None = field("Certificate number", PORTAL_NUMBER, uses=Use.CODE)
    certified_on: date | None = field("Certificate issued", PAST_DATE)
    dropped_reason: str | None = field("Reason for not completing", TEXT)
    stipend_amount: int | None = field(
        "Stipend", RUPEES, "Days attended x Rs 500.", section="Stipend"
    )
    stipend_paid_on: date | None = field("Stipend paid", PAST_DATE)
    stipend_reference: str | None = field("Payment reference (UTR)", PORTAL_NUMBER)
    travel_amount: int | None = field("Travel allowance", RUPEES)

    @classmethod
    def derive(cls, values: Mapping[str, Value]) -> dict[str, Value]:
        """Add an artisan's stipend for the days attended."""
        derived, days = super().derive(values), values.get("days_attended")
        if values.get("beneficiary_id") is not None and isinstance(days, int):
            derived["stipend_amount"] = stipend(days)
        return derived

    def label(self) -> str:
        """Name the state of the enrolment."""
        return Choice("training_state").show(self.state) or self.title

    def step_event(self, step: Step | None) -> str:
        """Say what was done; of the present state also the days and the result."""
        if step and step is not self.step():
            return f"Training {step.word}"
        days = f"{self.days_attended} days" if self.days_attended else ""
        result = Choice("assessment_result").show(self.assessment).casefold()
        result = ", ".join(filter(None, (days, result)))
        word = step.word if step else self.label().casefold()
        return f"Training {word}" + (f": {result}" if result else "")


check = Rules(TrainingEnrolment, _SOURCE)


@check(
    "training_batch_id",
    "This person is already enrolled in this training.",
    Severity.REASON,
    across=True,
)
def enrolled_once(enrolment: TrainingEnrolment, context: RuleContext) -> bool:
    """A person is enrolled in a training once."""
    people = ("beneficiary_id", "member_id")
    return any(context.others(enrolment, "training_batch_id", person) for person in people)


@check(
    "member_id",
    "This training is for artisans of PM Vishwakarma. Is she registered as one?",
    Severity.WARN,
)
def training_of_artisans(enrolment: TrainingEnrolment, context: RuleContext) -> bool:
    """PM Vishwakarma trainings are for its artisans."""
    batch = context.get(TrainingBatch, enrolment.training_batch_id)
    return bool(enrolment.member_id and batch and batch.training_type in _ARTISANS)


@check(
    "days_attended",
    "The training had only {days} days. Check the days, or the dates of the training.",
    Severity.REASON,
)
def days_within_the_training(enrolment: TrainingEnrolment, context: RuleContext) -> Broken | None:
    """Nobody attends more days than the training has."""
    batch = context.get(TrainingBatch, enrolment.training_batch_id)
    attended, days = enrolment.days_attended, batch.days() if batch else None
    return Broken(days=days) if attended and days is not None and attended > days else None


@check("completed_on", "The training began later, on {start:date}. Check both dates.")
def completed_after_the_start(enrolment: TrainingEnrolment, context: RuleContext) -> Broken | None:
    """Nobody completes a training before its first day."""
    batch = context.get(TrainingBatch, enrolment.training_batch_id)
    done, start = enrolment.completed_on, batch.starts_on if batch else None
    return Broken(start=start) if done and start and done < start else None


@check(
    "state",
    severity=Severity.WARN,
    days="For Completed, enter the days attended.",
    assessment="For Completed, the assessment must be passed.",
    both="For Completed, enter the days attended; the assessment must be passed.",
)
def completed_is_attended_and_assessed(
    enrolment: TrainingEnrolment, _context: RuleContext
) -> Broken | None:
    """Completed means attendance and assessment."""
    if enrolment.state not in {"COMPLETED", "CERTIFIED"} or enrolment.progress_percent == 100:
        return None
    attended, passed = bool(enrolment.days_attended), enrolment.assessment == "PASS"
    if attended and passed:
        return None
    return Broken("assessment" if attended else "days" if passed else "both")


@check("stipend_amount", "{days} days x Rs 500 is Rs {stipend}. Check the stipend.", Severity.WARN)
def stipend_by_days(enrolment: TrainingEnrolment, _context: RuleContext) -> Broken | None:
    """An artisan's stipend is Rs 500 for each day attended."""
    days, amount = enrolment.days_attended, enrolment.stipend_amount
    if enrolment.beneficiary_id is None or days is None or amount in {None, stipend(days)}:
        return None
    return Broken(days=days, stipend=stipend(days))


lifecycle_rules(TrainingEnrolment, source=_SOURCE)
artisan_or_member(TrainingEnrolment)
