"""Trainings: the batch, who is in it, and the centre it is held at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fieldkit.records.ask import Ask, Use, When
from fieldkit.records.formats import (
    Choice,
    Code,
    Date,
    FinancialYear,
    Mobile,
    Money,
    PersonName,
    PortalNumber,
    Reference,
    Text,
    Value,
    Whole,
)
from fieldkit.records.parts import EitherArtisan, OrMember
from fieldkit.records.record import Record
from fieldkit.records.trade import Trade

STIPEND_A_DAY = 500
"""Rupees, basic and advanced training alike (PM Vishwakarma Guidelines, domain brief section 2)."""


def stipend(days: int) -> int:
    """Return the stipend in rupees for ``days`` attended."""
    return days * STIPEND_A_DAY


class TrainingCentre(Record, table=True):
    """A centre where trainings are held: a CMTC, an institute or another place."""

    title = "Training centre"
    plural = "Training centres"
    same = (("code",), ("~name", "village"))

    name: Annotated[
        str | None,
        Ask(
            "Name",
            Text(),
            section="Centre",
            required="a centre is known by its name",
            uses=frozenset({Use.NAME, Use.LIST}),
            headers=("Centre Name", "Name of Centre", "Training Centre", "CMTC Name"),
        ),
    ] = None
    centre_kind: Annotated[
        str | None,
        Ask("Kind", Choice("centre_kind"), uses=frozenset({Use.LIST}), headers=("Centre Type",)),
    ] = None
    partner: Annotated[
        str | None, Ask("Run by", Choice("training_partner"), headers=("Training Partner",))
    ] = None
    code: Annotated[
        str | None,
        Ask("Number", Code(), uses=frozenset({Use.CODE}), headers=("Centre Code", "TC ID")),
    ] = None
    village: Annotated[
        str | None,
        Ask("Village or town", Text(), uses=frozenset({Use.PLACE, Use.LIST}), suggest="village"),
    ] = None
    functional_since: Annotated[date | None, Ask("Working since", Date(past=True))] = None
    capacity: Annotated[int | None, Ask("Places", Whole(most=2000), headers=("Capacity",))] = None
    cluster_federation_id: Annotated[
        str | None,
        Ask(
            "Managed by the CLF",
            Reference(kinds=("cluster_federation",)),
            applies=(When("centre_kind", ("CMTC",)),),
        ),
    ] = None
    contact_name: Annotated[
        str | None, Ask("Person to call", PersonName(), uses=frozenset({Use.KIN}))
    ] = None
    mobile: Annotated[str | None, Ask("Mobile", Mobile(), uses=frozenset({Use.DIGITS}))] = None


class TrainingBatch(Record, table=True):
    """One training with its dates: artisans' basic or advanced, SHG skill, exposure visit ..."""

    title = "Training"
    plural = "Trainings"
    order = "starts_on"
    same = (("batch_no",), ("training_type", "starts_on", "place"))
    steps = {"training_centre_id": "t training"}

    training_type: Annotated[
        str | None,
        Ask(
            "Kind",
            Choice("training_type"),
            section="Training",
            required="trainings are counted by kind, and stipend hangs on it",
            uses=frozenset({Use.LIST}),
            headers=("Training Type", "Type of Training"),
        ),
    ] = None
    course: Annotated[
        str | None,
        Ask(
            "Course or trade",
            Text(),
            uses=frozenset({Use.NAME, Use.LIST}),
            headers=("Course Name", "Name of Course"),
        ),
    ] = None
    trade_code: Annotated[
        str | None,
        Ask("Trade", Trade(), applies=(When("training_type", ("ASSESS", "BASIC", "ADV")),)),
    ] = None
    starts_on: Annotated[
        date | None,
        Ask(
            "First day",
            Date(),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Start Date", "From Date", "Training Start Date"),
        ),
    ] = None
    ends_on: Annotated[
        date | None, Ask("Last day", Date(), headers=("End Date", "To Date", "Training End Date"))
    ] = None
    training_centre_id: Annotated[
        str | None, Ask("Centre", Reference(kinds=("training_centre",)))
    ] = None
    place: Annotated[
        str | None,
        Ask(
            "Place",
            Text(),
            uses=frozenset({Use.PLACE, Use.LIST}),
            suggest="village",
            headers=("Venue",),
        ),
    ] = None
    partner: Annotated[
        str | None,
        Ask("Held by", Choice("training_partner"), headers=("Training Partner", "Institute")),
    ] = None
    batch_no: Annotated[
        str | None,
        Ask(
            "Batch number",
            PortalNumber(shortest=1, longest=40),
            section="More",
            uses=frozenset({Use.CODE}),
            headers=("Batch No.", "Batch ID"),
        ),
    ] = None
    hours: Annotated[int | None, Ask("Hours", Whole(most=2000), headers=("Duration (Hours)",))] = (
        None
    )
    seats: Annotated[int | None, Ask("Seats", Whole(most=5000), headers=("Batch Size",))] = None
    resource_persons: Annotated[
        str | None,
        Ask(
            "Resource persons",
            Text(longest=500),
            "Name and organisation of each, separated by ;",
            headers=("Resource Person", "Trainer"),
        ),
    ] = None
    visited_state: Annotated[
        str | None,
        Ask("Visited", Text(), "State and place.", applies=(When("training_type", ("EXPOSURE",)),)),
    ] = None
    sponsor: Annotated[str | None, Ask("Paid by (scheme)", Text())] = None
    financial_year: Annotated[
        str | None, Ask("Financial year", FinancialYear(), headers=("FY",))
    ] = None
    completed_on: Annotated[
        date | None, Ask("Closed", Date(past=True), uses=frozenset({Use.HAPPENED}))
    ] = None

    def label(self) -> str:
        """Name the kind, the course and the place."""
        kind = Choice("training_type").show(self.training_type) or self.title
        return ", ".join(filter(None, (kind, self.course, self.place)))


