"""Groups and federations of UMEED, the income ladder, cadre and insurance."""

from __future__ import annotations

from collections.abc import Mapping

THERE = "coalesce(status, '') NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED') AND here(block)"
SHGS = f"SELECT count(*) FROM self_help_group WHERE {THERE} AND dated(formed_on)"
VOS = f"SELECT count(*) FROM village_organisation WHERE {THERE} AND dated(formed_on)"
CLFS = f"SELECT count(*) FROM cluster_federation WHERE {THERE} AND dated(formed_on)"
MEMBERS = f"SELECT count(*) FROM member WHERE {THERE} AND dated(joined_on)"
COVERED = "FROM area_coverage WHERE until IS NULL AND dated(since) AND here(block)"

INSTITUTIONS = {
    "umeed_blocks": f"SELECT count(DISTINCT block) {COVERED} AND programme = 'UMEED'",
    "umeed_districts": f"SELECT count(DISTINCT district) {COVERED} AND programme = 'UMEED'",
    "intensive_blocks": f"SELECT count(DISTINCT block) {COVERED} AND programme = 'INTENSIVE'",
    "svep_blocks": f"SELECT count(DISTINCT block) {COVERED} AND programme = 'SVEP'",
    "shgs": SHGS,
    "shgs_in_vo": f"{SHGS} AND village_organisation_id IS NOT NULL",
    "vos": VOS,
    "vos_in_clf": f"{VOS} AND cluster_federation_id IS NOT NULL",
    "clfs": CLFS,
    "clfs_registered": """
        SELECT count(*) FROM cluster_federation WHERE reg_status = 'REGISTERED'
        AND dated(registered_on) AND here(block)""",
    "members": MEMBERS,
    "households": f"""
        SELECT count(*) FROM (SELECT DISTINCT block, village, household_no FROM member
        WHERE {THERE} AND dated(joined_on) AND block IS NOT NULL AND village IS NOT NULL
        AND household_no IS NOT NULL)""",
    "household_unknown": f"""
        {MEMBERS} AND (block IS NULL OR village IS NULL OR household_no IS NULL)""",
    "shgs_approved": f"{SHGS} AND approval_status = 'APPROVED'",
    "shgs_profiled": f"{SHGS} AND profile_percent = '100'",
    "vos_profiled": f"{VOS} AND profile_percent = '100'",
    "clfs_profiled": f"{CLFS} AND profile_percent = '100'",
}

LADDER = """
    CREATE VIEW ladder AS WITH
    entry AS (
        SELECT * FROM income_entry WHERE period_to IS NULL OR period_to <= as_on()
    ),
    year AS (
        SELECT member_id, sum(amount) AS income, count(DISTINCT activity) AS activities
        FROM entry WHERE period_to > date(as_on(), '-12 months')
        AND coalesce(baseline, 'no') = 'no' GROUP BY member_id
    ),
    register AS (
        SELECT member_id, assessed, row_number() OVER (
            PARTITION BY member_id ORDER BY coalesce(period_to, '') DESC, id DESC
        ) AS place FROM entry WHERE assessed IS NOT NULL
    ),
    cif AS (
        SELECT self_help_group_id, member_id FROM fund_release WHERE fund = 'CIF'
        AND state IN ('RELEASED', 'RECEIVED', 'REPAID')
        AND (released_on IS NULL OR released_on <= as_on())
    ),
    helped AS (
        SELECT member_id FROM enterprise UNION SELECT member_id FROM support
        UNION SELECT member_id FROM convergence UNION SELECT member_id FROM farm_practice
    ),
    standing AS (
        SELECT m.id AS member_id, income, coalesce(assessed, 'NONE') AS assessed,
        activities >= 2 AND m.joined_on <= date(as_on(), '-24 months')
        AND m.id IN (SELECT member_id FROM helped WHERE member_id IS NOT NULL)
        AND (m.id IN (SELECT member_id FROM cif WHERE member_id IS NOT NULL)
             OR m.self_help_group_id IN (SELECT self_help_group_id FROM cif
                                         WHERE self_help_group_id IS NOT NULL)) AS potential
        FROM member m LEFT JOIN year y ON y.member_id = m.id
        LEFT JOIN register r ON r.member_id = m.id AND r.place = 1
    )
    SELECT member_id, CASE
        WHEN income >= 1000000 THEN 'MD'
        WHEN income >= 100000 THEN 'LD'
        WHEN income IS NULL AND assessed <> 'NONE' THEN assessed
        WHEN potential OR assessed <> 'NONE' THEN 'PLD'
        ELSE 'NONE'
    END AS rung FROM standing
"""
"""Where a member stands on the day of the report: by the income of twelve months, else as assessed;
potential after two years, with CIF, two activities and some help."""

