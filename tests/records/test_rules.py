from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from fieldkit.records import Record, RuleContext, Severity, Value, judge, kinds, rules_of, sentence
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.community.cluster_federation import ClusterFederation
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.credit.loan import Loan
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.outreach.programme import Programme
from fieldkit.records.training.training_batch import TrainingBatch
from fieldkit.records.training.training_enrolment import TrainingEnrolment, stipend

TODAY = date(2026, 11, 21)
ARTISAN, GROUP, BATCH, EVENT = "7KQ2M9XD-1", "7KQ2M9XD-2", "7KQ2M9XD-3", "7KQ2M9XD-4"
SELF = "7KQ2M9XD-99"
OTHER = "7KQ2M9XD-50"
BUDGAM = 2
JAMMU_PIN, BUDGAM_PIN = "180001", "191113"

BLOCK, REASON, WARN = Severity.BLOCK, Severity.REASON, Severity.WARN


@dataclass
class Register:
    """Records at hand, as a rule may look them up."""

    records: Sequence[Record] = ()

    def get(self, kind: str, record_id: str) -> Record | None:
        found = (r for r in self.records if r.kind() == kind and r.id == record_id)
        return next(found, None)

    def where(self, kind: str, **equal: Value) -> list[Record]:
        return [
            r
            for r in self.records
            if r.kind() == kind and all(r.value(name) == value for name, value in equal.items())
        ]


def said(record: Record, *known: Record, before: Record | None = None) -> dict[str, Severity]:
    """Return rule -> severity of what is found."""
    case = RuleContext(TODAY, before, Register([*known, record]))
    return {finding.name: finding.severity for finding in judge(record, case)}


def artisan(**values: Value) -> Beneficiary:
    start: dict[str, Value] = {
        "id": SELF,
        "district": BUDGAM,
        "name": "Ghulam Mohammad Bhat",
        "trade_code": "CARP",
    }
    return Beneficiary.of(start | values)


def toolkit(**values: Value) -> Toolkit:
    start: dict[str, Value] = {
        "id": SELF,
        "district": BUDGAM,
        "beneficiary_id": ARTISAN,
        "state": "SELECTED",
    }
    return Toolkit.of(start | {"selected_on": date(2026, 1, 1)} | values)


def loan(**values: Value) -> Loan:
    start: dict[str, Value] = {
        "id": SELF,
        "beneficiary_id": ARTISAN,
        "product": "PMV1",
        "state": "SPONSORED",
    }
    return Loan.of(start | values)


def lal_ded(**values: Value) -> Loan:
    start: dict[str, Value] = {
        "beneficiary_id": None,
        "member_id": OTHER,
        "product": "LALDED",
        "self_help_group_id": GROUP,
    }
    return loan(**start | values)


def member(**values: Value) -> Member:
    start: dict[str, Value] = {"id": SELF, "name": "Zooni Akhter", "self_help_group_id": GROUP}
    return Member.of(start | values)


def group(**values: Value) -> SelfHelpGroup:
    start: dict[str, Value] = {"id": GROUP, "district": BUDGAM, "name": "Shama", "shg_kind": "REG"}
    return SelfHelpGroup.of(start | values)


def enrolment(**values: Value) -> TrainingEnrolment:
    start: dict[str, Value] = {"id": SELF, "training_batch_id": BATCH, "beneficiary_id": ARTISAN}
    return TrainingEnrolment.of(start | values)


def attendance(**values: Value) -> Attendance:
    start: dict[str, Value] = {
        "id": SELF,
        "training_batch_id": BATCH,
        "beneficiary_id": ARTISAN,
        "on": date(2026, 3, 3),
    }
    return Attendance.of(start | values)


def batch(**values: Value) -> TrainingBatch:
    start: dict[str, Value] = {
        "id": BATCH,
        "training_type": "BASIC",
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 3, 7),
    }
    return TrainingBatch.of(start | values)


def decision(**values: Value) -> Verification:
    start: dict[str, Value] = {
        "id": SELF,
        "beneficiary_id": ARTISAN,
        "stage": "1",
        "decision": "APPROVED",
    }
    return Verification.of(start | values)


