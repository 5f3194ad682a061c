"""Trainings: the batch, who is in it, and the centre it is held at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fieldkit.records.declaration.action import Action, Job
from fieldkit.records.declaration.field import Condition, Field, Use
from fieldkit.records.declaration.parts import EitherArtisan, OrMember
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import (
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
from fieldkit.records.fields.trade import Trade

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

    name: Annotated[
        str | None,
        Field(
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
        Field("Kind", Choice("centre_kind"), uses=frozenset({Use.LIST}), headers=("Centre Type",)),
    ] = None
    partner: Annotated[
        str | None, Field("Run by", Choice("training_partner"), headers=("Training Partner",))
    ] = None
    code: Annotated[
        str | None,
        Field("Number", Code(), uses=frozenset({Use.CODE}), headers=("Centre Code", "TC ID")),
    ] = None
    village: Annotated[
        str | None,
        Field("Village or town", Text(), uses=frozenset({Use.PLACE, Use.LIST}), suggest="village"),
    ] = None
    functional_since: Annotated[date | None, Field("Working since", Date(past=True))] = None
    capacity: Annotated[int | None, Field("Places", Whole(most=2000), headers=("Capacity",))] = None
    cluster_federation_id: Annotated[
        str | None,
        Field(
            "Managed by the CLF",
            Reference(kinds=("cluster_federation",)),
            applies=(Condition("centre_kind", ("CMTC",)),),
        ),
    ] = None
    contact_name: Annotated[
        str | None, Field("Person to call", PersonName(), uses=frozenset({Use.KIN}))
    ] = None
    mobile: Annotated[str | None, Field("Mobile", Mobile(), uses=frozenset({Use.DIGITS}))] = None


class TrainingBatch(Record, table=True):
    """One training with its dates: artisans' basic or advanced, SHG skill, exposure visit ..."""

    title = "Training"
    plural = "Trainings"
    order = "starts_on"
    match_keys = (("batch_no",), ("training_type", "starts_on", "place"))
    actions = {"training_centre_id": Action("t", "training")}
    job = Job(3, "Training")

    training_type: Annotated[
        str | None,
        Field(
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
        Field(
            "Course or trade",
            Text(),
            uses=frozenset({Use.NAME, Use.LIST}),
            headers=("Course Name", "Name of Course"),
        ),
    ] = None
    trade_code: Annotated[
        str | None,
        Field("Trade", Trade(), applies=(Condition("training_type", ("ASSESS", "BASIC", "ADV")),)),
    ] = None
    starts_on: Annotated[
        date | None,
        Field(
            "First day",
            Date(),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Start Date", "From Date", "Training Start Date"),
        ),
    ] = None
    ends_on: Annotated[
        date | None, Field("Last day", Date(), headers=("End Date", "To Date", "Training End Date"))
    ] = None
    training_centre_id: Annotated[
        str | None, Field("Centre", Reference(kinds=("training_centre",)))
    ] = None
    place: Annotated[
        str | None,
        Field(
            "Place",
            Text(),
            uses=frozenset({Use.PLACE, Use.LIST}),
            suggest="village",
            headers=("Venue",),
        ),
    ] = None
    partner: Annotated[
        str | None,
        Field("Held by", Choice("training_partner"), headers=("Training Partner", "Institute")),
    ] = None
    batch_no: Annotated[
        str | None,
        Field(
            "Batch number",
            PortalNumber(shortest=1, longest=40),
            section="More",
            uses=frozenset({Use.CODE}),
            headers=("Batch No.", "Batch ID"),
        ),
    ] = None
    hours: Annotated[
        int | None, Field("Hours", Whole(most=2000), headers=("Duration (Hours)",))
    ] = None
    seats: Annotated[int | None, Field("Seats", Whole(most=5000), headers=("Batch Size",))] = None
    resource_persons: Annotated[
        str | None,
        Field(
            "Resource persons",
            Text(longest=500),
            "Name and organisation of each, separated by ;",
            headers=("Resource Person", "Trainer"),
        ),
    ] = None
    visited_state: Annotated[
        str | None,
        Field(
            "Visited",
            Text(),
            "State and place.",
            applies=(Condition("training_type", ("EXPOSURE",)),),
        ),
    ] = None
    sponsor: Annotated[str | None, Field("Paid by (scheme)", Text())] = None
    financial_year: Annotated[
        str | None, Field("Financial year", FinancialYear(), headers=("FY",))
    ] = None
    completed_on: Annotated[
        date | None, Field("Closed", Date(past=True), uses=frozenset({Use.HAPPENED}))
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
    match_keys = (("training_batch_id", "beneficiary_id"), ("training_batch_id", "member_id"))
    actions = {
        "training_batch_id": Action("a", "enrol", roster=True),
        "beneficiary_id": Action("t", "training"),
        "member_id": Action("t", "training"),
    }
    home_rank = 5

    training_batch_id: Annotated[
        str | None,
        Field(
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
        Field(
            "State",
            Choice("training_state"),
            default="ENROLLED",
            uses=frozenset({Use.LIST}),
            headers=("Status", "Training Status"),
        ),
    ] = None
    enrolled_on: Annotated[
        date | None,
        Field(
            "Enrolled", Date(past=True), uses=frozenset({Use.HAPPENED}), headers=("Enrolment Date",)
        ),
    ] = None
    days_attended: Annotated[
        int | None,
        Field(
            "Days attended",
            Whole(most=400),
            "As in the centre's register; days marked here are rows of their own.",
            section="Result",
            headers=("Attendance", "Attendance Days"),
        ),
    ] = None
    assessed_on: Annotated[
        date | None, Field("Assessed", Date(past=True), uses=frozenset({Use.HAPPENED}))
    ] = None
    assessment: Annotated[
        str | None,
        Field("Assessment", Choice("assessment_result"), headers=("Result", "Assessment Result")),
    ] = None
    progress_percent: Annotated[
        int | None, Field("Online course done, percent", Whole(most=100), headers=("Progress",))
    ] = None
    practical_on: Annotated[date | None, Field("Practical (KVK) finished", Date(past=True))] = None
    completed_on: Annotated[
        date | None,
        Field(
            "Completed",
            Date(past=True),
            uses=frozenset({Use.LIST, Use.HAPPENED}),
            headers=("Completion Date",),
        ),
    ] = None
    certificate_no: Annotated[
        str | None,
        Field(
            "Certificate number",
            PortalNumber(),
            uses=frozenset({Use.CODE}),
            headers=("Certificate No.",),
        ),
    ] = None
    certified_on: Annotated[
        date | None, Field("Certificate issued", Date(past=True), uses=frozenset({Use.HAPPENED}))
    ] = None
    dropped_reason: Annotated[
        str | None,
        Field("Why not finished", Text(), applies=(Condition("state", ("DROPPED", "FAILED")),)),
    ] = None
    stipend_amount: Annotated[
        int | None,
        Field(
            "Stipend", Money(), "Days attended x Rs 500.", section="Stipend", headers=("Stipend",)
        ),
    ] = None
    stipend_paid_on: Annotated[date | None, Field("Stipend paid", Date(past=True))] = None
    stipend_reference: Annotated[
        str | None, Field("Payment reference (UTR)", PortalNumber(), headers=("UTR", "UTR No."))
    ] = None
    travel_amount: Annotated[int | None, Field("Travel money", Money())] = None

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
