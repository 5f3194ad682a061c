"""Rules on trainings, enrolments, programmes and attendance (domain brief section 2, training)."""

from __future__ import annotations

from datetime import date

from fieldkit.protocol.finding import Severity
from fieldkit.records.declaration.checks import exactly_one, in_order
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.outreach.programme import Attendance, Programme
from fieldkit.records.training.batch import TrainingBatch, TrainingEnrolment, stipend

_SOURCE = "domain brief section 2, training"
_ISSUE = "a person is an artisan or a member; the two are kept apart"
_USUAL_DAYS = {"BASIC": (5, 7), "ADV": (15, 15)}
_ARTISANS = {"ASSESS", "BASIC", "ADV"}


def _batch(attending: TrainingEnrolment | Attendance, context: RuleContext) -> TrainingBatch | None:
    number = attending.training_batch_id
    found = context.known.get("training_batch", number) if number else None
    return found if isinstance(found, TrainingBatch) else None


def _days(batch: TrainingBatch | None) -> int | None:
    """Return the days from first to last."""
    if batch is None or batch.starts_on is None or batch.ends_on is None:
        return None
    return (batch.ends_on - batch.starts_on).days + 1


@rule(
    TrainingBatch,
    "ends_on",
    source=_SOURCE,
    severity=Severity.WARN,
    says={
        "": "{days} days from first to last; this training has {fewest}. Check the dates.",
        "between": (
            "{days} days from first to last; this training has {fewest} to {most}. Check the dates."
        ),
    },
)
def usual_length(batch: TrainingBatch, _context: RuleContext) -> Broken | None:
    """Basic training takes 5 to 7 days, advanced training 15; days off lengthen it."""
    usual, days = _USUAL_DAYS.get(batch.training_type or ""), _days(batch)
    if usual is None or days is None or usual[0] <= days <= usual[1] * 2:
        return None
    fewest, most = usual
    return Broken("between" if fewest < most else "", days=days, fewest=fewest, most=most)


@rule(
    TrainingEnrolment,
    "training_batch_id",
    source=_SOURCE,
    severity=Severity.REASON,
    across=True,
    says="This person is enrolled in this training already.",
)
def enrolled_once(enrolment: TrainingEnrolment, context: RuleContext) -> bool:
    """A person is enrolled in a training once."""
    batch = enrolment.training_batch_id
    if not batch:
        return False
    for person in ("beneficiary_id", "member_id"):
        if (number := enrolment.value(person)) is not None:
            same = {"training_batch_id": batch, person: number}
            found = context.known.where("training_enrolment", **same)
            if any(other.id != enrolment.id for other in found):
                return True
    return False


@rule(
    TrainingEnrolment,
    "member_id",
    source=_SOURCE,
    severity=Severity.WARN,
    says="This training is for artisans of PM Vishwakarma. Is she registered as one?",
)
def training_of_artisans(enrolment: TrainingEnrolment, context: RuleContext) -> bool:
    """PM Vishwakarma trainings are for its artisans."""
    batch = _batch(enrolment, context) if enrolment.member_id is not None else None
    return batch is not None and batch.training_type in _ARTISANS


@rule(
    TrainingEnrolment,
    "days_attended",
    source=_SOURCE,
    severity=Severity.REASON,
    says="The training had only {days} days. Check the days or its dates.",
)
def days_within_the_training(enrolment: TrainingEnrolment, context: RuleContext) -> Broken | None:
    """Nobody attends more days than the training has."""
    if enrolment.days_attended is None:
        return None
    days = _days(_batch(enrolment, context))
    return Broken(days=days) if days is not None and enrolment.days_attended > days else None


@rule(
    TrainingEnrolment,
    "completed_on",
    source=_SOURCE,
    says="The training began only on {start:date}.",
)
def completed_after_the_start(enrolment: TrainingEnrolment, context: RuleContext) -> Broken | None:
    """Nobody completes a training before its first day."""
    if enrolment.completed_on is None:
        return None
    batch = _batch(enrolment, context)
    start = batch.starts_on if batch else None
    return Broken(start=start) if start and enrolment.completed_on < start else None


@rule(
    TrainingEnrolment,
    "state",
    source=_SOURCE,
    severity=Severity.WARN,
    says={
        "days": "Completed needs the days attended.",
        "assessment": "Completed needs a passed assessment.",
        "both": "Completed needs the days attended and a passed assessment.",
    },
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


@rule(
    TrainingEnrolment,
    "stipend_amount",
    source=_SOURCE,
    severity=Severity.WARN,
    says="{days} days x Rs 500 are Rs {stipend}.",
)
def stipend_by_days(enrolment: TrainingEnrolment, _context: RuleContext) -> Broken | None:
    """An artisan's stipend is Rs 500 for each day attended."""
    days, amount = enrolment.days_attended, enrolment.stipend_amount
    if enrolment.beneficiary_id is None or days is None or amount in {None, stipend(days)}:
        return None
    return Broken(days=days, stipend=stipend(days))


@rule(
    Attendance,
    "on",
    source=_SOURCE,
    severity=Severity.REASON,
    says={
        "before": "It began only on {day:date}. Check the day.",
        "after": "It ended on {day:date}. Check the day.",
    },
)
def day_of_the_event(attendance: Attendance, context: RuleContext) -> Broken | None:
    """The day lies within the training, or is the programme's day."""
    if attendance.on is None:
        return None
    first, last = _span(attendance, context)
    if first and attendance.on < first:
        return Broken("before", day=first)
    return Broken("after", day=last) if last and attendance.on > last else None


def _span(attendance: Attendance, context: RuleContext) -> tuple[date | None, date | None]:
    batch = _batch(attendance, context)
    if batch:
        return batch.starts_on, batch.ends_on
    number = attendance.programme_id
    programme = context.known.get("programme", number) if number else None
    # Fairs and camps may go on for days: only the first day is known.
    return (programme.held_on, None) if isinstance(programme, Programme) else (None, None)


@rule(
    Attendance,
    "on",
    source=_SOURCE,
    severity=Severity.REASON,
    across=True,
    says="This person is marked for that day already.",
)
def marked_once(attendance: Attendance, context: RuleContext) -> bool:
    """A person is marked once a day at one event; the same mark on two laptops is harmless."""
    who = "beneficiary_id" if attendance.beneficiary_id else "member_id"
    where = "training_batch_id" if attendance.training_batch_id else "programme_id"
    same = {name: attendance.value(name) for name in (who, where, "on")}
    if None in same.values():
        return False
    return any(other.id != attendance.id for other in context.known.where("attendance", **same))


@rule(
    Programme,
    "cases_cleared",
    source="domain brief section 1, row 6",
    says="Only {put_up} cases were put up.",
)
def cleared_within_put_up(programme: Programme, _context: RuleContext) -> Broken | None:
    """The committee clears at most the cases put up."""
    cleared, put_up = programme.cases_cleared, programme.cases_put_up
    if cleared is not None and put_up is not None and cleared > put_up:
        return Broken(put_up=put_up)
    return None


in_order(TrainingBatch, "starts_on", "ends_on", "completed_on", source=_SOURCE)
follow(TrainingEnrolment, source=_SOURCE)
for _kind in (TrainingEnrolment, Attendance):
    exactly_one(
        _kind, "beneficiary_id", "member_id", what="the artisan or the member", source=_ISSUE
    )
exactly_one(
    Attendance,
    "training_batch_id",
    "programme_id",
    what="the training or the programme",
    source="attendance is a day of one of the two",
)
