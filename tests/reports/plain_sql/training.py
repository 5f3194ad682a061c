"""Trainings of artisans and members, and the centres where they are held."""

from __future__ import annotations

from collections.abc import Mapping

from tests.reports.plain_sql.artisans import PMV_TRAINED

BATCHES = "FROM training_batch WHERE dated(starts_on) AND here(block)"
ENROLMENTS = (
    "FROM training_enrolment e JOIN training_batch b ON b.id = e.training_batch_id "
    "WHERE here(e.block)"
)
PMV = "e.beneficiary_id IS NOT NULL AND b.training_type IN ('BASIC', 'ADV')"
STIPENDS = (
    "FROM training_enrolment WHERE beneficiary_id IS NOT NULL AND stipend_paid_on IS NOT NULL "
    "AND dated(stipend_paid_on) AND here(block)"
)
MEMBERS_DONE = (
    f"{ENROLMENTS} AND e.member_id IS NOT NULL AND e.state IN ('COMPLETED', 'CERTIFIED') "
    "AND dated(coalesce(e.completed_on, e.certified_on))"
)
SKILL_TRAINED = f"SELECT count(*) {MEMBERS_DONE} AND b.training_type = 'SHG_SKILL'"

TRAINING = {
    "batches": f"SELECT count(*) {BATCHES} AND training_type IN ('BASIC', 'ADV')",
    "seats": f"SELECT total(seats) {BATCHES} AND training_type IN ('BASIC', 'ADV')",
    "enrolled": f"SELECT count(*) {ENROLMENTS} AND {PMV} AND dated(e.enrolled_on)",
    "assessed": """
        SELECT count(assessed_on) FROM training_enrolment WHERE beneficiary_id IS NOT NULL
        AND dated(assessed_on) AND here(block)""",
    "pmv_trained": PMV_TRAINED,
    "basic_completed": f"{PMV_TRAINED} AND b.training_type = 'BASIC'",
    "advanced_completed": f"{PMV_TRAINED} AND b.training_type = 'ADV'",
    "certified": f"""
        SELECT count(*) {ENROLMENTS} AND {PMV} AND e.state = 'CERTIFIED'
        AND dated(coalesce(e.certified_on, e.completed_on))""",
    "dropped": f"""
        SELECT count(*) {ENROLMENTS} AND {PMV} AND e.state IN ('DROPPED', 'FAILED')
        AND dated(e.enrolled_on)""",
    "days_attended": f"""
        SELECT total(e.days_attended) {ENROLMENTS} AND {PMV} AND dated(e.enrolled_on)""",
    "stipends_paid": f"SELECT count(*) {STIPENDS}",
    "stipend_amount": f"SELECT total(stipend_amount) {STIPENDS}",
    "stipends_due": f"{PMV_TRAINED} AND e.stipend_paid_on IS NULL",
    "skill_trained": SKILL_TRAINED,
}

CMTC = "FROM training_centre WHERE centre_kind = 'CMTC' AND dated(functional_since) AND here(block)"
AT_CMTC = f"SELECT count(*) {BATCHES} AND training_type = 'SHG_CMTC'"
DAKSH = f"{ENROLMENTS} AND b.training_type = 'DAKSH'"
CAPACITY = {
    "cmtcs": f"SELECT count(*) {CMTC}",
    "cmtc_places": f"SELECT total(capacity) {CMTC}",
    "cmtc_districts": f"SELECT count(DISTINCT district) {CMTC}",
    "cmtc_trainings": AT_CMTC,
    "with_resource_person": f"{AT_CMTC} AND resource_persons IS NOT NULL",
    "omplis_trainings": f"{AT_CMTC} AND resource_persons IS NOT NULL AND partner = 'OMPLIS'",
    "cmtc_trained": f"SELECT count(*) {MEMBERS_DONE} AND b.training_type = 'SHG_CMTC'",
    "skill_trainings": f"SELECT count(*) {BATCHES} AND training_type = 'SHG_SKILL'",
    "skill_courses": f"SELECT count(course) {BATCHES} AND training_type = 'SHG_SKILL'",
    "skill_trained": SKILL_TRAINED,
    "himayat_trainings": f"""
        SELECT count(*) {BATCHES} AND partner = 'HIMAYAT'
        AND training_type NOT IN ('ASSESS', 'BASIC', 'ADV')""",
    "literate_members": """
        SELECT count(education) FROM member WHERE education <> 'ILL'
        AND coalesce(status, '') NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED')
        AND dated(joined_on) AND here(block)""",
    "daksh_members": f"SELECT count(DISTINCT e.member_id) {DAKSH} AND dated(e.enrolled_on)",
    "daksh_practicals": f"SELECT count(e.practical_on) {DAKSH} AND dated(e.practical_on)",
    "daksh_completed": f"SELECT count(*) {MEMBERS_DONE} AND b.training_type = 'DAKSH'",
    "finlit_sessions": f"SELECT count(*) {BATCHES} AND training_type = 'FINLIT'",
    "finlit_blocks": f"SELECT count(DISTINCT block) {BATCHES} AND training_type = 'FINLIT'",
    "exposure_visits": f"SELECT count(*) {BATCHES} AND training_type = 'EXPOSURE'",
    "exposure_members": f"SELECT count(*) {MEMBERS_DONE} AND b.training_type = 'EXPOSURE'",
}

SQL: Mapping[str, Mapping[str, str]] = {"training": TRAINING, "capacity_building": CAPACITY}
