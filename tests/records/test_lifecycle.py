from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.files.layout.headings import meaning
from fieldkit.records import (
    Choice,
    Lifecycle,
    Record,
    RuleContext,
    Severity,
    Step,
    judge,
    kinds,
    rules_of,
    sentence,
)
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.credit.loan import Loan
from fieldkit.records.training.training_enrolment import TrainingEnrolment

TODAY = date(2026, 11, 21)
BEFORE = json.loads(Path(__file__).with_name("declared_before.json").read_text(encoding="utf-8"))
"""What every kind declared when conditions and headings still stood at each field."""

LIVING: dict[str, Lifecycle] = {
    name: kind.lifecycle for name, kind in kinds().items() if kind.lifecycle
}
steps = st.sampled_from(sorted(LIVING)).flatmap(
    lambda name: st.tuples(st.just(LIVING[name]), st.sampled_from(LIVING[name].steps))
)


def test_every_kind_with_dated_states_has_a_lifecycle() -> None:
    assert set(LIVING) >= {"toolkit", "loan", "verification", "training_enrolment"}


def test_fields_apply_as_they_did_when_each_declared_it() -> None:
    for name in BEFORE["applies"]:
        kind = kinds()[name]
        applies = {
            field: [[condition.field, set(condition.values)] for condition in asked.applies]
            for field, asked in kind.fields().items()
            if asked.applies
        }
        before = {
            field: [[of, set(values)] for of, values in conditions]
            for field, conditions in BEFORE["applies"][name].items()
        }
        assert {field: applies.get(field) for field in before} == before, name


OF_OTHERS = {"SHG Code", "VO Code", "CLF Code", "Group Code"}
"""Headings that each kind of organisation took for its own code; a kind takes its own only."""


def test_every_heading_known_before_is_still_known() -> None:
    for name, fields in BEFORE["headings"].items():
        for field, known in fields.items():
            for heading in known:
                meant = meaning(heading, kinds()[name])
                assert meant or heading in OF_OTHERS, (name, field, heading)
                assert meant is None or meant.target == field, (name, field, heading)


def test_every_heading_belongs_to_a_field_of_some_kind() -> None:
    from fieldkit.reference.tables import rows

    declared = {
        (part, name) for kind in kinds().values() for part in kind.parts() for name in kind.fields()
    }
    anywhere = {name for _, name in declared}
    for row in rows("headings"):
        assert (row["of"], row["field"]) in declared or (
            not row["of"] and row["field"] in anywhere
        ), row


@pytest.mark.parametrize("name", sorted(LIVING))
def test_a_lifecycle_names_fields_of_its_kind_and_states_of_its_list(name: str) -> None:
    kind, lifecycle = kinds()[name], LIVING[name]
    states = [state for step in lifecycle.steps for state in step.states]
    listed = kind.fields()[lifecycle.field].format
    assert isinstance(listed, Choice)
    assert sorted(states) == sorted(str(entry.code) for entry in listed.options())
    for step in lifecycle.steps:
        assert {*filter(None, (step.on, step.amount)), *step.asks} <= set(kind.fields()), step
        assert set(step.then) <= set(states), step
        assert step.word


@pytest.mark.parametrize("name", sorted(LIVING))
def test_every_date_belongs_to_one_step(name: str) -> None:
    dates = Counter(step.on for step in LIVING[name].steps if step.on)
    assert set(dates.values()) == {1}


@pytest.mark.parametrize("name", sorted(LIVING))
def test_a_kind_with_a_lifecycle_has_its_rules(name: str) -> None:
    names = {rule.name for rule in rules_of(kinds()[name])}
    assert {"allowed_move", "day_of_the_state", "dates_in_order"} <= names


@given(steps)
def test_the_main_way_never_goes_back(drawn: tuple[Lifecycle, Step]) -> None:
    lifecycle, step = drawn
    main = list(lifecycle.funnel)
    if step in main:
        for following in lifecycle.next(step.state):
            assert following.aside or main.index(following) > main.index(step)


@given(steps)
def test_a_step_that_is_reached_stays_reached_on_the_way(drawn: tuple[Lifecycle, Step]) -> None:
    lifecycle, step = drawn
    reached = set(lifecycle.reached(step))
    assert set(step.states) <= reached
    assert reached - set(step.states) <= (lifecycle.ahead(step.state) if step.state else set())
    for state in reached:
        for following in lifecycle.next(state):
            later = lifecycle.steps.index(following) > lifecycle.steps.index(step)
            assert not later or step.aside or following.state in reached


