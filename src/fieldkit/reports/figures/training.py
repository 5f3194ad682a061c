"""Trainings of artisans and members: who completed what, where, and the stipend."""

from __future__ import annotations

from dataclasses import replace

from fieldkit.reports.declaration.measure import FILLED, Measure, Where
from fieldkit.reports.declaration.report import AREA, Dimension, Report, figure, share
from fieldkit.reports.figures.artisans import PMV_TRAINED, PMV_TRAININGS

_PMV: Where = {"beneficiary_id": FILLED, "training_batch_id.training_type": PMV_TRAININGS}
BATCHES = Measure(
    "batches",
    "Trainings held",
    "training_batch",
    {"training_type": PMV_TRAININGS},
    "starts_on",
    "trainings",
)
SEATS = replace(BATCHES.sum("seats", "seats", "Seats"), unit="seats")
ENROLLED = Measure("enrolled", "Enrolled", "training_enrolment", _PMV, "enrolled_on", "persons")
BASIC = PMV_TRAINED.also(
    "basic_completed", "of them basic", {"training_batch_id.training_type": "BASIC"}
)
ADVANCED = PMV_TRAINED.also(
    "advanced_completed", "of them advanced", {"training_batch_id.training_type": "ADV"}
)
ASSESSED = Measure(
    "assessed",
    "Skill assessed",
    "training_enrolment",
    {"beneficiary_id": FILLED, "assessed_on": FILLED},
    "assessed_on",
    "persons",
)
CERTIFIED = Measure(
    "certified",
    "Certificates",
    "training_enrolment",
    {**_PMV, "state": "CERTIFIED"},
    ("certified_on", "completed_on"),
    "persons",
)
DROPPED = Measure(
    "dropped",
    "Dropped out or not passed",
    "training_enrolment",
    {**_PMV, "state": ("DROPPED", "FAILED")},
    "enrolled_on",
    "persons",
)
STIPEND_PAID = Measure(
    "stipends_paid",
    "Stipends paid",
    "training_enrolment",
    {"beneficiary_id": FILLED, "stipend_paid_on": FILLED},
    "stipend_paid_on",
    "persons",
)
STIPEND = STIPEND_PAID.sum("stipend_amount", "stipend_amount", "Stipend paid")
STIPEND_DUE = PMV_TRAINED.also(
    "stipends_due", "Completed, stipend not paid", {"stipend_paid_on": None}
)
DAYS = replace(
    Measure(
        "days_attended",
        "Days attended",
        "training_enrolment",
        _PMV,
        "enrolled_on",
        amount="days_attended",
    ),
    unit="days attended",
)
MEMBERS_TRAINED = Measure(
    "skill_trained",
    "Members given skill training",
    "training_enrolment",
    {
        "member_id": FILLED,
        "state": ("COMPLETED", "CERTIFIED"),
        "training_batch_id.training_type": "SHG_SKILL",
    },
    ("completed_on", "certified_on"),
    "persons",
)
KIND = Dimension(
    "kind",
    "Kind of training",
    {
        "training_enrolment": "training_batch_id.training_type",
        "training_batch": "training_type",
    },
)
PARTNER = Dimension(
    "partner",
    "Conducted by",
    {"training_enrolment": "training_batch_id.partner", "training_batch": "partner"},
)
COURSE = Dimension(
    "course",
    "Course",
    {"training_enrolment": "training_batch_id.course", "training_batch": "course"},
)
CENTRE = Dimension(
    "centre",
    "Centre",
    {
        "training_enrolment": "training_batch_id.training_centre_id.name",
        "training_batch": "training_centre_id.name",
    },
)

TRAINING = Report(
    "training",
    "Trainings of artisans and members",
    "R5",
    (
        figure(BATCHES),
        figure(SEATS),
        figure(ENROLLED),
        figure(ASSESSED),
        figure(PMV_TRAINED),
        figure(BASIC),
        figure(ADVANCED),
        share(PMV_TRAINED, ENROLLED, "completed_percent", "Completed of enrolled"),
        figure(CERTIFIED),
        figure(DROPPED),
        figure(DAYS),
        figure(STIPEND_PAID),
        figure(STIPEND),
        figure(STIPEND_DUE),
        figure(MEMBERS_TRAINED),
    ),
    by=(AREA, KIND, PARTNER, COURSE, CENTRE),
    notes=(
        "Trainings of artisans: basic and advanced. Completed: attendance and assessment "
        "(PM Vishwakarma Guidelines); the stipend is Rs 500 for a day attended.",
    ),
)
REPORTS = (TRAINING,)
