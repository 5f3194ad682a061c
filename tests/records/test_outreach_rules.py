"""Rules of outreach, markets, targets and limits; their cases also make the sentences."""

from __future__ import annotations

from datetime import date

import pytest
from tests.records.test_rules import (
    ARTISAN,
    BLOCK,
    GROUP,
    OTHER,
    REASON,
    SELF,
    TODAY,
    WARN,
    Register,
    lal_ded,
    lent,
    loan,
    member,
    said,
    toolkit,
)
from tests.records.test_rules import group as a_group
from tests.records.test_rules import others as members

from fieldkit.records import Record, RuleContext, Severity, Value, judge, kinds
from fieldkit.records.declaration.rule import OnlyLimits
from fieldkit.records.outreach.visit import Visit

Values = dict[str, Value]


def made(kind: str, start: Values, values: Values) -> Record:
    return kinds()[kind].of({"id": SELF, "district": 2} | start | values)


def visit(**values: Value) -> Record:
    start: Values = {"beneficiary_id": ARTISAN, "state": "MADE", "visited_on": date(2026, 5, 4)}
    return made("visit", start, values)


def story(**values: Value) -> Record:
    start: Values = {"beneficiary_id": ARTISAN, "headline": "From one loom to five"}
    return made("story", start | {"state": "DRAFTED"}, values)


def grievance(**values: Value) -> Record:
    start: Values = {"subject": "LOAN", "opened_on": date(2026, 5, 4), "state": "RECEIVED"}
    return made("grievance", start | {"raised_by": "Nazir Ahmad"}, values)


def point(**values: Value) -> Record:
    start: Values = {"direction": "Clear stage 2", "state": "GIVEN", "given_on": date(2026, 5, 4)}
    return made("action_point", start | {"due_on": date(2026, 5, 20)}, values)


def product(**values: Value) -> Record:
    return made("product", {"self_help_group_id": GROUP, "name": "Walnut oil"}, values)


def year(**values: Value) -> Record:
    start: Values = {"producer_organisation_id": GROUP, "fy": "2025-26"}
    return made("producer_year", start, values)


def officer(**values: Value) -> Record:
    start: Values = {"officer": "Nazir Ahmad", "role": "NODAL", "scheme": "PMV"}
    return made("officer_assignment", start, values)


def coverage(**values: Value) -> Record:
    return made("area_coverage", {"programme": "SVEP", "block": 16}, values)


def target(**values: Value) -> Record:
    start: Values = {"metric": "toolkits_delivered", "target_kind": "TARGET", "low": 70_000.0}
    return made("target", start, values)


def ranking(**values: Value) -> Record:
    return made("ranking", {"metric": "pmv_trained", "rank": 7}, values)


def entry_check(**values: Value) -> Record:
    return made("entry_check", {"operator": "Asha", "checked": 3}, values)


def limit(**values: Value) -> Record:
    start: Values = {"id": OTHER, "district": 0, "limit_name": "TOOLKIT_VALUE"}
    return made("scheme_limit", start | {"amount": 20_000, "source": "Order 7"}, values)


def centre(**values: Value) -> Record:
    return made("common_service_centre", {}, values)


def dated(kind: str, first: str, second: str) -> Record:
    days: Values = {first: date(2026, 5, 4), second: date(2026, 5, 3)}
    return made(kind, {}, days)


