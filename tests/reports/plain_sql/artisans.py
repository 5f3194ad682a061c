"""Artisans of PM Vishwakarma: registration, toolkits, orientation, stage 3."""

from __future__ import annotations

from collections.abc import Mapping

DELIVERED = "state IN ('DELIVERED', 'DEFECTIVE', 'REPLACED')"
UNDELIVERED = (
    "state IN ('SELECTED', 'VOUCHER_ISSUED', 'ORDERED', 'DISPATCHED', 'AT_POST_OFFICE', 'RETURNED')"
)
WAITING = f"SELECT count(*) FROM toolkit WHERE {UNDELIVERED} AND dated(selected_on) AND here(block)"
ORIENTED = (
    "SELECT 1 FROM attendance a JOIN programme p ON p.id = a.programme_id "
    "WHERE p.programme_kind = 'ORIENT' AND a.present = 'yes' "
    "AND a.beneficiary_id = t.beneficiary_id AND (a.[on] IS NULL OR a.[on] <= as_on())"
)
TO_LOAN = (
    "FROM loan WHERE product IN ('PMV1', 'PMV2') AND state IN ('DISBURSED', 'CLOSED', 'NPA') "
    "AND dated(disbursed_on) AND here(block)"
)
STAGE_3 = "SELECT count(*) FROM verification WHERE stage = '3' AND here(block)"

TOOLKITS_SELECTED = (
    "SELECT count(*) FROM toolkit WHERE state NOT IN ('NOT_ELIGIBLE', 'ELIGIBLE') "
    "AND dated(selected_on) AND here(block)"
)
TOOLKITS_DELIVERED = (
    f"SELECT count(*) FROM toolkit WHERE {DELIVERED} AND dated(delivered_on) AND here(block)"
)
PMV_TRAINED = """
    SELECT count(*) FROM training_enrolment e JOIN training_batch b ON b.id = e.training_batch_id
    WHERE e.beneficiary_id IS NOT NULL AND b.training_type IN ('BASIC', 'ADV')
    AND e.state IN ('COMPLETED', 'CERTIFIED')
    AND dated(coalesce(e.completed_on, e.certified_on)) AND here(e.block)"""
PMV_SANCTIONED = """
    SELECT count(*) FROM loan WHERE product IN ('PMV1', 'PMV2')
    AND state IN ('SANCTIONED', 'DISBURSED', 'CLOSED', 'NPA')
    AND dated(sanctioned_on) AND here(block)"""
PMV_DISBURSED = f"SELECT count(*) {TO_LOAN}"
PMV_DISBURSED_AMOUNT = f"SELECT total(disbursed_amount) {TO_LOAN}"

FUNNEL = {
    "applications": """
        SELECT count(*) FROM beneficiary WHERE status NOT IN ('DRAFT', 'WITHDRAWN')
        AND dated(registered_on) AND here(block)""",
    "stage1_approved": """
        SELECT count(*) FROM beneficiary
        WHERE (status = 'S1_APPROVED' OR status LIKE 'S2%' OR status LIKE 'S3%')
        AND dated(registered_on) AND here(block)""",
    "stage2_approved": """
        SELECT count(*) FROM beneficiary WHERE (status = 'S2_APPROVED' OR status LIKE 'S3%')
        AND dated(registered_on) AND here(block)""",
    "pmv_registrations": """
        SELECT count(*) FROM beneficiary WHERE status = 'S3_APPROVED'
        AND dated(coalesce(certificate_on, registered_on)) AND here(block)""",
    "rejected": """
        SELECT count(*) FROM beneficiary WHERE status LIKE '%REJECTED'
        AND dated(registered_on) AND here(block)""",
    "certificates": """
        SELECT count(certificate_on) FROM beneficiary WHERE dated(certificate_on)
        AND here(block)""",
    "id_cards": "SELECT count(card_on) FROM beneficiary WHERE dated(card_on) AND here(block)",
    "cards_handed": """
        SELECT count(card_handed_on) FROM beneficiary WHERE dated(card_handed_on)
        AND here(block)""",
    "pmv_trained": PMV_TRAINED,
    "toolkits_selected": TOOLKITS_SELECTED,
    "toolkits_delivered": TOOLKITS_DELIVERED,
    "pmv_sanctioned": PMV_SANCTIONED,
    "pmv_disbursed": PMV_DISBURSED,
    "pmv_disbursed_amount": PMV_DISBURSED_AMOUNT,
    "other_crafts": """
        SELECT count(other_craft) FROM beneficiary WHERE dated(registered_on) AND here(block)""",
}