def kit(**values: object) -> Toolkit:
    return Toolkit.of({"id": "7KQ2M9XD-1", "beneficiary_id": "7KQ2M9XD-2"} | values)


def said(record: Record, before: Record | None = None) -> dict[str, Severity]:
    return {found.rule: found.severity for found in judge(record, RuleContext(TODAY, before))}


def test_a_hand_over_never_carries_the_day_of_the_selection() -> None:
    record = kit(state="DELIVERED", selected_on=date(2026, 1, 2), toolkit_code="TK-CARP-A")
    chosen = "Carpenter, Set A"
    assert record.happened_on() is None
    assert record.events() == [
        (date(2026, 1, 2), f"Toolkit selected: {chosen}"),
        (None, f"Toolkit handed over: {chosen}"),
    ]


def test_the_day_of_a_state_is_asked_for_at_once() -> None:
    selected = kit(state="SELECTED", selected_on=date(2026, 1, 2))
    handed = kit(state="DELIVERED", selected_on=date(2026, 1, 2))
    (found,) = (f for f in judge(handed, RuleContext(TODAY, selected)) if "day" in f.rule)
    assert (found.field, found.severity) == ("delivered_on", Severity.REASON)
    assert sentence(found) == "Enter the date it was handed over."


def test_a_day_confirmed_to_be_unknown_is_not_asked_for_again() -> None:
    handed = kit(state="DELIVERED", selected_on=date(2026, 1, 2))
    mended = kit(state="DELIVERED", selected_on=date(2026, 1, 2), received_by="SELF")
    assert "day_of_the_state" not in said(mended, handed)
    dated = kit(state="DELIVERED", delivered_on=date(2026, 2, 2))
    assert said(handed, dated)["day_of_the_state"] is Severity.REASON


def test_the_day_a_kind_begins_with_is_not_insisted_on() -> None:
    assert said(kit(state="SELECTED"))["day_of_the_state"] is Severity.WARN
    loan = Loan.of({"id": "A-1", "product": "PMV1", "state": "SPONSORED"})
    enrolment = TrainingEnrolment.of({"id": "A-1", "state": "ENROLLED"})
    assert "day_of_the_state" not in {**said(loan), **said(enrolment)}


def test_every_dated_step_has_its_line_in_its_own_words() -> None:
    loan = Loan.of({
        "product": "PMV1",
        "state": "DISBURSED",
        "applied_on": date(2026, 1, 1),
        "applied_amount": 100_000,
        "sanctioned_on": date(2026, 2, 1),
        "sanctioned_amount": 80_000,
        "disbursed_on": date(2026, 3, 1),
        "disbursed_amount": 40_000,
    })  # fmt: skip
    assert [on for on, _ in loan.events()] == [date(2026, month, 1) for month in (1, 2, 3)]
    assert [sentence.rpartition(", ")[0] for _, sentence in loan.events()] == [
        "Loan sent to the bank: Rs 1,00,000",
        "Loan sanctioned: Rs 80,000",
        "Loan disbursed: Rs 40,000",
    ]


def test_a_state_without_a_date_stands_undated_behind_the_others() -> None:
    loan = Loan.of({"state": "UNDER_PROCESS", "applied_on": date(2026, 1, 1)})
    assert [on for on, _ in loan.events()] == [date(2026, 1, 1), None]
    assert "with the bank" in loan.events()[1][1]


def test_a_decision_has_a_line_for_the_day_it_came_in() -> None:
    decision = Verification.of({
        "stage": "1",
        "decision": "APPROVED",
        "received_on": date(2026, 1, 1),
        "decided_on": date(2026, 1, 9),
    })  # fmt: skip
    assert decision.events() == [
        (date(2026, 1, 1), "Stage 1 received: Gram Panchayat"),
        (date(2026, 1, 9), "Stage 1 approved: Gram Panchayat"),
    ]


def test_a_kind_without_a_lifecycle_has_one_line() -> None:
    for kind in kinds().values():
        record = kind.of({"id": "7KQ2M9XD-1"})
        assert kind.lifecycle or len(record.events()) == 1
        assert record.events()