# (record, rule, severity or None where it must be silent)
ALONE: list[tuple[Record, str, Severity | None]] = [
    (visit(), "exactly_one_of_two", None),
    (visit(beneficiary_id=None), "exactly_one_of_two", BLOCK),
    (visit(member_id=OTHER), "exactly_one_of_two", BLOCK),
    (visit(beneficiary_id=None, self_help_group_id=GROUP), "exactly_one_of_two", None),
    (visit(visited_on=None), "required", BLOCK),
    (visit(state="PLANNED", visited_on=None), "required", None),
    (visit(state="PLANNED", visited_on=None), "planned_for_a_day", BLOCK),
    (visit(state="PLANNED", planned_on=date(2026, 12, 1)), "planned_for_a_day", None),
    (visit(next_visit_on=date(2026, 5, 4)), "next_visit_is_later", BLOCK),
    (visit(next_visit_on=date(2026, 6, 4)), "next_visit_is_later", None),
    (visit(planned_on=date(2026, 5, 9)), "dates_in_order", BLOCK),
    (story(), "consent_before_approval", None),
    (story(state="APPROVED"), "consent_before_approval", BLOCK),
    (story(state="APPROVED", consent=False), "consent_before_approval", BLOCK),
    (story(state="APPROVED", consent=True), "consent_before_approval", None),
    (story(state="PUBLISHED", consent=True), "day_of_the_state", REASON),
    (story(income_before=9000, income_after=9000), "income_grew", WARN),
    (story(income_before=9000, income_after=9001), "income_grew", None),
    (story(member_id=OTHER), "exactly_one_of_two", BLOCK),
    (
        story(
            state="APPROVED",
            consent=True,
            consent_on=date(2026, 5, 4),
            approved_on=date(2026, 5, 3),
        ),
        "dates_in_order",
        BLOCK,
    ),
    (grievance(state="CLOSED"), "closed_with_an_answer", WARN),
    (grievance(state="CLOSED", reply="Sent to the bank"), "closed_with_an_answer", None),
    (grievance(raised_by=None), "raised_by_somebody", WARN),
    (grievance(raised_by=None, member_id=OTHER), "raised_by_somebody", None),
    (grievance(beneficiary_id=ARTISAN, member_id=OTHER), "at_most_one_of_them", BLOCK),
    (grievance(state="CLOSED", closed_on=date(2026, 5, 3)), "dates_in_order", BLOCK),
    (grievance(opened_on=None), "day_of_the_state", WARN),
    (point(), "due_by_a_day", None),
    (point(due_on=None), "due_by_a_day", WARN),
    (point(state="DONE", done_on=date(2026, 5, 5)), "done_says_what", WARN),
    (point(state="DONE", action_taken="Cleared"), "done_says_what", None),
    (point(due_on=date(2026, 5, 3)), "dates_in_order", BLOCK),
    (centre(), "known_by_number_or_name", BLOCK),
    (centre(csc_id="CSC77"), "known_by_number_or_name", None),
    (centre(vle_name="Nazir"), "known_by_number_or_name", None),
    (dated("common_service_centre", "opened_on", "closed_on"), "dates_in_order", BLOCK),
    (dated("market_event", "starts_on", "ends_on"), "dates_in_order", BLOCK),
    (dated("outlet", "opened_on", "closed_on"), "dates_in_order", BLOCK),
    (dated("outlet", "opened_on", "sales_as_on"), "dates_in_order", BLOCK),
    (dated("product", "listed_on", "delisted_on"), "dates_in_order", BLOCK),
    (dated("producer_organisation", "formed_on", "registered_on"), "dates_in_order", BLOCK),
    (dated("officer_assignment", "since", "until"), "dates_in_order", BLOCK),
    (dated("area_coverage", "since", "until"), "dates_in_order", BLOCK),
    (coverage(district=3), "block_in_district", BLOCK),
    (coverage(), "block_in_district", None),
    (product(), "exactly_one_of_two", None),
    (product(beneficiary_id=ARTISAN), "exactly_one_of_two", BLOCK),
    (product(self_help_group_id=None), "exactly_one_of_two", BLOCK),
    (product(platform="AMAZON"), "listed_on_a_day", WARN),
    (product(platform="UHAAT"), "listed_on_a_day", None),
    (year(quantity=100), "quantity_has_a_unit", WARN),
    (year(quantity=100, unit="QTL"), "quantity_has_a_unit", None),
    (target(high=80_000.0), "range_goes_up", None),
    (target(high=60_000.0), "range_goes_up", BLOCK),
    (target(low=None), "number_given", BLOCK),
    (target(high=0.0), "range_goes_up", BLOCK),
    (target(target_kind="REPORTED", low=None, notes="all"), "number_given", BLOCK),
    (target(target_kind="REPORTED"), "published_somewhere", WARN),
    (target(target_kind="REPORTED", source="S0"), "published_somewhere", None),
    (target(target_kind="OPENING"), "opening_as_on", WARN),
    (ranking(out_of=36), "rank_within", None),
    (ranking(out_of=6), "rank_within", BLOCK),
    (entry_check(wrong=4), "wrong_within_checked", BLOCK),
    (entry_check(wrong=3), "wrong_within_checked", None),
    (limit(source=None), "required", BLOCK),
]

