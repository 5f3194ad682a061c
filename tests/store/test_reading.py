import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.conftest import DAY, NOW, Turned, acknowledge, artisan, edit, on, save

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.finding import Verdict
from fieldkit.records import Record, Value, kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.artisans.toolkit import Toolkit
from fieldkit.records.artisans.verification import Verification
from fieldkit.records.community.member import Member
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.outreach.attendance import Attendance
from fieldkit.records.outreach.programme import Programme
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Saved, State, Store
from fieldkit.store.database import connect

shared = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = ["Asha", "asha", "Bashir", "Ärif", "نور", "", "Z" * 90]


def pages(store: Store, kind: str, limit: int, where: dict[str, Value]) -> list[Record]:
    found: list[Record] = []
    after: str | None = None
    while True:
        page = store.page(kind, where=where, after=after, limit=limit)
        assert len(page.records) <= limit
        found += page.records
        after = page.next
        if after is None:
            return found


@shared
@given(st.lists(st.sampled_from(NAMES), max_size=12), st.integers(1, 5))
def test_pages_by_name_are_the_sorted_list(store: Store, names: list[str], limit: int) -> None:
    store.load([Edit(Beneficiary, artisan(name=name)) for name in names], "Asha")
    every = [(str(r.value("name")), r.id) for r in store.each("beneficiary")]
    found = [(str(r.value("name")), r.id) for r in pages(store, "beneficiary", limit, {})]
    assert found == sorted(every, key=lambda pair: (pair[0].encode(), pair[1]))


@shared
@given(st.lists(st.none() | st.dates(on(1), on(9)), max_size=12), st.integers(1, 5))
def test_pages_by_date_are_the_sorted_list_the_undated_first(
    store: Store, days: list[date | None], limit: int
) -> None:
    edits = [
        Edit(
            Verification,
            {"beneficiary_id": "7KQ2M9XD-1", "stage": "1", "decision": "APPROVED", "decided_on": d},
        )
        for d in days
    ]
    assert all(isinstance(fate, Saved) for fate in store.load(edits, "Asha"))
    every = [(r.value("decided_on"), r.id) for r in store.each("verification")]
    found = [(r.value("decided_on"), r.id) for r in pages(store, "verification", limit, {})]
    assert found == sorted(every, key=lambda pair: (pair[0] or date.min, pair[1]))
    for stage, many in (("1", len(every)), ("2", 0)):
        assert len(pages(store, "verification", limit, {"stage": stage})) == many


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", ["village", "registered_on", "updated_at"])
def test_a_list_in_another_order_leaves_nobody_out(store: Store, by: str, descending: bool) -> None:
    given = {
        "village": ("Nagam", None, "Khag", "Nagam", None, "Budgam", "Nagam"),
        "registered_on": (date(2026, 1, 2), None, date(2025, 1, 2), None, date(2026, 1, 2)),
        "updated_at": (1_700_000_003, 1_700_000_001, 1_700_000_003),
    }[by]
    store.load([Edit(Beneficiary, artisan(**{by: value})) for value in given], "Asha")
    found, after = [], None
    while True:
        page = store.page("beneficiary", by=by, descending=descending, after=after, limit=2)
        found += page.records
        after = page.next
        if after is None:
            break
    least = date.min if by == "registered_on" else 0 if by == "updated_at" else ""
    expected = sorted(
        store.each("beneficiary"), key=lambda r: (r.value(by) or least, r.id), reverse=descending
    )
    assert [r.id for r in found] == [r.id for r in expected]
    assert store.count("beneficiary", {by: given[0]}) == given.count(given[0])


def test_a_page_after_one_that_was_deleted_goes_on(store: Store) -> None:
    ids = [save(store, name=name) for name in ("A", "B", "C", "D")]
    page = store.page("beneficiary", limit=2)
    store.save([Edit(Beneficiary, {}, id=key, op=Op.DELETE) for key in ids[1:3]], "Asha")
    assert [r.id for r in store.page("beneficiary", after=page.next, limit=2).records] == [ids[3]]


def test_a_page_that_is_just_full_has_no_next(store: Store) -> None:
    for name in ("A", "B"):
        save(store, name=name)
    assert store.page("beneficiary", limit=2).next is None


def test_newest_first(store: Store, clock: Turned) -> None:
    ids = []
    for name in ("A", "B", "C"):
        ids.append(save(store, name=name))
        clock.now += 1
    edit(store, ids[0], name="Z")
    newest = store.page("beneficiary", newest_first=True, limit=2).records
    assert [record.id for record in newest] == [ids[0], ids[2]]