def barred(**values: Value) -> Beneficiary:
    return artisan(bars=True, bar_credit=True, **values)


FIVE_YEARS_AGO = date(2021, 11, 21)

# (record, rule, severity or None where it must be silent)
ALONE: list[tuple[Record, str, Severity | None]] = [
    (artisan(name=None), "required", BLOCK),
    (artisan(trade_code=None), "required", BLOCK),
    (artisan(), "required", None),
    (artisan(mobile=None, ifsc=None), "required", None),
    (artisan(trade_code="WEAV"), "notified_trade", BLOCK),
    (artisan(trade_code="TAIL"), "notified_trade", None),
    (artisan(born="2008-11-22"), "adult", BLOCK),
    (artisan(born="2008-11-21"), "adult", None),
    (artisan(born="2006-01-01", registered_on=date(2023, 12, 31)), "adult", BLOCK),
    (artisan(born="2005-12-31", registered_on=date(2023, 12, 31)), "adult", None),
    (artisan(born="2009"), "adult", BLOCK),
    (artisan(born="2008"), "adult", None),
    (artisan(born="2008"), "adult_by_year", WARN),
    (artisan(born="2007"), "adult_by_year", None),
    (artisan(born="2008-01-01"), "adult_by_year", None),
    (artisan(born="1930"), "adult", None),
    (artisan(bars=True, bar_government=True), "no_government_servant", BLOCK),
    (artisan(bars=False, bar_government=True), "no_government_servant", None),
    (artisan(bars=True, bar_family=True), "one_of_a_family", BLOCK),
    (artisan(bars=True, bar_family=False), "one_of_a_family", None),
    (artisan(bars=True), "bar_named", WARN),
    (artisan(bars=True, bar_family=True), "bar_named", None),
    (artisan(bars=False), "bar_named", None),
    (barred(), "similar_credit", REASON),
    (
        barred(credit_scheme="OTHER", credit_sanctioned_on=date(2022, 1, 1)),
        "similar_credit",
        REASON,
    ),
    (
        barred(credit_scheme="OTHER", credit_sanctioned_on=FIVE_YEARS_AGO, credit_repaid=False),
        "similar_credit",
        None,
    ),
    (
        barred(credit_scheme="OTHER", credit_sanctioned_on=FIVE_YEARS_AGO + timedelta(days=1)),
        "similar_credit",
        REASON,
    ),
    (barred(credit_scheme="MUDRA", credit_repaid=True), "similar_credit", None),
    (barred(credit_scheme="SVANIDHI", credit_repaid=True), "similar_credit", None),
    (barred(credit_scheme="MUDRA", credit_repaid=False), "similar_credit", REASON),
    (barred(credit_scheme="OTHER", credit_repaid=True), "similar_credit", REASON),
    (
        barred(credit_scheme="PMEGP", credit_sanctioned_on=date(2010, 1, 1), credit_repaid=True),
        "similar_credit",
        REASON,
    ),
    (artisan(bar_credit=True, credit_scheme="PMEGP"), "similar_credit", None),
    (artisan(relation="SO", gender="F"), "gender_after_relation", WARN),
    (artisan(relation="SO", gender="M"), "gender_after_relation", None),
    (artisan(relation="CO", gender="F"), "gender_after_relation", None),
    (member(relation="WO", gender="M"), "gender_after_relation", WARN),
    (artisan(pin=JAMMU_PIN), "pin_of_district", WARN),
    (artisan(pin=BUDGAM_PIN), "pin_of_district", None),
    (group(pin=JAMMU_PIN), "pin_of_district", WARN),
    (artisan(ifsc="JAKA0ZZZZZZ"), "known_branch", WARN),
    (artisan(ifsc="JAKA0CHADOO"), "known_branch", None),
    (group(ifsc="JAKA0ZZZZZZ"), "known_branch", WARN),
    (
        artisan(registered_on=date(2026, 2, 1), certificate_on=date(2026, 1, 1)),
        "dates_in_order",
        BLOCK,
    ),
    (
        artisan(registered_on=date(2026, 2, 1), card_handed_on=date(2026, 1, 1)),
        "dates_in_order",
        BLOCK,
    ),
    (
        artisan(registered_on=date(2026, 2, 1), certificate_on=date(2026, 2, 1)),
        "dates_in_order",
        None,
    ),
    (artisan(registered_on=TODAY + timedelta(days=1)), "date_ahead", REASON),
    (artisan(registered_on=TODAY), "date_ahead", None),
    (batch(starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 6)), "date_ahead", None),
    (batch(starts_on=date(2062, 3, 1), ends_on=None), "date_ahead", REASON),
    (decision(decision="REJECTED"), "refusal_has_a_reason", WARN),
    (decision(decision="REJECTED", reason="No such artisan"), "refusal_has_a_reason", None),
    (decision(), "refusal_has_a_reason", None),
    (
        decision(received_on=date(2026, 2, 2), decided_on=date(2026, 2, 1)),
        "dates_in_order",
        BLOCK,
    ),
    (toolkit(state="ORDERED", voucher_value=15_001), "voucher_within_limit", BLOCK),
    (toolkit(state="ORDERED", voucher_value=15_000), "voucher_within_limit", None),
    (
        toolkit(state="DELIVERED", delivered_on=date(2025, 12, 31)),
        "dates_in_order",
        BLOCK,
    ),
    (toolkit(state="DELIVERED", delivered_on=date(2026, 1, 1)), "dates_in_order", None),
    (
        # Sent again after it came back: the earlier day at the post office no longer applies.
        toolkit(
            state="DISPATCHED",
            dispatched_on=date(2026, 4, 1),
            at_post_office_on=date(2026, 2, 1),
        ),
        "dates_in_order",
        None,
    ),
    (
        toolkit(
            state="AT_POST_OFFICE",
            dispatched_on=date(2026, 4, 1),
            at_post_office_on=date(2026, 2, 1),
        ),
        "dates_in_order",
        BLOCK,
    ),
    (loan(), "exactly_one_of_two", None),
    (loan(member_id=OTHER), "exactly_one_of_two", BLOCK),
    (loan(beneficiary_id=None), "exactly_one_of_two", BLOCK),
    (loan(product="SHGBL"), "loan_of_one_person", BLOCK),
    (loan(product="LALDED"), "loan_of_one_person", BLOCK),
    (lal_ded(product="PMV2"), "loan_of_one_person", BLOCK),
    (lal_ded(), "loan_of_one_person", None),
    (loan(product="MUDRA"), "loan_of_one_person", None),
    (loan(state="SANCTIONED", sanctioned_amount=1_00_001), "sanctioned_within_limits", BLOCK),
    (loan(state="SANCTIONED", sanctioned_amount=1_00_000), "sanctioned_within_limits", None),
    (
        loan(product="PMV2", state="CLOSED", sanctioned_amount=2_00_001),
        "sanctioned_within_limits",
        BLOCK,
    ),
    (
        loan(state="SANCTIONED", applied_amount=50_000, sanctioned_amount=60_000),
        "sanctioned_within_limits",
        BLOCK,
    ),
    (loan(state="REJECTED", sanctioned_amount=9_00_000), "sanctioned_within_limits", None),
    (
        loan(state="DISBURSED", sanctioned_amount=50_000, disbursed_amount=50_001),
        "paid_within_the_sanction",
        BLOCK,
    ),
    (
        loan(state="DISBURSED", sanctioned_amount=50_000, disbursed_amount=50_000),
        "paid_within_the_sanction",
        None,
    ),
    (
        loan(state="DISBURSED", sanctioned_on=date(2026, 2, 1), disbursed_on=date(2026, 1, 1)),
        "dates_in_order",
        BLOCK,
    ),
    (
        toolkit(state="ORDERED", redeemed_on=date(2026, 5, 1), expires_on=date(2026, 4, 1)),
        "voucher_still_valid",
        WARN,
    ),
    (
        toolkit(state="ORDERED", redeemed_on=date(2026, 4, 1), expires_on=date(2026, 4, 1)),
        "voucher_still_valid",
        None,
    ),
    (toolkit(state="DELIVERED"), "day_of_the_state", REASON),
    (toolkit(), "day_of_the_state", None),
    (batch(ends_on=date(2026, 3, 1)), "dates_in_order", BLOCK),
    (batch(), "dates_in_order", None),
    (batch(), "usual_length", None),
    (batch(ends_on=date(2026, 4, 30)), "usual_length", WARN),
    (batch(training_type="EXPOSURE", ends_on=date(2026, 4, 30)), "usual_length", None),
    (enrolment(), "exactly_one_of_two", None),
    (enrolment(beneficiary_id=None), "exactly_one_of_two", BLOCK),
    (enrolment(member_id="7KQ2M9XD-5"), "exactly_one_of_two", BLOCK),
    (enrolment(beneficiary_id=None, member_id="7KQ2M9XD-5"), "exactly_one_of_two", None),
    (enrolment(state="COMPLETED"), "completed_is_attended_and_assessed", WARN),
    (
        enrolment(state="COMPLETED", days_attended=6, assessment="PASS"),
        "completed_is_attended_and_assessed",
        None,
    ),
    (enrolment(days_attended=6, stipend_amount=2500), "stipend_by_days", WARN),
    (enrolment(days_attended=6, stipend_amount=3000), "stipend_by_days", None),
    (attendance(), "exactly_one_of_two", None),
    (attendance(programme_id=EVENT), "exactly_one_of_two", BLOCK),
    (attendance(training_batch_id=None), "exactly_one_of_two", BLOCK),
    (attendance(training_batch_id=None, programme_id=EVENT), "exactly_one_of_two", None),
    (attendance(member_id="7KQ2M9XD-5"), "exactly_one_of_two", BLOCK),
    (Programme(cases_put_up=10, cases_cleared=11), "cleared_within_put_up", BLOCK),
    (Programme(programme_kind="MELA"), "fair_is_a_market_event", WARN),
    (Programme(programme_kind="SEMINAR"), "fair_is_a_market_event", None),
    (Programme(cases_put_up=10, cases_cleared=10), "cleared_within_put_up", None),
    (
        group(formed_on=date(2020, 1, 1), joined_federation_on=date(2019, 1, 1)),
        "dates_in_order",
        BLOCK,
    ),
    (
        ClusterFederation(
            name="Roshni",
            formed_on=date(2020, 1, 1),
            reg_status="REGISTERED",
            registered_on=date(2019, 1, 1),
        ),
        "dates_in_order",
        BLOCK,
    ),
]


