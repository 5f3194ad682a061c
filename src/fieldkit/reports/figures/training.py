"""Trainings of artisans and members: who completed what, where, and the stipend."""

from __future__ import annotations

from dataclasses import replace

from fieldkit import reference
from fieldkit.reports.declaration.measure import FILLED, NOT_GONE, Measure, Where
from fieldkit.reports.declaration.report import AREA, Dimension, Report, figure, share
from fieldkit.reports.figures.artisans import PMV_TRAINED, PMV_TRAININGS

_LITERATE = tuple(str(one.code) for one in reference.options("education") if one.code != "ILL")
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


def _members(name: str, label: str, *types: str) -> Measure:
    return Measure(
        name,
        label,
        "training_enrolment",
        {
            "member_id": FILLED,
            "state": ("COMPLETED", "CERTIFIED"),
            "training_batch_id.training_type": types,
        },
        ("completed_on", "certified_on"),
        "persons",
    )


def _sessions(name: str, label: str, *types: str) -> Measure:
    return Measure(
        name, label, "training_batch", {"training_type": types}, "starts_on", "trainings"
    )


_OF_GROUPS = ("SHG_CMTC", "SHG_SKILL", "FINLIT", "DAKSH", "EXPOSURE", "EDP")
CMTCS = Measure(
    "cmtcs",
    "CMTCs open",
    "training_centre",
    {"centre_kind": "CMTC"},
    "functional_since",
    "centres",
)
CMTC_PLACES = replace(CMTCS.sum("capacity", "cmtc_places", "Places in them"), unit="places")
CMTC_DISTRICTS = replace(
    CMTCS,
    name="cmtc_districts",
    label="Districts with one",
    unit="districts",
    distinct=("district",),
)
AT_CMTC = _sessions("cmtc_trainings", "Trainings at CMTCs", "SHG_CMTC")
RESOURCE = AT_CMTC.also(
    "with_resource_person", "with resource persons", {"resource_persons": FILLED}
)
OMPLIS = RESOURCE.also("omplis_trainings", "conducted by OMPLIS", {"partner": "OMPLIS"})
CMTC_TRAINED = _members("cmtc_trained", "Members trained at CMTCs", "SHG_CMTC")
HIMAYAT = _sessions("himayat_trainings", "Trainings by HIMAYAT", *_OF_GROUPS).also(
    "himayat_trainings", "Trainings by HIMAYAT", {"partner": "HIMAYAT"}
)
SKILLS = _sessions("skill_trainings", "Skill trainings of members", "SHG_SKILL")
TAGGED = SKILLS.also("skill_courses", "with the course named", {"course": FILLED})
DAKSH = Measure(
    "daksh_members",
    "Members in Daksh Kisan courses",
    "training_enrolment",
    {"member_id": FILLED, "training_batch_id.training_type": "DAKSH"},
    "enrolled_on",
    "persons",
    distinct=("member_id",),
)
DAKSH_PRACTICAL = Measure(
    "daksh_practicals",
    "Practicals at a KVK",
    "training_enrolment",
    {"practical_on": FILLED, "training_batch_id.training_type": "DAKSH"},
    "practical_on",
    "persons",
)
DAKSH_DONE = _members("daksh_completed", "Daksh Kisan completed", "DAKSH")
LITERATE = Measure(
    "literate_members",
    "Literate members",
    "member",
    {"status": NOT_GONE, "education": _LITERATE},
    "joined_on",
    "persons",
)
FINLIT = _sessions("finlit_sessions", "Financial literacy sessions", "FINLIT")
FINLIT_BLOCKS = replace(
    FINLIT, name="finlit_blocks", label="Blocks with a session", unit="blocks", distinct=("block",)
)
EXPOSURE = _sessions("exposure_visits", "Exposure visits", "EXPOSURE")
EXPOSED = _members("exposure_members", "Members on exposure visits", "EXPOSURE")
STATE = Dimension("state", "Visited", {"training_batch": "visited_state"})
CAPACITY = Report(
    "capacity_building",
    "CMTCs and trainings of members",
    "R18",
    (
        figure(CMTCS),
        figure(CMTC_PLACES),
        figure(CMTC_DISTRICTS),
        figure(AT_CMTC),
        figure(RESOURCE),
        figure(OMPLIS),
        figure(CMTC_TRAINED),
        figure(SKILLS),
        figure(TAGGED),
        figure(MEMBERS_TRAINED),
        figure(HIMAYAT),
        figure(LITERATE),
        figure(DAKSH),
        figure(DAKSH_PRACTICAL),
        figure(DAKSH_DONE),
        figure(FINLIT),
        figure(FINLIT_BLOCKS),
        figure(EXPOSURE),
        figure(EXPOSED),
    ),
    by=(AREA, KIND, PARTNER, COURSE, CENTRE, STATE),
    notes=(
        "OMPLIS: as one report spells it; what it stands for is not confirmed. Literate: any "
        "education but none.",
    ),
)
REPORTS = (TRAINING, CAPACITY)
