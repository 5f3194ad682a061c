"""Visits, queries, stories, and programmes for the public."""

from __future__ import annotations

from dataclasses import replace

from fieldkit.reports.declaration.measure import FILLED, Aged, Measure, Not
from fieldkit.reports.declaration.report import (
    AREA,
    Dimension,
    Report,
    average,
    figure,
    oldest,
)

VISITS = Measure(
    "visits",
    "Visits made",
    "visit",
    {"visited_on": FILLED, "state": Not(("PLANNED", "CANCELLED"))},
    "visited_on",
    "visits",
)
HANDHOLDING = VISITS.also("handholding", "of them handholding", {"purpose": "HANDHOLD"})
MOTIVATION = VISITS.also("motivation", "of them motivation", {"purpose": "MOTIVATE"})
NEXT_DUE = Measure(
    "next_visits_due",
    "Next visit due",
    "visit",
    {"state": "MADE", "next_visit_on": Aged(0)},
    "next_visit_on",
    "visits",
)
RECEIVED = Measure("queries", "Queries received", "grievance", {}, "opened_on", "queries")
BY_EMAIL = RECEIVED.also("queries_email", "of them by e-mail", {"channel": "EMAIL"})
CLOSED = Measure(
    "queries_closed",
    "Closed",
    "grievance",
    {"state": ("CLOSED", "WITHDRAWN")},
    "closed_on",
    "queries",
)
OPEN = RECEIVED.also("queries_open", "Open", {"state": ("RECEIVED", "FORWARDED")})
PURPOSE = Dimension("purpose", "Purpose", {"visit": "purpose"})
OFFICER = Dimension("officer", "Visited by", {"visit": "visited_by"})
SUBJECT = Dimension("subject", "About", {"grievance": "subject"})
CHANNEL = Dimension("channel", "How it came", {"grievance": "channel"})
VISITING = Report(
    "handholding_due",
    "Handholding visits and queries",
    "R7",
    (
        figure(VISITS),
        figure(HANDHOLDING),
        figure(MOTIVATION),
        figure(NEXT_DUE),
        oldest(NEXT_DUE, "next_visit_oldest", "Longest overdue, days"),
        figure(RECEIVED),
        figure(BY_EMAIL),
        figure(CLOSED),
        figure(OPEN),
        oldest(OPEN, "query_oldest", "Oldest open, days"),
    ),
    by=(AREA, PURPOSE, OFFICER, SUBJECT, CHANNEL),
    notes=("`fieldkit due` names the persons and groups to be visited.",),
)

DRAFTED = Measure("stories", "Stories", "story", {}, "drafted_on", "stories")
CONSENTED = DRAFTED.also("stories_consented", "with consent", {"consent": True})
APPROVED = Measure(
    "stories_approved",
    "Approved",
    "story",
    {"state": ("APPROVED", "PUBLISHED")},
    "approved_on",
    "stories",
)
PUBLISHED = Measure(
    "stories_published", "Published", "story", {"state": "PUBLISHED"}, "published_on", "stories"
)
JOBS = replace(DRAFTED.sum("jobs", "jobs_in_stories", "Jobs made, by the stories"), unit="jobs")
BEFORE = DRAFTED.sum("income_before", "income_before", "Monthly income before, all")
AFTER = DRAFTED.sum("income_after", "income_after", "Monthly income after, all")
STARTED = Measure(
    "enterprises_started",
    "Enterprises of artisans started",
    "enterprise",
    {"programme": "PMV", "state": ("RUNNING", "CLOSED")},
    "started_on",
    "enterprises",
)
RUNNING = Measure(
    "enterprises_running",
    "Enterprises running",
    "enterprise",
    {"state": "RUNNING"},
    "started_on",
    "enterprises",
)
WOMEN = replace(
    RUNNING.sum("workers_women", "workers_women", "Women working there"), unit="persons"
)
MEN = replace(RUNNING.sum("workers_men", "workers_men", "Men working there"), unit="persons")
STORY_SCHEME = Dimension("scheme", "Scheme that helped", {"story": "helped_by"})
PROGRAMME = Dimension("programme", "Programme", {"enterprise": "programme"})
STORIES = Report(
    "stories",
    "Success stories, enterprises and jobs",
    "R8",
    (
        figure(DRAFTED),
        figure(CONSENTED),
        figure(APPROVED),
        figure(PUBLISHED),
        figure(JOBS),
        average(BEFORE, DRAFTED, "average_before", "Monthly income before"),
        average(AFTER, DRAFTED, "average_after", "Monthly income after"),
        figure(STARTED),
        figure(RUNNING),
        figure(WOMEN),
        figure(MEN),
    ),
    by=(AREA, STORY_SCHEME, PROGRAMME),
    notes=("Only stories with consent may leave the office.",),
)

