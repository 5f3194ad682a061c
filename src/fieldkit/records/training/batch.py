"""Trainings: the batch, who is in it, and the centre it is held at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fieldkit.records.declaration.field import Use, field, when
from fieldkit.records.declaration.lifecycle import Lifecycle, Step
from fieldkit.records.declaration.parts import EitherArtisan, OrMember
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
    CODE,
    DAY,
    FINANCIAL_YEAR,
    LONG_TEXT,
    MOBILE,
    PAST_DATE,
    PERSON_NAME,
    PORTAL_NUMBER,
    RUPEES,
    TEXT,
    Choice,
    PortalNumber,
    Reference,
    Value,
    Whole,
)
from fieldkit.records.fields.trade import TRADE

STIPEND_A_DAY = 500
"""Rupees, basic and advanced training alike (PM Vishwakarma Guidelines, domain brief section 2)."""


def stipend(days: int) -> int:
    """Return the stipend in rupees for ``days`` attended."""
    return days * STIPEND_A_DAY


class TrainingCentre(Record, table=True):
    """A centre where trainings are held: a CMTC, an institute or another place."""

    title = "Training centre"
    plural = "Training centres"
    match_keys = (("code",), ("~name", "village"))

    name: str | None = field(
        "Name",
        TEXT,
        section="Centre",
        required="a centre is known by its name",
        uses=Use.NAME | Use.LIST,
    )
    centre_kind: str | None = field("Kind", Choice("centre_kind"), uses=Use.LIST)
    partner: str | None = field("Run by", Choice("training_partner"))
    code: str | None = field("Number", CODE, uses=Use.CODE)
    village: str | None = field(
        "Village or town", TEXT, uses=Use.PLACE | Use.LIST, suggest="village"
    )
    functional_since: date | None = field("Working since", PAST_DATE)
    capacity: int | None = field("Places", Whole(most=2000))
    cluster_federation_id: str | None = field(
        "Managed by the CLF", Reference(("cluster_federation",)), applies=when(centre_kind="CMTC")
    )
    contact_name: str | None = field("Person to call", PERSON_NAME, uses=Use.KIN)
    mobile: str | None = field("Mobile", MOBILE, uses=Use.DIGITS)


class TrainingBatch(Record, table=True):
    """One training with its dates: artisans' basic or advanced, SHG skill, exposure visit ..."""

    title = "Training"
    plural = "Trainings"
    order = "starts_on"
    match_keys = (("batch_no",), ("training_type", "starts_on", "place"))
    steps = {"training_centre_id": "t training"}

    training_type: str | None = field(
        "Kind",
        Choice("training_type"),
        section="Training",
        required="trainings are counted by kind, and stipend hangs on it",
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
    partner: str | None = field("Held by", Choice("training_partner"))
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

    def label(self) -> str:
        """Name the kind, the course and the place."""
        kind = Choice("training_type").show(self.training_type) or self.title
        return ", ".join(filter(None, (kind, self.course, self.place)))


class TrainingEnrolment(Record, table=True):
    """One person in one training: days, assessment, certificate, stipend."""

    title = "Enrolment"
    plural = "Enrolments"
    order = "enrolled_on"
    match_keys = (("training_batch_id", "beneficiary_id"), ("training_batch_id", "member_id"))
    steps = {
        "training_batch_id": "a enrol",
        "beneficiary_id": "t training",
        "member_id": "t training",
    }

    lifecycle = Lifecycle(
        "state",
        Step("NOMINATED", "nominated", then=("ENROLLED", "DROPPED")),
        Step(
            "ENROLLED",
            "enrolled in batch",
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
        required="an enrolment is in one training",
        uses=Use.LIST,
    )
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    state: str | None = field("State", Choice("training_state"), default="ENROLLED", uses=Use.LIST)
    enrolled_on: date | None = field("Enrolled", PAST_DATE)
    days_attended: int | None = field(
        "Days attended",
        Whole(most=400),
        "As in the centre's register; days marked here are rows of their own.",
        section="Result",
    )
    assessed_on: date | None = field("Assessed", PAST_DATE)
    assessment: str | None = field("Assessment", Choice("assessment_result"))
    progress_percent: int | None = field("Online course done, percent", Whole(most=100))
    practical_on: date | None = field("Practical (KVK) finished", PAST_DATE)
    completed_on: date | None = field("Completed", PAST_DATE, uses=Use.LIST)
    certificate_no: str | None = field("Certificate number", PORTAL_NUMBER, uses=Use.CODE)
    certified_on: date | None = field("Certificate issued", PAST_DATE)
    dropped_reason: str | None = field("Why not finished", TEXT)
    stipend_amount: int | None = field(
        "Stipend", RUPEES, "Days attended x Rs 500.", section="Stipend"
    )
    stipend_paid_on: date | None = field("Stipend paid", PAST_DATE)
    stipend_reference: str | None = field("Payment reference (UTR)", PORTAL_NUMBER)
    travel_amount: int | None = field("Travel money", RUPEES)

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

    def event(self, step: Step | None = None) -> str:
        """Say what was done; of the present state also the days and the result."""
        if step and step is not self.step():
            return f"Training: {step.word}"
        days = f"{self.days_attended} days" if self.days_attended else ""
        result = Choice("assessment_result").show(self.assessment).casefold()
        return ", ".join(filter(None, (f"Training: {self.label().casefold()}", days, result)))
