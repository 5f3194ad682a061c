"""What is due follows from lifecycles and rules, and is stored nowhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.records import Record, kinds
from fieldkit.records.fields.dates import today
from fieldkit.reports import Area, due_counts, due_items, due_work
from fieldkit.reports.declaration.due import from_lifecycles
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.store.database import connect

Due = Callable[..., list[dict[str, object]]]


def is_overdue(record: Record) -> bool:
    """Say what a lifecycle means, record by record; the program asks the database."""
    step = record.step()
    if step is None:
        return False
    if step.due_on:
        by = record.answer(step.due_on)
        return isinstance(by, date) and by < today()
    since = record.happened_on()
    return bool(since and 0 < step.overdue < (today() - since).days)


def ends_the_wait(later: Record, first: Record) -> bool:
    step = first.step()
    if not step or not first.lifecycle or later.id == first.id:
        return False
    if later.value(first.lifecycle.field) not in first.lifecycle.reached(step):
        return False
    then, before = later.happened_on(), first.happened_on()
    about = [name for name in step.until if first.value(name) is not None]
    same = any(later.value(name) == first.value(name) for name in about)
    return bool(then and before and then > before and same)


def test_what_a_lifecycle_calls_overdue_is_due(block_store: Store) -> None:
    rules = list(from_lifecycles())
    items = block_store.query(partial(due_items, rules=rules, area=Area(), today=today()))
    everything = {name: list(block_store.each(name)) for name in kinds()}
    expected = {
        (name, record.id)
        for name, records in everything.items()
        for record in records
        if is_overdue(record) and not any(ends_the_wait(later, record) for later in records)
    }
    assert expected
    assert {(item.kind, item.id) for item in items} == expected


def test_counts_agree_with_the_list_and_the_longest_waiting_comes_first(
    block_store: Store,
) -> None:
    rules, area = list(due_work().values()), Area(district=2)
    items = block_store.query(partial(due_items, rules=rules, area=area, today=today()))
    counts = block_store.query(partial(due_counts, rules=rules, area=area, today=today()))
    assert sum(many for _, many, _ in counts) == len(items)
    assert [item.since for item in items] == sorted(item.since for item in items)
    assert all(item.name for item in items)
    page = block_store.query(
        partial(due_items, rules=rules, area=area, today=today(), limit=7, offset=3)
    )
    assert page == items[3:10]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
    return tmp_path


@pytest.fixture
def due(home: Path, capsys: pytest.CaptureFixture[str]) -> Due:
    def call(*options: str) -> list[dict[str, object]]:
        capsys.readouterr()
        assert run(["due", "--json", *options]) == 0
        found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return found

    return call


def load(home: Path, kind: str, *rows: Mapping[str, object]) -> None:
    file = home / f"{kind}.jsonl"
    place = {"district": 2, "block": 16}
    file.write_text("\n".join(json.dumps({**place, **row}) for row in rows), encoding="utf-8")
    assert run(["import", kind, str(file)]) == 0


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


def test_a_delivered_toolkit_is_due_for_orientation_until_one_is_attended(
    home: Path, due: Due
) -> None:
    artisan, meeting = "7KQ2M9XD-1", "7KQ2M9XD-3"
    load(home, "beneficiary", {"id": artisan, "name": "Ali Bhat", "trade_code": "CARP"})
    toolkit = {"id": "7KQ2M9XD-2", "beneficiary_id": artisan, "state": "DELIVERED"}
    load(home, "toolkit", {**toolkit, "selected_on": ago(90), "delivered_on": ago(12)})
    (item,) = due("--kind", "toolkit")
    assert item["what"] == "orientation"
    assert (item["about_kind"], item["name"]) == ("beneficiary", "Ali Bhat")
    assert (item["days"], item["since"]) == (12, ago(12))
    assert due("--kind", "toolkit", "--block", "16") == [item]
    assert due("--kind", "toolkit", "--block", "1") == []
    load(home, "programme", {"id": meeting, "programme_kind": "ORIENT", "held_on": ago(1)})
    came = {"programme_id": meeting, "beneficiary_id": artisan, "on": ago(1)}
    load(home, "attendance", {**came, "id": "7KQ2M9XD-4", "present": False})
    assert due("--kind", "toolkit") == [item]
    load(home, "attendance", {**came, "id": "7KQ2M9XD-4", "present": True})
    assert due("--kind", "toolkit") == []


def test_insurance_is_due_a_month_ahead(home: Path, due: Due) -> None:
    load(home, "self_help_group", {"id": "7KQ2M9XD-5", "name": "Umeed", "formed_on": ago(10)})
    member = {"id": "7KQ2M9XD-6", "name": "Fatima Jan", "self_help_group_id": "7KQ2M9XD-5"}
    load(home, "member", member)
    cover = {"member_id": "7KQ2M9XD-6", "scheme": "PMJJBY", "state": "ACTIVE"}
    late = (today() + timedelta(days=60)).isoformat()
    soon = (today() + timedelta(days=20)).isoformat()
    load(home, "insurance_cover", {**cover, "id": "7KQ2M9XD-7", "renewal_due": late})
    assert due("--kind", "insurance_cover") == []
    load(home, "insurance_cover", {**cover, "id": "7KQ2M9XD-7", "renewal_due": soon})
    (item,) = due("--kind", "insurance_cover")
    assert (item["what"], item["days"], item["name"]) == ("renewal_ahead", -20, "Fatima Jan")
    assert date.fromisoformat(str(item["since"])) > today()
    load(home, "insurance_cover", {**cover, "id": "7KQ2M9XD-7", "renewal_due": ago(3)})
    (item,) = due("--kind", "insurance_cover")
    assert item["days"] == 3


def test_work_is_due_once_its_day_is_past(home: Path, due: Due) -> None:
    visit: dict[str, object] = {"state": "MADE", "purpose": "HANDHOLD", "visited_on": ago(40)}
    query = {"subject": "LOAN", "state": "RECEIVED", "raised_by": "Nazir Ahmad"}
    point = {"direction": "Clear stage 2", "state": "GIVEN", "given_on": ago(40)}
    cover = {"scheme": "PMJJBY", "state": "ACTIVE", "enrolled_on": ago(400)}
    cases: list[tuple[str, dict[str, object], int | None]] = [
        ("visit", {"purpose": "HANDHOLD", "state": "PLANNED", "planned_on": ago(3)}, 3),
        ("visit", {"purpose": "HANDHOLD", "state": "PLANNED", "planned_on": ago(0)}, None),
        ("visit", {**visit, "next_visit_on": ago(0)}, None),
        ("visit", {**visit, "next_visit_on": ago(9)}, 9),
        ("visit", visit, None),
        ("grievance", {**query, "opened_on": ago(15)}, None),
        ("grievance", {**query, "opened_on": ago(16)}, 16),
        ("action_point", {**point, "due_on": ago(1)}, 1),
        ("action_point", {**point, "due_on": ago(1), "state": "DONE", "done_on": ago(0)}, None),
        ("insurance_cover", {**cover, "renewal_due": ago(10)}, 10),
        ("insurance_cover", {**cover, "renewal_due": ago(0)}, 0),
        ("insurance_cover", {**cover, "renewal_due": ago(10), "state": "LAPSED",
                             "lapsed_on": ago(5)}, None),
    ]  # fmt: skip
    for number, (kind, fields, _) in enumerate(cases):
        about = "member_id" if kind == "insurance_cover" else "beneficiary_id"
        person = {} if kind == "action_point" else {about: f"7KQ2M9XD-{100 + number}"}
        load(home, kind, {**person, **fields})
    expected = sorted((kind, days) for kind, _, days in cases if days is not None)
    assert sorted((item["kind"], item["days"]) for item in due()) == expected


def test_only_a_later_visit_to_the_same_person_ends_the_wait(home: Path, due: Due) -> None:
    visit = {"state": "MADE", "purpose": "HANDHOLD", "beneficiary_id": "7KQ2M9XD-100"}
    load(home, "visit", {**visit, "visited_on": ago(60), "next_visit_on": ago(20)})
    load(
        home,
        "visit",
        {**visit, "visited_on": ago(90)},
        {**visit, "visited_on": ago(10), "beneficiary_id": "7KQ2M9XD-101"},
        {**visit, "state": "PLANNED", "planned_on": ago(-5)},
    )
    assert [item["days"] for item in due()] == [20]
    load(home, "visit", {**visit, "visited_on": ago(10)})
    assert due() == []


def test_a_kind_that_does_not_exist_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["due", "--kind", "kit"]) == 2
    assert "There is no kind 'kit'" in capsys.readouterr().err


def test_a_later_record_is_looked_up_by_whom_it_is_about(tmp_path: Path) -> None:
    """By an index of states, half of all visits were read for each one: 110 s for 39,000."""
    home, asked = tmp_path / "home", list[str]()

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(asked.append)
        return connection

    waiting = [rule for rule in due_work().values() if rule.until_later]
    assert waiting
    listening = Store.open(home, connect=traced)
    listening.init("Asha", 2, 16)
    for rule in waiting:
        asked.clear()
        listening.query(partial(due_counts, rules=[rule], area=Area(), today=today()))
        (query,) = [sql for sql in asked if " AS later" in sql]
        with closing(sqlite3.connect(home / DATABASE)) as file:
            plan = [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {query}")]
        lookups = [line for line in plan if line.startswith("SEARCH later ")]
        assert len(lookups) == len(rule.about)
        assert all(f"{name}=?" in line for name, line in zip(rule.about, lookups, strict=True))
    listening.close()