@pytest.mark.parametrize(("record", "rule", "severity"), ALONE)
def test_a_record_by_itself(record: Record, rule: str, severity: Severity | None) -> None:
    assert said(record).get(rule) == severity


def lent(count: int, **values: Value) -> list[Record]:
    """Lal Ded loans to other members of the group."""
    return [
        lal_ded(id=f"7KQ2M9XD-7{n}", member_id=f"7KQ2M9XD-8{n}", **values) for n in range(count)
    ]


def others(count: int, **values: Value) -> list[Member]:
    return [member(id=f"7KQ2M9XD-{number}", **values) for number in range(200, 200 + count)]


def test_a_reference_that_stood_before_is_not_looked_up_again() -> None:
    assert not {"unknown_record", "wrong_kind"} & said(toolkit(), before=toolkit()).keys()
    moved = toolkit(beneficiary_id=OTHER)
    assert said(moved, before=toolkit())["unknown_record"] == WARN


def test_what_knows_no_records_says_nothing_of_references() -> None:
    assert not [found for found in judge(toolkit(), RuleContext(TODAY)) if "record" in found.rule]


def test_a_reference_to_another_kind_says_what_it_is() -> None:
    case = RuleContext(TODAY, None, Register([group(id=ARTISAN)]))
    (found,) = (found for found in judge(toolkit(), case) if found.name == "wrong_kind")
    assert found.field == "beneficiary_id"
    assert sentence(found) == (
        "7KQ2M9XD-1 is another kind of record: Self-help group Shama. Enter: Artisan."
    )