def test_each_streams_beyond_its_portion_while_others_write(store: Store) -> None:
    store.load([Edit(Beneficiary, artisan(village=f"{n % 2}")) for n in range(2100)], "Asha")
    stream = store.each("beneficiary")
    first = next(stream)
    edit(store, first.id, name="Changed since")
    save(store)
    rest = list(stream)
    numbers = [int(record.id.partition("-")[2]) for record in (first, *rest)]
    assert numbers == list(range(1, 2101))  # one moment, in order of entry
    assert sum(1 for _ in store.each("beneficiary", {"village": "1"})) == 1050
    next(store.each("beneficiary"))  # left half read: the store closes all the same


def group_with_members(store: Store) -> tuple[str, list[str]]:
    group = store.save([Edit(SelfHelpGroup, {"name": "Noor"})], "Asha")[0].id
    members = [
        Edit(Member, {"name": name, "self_help_group_id": group}) for name in ("Asha", "Zahida")
    ]
    return group, [one.id for one in store.save(members, "Asha")]


def test_members_of_a_group_are_a_page(store: Store) -> None:
    group, members = group_with_members(store)
    save(store)
    found = store.page("member", where={"self_help_group_id": group}).records
    assert [record.id for record in found] == members


def test_a_timeline_is_told_oldest_first_the_undated_last(store: Store) -> None:
    who = save(store, registered_on=on(3), csc="Chadoora")
    fields: dict[str, Value] = {"beneficiary_id": who, "decision": "APPROVED"}
    edits = [
        Edit(Toolkit, {"beneficiary_id": who, "state": "SELECTED"}),
        Edit(Verification, {**fields, "stage": "2", "decided_on": on(9)}),
        Edit(Verification, {**fields, "stage": "1", "decided_on": on(5)}),
        Edit(Verification, {**fields, "stage": "3", "decided_on": on(11)}),
    ]
    kit, second, first, third = (one.id for one in store.save(edits, "Bashir"))
    store.save([Edit(Verification, {}, id=third, op=Op.DELETE)], "Bashir")
    timeline = store.timeline(who)
    assert [event.id for event in timeline] == [who, first, second, kit]
    assert timeline[0].sentence == "Registered: Chadoora"
    assert [(event.on, event.by) for event in timeline[:2]] == [
        (on(3), "Asha"),
        (on(5), "Bashir"),
    ]
    assert {event.state for event in timeline} == {State.QUEUED}
    assert store.timeline("7KQ2M9XD-1") == []


def test_a_timeline_of_a_programme_has_who_attended(store: Store) -> None:
    held: dict[str, Value] = {"programme_kind": "ORIENT", "held_on": on(2), "name": "Talk"}
    programme = store.save([Edit(Programme, held)], "Asha")[0].id
    mark = Edit(
        Attendance,
        {"programme_id": programme, "beneficiary_id": save(store), "on": on(2), "present": True},
    )
    store.save([mark], "Asha")
    assert [event.kind for event in store.timeline(programme)][:1] == ["programme"]


def test_states_follow_the_last_change(store: Store) -> None:
    device = store.device
    assert device is not None
    ids = [save(store) for _ in range(5)]
    store.outbox.sent(device.origin, 4)
    acknowledge(
        store,
        device.origin,
        3,
        Verdict(seq=2, verdict="rejected", field="name", reason="No."),
        Verdict(seq=3, verdict="conflict"),
    )
    assert store.states([*ids, "7KQ2M9XD-1"]) == dict(
        zip(
            ids,
            [State.ON_SERVER, State.REJECTED, State.CONFLICT, State.SENT, State.QUEUED],
            strict=True,
        )
    )
    edit(store, ids[0], name="Asha Devi")
    assert store.states(ids[:1]) == {ids[0]: State.QUEUED}
    assert store.outbox.counts() == {
        State.QUEUED: 2,
        State.SENT: 1,
        State.CONFLICT: 1,
        State.REJECTED: 1,
        State.LATE: 0,
        State.WAITING: 0,
    }


def test_any_number_of_ids_is_looked_up(store: Store) -> None:
    ids = [save(store), *(f"7KQ2M9XD-{n}" for n in range(1, 3000))]
    assert len(store.states(ids)) == 1
    assert store.alike("beneficiary", ids) == []


@shared
@given(st.lists(st.sampled_from(["new", "delete", "edit", "refused"]), max_size=10))
def test_counts_are_the_live_rows(store: Store, steps: list[str]) -> None:
    for step in steps:
        live = [record.id for record in store.each("beneficiary")]
        if step == "new":
            save(store)
        elif step == "refused":
            store.load([Edit(Beneficiary, {"name": "No trade"})], "Asha")
        elif live:
            op = Op.DELETE if step == "delete" else None
            store.load([Edit(Beneficiary, {"name": "Other"}, id=live[0], op=op)], "Asha")
    assert store.counts()["beneficiary"] == sum(1 for _ in store.each("beneficiary"))
    assert set(store.counts().values()) >= {0}


