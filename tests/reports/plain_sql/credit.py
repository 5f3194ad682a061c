"""Loans of artisans and women, bank credit of groups, and funds released to them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.reports.plain_sql.artisans import (
    PMV_DISBURSED,
    PMV_DISBURSED_AMOUNT,
    PMV_SANCTIONED,
    TO_LOAN,
)

PMV = "FROM loan WHERE product IN ('PMV1', 'PMV2') AND here(block)"
AT_BANK = f"{PMV} AND state IN ('SPONSORED', 'UNDER_PROCESS') AND dated(applied_on)"
UNPAID = f"{PMV} AND state = 'SANCTIONED' AND dated(sanctioned_on)"
SANCTIONED = "state IN ('SANCTIONED', 'DISBURSED', 'CLOSED', 'NPA')"
SENT = "state <> 'WILLING'"
PAID = "state IN ('DISBURSED', 'CLOSED', 'NPA')"

PMV_LINKED = f"""
    SELECT count(DISTINCT beneficiary_id) {PMV} AND {SANCTIONED} AND dated(sanctioned_on)"""
CREDIT = {
    "pmv_applied": f"SELECT count(*) {PMV} AND {SENT} AND dated(applied_on)",
    "pmv_applied_amount": f"SELECT total(applied_amount) {PMV} AND {SENT} AND dated(applied_on)",
    "pmv_sanctioned": PMV_SANCTIONED,
    "pmv_sanctioned_amount": f"""
        SELECT total(sanctioned_amount) {PMV} AND {SANCTIONED} AND dated(sanctioned_on)""",
    "pmv_linked": PMV_LINKED,
    "pmv_disbursed": PMV_DISBURSED,
    "pmv_disbursed_amount": PMV_DISBURSED_AMOUNT,
    "with_bank": f"SELECT count(*) {AT_BANK}",
    "with_bank_30": f"SELECT count(*) {AT_BANK} AND age(applied_on) > 30",
    "with_bank_oldest": f"SELECT max(age(applied_on)) {AT_BANK}",
    "sanctioned_unpaid": f"SELECT count(*) {UNPAID}",
    "unpaid_amount": f"SELECT total(sanctioned_amount) {UNPAID}",
    "unpaid_30": f"SELECT count(*) {UNPAID} AND age(sanctioned_on) > 30",
    "unpaid_oldest": f"SELECT max(age(sanctioned_on)) {UNPAID}",
    "rejected": f"SELECT count(*) {PMV} AND state = 'REJECTED' AND dated(applied_on)",
    "returned": f"SELECT count(*) {PMV} AND state = 'RETURNED' AND dated(applied_on)",
    "npa": f"SELECT count(*) {PMV} AND state = 'NPA' AND dated(disbursed_on)",
    "average_loan": f"SELECT avg(disbursed_amount) {TO_LOAN}",
}

GIVEN = (
    "FROM fund_release WHERE state IN ('RELEASED', 'RECEIVED', 'REPAID') "
    "AND dated(released_on) AND here(block)"
)
TO_GROUP = "self_help_group_id IS NOT NULL AND member_id IS NULL AND enterprise_id IS NULL"
PENDING_FUND = (
    "FROM fund_release WHERE state IN ('PROPOSED', 'APPROVED') "
    "AND dated(coalesce(approved_on, proposed_on)) AND here(block)"
)
FUNDS = {
    "rf_groups": f"""
        SELECT count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'RF' AND {TO_GROUP}""",
    "rf_amount": f"SELECT total(amount) {GIVEN} AND fund = 'RF' AND member_id IS NULL",
    "rf_average": f"""
        SELECT total(amount) / count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'RF'
        AND {TO_GROUP} AND amount IS NOT NULL""",
    "cif_groups": f"""
        SELECT count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'CIF' AND {TO_GROUP}""",
    "cif_amount": f"SELECT total(amount) {GIVEN} AND fund = 'CIF' AND member_id IS NULL",
    "cif_average": f"""
        SELECT total(amount) / count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'CIF'
        AND {TO_GROUP} AND amount IS NOT NULL""",
    "cif_on_plan": f"""
        SELECT count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'CIF' AND {TO_GROUP}
        AND mcp_on IS NOT NULL""",
    "cif_via_clf": f"""
        SELECT count(DISTINCT self_help_group_id) {GIVEN} AND fund = 'CIF' AND {TO_GROUP}
        AND cluster_federation_id IS NOT NULL""",
    "vrf_amount": f"SELECT total(amount) {GIVEN} AND fund = 'VRF' AND member_id IS NULL",
    "cef_amount": f"SELECT total(amount) {GIVEN} AND fund = 'CEF' AND member_id IS NULL",
    "cef_enterprises": f"SELECT count(DISTINCT enterprise_id) {GIVEN} AND fund = 'CEF'",
    "other_funds": f"""
        SELECT total(amount) {GIVEN} AND fund IN ('STARTUP', 'OTHER') AND member_id IS NULL""",
    "capitalisation": f"""
        SELECT total(amount) {GIVEN} AND fund IN ('RF', 'CIF', 'VRF', 'STARTUP')
        AND member_id IS NULL""",
    "releases_waiting": f"SELECT count(*) {PENDING_FUND}",
    "waiting_oldest": f"SELECT max(age(coalesce(approved_on, proposed_on))) {PENDING_FUND}",
    "releases_no_utr": f"SELECT count(*) {GIVEN} AND utr IS NULL AND member_id IS NULL",
}

LINKAGE = f"FROM group_loan WHERE {SANCTIONED} AND dated(sanctioned_on) AND here(block)"
GROUP_PAID = f"FROM group_loan WHERE {PAID} AND dated(disbursed_on) AND here(block)"
GROUP_WAITING = (
    "FROM group_loan WHERE state IN ('SPONSORED', 'UNDER_PROCESS') "
    "AND dated(applied_on) AND here(block)"
)
BANK = {
    "linkage_applied": f"""
        SELECT count(*) FROM group_loan WHERE {SENT} AND dated(applied_on) AND here(block)""",
    "linkages": f"SELECT count(*) {LINKAGE}",
    "groups_linked": f"SELECT count(DISTINCT self_help_group_id) {LINKAGE}",
    "linkage_amount": f"SELECT total(amount) {LINKAGE}",
    "linkage_disbursed": f"SELECT count(*) {GROUP_PAID}",
    "bank_credit": f"SELECT total(disbursed_amount) {GROUP_PAID}",
    "term_loans": f"SELECT count(*) {LINKAGE} AND facility = 'TL'",
    "cash_credits": f"SELECT count(*) {LINKAGE} AND facility = 'CCL'",
    "cash_credit_limit": f"SELECT total([limit]) {LINKAGE} AND facility = 'CCL'",
    "dose_1": f"SELECT count(*) {LINKAGE} AND CAST(dose_no AS INTEGER) = 1",
    "dose_2": f"SELECT count(*) {LINKAGE} AND CAST(dose_no AS INTEGER) = 2",
    "dose_3": f"SELECT count(*) {LINKAGE} AND CAST(dose_no AS INTEGER) = 3",
    "dose_4": f"SELECT count(*) {LINKAGE} AND CAST(dose_no AS INTEGER) >= 4",
    "linkage_pending": f"SELECT count(*) {GROUP_WAITING}",
    "linkage_pending_30": f"SELECT count(*) {GROUP_WAITING} AND age(applied_on) > 30",
    "linkage_oldest": f"SELECT max(age(applied_on)) {GROUP_WAITING}",
    "linkage_unpaid": """
        SELECT count(*) FROM group_loan WHERE state = 'SANCTIONED'
        AND dated(sanctioned_on) AND here(block)""",
    "linkage_rejected": """
        SELECT count(*) FROM group_loan WHERE state IN ('REJECTED', 'RETURNED')
        AND dated(applied_on) AND here(block)""",
    "linkage_npa": """
        SELECT count(*) FROM group_loan WHERE state = 'NPA'
        AND dated(disbursed_on) AND here(block)""",
}

LAL_DED = "FROM loan WHERE product = 'LALDED' AND here(block)"
YUVA = "FROM loan WHERE product = 'YUVA' AND here(block)"
STARTED = (
    "SELECT count(*) FROM enterprise WHERE state IN ('RUNNING', 'CLOSED') "
    "AND dated(started_on) AND here(block)"
)
WOMEN = {
    "lalded_sponsored": f"SELECT count(*) {LAL_DED} AND {SENT} AND dated(applied_on)",
    "lalded_sponsored_amount": f"""
        SELECT total(applied_amount) {LAL_DED} AND {SENT} AND dated(applied_on)""",
    "lalded_sanctioned": f"SELECT count(*) {LAL_DED} AND {SANCTIONED} AND dated(sanctioned_on)",
    "lalded_sanctioned_amount": f"""
        SELECT total(sanctioned_amount) {LAL_DED} AND {SANCTIONED} AND dated(sanctioned_on)""",
    "lalded_disbursed": f"SELECT count(*) {LAL_DED} AND {PAID} AND dated(disbursed_on)",
    "lalded_disbursed_amount": f"""
        SELECT total(disbursed_amount) {LAL_DED} AND {PAID} AND dated(disbursed_on)""",
    "lalded_pld_disbursed": f"""
        SELECT count(*) {LAL_DED} AND {PAID} AND dated(disbursed_on)
        AND member_id IN (SELECT member_id FROM ladder WHERE rung = 'PLD')""",
    "yuva_applied": f"SELECT count(*) {YUVA} AND {SENT} AND dated(applied_on)",
    "yuva_sanctioned": f"SELECT count(*) {YUVA} AND {SANCTIONED} AND dated(sanctioned_on)",
    "yuva_disbursed": f"SELECT count(*) {YUVA} AND {PAID} AND dated(disbursed_on)",
    "yuva_amount": f"SELECT total(disbursed_amount) {YUVA} AND {PAID} AND dated(disbursed_on)",
    "yuva_enterprises": f"{STARTED} AND programme = 'YUVA'",
    "svep_enterprises": f"{STARTED} AND programme = 'SVEP'",
    "med_enterprises": f"{STARTED} AND programme = 'MED'",
    "cfc_clusters": """
        SELECT count(DISTINCT district || ' ' || cluster) FROM enterprise
        WHERE programme = 'CFC' AND dated(coalesce(started_on, planned_on)) AND here(block)""",
}

SQL: Mapping[str, Mapping[str, str]] = {
    "credit_linkage": CREDIT,
    "capitalisation": FUNDS,
    "bank_linkage": BANK,
    "women_credit": WOMEN,
}