FIRST = loan(id=OTHER, state="DISBURSED", disbursed_on=date(2025, 8, 31))
REPAID = loan(id=OTHER, state="CLOSED", disbursed_on=date(2025, 8, 31))
LEFT = member(id=OTHER, member_code="M1", self_help_group_id="7KQ2M9XD-8", status="LEFT")
WOMAN: dict[str, Value] = {"aadhaar_last4": "0143", "born": "1984-01-23"}

# (record, what else is known, rule, severity or None)
AMONG: list[tuple[Record, list[Record], str, Severity | None]] = [
    (
        artisan(ration_card="R1"),
        [artisan(id=OTHER, ration_card="R1")],
        "one_of_a_ration_card",
        REASON,
    ),
    (
        artisan(ration_card="R1"),
        [artisan(id=OTHER, ration_card="R2")],
        "one_of_a_ration_card",
        None,
    ),
    (
        artisan(ration_card="R1"),
        [artisan(id=OTHER, ration_card="R1", status="S1_REJECTED")],
        "one_of_a_ration_card",
        None,
    ),
    (decision(stage="2"), [], "stages_in_order", WARN),
    (decision(stage="2"), [decision(id=OTHER)], "stages_in_order", None),
    (decision(stage="2"), [decision(id=OTHER, decision="REJECTED")], "stages_in_order", WARN),
    (
        decision(stage="2", decided_on=date(2026, 1, 1)),
        [decision(id=OTHER, decided_on=date(2026, 1, 2))],
        "stages_in_order",
        WARN,
    ),
    (decision(stage="1"), [], "stages_in_order", None),
    (toolkit(), [group(id=ARTISAN)], "wrong_kind", BLOCK),
    (toolkit(), [artisan(id=ARTISAN)], "wrong_kind", None),
    (toolkit(), [artisan(id=ARTISAN)], "unknown_record", None),
    (toolkit(), [group(), artisan(id=OTHER)], "unknown_record", WARN),
    (toolkit(), [group()], "wrong_kind", None),
    (member(), [artisan(id=GROUP)], "wrong_kind", BLOCK),
    (artisan(bars=True, bar_family=True), [], "unknown_record", None),
    (toolkit(), [toolkit(id=OTHER)], "one_toolkit", BLOCK),
    (toolkit(), [toolkit(id=OTHER, beneficiary_id="7KQ2M9XD-6")], "one_toolkit", None),
    (toolkit(toolkit_code="TK-BOAT-B"), [artisan(id=ARTISAN)], "set_of_the_trade", BLOCK),
    (toolkit(toolkit_code="TK-CARP-A"), [artisan(id=ARTISAN)], "set_of_the_trade", None),
    (toolkit(toolkit_code="TK-BOAT-B"), [], "set_of_the_trade", None),
    (toolkit(), [artisan(id=ARTISAN, status="S2_PENDING")], "registered_before", WARN),
    (toolkit(), [artisan(id=ARTISAN, status="S3_APPROVED")], "registered_before", None),
    (loan(product="PMV2"), [], "tranche_order", REASON),
    (loan(product="PMV2"), [loan(id=OTHER, state="CLOSED")], "tranche_order", REASON),
    (loan(product="PMV2"), [FIRST], "tranche_order", REASON),
    (loan(product="PMV2"), [REPAID], "tranche_order", None),
    (loan(product="PMV2", beneficiary_id="7KQ2M9XD-6"), [REPAID], "tranche_order", REASON),
    (loan(product="PMV2", applied_on=date(2026, 2, 27)), [REPAID], "tranche_order", REASON),
    (loan(product="PMV2", applied_on=date(2026, 2, 28)), [REPAID], "tranche_order", None),
    (loan(product="PMV2", state="REJECTED"), [], "tranche_order", None),
    (loan(), [], "tranche_order", None),
    (loan(), [FIRST], "one_loan_of_a_tranche", REASON),
    (loan(), [loan(id=OTHER, state="REJECTED")], "one_loan_of_a_tranche", None),
    (loan(), [loan(id=OTHER, product="PMV2")], "one_loan_of_a_tranche", None),
    (loan(product="MUDRA"), [loan(id=OTHER, product="MUDRA")], "one_loan_of_a_tranche", None),
    (lal_ded(), lent(3), "three_in_a_group", REASON),
    (lal_ded(), lent(2), "three_in_a_group", None),
    (lal_ded(), lent(3, state="CLOSED"), "three_in_a_group", None),
    (lal_ded(), lent(3, self_help_group_id="7KQ2M9XD-8"), "three_in_a_group", None),
    (
        lal_ded(),
        [member(id=OTHER, self_help_group_id="7KQ2M9XD-8")],
        "group_of_the_member",
        WARN,
    ),
    (lal_ded(), [member(id=OTHER)], "group_of_the_member", None),
    (enrolment(), [enrolment(id=OTHER)], "enrolled_once", REASON),
    (enrolment(), [enrolment(id=OTHER, training_batch_id="7KQ2M9XD-7")], "enrolled_once", None),
    (enrolment(beneficiary_id=None, member_id=OTHER), [batch()], "training_of_artisans", WARN),
    (
        enrolment(beneficiary_id=None, member_id=OTHER),
        [batch(training_type="SHG_SKILL")],
        "training_of_artisans",
        None,
    ),
    (enrolment(days_attended=7), [batch()], "days_within_the_training", REASON),
    (enrolment(days_attended=6), [batch()], "days_within_the_training", None),
    (enrolment(days_attended=70), [], "days_within_the_training", None),
    (
        enrolment(completed_on=date(2026, 3, 1)),
        [batch()],
        "completed_after_the_start",
        BLOCK,
    ),
    (enrolment(completed_on=date(2026, 3, 7)), [batch()], "completed_after_the_start", None),
    (attendance(on=date(2026, 3, 1)), [batch()], "day_of_the_event", REASON),
    (attendance(on=date(2026, 3, 8)), [batch()], "day_of_the_event", REASON),
    (attendance(on=date(2026, 3, 7)), [batch()], "day_of_the_event", None),
    (
        attendance(training_batch_id=None, programme_id=EVENT),
        [Programme(id=EVENT, held_on=date(2026, 3, 4))],
        "day_of_the_event",
        REASON,
    ),
    (attendance(), [attendance(id=OTHER)], "marked_once", REASON),
    (attendance(), [attendance(id=OTHER, on=date(2026, 3, 4))], "marked_once", None),
    (attendance(), [attendance(id=OTHER, beneficiary_id="7KQ2M9XD-6")], "marked_once", None),
    (member(), [group(), *others(20)], "room_in_the_group", WARN),
    (member(), [group(), *others(19)], "room_in_the_group", None),
    (member(), [group(), *others(20, status="LEFT")], "room_in_the_group", None),
    (member(member_code="M1"), [member(id=OTHER, member_code="M1")], "one_group", BLOCK),
    (
        member(member_code="M1"),
        [member(id=OTHER, member_code="M1", self_help_group_id="7KQ2M9XD-8")],
        "one_group",
        BLOCK,
    ),
    (member(member_code="M1"), [LEFT], "one_group", None),
    (
        member(beneficiary_id=ARTISAN),
        [member(id=OTHER, beneficiary_id=ARTISAN)],
        "one_group",
        BLOCK,
    ),
    (member(**WOMAN), [member(id=OTHER, name="Zuni Akhtar", **WOMAN)], "one_group", BLOCK),
    (member(**WOMAN), [member(id=OTHER, name="Hajra Begum", **WOMAN)], "one_group", None),
    (member(), [member(id=OTHER)], "one_group", None),
    (member(gender="M"), [group()], "women_only", REASON),
    (member(gender="M"), [group(shg_kind="PWD")], "women_only", None),
    (member(gender="F"), [group()], "women_only", None),
    (member(office="PRES"), [member(id=OTHER, office="PRES")], "one_in_each_office", WARN),
    (member(office="PRES"), [member(id=OTHER, office="SEC")], "one_in_each_office", None),
    (member(office="MEM"), [member(id=OTHER, office="MEM")], "one_in_each_office", None),
    (
        member(joined_on=date(2019, 1, 1)),
        [group(formed_on=date(2020, 1, 1))],
        "joined_after_formation",
        WARN,
    ),
    (
        member(joined_on=date(2020, 1, 1)),
        [group(formed_on=date(2020, 1, 1))],
        "joined_after_formation",
        None,
    ),
]