def test_today_is_the_day_in_india(store: Store, clock: Turned) -> None:
    clock.now = int(datetime(2026, 11, 17, 18, 29, 59, tzinfo=UTC).timestamp())  # 23:59:59 there
    save(store)
    assert store.today() == {"beneficiary": 1}
    clock.now += 1
    assert store.today() == {}
    edit(store, save(store), name="Asha Devi")
    assert store.today() == {"beneficiary": 1}
    clock.now -= 2 * DAY  # set back: what is to come is not of today
    assert store.today() == {}


def test_last_saved_tells_each_record_once_and_none_deleted(store: Store) -> None:
    ids = [save(store, name=name) for name in ("A", "B", "C", "D")]
    for number in range(20):
        edit(store, ids[3], name=f"D {number}")
    edit(store, ids[0], name="A again")
    store.save([Edit(Beneficiary, {}, id=ids[1], op=Op.DELETE)], "Asha")
    assert [record.id for record in store.last_saved(3)] == [ids[0], ids[3], ids[2]]
    assert [record.id for record in store.last_saved(1)] == [ids[0]]


def test_record_reads_a_number_as_typed_from_a_slip(store: Store) -> None:
    record_id = save(store)
    for typed in (record_id.lower(), f" {record_id} ", record_id.replace("0", "O")):
        found = store.record(typed)
        assert found is not None
        assert found.id == record_id
    assert store.record("7KQ2M9XD-9") is None
    assert store.record("asha") is None


def test_where_finds_the_empty(store: Store) -> None:
    save(store, name="A", mobile="9419012345")
    found = store.where("beneficiary", trade_code="CARP", mobile=None)
    assert found == []
    save(store, name="B")
    assert [r.value("name") for r in store.where("beneficiary", mobile=None)] == ["B"]


def test_villages_typed_before_are_offered_first(store: Store) -> None:
    for village in ("Wathoora", "Wathoora", "Wathal"):
        save(store, village=village)
    assert store.suggest("village", "wath", 2)[:2] == ["Wathoora", "Wathal"]
    assert store.suggest("village", "WATHO", 2)[0] == "Wathoora"
    assert store.suggest("village", "wath", 1)[:1] != ["Wathoora"]
    assert len(store.suggest("village", "b", 2, 5)) == 5
    assert store.suggest("village", "%_'\"", 2) == store.suggest("village", "", 2) == []
    assert store.suggest("no_such_list", "x", 2) == []


def test_operators_the_last_at_work_first(store: Store) -> None:
    for name in ("Bashir", "Zahida", "Bashir"):
        store.use_operator(name)
    assert store.operators() == ["Bashir", "Zahida", "Asha"]


def test_times_are_as_the_clock_said(store: Store) -> None:
    save(store)
    assert store.last_saved(1)[0].value("created_at") == NOW


def test_the_newest_are_read_by_an_index_of_every_kind(store: Store, home: Path) -> None:
    save(store)
    asked: list[str] = []

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(asked.append)
        return connection

    listening = Store.open(home, connect=traced)
    for kind in kinds():
        asked.clear()
        listening.page(kind, newest_first=True, limit=9)
        *_, query = [sql for sql in asked if sql.startswith("SELECT")]
        with closing(sqlite3.connect(home / DATABASE)) as file:
            (plan,) = file.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert "USING INDEX" in plan[3], plan
    listening.close()


@pytest.mark.parametrize("merged", [False, True])
def test_the_decisions_on_one_record_are_looked_up_by_it(
    store: Store, home: Path, *, merged: bool
) -> None:
    kept, other = save(store), save(store)
    if merged:
        store.merges.merge("beneficiary", kept, other, "Asha")
    asked: list[str] = []

    def traced(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(asked.append)
        return connection

    with closing(Store.open(home, connect=traced)) as listening:
        listening.review.undecided("beneficiary", "2")
    (query,) = [sql for sql in asked if "FROM verification" in sql]
    with closing(sqlite3.connect(home / DATABASE)) as file:
        plan = [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {query}")]
    by = {step for step in plan if "verification_" in step}
    assert by
    assert all("ix_verification_beneficiary_id" in step for step in by), by


def test_the_days_before_today_are_counted_each_by_itself(store: Store, clock: Turned) -> None:
    clock.now = int(datetime(2026, 11, 17, 6, tzinfo=UTC).timestamp())
    save(store)
    clock.now += 2 * 86400
    save(store)
    save(store)
    assert store.entered_daily("beneficiary", 4) == [0, 1, 0, 2]
    assert store.entered_daily("beneficiary", 2) == [0, 2]
    assert store.entered_daily("member", 3) == [0, 0, 0]
