"""Rules on trainings, enrolments, programmes and attendance (domain brief section 2, training)."""

from __future__ import annotations

from datetime import date

from fieldkit.records.declaration.checks import exactly_one, in_order
from fieldkit.records.declaration.moves import follow
from fieldkit.records.declaration.rule import RuleContext, Severity, rule
from fieldkit.records.fields.formats import show_date
from fieldkit.records.outreach.programme import Attendance, Programme
from fieldkit.records.training.batch import TrainingBatch, TrainingEnrolment, stipend

_SOURCE = "domain brief section 2, training"
_ISSUE = "a person is an artisan or a member; the two are kept apart"
_USUAL_DAYS = {"BASIC": (5, 7), "ADV": (15, 15)}
_ARTISANS = {"ASSESS", "BASIC", "ADV"}


def _batch(attending: TrainingEnrolment | Attendance, case: RuleContext) -> TrainingBatch | None:
    number = attending.training_batch_id
    found = case.known.get("training_batch", number) if number else None
    return found if isinstance(found, TrainingBatch) else None


def _days(batch: TrainingBatch) -> int | None:
    if batch.starts_on is None or batch.ends_on is None:
        return None
    return (batch.ends_on - batch.starts_on).days + 1


@rule(TrainingBatch, "ends_on", source=_SOURCE, severity=Severity.WARN)
def usual_length(batch: TrainingBatch, _case: RuleContext) -> str | None:
    """Basic training takes 5 to 7 days, advanced training 15; days off lengthen it."""
    usual, days = _USUAL_DAYS.get(batch.training_type or ""), _days(batch)
    if usual is None or days is None or usual[0] <= days <= usual[1] * 2:
        return None
    span = "5 to 7" if usual[0] < usual[1] else str(usual[0])
    return f"{days} days from first to last; this training has {span}. Check the dates."


@rule(TrainingEnrolment, "training_batch_id", source=_SOURCE, severity=Severity.REASON, across=True)
def enrolled_once(enrolment: TrainingEnrolment, case: RuleContext) -> str | None:
    """A person is enrolled in a training once."""
    if not enrolment.training_batch_id:
        return None
    for person in ("beneficiary_id", "member_id"):
        if enrolment.value(person) is not None:
            found = case.known.where(
                "training_enrolment",
                **{
                    "training_batch_id": enrolment.training_batch_id,
                    person: enrolment.value(person),
                },
            )
            if any(other.id != enrolment.id for other in found):
                return "This person is enrolled in this training already."
    return None


@rule(TrainingEnrolment, "member_id", source=_SOURCE, severity=Severity.WARN)
def training_of_artisans(enrolment: TrainingEnrolment, case: RuleContext) -> str | None:
    """PM Vishwakarma trainings are for its artisans."""
    if enrolment.member_id is None:
        return None
    batch = _batch(enrolment, case)
    if batch and batch.training_type in _ARTISANS:
        return "This training is for artisans of PM Vishwakarma. Is she registered as one?"
    return None


@rule(TrainingEnrolment, "days_attended", source=_SOURCE, severity=Severity.REASON)
def days_within_the_training(enrolment: TrainingEnrolment, case: RuleContext) -> str | None:
    """Nobody attends more days than the training has."""
    if enrolment.days_attended is None:
        return None
    batch = _batch(enrolment, case)
    days = _days(batch) if batch else None
    if days is not None and enrolment.days_attended > days:
        return f"The training had only {days} days. Check the days or its dates."
    return None


@rule(TrainingEnrolment, "completed_on", source=_SOURCE)
def completed_after_the_start(enrolment: TrainingEnrolment, case: RuleContext) -> str | None:
    """Nobody completes a training before its first day."""
    if enrolment.completed_on is None:
        return None
    batch = _batch(enrolment, case)
    if batch and batch.starts_on and enrolment.completed_on < batch.starts_on:
        return f"The training began only on {show_date(batch.starts_on)}."
    return None


@rule(TrainingEnrolment, "state", source=_SOURCE, severity=Severity.WARN)
def completed_is_attended_and_assessed(
    enrolment: TrainingEnrolment, _case: RuleContext
) -> str | None:
    """Completed means attendance and assessment."""
    if enrolment.state not in {"COMPLETED", "CERTIFIED"} or enrolment.progress_percent == 100:
        return None
    missing = [
        words
        for words, there in (
            ("the days attended", enrolment.days_attended),
            ("a passed assessment", enrolment.assessment == "PASS"),
        )
        if not there
    ]
    return f"Completed needs {' and '.join(missing)}." if missing else None


@rule(TrainingEnrolment, "stipend_amount", source=_SOURCE, severity=Severity.WARN)
def stipend_by_days(enrolment: TrainingEnrolment, _case: RuleContext) -> str | None:
    """An artisan's stipend is Rs 500 for each day attended."""
    days, amount = enrolment.days_attended, enrolment.stipend_amount
    if enrolment.beneficiary_id is None or days is None or amount in {None, stipend(days)}:
        return None
    return f"{days} days x Rs 500 are Rs {stipend(days)}."


@rule(Attendance, "on", source=_SOURCE, severity=Severity.REASON)
def day_of_the_event(attendance: Attendance, case: RuleContext) -> str | None:
    """The day lies within the training, or is the programme's day."""
    if attendance.on is None:
        return None
    first, last = _span(attendance, case)
    if first and attendance.on < first:
        return f"It began only on {show_date(first)}. Check the day."
    if last and attendance.on > last:
        return f"It ended on {show_date(last)}. Check the day."
    return None


def _span(attendance: Attendance, case: RuleContext) -> tuple[date | None, date | None]:
    batch = _batch(attendance, case)
    if batch:
        return batch.starts_on, batch.ends_on
    number = attendance.programme_id
    programme = case.known.get("programme", number) if number else None
    # Fairs and camps may go on for days: only the first day is known.
    return (programme.held_on, None) if isinstance(programme, Programme) else (None, None)


@rule(Attendance, "on", source=_SOURCE, severity=Severity.REASON, across=True)
def marked_once(attendance: Attendance, case: RuleContext) -> str | None:
    """A person is marked once a day at one event; the same mark on two laptops is harmless."""
    who = "beneficiary_id" if attendance.beneficiary_id else "member_id"
    where = "training_batch_id" if attendance.training_batch_id else "programme_id"
    if attendance.on is None or attendance.value(who) is None or attendance.value(where) is None:
        return None
    same = {name: attendance.value(name) for name in (who, where, "on")}
    if any(other.id != attendance.id for other in case.known.where("attendance", **same)):
        return "This person is marked for that day already."
    return None


@rule(Programme, "cases_cleared", source="domain brief section 1, row 6")
def cleared_within_put_up(programme: Programme, _case: RuleContext) -> str | None:
    """The committee clears at most the cases put up."""
    cleared, put_up = programme.cases_cleared, programme.cases_put_up
    if cleared is not None and put_up is not None and cleared > put_up:
        return f"Only {put_up} cases were put up."
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