RUNGS = f"SELECT count(*) FROM member JOIN ladder l ON l.member_id = id WHERE {THERE}"
INCOME = "FROM income_entry WHERE amount IS NOT NULL AND dated(period_to) AND here(block)"
LAKHPATI = {
    "pld_identified": f"{RUNGS} AND rung = 'PLD'",
    "lakhpati_didis": f"{RUNGS} AND rung IN ('LD', 'MD')",
    "millionaire_didis": f"{RUNGS} AND rung = 'MD'",
    "women_with_income": f"SELECT count(DISTINCT member_id) {INCOME}",
    "income_entries": f"SELECT count(*) {INCOME}",
    "income": f"SELECT total(amount) {INCOME}",
}

CADRE_AT_WORK = "FROM cadre WHERE state = 'ACTIVE' AND dated(since) AND here(block)"
MONTHS = "FROM cadre_month WHERE dated(month) AND here(block)"
WOMEN = "SELECT count(DISTINCT member_id)"
CADRE = {
    "banking_correspondents": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR01'",
    "jk_bank_correspondents": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR01' AND ifsc LIKE 'JAKA%'",
    "correspondents_csc": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR01' AND csc_id IS NOT NULL",
    "bank_sakhis": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR02'",
    "krishi_sakhis": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR14'",
    "pashu_sakhis": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR18'",
    "van_sakhis": f"{WOMEN} {CADRE_AT_WORK} AND role = 'CR28'",
    "cadre": f"SELECT count(*) {CADRE_AT_WORK}",
    "households_served": f"SELECT total(households) {CADRE_AT_WORK}",
    "cadre_months": f"SELECT count(*) {MONTHS}",
    "transactions": f"SELECT total(transactions) {MONTHS}",
    "transaction_amount": f"SELECT total(amount) {MONTHS}",
    "commission": f"SELECT total(commission) {MONTHS}",
    "csc": """
        SELECT count(*) FROM common_service_centre WHERE coalesce(status, '') <> 'CLOSED'
        AND dated(opened_on) AND here(block)""",
}

COVER = "FROM insurance_cover WHERE here(block)"
RUNNING = f"{COVER} AND state = 'ACTIVE' AND dated(enrolled_on)"
SECURITY = {
    "pmjjby": f"SELECT count(DISTINCT member_id) {RUNNING} AND scheme = 'PMJJBY'",
    "pmsby": f"SELECT count(DISTINCT member_id) {RUNNING} AND scheme = 'PMSBY'",
    "insured": f"""
        SELECT count(DISTINCT member_id) {RUNNING} AND scheme IN ('PMJJBY', 'PMSBY')""",
    "other_covers": f"SELECT count(*) {RUNNING} AND scheme NOT IN ('PMJJBY', 'PMSBY')",
    "covers_lapsed": f"SELECT count(*) {COVER} AND state = 'LAPSED' AND dated(lapsed_on)",
    "claims": f"SELECT count(*) {COVER} AND state IN ('CLAIMED', 'PAID') AND dated(claimed_on)",
    "claims_paid": f"SELECT count(*) {COVER} AND state = 'PAID' AND dated(paid_on)",
    "claims_amount": f"SELECT total(paid_amount) {COVER} AND state = 'PAID' AND dated(paid_on)",
}

SQL: Mapping[str, Mapping[str, str]] = {
    "shg_institutions": INSTITUTIONS,
    "lakhpati": LAKHPATI,
    "cadre": CADRE,
    "social_security": SECURITY,
}