TOOLKITS = {
    "toolkits_selected": TOOLKITS_SELECTED,
    "vouchers_issued": """
        SELECT count(*) FROM toolkit WHERE state NOT IN ('NOT_ELIGIBLE', 'ELIGIBLE', 'SELECTED')
        AND dated(issued_on) AND here(block)""",
    "voucher_value": """
        SELECT total(voucher_value) FROM toolkit
        WHERE state NOT IN ('NOT_ELIGIBLE', 'ELIGIBLE', 'SELECTED')
        AND dated(issued_on) AND here(block)""",
    "vouchers_used": """
        SELECT count(redeemed_on) FROM toolkit WHERE dated(redeemed_on) AND here(block)""",
    "toolkits_dispatched": """
        SELECT count(*) FROM toolkit WHERE state IN ('DISPATCHED', 'AT_POST_OFFICE', 'RETURNED',
        'DELIVERED', 'DEFECTIVE', 'REPLACED') AND dated(dispatched_on) AND here(block)""",
    "toolkits_delivered": TOOLKITS_DELIVERED,
    "toolkits_waiting": WAITING,
    "waiting_0": f"{WAITING} AND age(selected_on) BETWEEN 0 AND 30",
    "waiting_31": f"{WAITING} AND age(selected_on) BETWEEN 31 AND 60",
    "waiting_61": f"{WAITING} AND age(selected_on) BETWEEN 61 AND 90",
    "waiting_91": f"{WAITING} AND age(selected_on) BETWEEN 91 AND 180",
    "waiting_181": f"{WAITING} AND age(selected_on) > 180",
    "waiting_undated": f"{WAITING} AND selected_on IS NULL",
    "oldest": f"""
        SELECT max(age(selected_on)) FROM toolkit WHERE {UNDELIVERED}
        AND dated(selected_on) AND here(block)""",
    "toolkits_returned": """
        SELECT count(*) FROM toolkit WHERE state = 'RETURNED'
        AND dated(returned_on) AND here(block)""",
    "toolkits_defective": """
        SELECT count(*) FROM toolkit WHERE state IN ('DEFECTIVE', 'REPLACED')
        AND dated(complained_on) AND here(block)""",
}

ORIENTATION = {
    "orientations": """
        SELECT count(*) FROM programme WHERE programme_kind = 'ORIENT'
        AND dated(held_on) AND here(block)""",
    "orientations_csc": """
        SELECT count(*) FROM programme WHERE programme_kind = 'ORIENT'
        AND (csc_id IS NOT NULL OR common_service_centre_id IS NOT NULL)
        AND dated(held_on) AND here(block)""",
    "invited": """
        SELECT total(invited) FROM programme WHERE programme_kind = 'ORIENT'
        AND dated(held_on) AND here(block)""",
    "attended": """
        SELECT count(*) FROM attendance a JOIN programme p ON p.id = a.programme_id
        WHERE p.programme_kind = 'ORIENT' AND a.present = 'yes' AND a.beneficiary_id IS NOT NULL
        AND dated(a.[on]) AND here(a.block)""",
    "toolkits_delivered": TOOLKITS_DELIVERED,
    "oriented": f"""
        SELECT count(*) FROM toolkit t WHERE {DELIVERED} AND EXISTS ({ORIENTED})
        AND dated(delivered_on) AND here(block)""",
    "not_oriented": f"""
        SELECT count(*) FROM toolkit t WHERE {DELIVERED} AND NOT EXISTS ({ORIENTED})
        AND dated(delivered_on) AND here(block)""",
}