@pytest.mark.parametrize(("record", "known", "rule", "severity"), AMONG)
def test_a_record_among_others(
    record: Record, known: list[Record], rule: str, severity: Severity | None
) -> None:
    assert said(record, *known).get(rule) == severity


@pytest.mark.parametrize(
    ("kind", "count", "fits"),
    [
        ("REG", 9, False),
        ("REG", 10, True),
        ("REG", 20, True),
        ("REG", 21, False),
        ("DIFF", 4, False),
        ("DIFF", 5, True),
        ("PWD", 5, True),
        ("ELDER", 5, True),
        ("REG", 0, True),
    ],
)
def test_the_size_of_a_group(kind: str, count: int, fits: bool) -> None:
    formed = group(shg_kind=kind)
    found = said(formed, *others(count), before=formed).get("group_size")
    assert found == (None if fits else WARN)


def test_a_new_group_has_no_members_to_count() -> None:
    assert "group_size" not in said(group(), *others(3))


MOVES = Toolkit.lifecycle.moves if Toolkit.lifecycle else {}


def move(before: str, after: str) -> dict[str, Severity]:
    days = {"delivered_on": date(2026, 3, 1), "dispatched_on": date(2026, 2, 1)}
    return said(toolkit(state=after, **days), before=toolkit(state=before))