_PUBLIC = ("ORIENT", "AWARE", "CREDITCAMP", "SEMINAR")


def _held(name: str, label: str, *kinds: str) -> Measure:
    return Measure(name, label, "programme", {"programme_kind": kinds}, "held_on", "events")


PUBLIC = _held("programmes", "Programmes for the public", *_PUBLIC)
AWARENESS = _held("awareness", "Awareness events", "AWARE")
CAMPS = _held("credit_camps", "Credit camps", "CREDITCAMP")
SEMINARS = _held("seminars", "Seminars", "SEMINAR")
REACHED_WOMEN = replace(PUBLIC.sum("women", "women", "Women reached"), unit="persons")
REACHED_MEN = replace(PUBLIC.sum("men", "men", "Men reached"), unit="persons")
HELPERS = replace(
    PUBLIC.sum("members_involved", "members_involved", "SHG members who helped"), unit="persons"
)
WITH_MATERIAL = PUBLIC.also("with_material", "with material", {"materials": FILLED})
CAME = Measure(
    "attendance_marks",
    "Marked present by name",
    "attendance",
    {"present": True, "programme_id": FILLED},
    "on",
    "persons",
)
KIND = Dimension(
    "kind",
    "Kind of programme",
    {"programme": "programme_kind", "attendance": "programme_id.programme_kind"},
)
PLACE = Dimension("place", "Place", {"programme": "place", "attendance": "programme_id.place"})
OUTREACH = Report(
    "outreach",
    "Awareness and outreach",
    "R22",
    (
        figure(PUBLIC),
        figure(AWARENESS),
        figure(CAMPS),
        figure(SEMINARS),
        figure(REACHED_WOMEN),
        figure(REACHED_MEN),
        figure(HELPERS),
        figure(WITH_MATERIAL),
        figure(CAME),
    ),
    by=(AREA, KIND, PLACE),
    notes=("Head-counts are as noted for the event; those marked by name are counted apart.",),
)

REVIEW_MEETINGS = _held("review_meetings", "Review meetings", "REVIEW")
COUNCILS = _held("council_meetings", "Executive Council meetings", "EC")
POINTS = Measure("action_points", "Action points given", "action_point", {}, "given_on", "points")
POINTS_DONE = Measure(
    "action_points_done", "Done", "action_point", {"state": "DONE"}, "done_on", "points"
)
POINTS_OPEN = POINTS.also("action_points_open", "Open", {"state": "GIVEN"})
POINTS_LATE = POINTS_OPEN.also("action_points_late", "past their day", {"due_on": Aged(1)})
POINT_OFFICER = Dimension("officer", "Officer", {"action_point": "officer"})
POINT_SCHEME = Dimension("scheme", "Scheme", {"action_point": "scheme"})
REVIEWS = Report(
    "reviews",
    "Review meetings and what they directed",
    "R19",
    (
        figure(REVIEW_MEETINGS),
        figure(COUNCILS),
        figure(POINTS),
        figure(POINTS_DONE),
        figure(POINTS_OPEN),
        figure(POINTS_LATE),
        oldest(POINTS_OPEN, "action_point_oldest", "Oldest open, days"),
    ),
    by=(AREA, POINT_OFFICER, POINT_SCHEME),
)
REPORTS = (VISITING, STORIES, OUTREACH, REVIEWS)