COMMITTEE = "FROM programme WHERE programme_kind = 'SLSC' AND dated(held_on) AND here(block)"
DECISIONS = {
    "recommended_today": f"{STAGE_3} AND decision = 'APPROVED' AND age(decided_on) = 0",
    "recommended_week": f"{STAGE_3} AND decision = 'APPROVED' AND age(decided_on) BETWEEN 0 AND 6",
    "stage3_recommended": f"{STAGE_3} AND decision = 'APPROVED' AND dated(decided_on)",
    "stage3_received": f"{STAGE_3} AND received_on IS NOT NULL AND dated(received_on)",
    "stage3_rejected": f"{STAGE_3} AND decision = 'REJECTED' AND dated(decided_on)",
    "stage3_returned": f"{STAGE_3} AND decision = 'RETURNED' AND dated(decided_on)",
    "stage3_pending": """
        SELECT count(*) FROM beneficiary WHERE status IN ('S2_APPROVED', 'S3_PENDING')
        AND dated(registered_on) AND here(block)""",
    "oldest": """
        SELECT max(age(registered_on)) FROM beneficiary
        WHERE status IN ('S2_APPROVED', 'S3_PENDING') AND dated(registered_on) AND here(block)""",
    "earlier_decisions": """
        SELECT count(decision) FROM verification WHERE stage IN ('1', '2')
        AND dated(decided_on) AND here(block)""",
    "committee_meetings": f"SELECT count(*) {COMMITTEE}",
    "cases_put_up": f"SELECT total(cases_put_up) {COMMITTEE}",
    "cases_cleared": f"SELECT total(cases_cleared) {COMMITTEE}",
}

TWICE = """
    SELECT count(*) FROM beneficiary a WHERE EXISTS (SELECT 1 FROM beneficiary other
    WHERE other.id <> a.id AND {same}) AND here(block)"""
MEMBERS = """
    SELECT count(*) FROM member m
    WHERE coalesce(status, '') NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED')
    AND here(block)"""
GROUPS = """
    SELECT count(*) FROM self_help_group
    WHERE coalesce(status, '') NOT IN ('INACTIVE', 'DEFUNCT', 'LEFT', 'DECEASED')
    AND here(block)"""
QUALITY = {
    "artisans": "SELECT count(*) FROM beneficiary WHERE here(block)",
    "artisans_no_aadhaar": """
        SELECT count(*) FROM beneficiary WHERE aadhaar_last4 IS NULL AND here(block)""",
    "artisans_no_mobile": "SELECT count(*) FROM beneficiary WHERE mobile IS NULL AND here(block)",
    "artisans_no_account": """
        SELECT count(*) FROM beneficiary WHERE status = 'S3_APPROVED'
        AND NOT (account_no IS NOT NULL AND ifsc IS NOT NULL) AND here(block)""",
    "artisans_no_trade": """
        SELECT count(*) FROM beneficiary WHERE trade_code IS NULL AND here(block)""",
    "same_portal_no": TWICE.format(same="other.portal_no = a.portal_no"),
    "same_aadhaar": TWICE.format(
        same="other.aadhaar_last4 = a.aadhaar_last4 AND other.born = a.born AND other.name = a.name"
    ),
    "members": MEMBERS,
    "members_no_kyc": f"{MEMBERS} AND coalesce(aadhaar_checked, 'no') = 'no'",
    "members_no_household": f"{MEMBERS} AND household_no IS NULL",
    "same_member_code": f"""
        {MEMBERS} AND EXISTS
        (SELECT 1 FROM member other WHERE other.id <> m.id AND other.member_code = m.member_code)
        """,
    "groups_not_approved": f"{GROUPS} AND coalesce(approval_status, '') <> 'APPROVED'",
    "groups_incomplete": f"{GROUPS} AND coalesce(CAST(profile_percent AS INTEGER), 0) < 100",
    "loans_over_ceiling": """
        SELECT count(*) FROM loan WHERE CAST(sanctioned_amount AS INTEGER) >
        CASE product WHEN 'PMV1' THEN 100000 WHEN 'PMV2' THEN 200000 END AND here(block)""",
    "toolkits_no_day": f"""
        SELECT count(*) FROM toolkit WHERE {DELIVERED} AND delivered_on IS NULL
        AND here(block)""",
}

CHECKS = {
    "values_checked": """
        SELECT coalesce(sum(CAST(checked AS INTEGER)), 0) FROM entry_check
        WHERE dated(entered_to) AND here(block)""",
    "values_wrong": """
        SELECT coalesce(sum(CAST(wrong AS INTEGER)), 0) FROM entry_check
        WHERE dated(entered_to) AND here(block)""",
}

SQL: Mapping[str, Mapping[str, str]] = {
    "pmv_funnel": FUNNEL,
    "toolkit_ageing": TOOLKITS,
    "orientation_coverage": ORIENTATION,
    "stage3_daily": DECISIONS,
    "data_quality": QUALITY,
    "entry_checks": CHECKS,
}
