"""Rules of loans to groups, funds, income, insurance, cadre, enterprises and benefits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.test_rules import (
    BLOCK,
    GROUP,
    OTHER,
    REASON,
    SELF,
    WARN,
    group,
    member,
    said,
)

from fieldkit.records import Record, Severity, Value, kinds
from fieldkit.records.community.cadre import Cadre
from fieldkit.records.community.cadre_month import CadreMonth
from fieldkit.records.community.income_entry import IncomeEntry
from fieldkit.records.community.insurance_cover import InsuranceCover
from fieldkit.records.community.lakhpati import Standing, rung, standing
from fieldkit.records.credit.fund_release import FundRelease
from fieldkit.records.credit.group_loan import GroupLoan
from fieldkit.records.fields.formats import MONTH, Unfit
from fieldkit.records.livelihoods.convergence import Convergence
from fieldkit.records.livelihoods.enterprise import Enterprise
from fieldkit.records.livelihoods.farm_practice import FarmPractice
from fieldkit.records.livelihoods.support import Support

WOMAN = "7KQ2M9XD-60"
BANK = "JAKA0BUDGAM"


def linkage(**values: Value) -> GroupLoan:
    start: dict[str, Value] = {
        "id": SELF,
        "self_help_group_id": GROUP,
        "dose_no": 1,
        "facility": "TL",
        "state": "SANCTIONED",
        "applied_on": date(2026, 1, 5),
        "sanctioned_on": date(2026, 2, 1),
        "amount": 1_50_000,
    }
    return GroupLoan.of(start | values)


def fund(**values: Value) -> FundRelease:
    start: dict[str, Value] = {
        "id": SELF,
        "fund": "RF",
        "self_help_group_id": GROUP,
        "state": "RELEASED",
        "released_on": date(2026, 2, 1),
        "amount": 15_000,
    }
    return FundRelease.of(start | values)


def cif(**values: Value) -> FundRelease:
    start: dict[str, Value] = {"fund": "CIF", "amount": 50_000, "mcp_on": date(2026, 1, 2)}
    return fund(**start | values)


def income(**values: Value) -> IncomeEntry:
    start: dict[str, Value] = {
        "id": SELF,
        "member_id": WOMAN,
        "activity": "LV05",
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 3, 31),
        "amount": 40_000,
    }
    return IncomeEntry.of(start | values)


def cover(**values: Value) -> InsuranceCover:
    start: dict[str, Value] = {
        "id": SELF,
        "member_id": WOMAN,
        "scheme": "PMJJBY",
        "state": "ACTIVE",
        "enrolled_on": date(2026, 6, 1),
        "renewal_due": date(2027, 6, 1),
    }
    return InsuranceCover.of(start | values)


def sakhi(**values: Value) -> Cadre:
    start: dict[str, Value] = {
        "id": SELF,
        "member_id": WOMAN,
        "role": "CR01",
        "state": "ACTIVE",
        "since": date(2025, 4, 10),
        "ifsc": BANK,
    }
    return Cadre.of(start | values)


def month(**values: Value) -> CadreMonth:
    start: dict[str, Value] = {"id": SELF, "cadre_id": OTHER, "month": date(2026, 10, 1)}
    return CadreMonth.of(start | values)


def enterprise(**values: Value) -> Enterprise:
    start: dict[str, Value] = {
        "id": SELF,
        "programme": "SVEP",
        "member_id": WOMAN,
        "state": "RUNNING",
        "started_on": date(2026, 1, 1),
    }
    return Enterprise.of(start | values)


def practice(**values: Value) -> FarmPractice:
    start: dict[str, Value] = {
        "id": SELF,
        "member_id": WOMAN,
        "component": "CROP",
        "practice": "Vermicompost",
    }
    return FarmPractice.of(start | values)


def support(**values: Value) -> Support:
    start: dict[str, Value] = {"id": SELF, "programme": "RAMP", "support_kind": "BSM"}
    return Support.of(start | {"member_id": WOMAN} | values)


def benefit(**values: Value) -> Convergence:
    start: dict[str, Value] = {"id": SELF, "department": "HORT", "scheme": "HADP"}
    return Convergence.of(start | {"member_id": WOMAN} | values)


ALONE: list[tuple[Record, str, Severity | None]] = [
    (linkage(self_help_group_id=None), "required", BLOCK),
    (linkage(applied_amount=1_00_000), "sanctioned_within_the_request", BLOCK),
    (linkage(applied_amount=2_00_000), "sanctioned_within_the_request", None),
    (
        linkage(state="DISBURSED", disbursed_amount=1_60_000),
        "paid_within_the_sanction",
        BLOCK,
    ),
    (
        linkage(state="DISBURSED", facility="CCL", limit=6_00_000, disbursed_amount=2_00_000),
        "paid_within_the_sanction",
        None,
    ),
    (linkage(amount=1_50_001), "amount_of_the_dose", WARN),
    (linkage(amount=1_80_000, corpus=30_000), "amount_of_the_dose", None),
    (linkage(dose_no=2, amount=3_00_000), "amount_of_the_dose", None),
    (linkage(dose_no=2, amount=3_00_001, corpus=37_500), "amount_of_the_dose", WARN),
    (linkage(dose_no=3, amount=5_99_999), "amount_of_the_dose", WARN),
    (linkage(dose_no=3, amount=6_00_000), "amount_of_the_dose", None),
    (linkage(facility="CCL", limit=5_00_000), "least_cash_credit", WARN),
    (linkage(facility="CCL", limit=6_00_000), "least_cash_credit", None),
    (linkage(facility="TL", limit=1), "least_cash_credit", None),
    (linkage(dose_no=3), "plan_of_the_third_dose", WARN),
    (linkage(dose_no=3, mcp_on=date(2026, 1, 1)), "plan_of_the_third_dose", None),
    (linkage(mcp_on=date(2026, 2, 2)), "dates_in_order", BLOCK),
    (linkage(sanctioned_on=None), "day_of_the_state", REASON),
    (fund(self_help_group_id=None), "for_somebody", BLOCK),
    (cif(self_help_group_id=None), "for_somebody", BLOCK),
    (cif(self_help_group_id=None, cluster_federation_id=OTHER), "for_somebody", None),
    (fund(amount=9_999), "revolving_fund_amount", WARN),
    (fund(amount=15_001), "revolving_fund_amount", WARN),
    (fund(amount=10_000), "revolving_fund_amount", None),
    (cif(amount=9_000), "revolving_fund_amount", None),
    (cif(mcp_on=None), "on_a_plan", WARN),
    (cif(), "on_a_plan", None),
    (fund(), "on_a_plan", None),
    (cif(mcp_on=date(2026, 2, 2)), "dates_in_order", BLOCK),
    (cif(amount=1_00_001), "investment_fund_amount", WARN),
    (cif(amount=1_00_000), "investment_fund_amount", None),
    (income(amount=None), "amount_or_assessment", BLOCK),
    (income(amount=None, assessed="LD"), "amount_or_assessment", None),
    (income(amount=None, assessed="NONE"), "amount_or_assessment", BLOCK),
    (income(period_to=None), "period_of_a_year", BLOCK),
    (income(period_to=None, amount=None, assessed="LD"), "period_of_a_year", None),
    (income(period_from=date(2025, 3, 30)), "period_of_a_year", BLOCK),
    (income(period_from=date(2025, 3, 31)), "period_of_a_year", None),
    (income(period_from=date(2026, 4, 1)), "dates_in_order", BLOCK),
    (cover(renewal_due=date(2027, 5, 31)), "renewed_in_june", WARN),
    (cover(), "renewed_in_june", None),
    (cover(scheme="LIC", renewal_due=date(2027, 5, 31)), "renewed_in_june", None),
    (cover(renewal_due=date(2026, 5, 31)), "dates_in_order", BLOCK),
    (cover(state="PAID", paid_amount=2_00_001), "claim_within_the_cover", WARN),
    (cover(state="PAID", paid_amount=2_00_000), "claim_within_the_cover", None),
    (sakhi(ifsc=None), "works_for_a_bank", WARN),
    (sakhi(), "works_for_a_bank", None),
    (sakhi(role="CR14", ifsc=None), "works_for_a_bank", None),
    (month(month=None), "required", BLOCK),
    (month(amount=100, commission=101), "commission_of_an_amount", WARN),
    (month(amount=100, commission=100), "commission_of_an_amount", None),
    (enterprise(member_id=None), "one_owner", BLOCK),
    (enterprise(beneficiary_id=OTHER), "one_owner", BLOCK),
    (enterprise(member_id=None, programme="CFC"), "one_owner", None),
    (enterprise(member_id=None, programme="CFC"), "cluster_of_a_centre", WARN),
    (enterprise(programme="CFC", cluster="Chadoora"), "cluster_of_a_centre", None),
    (enterprise(iec_no="012345678"), "iec_of_ten", WARN),
    (enterprise(iec_no="0123456789"), "iec_of_ten", None),
    (support(member_id=None), "exactly_one_of_two", BLOCK),
    (support(enterprise_id=OTHER), "exactly_one_of_two", BLOCK),
    (support(), "exactly_one_of_two", None),
    (benefit(member_id=None), "exactly_one_of_two", BLOCK),
    (benefit(beneficiary_id=OTHER), "exactly_one_of_two", BLOCK),
    (benefit(), "exactly_one_of_two", None),
    (benefit(scheme=None), "benefit_named", WARN),
    (benefit(scheme=None, benefit="Two cows"), "benefit_named", None),
]
"""A record, a rule, and what it says of the record alone."""

_FORMED = date(2025, 12, 1)
AMONG: list[tuple[Record, list[Record], str, Severity | None]] = [
    (linkage(), [group(formed_on=_FORMED)], "group_of_some_age", WARN),
    (linkage(), [group(formed_on=date(2025, 7, 5))], "group_of_some_age", None),
    (linkage(), [group(grade="B")], "graded_first", WARN),
    (linkage(), [group(grade="A")], "graded_first", None),
    (linkage(), [linkage(id=OTHER)], "each_dose_once", REASON),
    (linkage(), [linkage(id=OTHER, state="REJECTED")], "each_dose_once", None),
    (linkage(), [linkage(id=OTHER, dose_no=2)], "each_dose_once", None),
    (fund(), [fund(id=OTHER)], "revolving_fund_once", REASON),
    (fund(), [fund(id=OTHER, state="REFUSED")], "revolving_fund_once", None),
    (fund(), [cif(id=OTHER)], "revolving_fund_once", None),
    (cif(), [cif(id=OTHER)], "revolving_fund_once", None),
    (fund(released_on=date(2026, 2, 28)), [group(formed_on=_FORMED)], "group_of_some_age", WARN),
    (fund(released_on=date(2026, 3, 1)), [group(formed_on=_FORMED)], "group_of_some_age", None),
    (fund(), [group(meets=False)], "panchasutra_kept", WARN),
    (fund(), [group(meets=True, saves=None)], "panchasutra_kept", None),
    (cif(), [group(meets=False)], "panchasutra_kept", None),
    (
        cif(village_organisation_id="7KQ2M9XD-8"),
        [group(village_organisation_id="7KQ2M9XD-9")],
        "route_of_the_group",
        WARN,
    ),
    (
        cif(village_organisation_id="7KQ2M9XD-8"),
        [group(village_organisation_id="7KQ2M9XD-8")],
        "route_of_the_group",
        None,
    ),
    (income(), [income(id=OTHER, period_from=date(2026, 3, 31))], "counted_once", REASON),
    (
        income(),
        [income(id=OTHER, period_from=date(2026, 4, 1), period_to=date(2026, 5, 1))],
        "counted_once",
        None,
    ),
    (income(), [income(id=OTHER, activity="LV18")], "counted_once", None),
    (cover(), [member(id=WOMAN, born="1975-06-02")], "age_for_the_scheme", None),
    (cover(), [member(id=WOMAN, born="1975-05-30")], "age_for_the_scheme", WARN),
    (cover(), [member(id=WOMAN, born="2008-06-02")], "age_for_the_scheme", WARN),
    (cover(scheme="PMSBY"), [member(id=WOMAN, born="1956")], "age_for_the_scheme", None),
    (cover(scheme="PMSBY"), [member(id=WOMAN, born="1954")], "age_for_the_scheme", WARN),
    (cover(scheme="LIC"), [member(id=WOMAN, born="1930")], "age_for_the_scheme", None),
    (cover(), [cover(id=OTHER)], "one_cover_a_year", REASON),
    (cover(), [cover(id=OTHER, scheme="PMSBY")], "one_cover_a_year", None),
    (cover(), [cover(id=OTHER, state="LAPSED")], "one_cover_a_year", None),
    (
        cover(),
        [cover(id=OTHER, enrolled_on=date(2025, 6, 1), renewal_due=date(2026, 6, 1))],
        "one_cover_a_year",
        None,
    ),
    (sakhi(), [sakhi(id=OTHER)], "one_appointment", REASON),
    (sakhi(), [sakhi(id=OTHER, state="ENDED")], "one_appointment", None),
    (sakhi(), [sakhi(id=OTHER, role="CR02")], "one_appointment", None),
    (month(), [month(id="7KQ2M9XD-77")], "each_month_once", REASON),
    (month(), [month(id="7KQ2M9XD-77", month=date(2026, 9, 1))], "each_month_once", None),
    (month(month=date(2025, 3, 1)), [sakhi(id=OTHER)], "month_of_the_appointment", WARN),
    (month(month=date(2025, 4, 1)), [sakhi(id=OTHER)], "month_of_the_appointment", None),
    (
        enterprise(udyam="UDYAM-JK-01-0000001"),
        [enterprise(id=OTHER, udyam="UDYAM-JK-01-0000001")],
        "udyam_of_one",
        REASON,
    ),
    (enterprise(), [enterprise(id=OTHER)], "udyam_of_one", None),
    (practice(), [practice(id=OTHER)], "taken_up_once", REASON),
    (practice(), [practice(id=OTHER, component="LIVESTOCK")], "taken_up_once", None),
    (practice(), [member(id=WOMAN, mahila_kisan=False)], "of_a_mahila_kisan", WARN),
    (practice(), [member(id=WOMAN)], "of_a_mahila_kisan", None),
]
"""A record, others at hand, a rule, and what it says."""


@pytest.mark.parametrize(("record", "rule", "severity"), ALONE)
def test_a_record_alone(record: Record, rule: str, severity: Severity | None) -> None:
    assert said(record).get(rule) == severity


@pytest.mark.parametrize(("record", "known", "rule", "severity"), AMONG)
def test_a_record_among_others(
    record: Record, known: list[Record], rule: str, severity: Severity | None
) -> None:
    assert said(record, *known).get(rule) == severity


# --- what follows from what ---


def test_the_sector_follows_from_the_activity() -> None:
    sectors = {"LV01": "AGRI", "LV05": "LIVE", "LV18": "MANUF", "LV16": "SERV"}
    for activity, sector in sectors.items():
        assert IncomeEntry.derive({"activity": activity}) == {"sector": sector}
    assert IncomeEntry.derive({"activity": None}) == {}


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (date(2026, 5, 31), date(2026, 6, 1)),
        (date(2026, 6, 1), date(2027, 6, 1)),
        (date(2026, 12, 31), date(2027, 6, 1)),
    ],
)
def test_a_cover_is_renewed_by_the_next_first_of_june(last: date, due: date) -> None:
    derived = InsuranceCover.derive({"scheme": "PMSBY", "enrolled_on": last})
    assert derived["renewal_due"] == due
    renewed: dict[str, Value] = {
        "scheme": "PMSBY",
        "enrolled_on": date(2020, 1, 1),
        "renewed_on": last,
    }
    assert InsuranceCover.derive(renewed)["renewal_due"] == due
    assert InsuranceCover.derive({"scheme": "LIC", "enrolled_on": last}) == {}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("10/2025", date(2025, 10, 1)),
        ("Oct 2025", date(2025, 10, 1)),
        ("oct-25", date(2025, 10, 1)),
        ("2025-10", date(2025, 10, 1)),
        ("15/10/2025", date(2025, 10, 1)),
        ("45931", date(2025, 10, 1)),
    ],
)
def test_a_month_is_kept_as_its_first_day(typed: str, day: date) -> None:
    assert MONTH.parse(typed) == day
    assert MONTH.show(day) == "Oct 2025"


@given(st.dates(date(2000, 1, 1), date(2026, 11, 1)))
def test_a_month_reads_back_as_shown_and_as_edited(day: date) -> None:
    first = day.replace(day=1)
    assert MONTH.read(day.isoformat()) == first
    assert MONTH.parse(MONTH.show(day)) == MONTH.parse(MONTH.edit(day)) == first


@pytest.mark.parametrize("typed", ["13/2025", "someday", "00/2025"])
def test_what_is_no_month_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        MONTH.parse(typed)


# --- the Lakhpati ladder ---


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Standing(income=10_00_000), "MD"),
        (Standing(income=9_99_999), "LD"),
        (Standing(income=1_00_000), "LD"),
        (Standing(income=99_999), "NONE"),
        (Standing(income=99_999, assessed="LD"), "PLD"),
        (Standing(assessed="LD"), "LD"),
        (Standing(assessed="NONE"), "NONE"),
        (Standing(income=0, activities=2, months_in_group=24), "NONE"),
        (Standing(0, None, 2, 24, taken_cif=True, has_intervention=True), "PLD"),
        (Standing(None, None, 2, 23, taken_cif=True, has_intervention=True), "NONE"),
        (Standing(None, None, 1, 24, taken_cif=True, has_intervention=True), "NONE"),
    ],
)
def test_the_rungs_of_the_ladder(known: Standing, expected: str) -> None:
    assert rung(known) == expected


def test_the_income_of_a_year_is_that_of_entries_ending_in_it() -> None:
    on = date(2026, 3, 31)
    entries = [
        income(amount=60_000),
        income(id=OTHER, amount=50_000, activity="LV18", period_to=date(2025, 4, 1)),
        income(amount=1, period_to=date(2025, 3, 31)),
        income(amount=2, period_to=date(2026, 4, 1)),
        income(amount=4, baseline=True),
        income(amount=8, deleted=True),
        income(amount=None, assessed="PLD", period_to=date(2020, 1, 1)),
    ]
    known = standing(entries, on)
    assert known == Standing(1_10_000, "PLD", 2)
    assert rung(known) == "LD"
    assert rung(standing([], on)) == "NONE"


@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000))
def test_more_income_never_stands_lower(one: int, other: int) -> None:
    order = ["NONE", "PLD", "LD", "MD"]
    low, high = sorted((one, other))
    assert order.index(rung(Standing(low))) <= order.index(rung(Standing(high)))


def test_each_kind_says_what_it_is_on_a_timeline_and_in_a_list() -> None:
    records = [linkage(), fund(), income(), cover(), sakhi(), month(), enterprise(), practice()]
    lines = {record.kind(): (record.label(), record.events()) for record in records}
    assert lines["group_loan"][0] == "Bank linkage, dose 1, term loan"
    assert lines["insurance_cover"][1] == [(date(2026, 6, 1), "PMJJBY: enrolled")]
    assert lines["cadre_month"][0] == "Oct 2026"
    for label, events in lines.values():
        assert label
        assert all(sentence for _, sentence in events)
    assert set(lines) <= kinds().keys()
