"""Trainings and their dates."""

from datetime import date

from fieldkit.protocol.messages.finding import Severity
from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.checks import in_order
from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import Broken, RuleContext, rule
from fieldkit.records.fields.formats import (
    DAY,
    FINANCIAL_YEAR,
    LONG_TEXT,
    PAST_DATE,
    TEXT,
    Choice,
    PortalNumber,
    Reference,
    Whole,
)
from fieldkit.records.fields.trade import TRADE

_SOURCE = "PM Vishwakarma Guidelines: training; 5 to 7 days of basic training from web pages"
_USUAL_DAYS = {"BASIC": (5, 7), "ADV": (15, 15)}


class TrainingBatch(Record, table=True):
    """One training with its dates: artisans' basic or advanced, SHG skill, exposure visit ..."""

    title = "Training"
    order = "starts_on"
    match_keys = (("batch_no",), ("training_type", "starts_on", "place"))
    actions = {"training_centre_id": Action("t", "training")}
    job = Job(4, "Training")

    training_type: str | None = field(
        "Kind",
        Choice("training_type"),
        section="Training",
        required="trainings are counted by kind, and stipend depends on it",
        uses=Use.LIST,
    )
    course: str | None = field("Course or trade", TEXT, uses=Use.NAME | Use.LIST)
    trade_code: str | None = field(
        "Trade", TRADE, applies=when(training_type=("ASSESS", "BASIC", "ADV"))
    )
    starts_on: date | None = field("First day", DAY, uses=Use.LIST | Use.HAPPENED)
    ends_on: date | None = field("Last day", DAY)
    training_centre_id: str | None = field("Centre", Reference(("training_centre",)))
    place: str | None = field("Place", TEXT, uses=Use.PLACE | Use.LIST, suggest="village")
    partner: str | None = field("Conducted by", Choice("training_partner"))
    batch_no: str | None = field(
        "Batch number", PortalNumber(shortest=1, longest=40), section="More", uses=Use.CODE
    )
    hours: int | None = field("Hours", Whole(most=2000))
    seats: int | None = field("Seats", Whole(most=5000))
    resource_persons: str | None = field(
        "Resource persons", LONG_TEXT, "Name and organisation of each, separated by ;"
    )
    visited_state: str | None = field(
        "Visited", TEXT, "State and place.", applies=when(training_type="EXPOSURE")
    )
    sponsor: str | None = field("Paid by (scheme)", TEXT)
    financial_year: str | None = field("Financial year", FINANCIAL_YEAR)
    completed_on: date | None = field("Closed", PAST_DATE, uses=Use.HAPPENED)

    def days(self) -> int | None:
        """Return the days from first to last, if both are given."""
        if self.starts_on is None or self.ends_on is None:
            return None
        return (self.ends_on - self.starts_on).days + 1

    def label(self) -> str:
        """Name the course and the place; the kind where no course is given."""
        kind = Choice("training_type").show(self.training_type) or self.title
        return ", ".join(filter(None, (self.course or kind, self.place)))


@rule(
    TrainingBatch,
    "ends_on",
    source=_SOURCE,
    severity=Severity.WARN,
    says={
        "": "{days} days from first to last. This training takes {fewest}. Check the dates.",
        "between": (
            "{days} days from first to last. This training takes {fewest} to {most}. Check the "
            "dates."
        ),
    },
)
def usual_length(batch: TrainingBatch, _context: RuleContext) -> Broken | None:
    """Basic training takes 5 to 7 days, advanced training 15; days off lengthen it."""
    usual, days = _USUAL_DAYS.get(batch.training_type or ""), batch.days()
    if usual is None or days is None or usual[0] <= days <= usual[1] * 2:
        return None
    fewest, most = usual
    return Broken("between" if fewest < most else "", days=days, fewest=fewest, most=most)


in_order(TrainingBatch, "starts_on", "ends_on", "completed_on", source=_SOURCE)
