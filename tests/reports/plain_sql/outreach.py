"""Visits, queries, stories, programmes for the public, and reviews."""

from __future__ import annotations

from collections.abc import Mapping

VISITS = """
    SELECT count(visited_on) FROM visit WHERE coalesce(state, '') NOT IN ('PLANNED', 'CANCELLED')
    AND dated(visited_on) AND here(block)"""
NEXT_VISIT = (
    "FROM visit WHERE state = 'MADE' AND next_visit_on <= as_on() "
    "AND dated(next_visit_on) AND here(block)"
)
QUERIES = "FROM grievance WHERE dated(opened_on) AND here(block)"
OPEN = f"{QUERIES} AND state IN ('RECEIVED', 'FORWARDED')"
VISITING = {
    "visits": VISITS,
    "handholding": f"{VISITS} AND purpose = 'HANDHOLD'",
    "motivation": f"{VISITS} AND purpose = 'MOTIVATE'",
    "next_visits_due": f"SELECT count(*) {NEXT_VISIT}",
    "next_visit_oldest": f"SELECT max(age(next_visit_on)) {NEXT_VISIT}",
    "queries": f"SELECT count(*) {QUERIES}",
    "queries_email": f"SELECT count(*) {QUERIES} AND channel = 'EMAIL'",
    "queries_closed": """
        SELECT count(*) FROM grievance WHERE state IN ('CLOSED', 'WITHDRAWN')
        AND dated(closed_on) AND here(block)""",
    "queries_open": f"SELECT count(*) {OPEN}",
    "query_oldest": f"SELECT max(age(opened_on)) {OPEN}",
}

TOLD = "FROM story WHERE dated(drafted_on) AND here(block)"
RUNNING = "FROM enterprise WHERE state = 'RUNNING' AND dated(started_on) AND here(block)"
STORIES = {
    "stories": f"SELECT count(*) {TOLD}",
    "stories_consented": f"SELECT count(*) {TOLD} AND consent = 'yes'",
    "stories_approved": """
        SELECT count(*) FROM story WHERE state IN ('APPROVED', 'PUBLISHED')
        AND dated(approved_on) AND here(block)""",
    "stories_published": """
        SELECT count(*) FROM story WHERE state = 'PUBLISHED'
        AND dated(published_on) AND here(block)""",
    "jobs_in_stories": f"SELECT total(jobs) {TOLD}",
    "average_before": f"SELECT avg(income_before) {TOLD}",
    "average_after": f"SELECT avg(income_after) {TOLD}",
    "enterprises_started": """
        SELECT count(*) FROM enterprise WHERE programme = 'PMV' AND state IN ('RUNNING', 'CLOSED')
        AND dated(started_on) AND here(block)""",
    "enterprises_running": f"SELECT count(*) {RUNNING}",
    "workers_women": f"SELECT total(workers_women) {RUNNING}",
    "workers_men": f"SELECT total(workers_men) {RUNNING}",
}

HELD = "FROM programme WHERE dated(held_on) AND here(block)"
PUBLIC = f"{HELD} AND programme_kind IN ('ORIENT', 'AWARE', 'CREDITCAMP', 'SEMINAR')"
OUTREACH = {
    "programmes": f"SELECT count(*) {PUBLIC}",
    "awareness": f"SELECT count(*) {HELD} AND programme_kind = 'AWARE'",
    "credit_camps": f"SELECT count(*) {HELD} AND programme_kind = 'CREDITCAMP'",
    "seminars": f"SELECT count(*) {HELD} AND programme_kind = 'SEMINAR'",
    "women": f"SELECT total(women) {PUBLIC}",
    "men": f"SELECT total(men) {PUBLIC}",
    "members_involved": f"SELECT total(members_involved) {PUBLIC}",
    "with_material": f"SELECT count(materials) {PUBLIC}",
    "attendance_marks": """
        SELECT count(*) FROM attendance WHERE programme_id IS NOT NULL AND present = 'yes'
        AND dated([on]) AND here(block)""",
}

POINTS = "FROM action_point WHERE dated(given_on) AND here(block)"
REVIEWS = {
    "review_meetings": f"SELECT count(*) {HELD} AND programme_kind = 'REVIEW'",
    "council_meetings": f"SELECT count(*) {HELD} AND programme_kind = 'EC'",
    "action_points": f"SELECT count(*) {POINTS}",
    "action_points_done": """
        SELECT count(*) FROM action_point WHERE state = 'DONE' AND dated(done_on) AND here(block)
        """,
    "action_points_open": f"SELECT count(*) {POINTS} AND state = 'GIVEN'",
    "action_points_late": f"SELECT count(*) {POINTS} AND state = 'GIVEN' AND due_on < as_on()",
    "action_point_oldest": f"SELECT max(age(given_on)) {POINTS} AND state = 'GIVEN'",
}

SQL: Mapping[str, Mapping[str, str]] = {
    "handholding_due": VISITING,
    "stories": STORIES,
    "outreach": OUTREACH,
    "reviews": REVIEWS,
}