class TrainingEnrolment(Record, table=True):
    """One person in one training: days, assessment, certificate, stipend."""

    title = "Enrolment"
    plural = "Enrolments"
    order = "enrolled_on"
    same = (("training_batch_id", "beneficiary_id"), ("training_batch_id", "member_id"))
    steps = {
        "training_batch_id": "a enrol",
        "beneficiary_id": "t training",
        "member_id": "t training",
    }

    training_batch_id: Annotated[
        str | None,
        Ask(
            "Training",
            Reference(kinds=("training_batch",)),
            section="Enrolment",
            required="an enrolment is in one training",
            uses=frozenset({Use.LIST}),
        ),
    ] = None
    beneficiary_id: EitherArtisan = None
    member_id: OrMember = None
    state: Annotated[
        str | None,
        Ask(
            "State",
            Choice("training_state"),
            default="ENROLLED",
            uses=frozenset({Use.LIST}),
            headers=("Status", "Training Status"),
        ),
    ] = None
    enrolled_on: Annotated[
        date | None,
        Ask(
            "Enrolled", Date(past=True), uses=frozenset({Use.HAPPENED}), headers=("Enrolment Date",)
        ),
    ] = None
    days_attended: Annotated[
        int | None,
        Ask(
            "Days attended",
            Whole(most=400),
            "As in the centre's register; days marked here are rows of their own.",
            section="Result",
            headers=("Attendance", "Attendance Days"),
        ),
    ] = None
    assessed_on: Annotated[
        date | None, Ask("Assessed", Date(past=True), uses=frozenset({Use.HAPPENED}))
    ] = None
    assessment: Annotated[
        str | None,
        Ask("Assessment", Choice("assessment_result"), headers=("Result", "Assessment Result")),
    ] = None
    progress_percent: Annotated[
        int | None, Ask("Online course done, percent", Whole(most=100), headers=("Progress",))
    ] = None
    practical_on: Annotated[date | None, Ask("Practical (KVK) finished", Date(past=True))] = None
    completed_on: Annotated[
        date | None,
        Ask(
            "Completed",
            Date(past=True),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Completion Date",),
        ),
    ] = None
    certificate_no: Annotated[
        str | None,
        Ask(
            "Certificate number",
            PortalNumber(),
            uses=frozenset({Use.CODE}),
            headers=("Certificate No.",),
        ),
    ] = None
    certified_on: Annotated[
        date | None, Ask("Certificate issued", Date(past=True), uses=frozenset({Use.HAPPENED}))
    ] = None
    dropped_reason: Annotated[
        str | None,
        Ask("Why not finished", Text(), applies=(When("state", ("DROPPED", "FAILED")),)),
    ] = None
    stipend_amount: Annotated[
        int | None,
        Ask("Stipend", Money(), "Days attended x Rs 500.", section="Stipend", headers=("Stipend",)),
    ] = None
    stipend_paid_on: Annotated[date | None, Ask("Stipend paid", Date(past=True))] = None
    stipend_reference: Annotated[
        str | None, Ask("Payment reference (UTR)", PortalNumber(), headers=("UTR", "UTR No."))
    ] = None
    travel_amount: Annotated[int | None, Ask("Travel money", Money())] = None

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

    def event(self) -> str:
        """Say how far the training has come, with days and result."""
        days = f"{self.days_attended} days" if self.days_attended else ""
        result = Choice("assessment_result").show(self.assessment).casefold()
        return ", ".join(filter(None, (f"Training: {self.label().casefold()}", days, result)))