def test_the_next_steps_of_a_parcel_are_those_that_may_follow() -> None:
    lifecycle = LIVING["toolkit"]
    assert [step.state for step in lifecycle.next("DISPATCHED")] == ["AT_POST_OFFICE", "RETURNED"]
    assert [step.state for step in lifecycle.next("REPLACED")] == []
    assert lifecycle.next("RECYCLED") == ()
    assert [step.state for step in lifecycle.funnel][-3:] == ["DELIVERED", "DEFECTIVE", "REPLACED"]


THROWAWAY = '''
from datetime import date
from pathlib import Path
import sys

from fieldkit.screens.look.text import words_of
from fieldkit.records import (
    Broken, Lifecycle, Record, RuleContext, Severity, Step, Use, field, judge, kinds,
    lifecycle_rules, rule, rules_of, when,
)
from fieldkit.records.fields.formats import PAST_DATE, RUPEES, TEXT, Choice, Reference


class Petition(Record, table=True):
    """What an artisan complains of."""

    title = "Petition"
    plural = "Petitions"
    order = "raised_on"
    lifecycle = Lifecycle(
        "state",
        Step("WILLING", "raised", on="raised_on", overdue=15),
        Step("SPONSORED", "sent on", on="sent_on", asks=("office",), overdue=30),
        Step("SANCTIONED", "decided", on="decided_on", amount="granted"),
        Step("DISBURSED", "settled", on="settled_on"),
        Step("CLOSED", "closed", on="closed_on"),
    )

    beneficiary_id: str | None = field(
        "Artisan", Reference(("beneficiary",)), section="Petition", required="someone complains"
    )
    state: str | None = field("State", Choice("loan_state"), default="WILLING", uses=Use.LIST)
    raised_on: date | None = field("Raised", PAST_DATE)
    about: str | None = field("About", TEXT)
    office: str | None = field("Sent to", TEXT)
    sent_on: date | None = field("Sent on", PAST_DATE)
    decided_on: date | None = field("Decided", PAST_DATE)
    granted: int | None = field("Granted", RUPEES)
    settled_on: date | None = field("Settled", PAST_DATE)
    closed_on: date | None = field("Closed", PAST_DATE)


@rule(Petition, "about", source="a test", says="Say what it is about.")
def about_something(record: Petition, _context: RuleContext) -> bool:
    """A petition is about something."""
    return not record.about


@rule(Petition, "office", source="a test", says="Say where.", severity=Severity.WARN)
def sent_somewhere(record: Petition, _context: RuleContext) -> bool:
    """What is sent on goes to an office."""
    return bool(record.sent_on) and not record.office


@rule(Petition, "granted", source="a test", says="At most {most:rupees}.")
def within_limits(record: Petition, _context: RuleContext) -> Broken | None:
    """Small sums only."""
    return Broken(most=500) if (record.granted or 0) > 500 else None


lifecycle_rules(Petition, source="a test")

from fieldkit.screens.home.figures import due_work_here
from fieldkit.screens.records.page_data import read_page_data
from fieldkit.store import Edit, Store

store = Store.open(Path(sys.argv[1]))
store.init("Asha", 2, 16)
who = store.save([Edit(kinds()["beneficiary"], {"name": "Zaina", "trade_code": "TAIL"})], "Asha")
values = {"beneficiary_id": who[0].id, "state": "SPONSORED", "about": "Tools", "office": "DIC"}
days = {"raised_on": date(2026, 1, 2), "sent_on": date(2026, 1, 9)}
store.save([Edit(Petition, values | days)], "Asha")
page = read_page_data(store, who[0].id)
said = [" ".join(map(words_of, line.cells)) for line in page.lines]
for day, what in (("02 Jan 2026", "Petition raised"), ("09 Jan 2026", "Petition sent on")):
    assert any(day in one and what in one for one in said), said
assert "etition" in str(page.due) and "sent on" in str(page.due), page.due
needs = [(one.number, one.words) for one in due_work_here(store).sorts]
assert ("1", "Petition sent on; next: decided") in needs, needs
broken = Petition.of(values | days | {"about": None, "office": None, "granted": 900,
    "decided_on": date(2026, 1, 1), "state": "SANCTIONED"})
assert {f.rule for f in judge(broken, RuleContext(date(2026, 11, 22)))} == {
    "about_something", "sent_somewhere", "within_limits", "dates_in_order"
}
store.close()
'''


def test_a_kind_with_five_steps_and_three_rules_is_one_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", THROWAWAY, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
