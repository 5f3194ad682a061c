"""Who came: the days of a training, and programmes."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action, Days
from fieldkit.records.declaration.checks import exactly_one
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.milestone import Milestone
from fieldkit.records.declaration.parts import EitherArtisan, OrMember, artisan_or_member
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, Rules
from fieldkit.records.declaration.writers import REGISTRAR, Writers
from fieldkit.records.fields.formats import PAST_DATE, PERSON_NAME, YES_NO, Reference
from fieldkit.records.outreach.programme import Programme
from fieldkit.records.training.training_batch import TrainingBatch

_SOURCE = "our own check, not official"


class Attendance(Record, table=True):
    """One person on one day of a training, or at a programme."""

    plural = "Attendance"
    order = "on"
    match_keys = (
        ("training_batch_id", "beneficiary_id", "on"),
        ("training_batch_id", "member_id", "on"),
        ("programme_id", "beneficiary_id", "on"),
        ("programme_id", "member_id", "on"),
    )
    actions = {
        "beneficiary_id": Action("c", "camp"),
        "member_id": Action("c", "camp"),
    }
    milestones = (
        Milestone(
            7,
            "orientation",
            when(present=True),
            about="beneficiary_id",
            at="programme_id",
            there=when(programme_kind="ORIENT"),
        ),
    )
    marks_days = (
        Days(
            of="training_batch_id",
            enrolled="training_enrolment",
            day="on",
            present="present",
            first="starts_on",
            last="ends_on",
        ),
        Days(of="programme_id", enrolled="", day="on", present="present", first="held_on"),
    )
    writers = Writers(create=REGISTRAR, edit=REGISTRAR, delete=REGISTRAR)

    training_batch_id: str | None = field(
        "Training",
        Reference(("training_batch",)),
        "Either the training or the programme.",
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
        required="each day is marked separately",
        uses=Use.LIST | Use.HAPPENED,
    )
    present: bool | None = field("Present", YES_NO, default="yes", uses=Use.LIST)
    stood_in: str | None = field("Who came instead", PERSON_NAME, applies=when(present=False))

    def label(self) -> str:
        """Say whether the person was there."""
        return "absent" if self.present is False else "present"

    def event(self) -> str:
        """Say which event the person attended or missed."""
        return f"{'Training day' if self.training_batch_id else 'Programme'}: {self.label()}"


check = Rules(Attendance, _SOURCE)


@check(
    "on",
    severity=Severity.REASON,
    before="It began later, on {day:date}. Check the date.",
    after="It ended on {day:date}. Check the date.",
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
    """Return the first and the last day of the event, as far as they are known."""
    if batch := context.get(TrainingBatch, attendance.training_batch_id):
        return batch.starts_on, batch.ends_on
    programme = context.get(Programme, attendance.programme_id)
    # Fairs and camps may go on for days: only the first day is known.
    return programme.held_on if programme else None, None


@check("on", "This person is already marked for that date.", Severity.REASON, across=True)
def marked_once(attendance: Attendance, context: RuleContext) -> bool:
    """A person is marked once a day at one event; the same mark on two laptops is harmless."""
    who = "beneficiary_id" if attendance.beneficiary_id else "member_id"
    where = "training_batch_id" if attendance.training_batch_id else "programme_id"
    return bool(context.others(attendance, who, where, "on"))


artisan_or_member(Attendance)
exactly_one(
    Attendance,
    "training_batch_id",
    "programme_id",
    what="the training or the programme",
    source="each day of attendance is of a training or of a programme",
)