# (record, what else is known, rule, severity or None)
AMONG: list[tuple[Record, list[Record], str, Severity | None]] = [
    (year(), [year(id=OTHER)], "one_record_of_a_year", REASON),
    (year(), [year(id=OTHER, produce="Apples")], "one_record_of_a_year", None),
    (officer(), [officer(id=OTHER)], "one_nodal_officer", WARN),
    (officer(), [officer(id=OTHER, until=date(2026, 1, 1))], "one_nodal_officer", None),
    (officer(), [officer(id=OTHER, district=3)], "one_nodal_officer", None),
    (coverage(), [coverage(id=OTHER)], "covered_once", REASON),
    (coverage(), [coverage(id=OTHER, cluster="Chadoora 2")], "covered_once", None),
    (target(), [target(id=OTHER)], "set_once", REASON),
    (target(), [target(id=OTHER, fy="2025-26")], "set_once", None),
    (limit(id=SELF), [limit()], "set_once", REASON),
    (limit(id=SELF), [limit(from_on=date(2026, 1, 1))], "set_once", None),
]


@pytest.mark.parametrize(("record", "rule", "severity"), ALONE)
def test_a_record_by_itself(record: Record, rule: str, severity: Severity | None) -> None:
    assert said(record).get(rule) == severity


@pytest.mark.parametrize(("record", "known", "rule", "severity"), AMONG)
def test_a_record_among_others(
    record: Record, known: list[Record], rule: str, severity: Severity | None
) -> None:
    assert said(record, *known).get(rule) == severity


# --- limits ---


def voucher(value: int, **values: Value) -> Record:
    return toolkit(state="ORDERED", voucher_value=value, **values)


def judged(record: Record, *limits: Record) -> bool:
    return "voucher_within_limit" in said(record, *limits)


def test_a_limit_record_takes_the_place_of_the_usual_value() -> None:
    assert judged(voucher(15_001))
    assert not judged(voucher(20_000), limit())
    assert judged(voucher(20_001), limit())


def test_a_limit_holds_from_its_day() -> None:
    later = limit(from_on=date(2026, 4, 1))
    assert judged(voucher(20_000, issued_on=date(2026, 3, 31)), later)
    assert not judged(voucher(20_000, issued_on=date(2026, 4, 1)), later)
    latest = limit(id="7KQ2M9XD-51", from_on=date(2026, 6, 1), amount=18_000)
    assert judged(voucher(20_000, issued_on=date(2026, 6, 1)), latest, later)


def test_the_limit_of_the_narrowest_area_counts() -> None:
    of_block = limit(id="7KQ2M9XD-52", district=2, block=16, amount=30_000)
    of_district = limit(id="7KQ2M9XD-53", district=2, amount=25_000)
    elsewhere = limit(id="7KQ2M9XD-54", district=3, amount=90_000)
    known = (of_block, limit(), of_district, elsewhere)
    assert not judged(voucher(30_000, block=16), *known)
    assert judged(voucher(30_000, block=17), *known)
    assert not judged(voucher(25_000), *known)
    assert judged(voucher(25_001), *known)


@pytest.mark.parametrize(
    ("record", "known", "name", "amount", "rule"),
    [
        (
            loan(state="SANCTIONED", sanctioned_amount=1_50_000),
            [],
            "PMV_TRANCHE_1",
            1_50_000,
            "sanctioned_within_limits",
        ),
        (
            loan(product="PMV2", applied_on=date(2026, 5, 1)),
            [loan(id=OTHER, state="CLOSED", disbursed_on=date(2026, 2, 1))],
            "PMV_MONTHS",
            3,
            "tranche_order",
        ),
        (lal_ded(member_id="7KQ2M9XD-89"), lent(3), "LALDED_MEMBERS", 4, "three_in_a_group"),
        (member(), [a_group(), *members(20)], "SHG_MOST", 25, "room_in_the_group"),
    ],
)
def test_the_limits_of_loans_and_groups(
    record: Record, known: list[Record], name: str, amount: int, rule: str
) -> None:
    assert rule in said(record, *known)
    raised = limit(id="7KQ2M9XD-55", limit_name=name, amount=amount)
    assert rule not in said(record, *known, raised)


def test_a_form_knows_the_limits_and_nothing_else() -> None:
    known = OnlyLimits(Register([limit(), visit(id=OTHER)]))
    found = {one.name for one in judge(voucher(20_000), RuleContext(TODAY, None, known))}
    assert "voucher_within_limit" not in found
    assert "unknown_record" not in found
    assert not known.where(Visit.kind())