@pytest.mark.parametrize(
    ("before", "after"),
    [(before, after) for before, ways in MOVES.items() for after in sorted(ways)],
)
def test_a_toolkit_moves_along_the_table(before: str, after: str) -> None:
    assert "allowed_move" not in move(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SELECTED", "DELIVERED"),
        ("SELECTED", "RETURNED"),
        ("NOT_ELIGIBLE", "SELECTED"),
        ("RETURNED", "DELIVERED"),
        ("DELIVERED", "REPLACED"),
    ],
)
def test_steps_left_out_are_confirmed(before: str, after: str) -> None:
    assert move(before, after)["allowed_move"] == REASON


@pytest.mark.parametrize(
    ("before", "after"),
    [(before, after) for before, ways in MOVES.items() for after in sorted(ways)],
)
def test_every_move_entered_by_mistake_can_be_undone(before: str, after: str) -> None:
    assert move(after, before).get("allowed_move") in {REASON, None}
    assert BLOCK not in move(after, before).values()


def test_a_move_is_asked_about_in_the_words_of_the_list() -> None:
    def asked(before: str, after: str) -> str:
        case = RuleContext(TODAY, toolkit(state=before))
        (said,) = (f for f in judge(toolkit(state=after), case) if f.name == "allowed_move")
        return sentence(said)

    assert asked("SELECTED", "DISPATCHED") == (
        'After "Toolkit selected by beneficiary" comes "e-RUPI voucher issued". '
        "Confirm if the steps between were not reported to the office."
    )
    assert asked("DEFECTIVE", "DELIVERED") == (
        'It was "Delivered, complaint open" already. Confirm if that was entered by mistake.'
    )


def test_a_state_of_a_newer_version_is_not_judged() -> None:
    assert "allowed_move" not in move("DELIVERED", "RECYCLED")
    assert "allowed_move" not in move("RECYCLED", "DELIVERED")


def test_a_new_toolkit_may_stand_anywhere_and_an_unchanged_one_stays() -> None:
    assert "allowed_move" not in said(toolkit(state="REPLACED"))
    assert "allowed_move" not in move("REPLACED", "REPLACED")


def test_stipend_is_500_rupees_a_day() -> None:
    assert [stipend(days) for days in (0, 6, 15)] == [0, 3000, 7500]


def test_a_finding_stands_beside_the_later_step_and_says_what_to_do() -> None:
    record = toolkit(state="DELIVERED", delivered_on=date(2025, 12, 31))
    (finding,) = judge(record, RuleContext(TODAY))
    assert finding.field == "delivered_on"
    assert sentence(finding) == "Delivered cannot be before selected, 01 Jan 2026."


def test_every_rule_says_where_it_comes_from_and_what_it_is() -> None:
    for kind in kinds().values():
        for rule in rules_of(kind):
            assert rule.source, rule
            assert rule.check.__doc__, rule
            assert rule.field in kind.fields(), rule
