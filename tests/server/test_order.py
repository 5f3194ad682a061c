"""Feed positions commit in order, so a cursor never skips a row still to be committed (rule 6)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update
from tests.server.fake_laptop import KIND, Laptop, count, row_of

from fieldkit.protocol.change import Op
from fieldkit.server.database import rows
from fieldkit.server.database.rows import Key
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import CHANGE, COUNTER, FEED
from fieldkit.server.feed import positions as feed
from fieldkit.server.ingest import sync as ingest
from fieldkit.server.ingest.records import locked_records
from fieldkit.server.ingest.records.batch_records import write_states
from fieldkit.server.ingest.records.record_state import RecordState
from fieldkit.server.problems import Refusal
from fieldkit.server.scope import Place

Rows = Mapping[Key, Mapping[str, object]]
Lock = Callable[[Connection, Collection[int], int], dict[int, int]]


def like_a_sequence(
    connection: Connection, districts: Collection[int], floor: int
) -> dict[int, int]:
    """Number without a lock, as a sequence does: in a separate transaction."""
    drawn: dict[int, int] = {}
    with connection.engine.begin() as aside:
        for district in districts:
            insert_missing_rows(aside, COUNTER, [{"district": district, "position": floor}])
            where = COUNTER.c.district == district
            query = select(COUNTER.c.position).where(where).with_for_update()
            drawn[district] = aside.execute(query).scalar_one()
            aside.execute(update(COUNTER).where(where).values(position=drawn[district] + 100))
    return drawn


def waiting(engine: Engine) -> bool:
    with engine.connect() as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(connection.execute(text(query)).scalar_one())


def overtaken(engine: Engine, monkeypatch: pytest.MonkeyPatch, lock: Lock) -> list[Laptop]:
    """Stop the first of two batches before its commit, and let the second go on as far as it can.

    A third laptop pulls while the first has not committed, and once more at the end.
    """
    first, second, reader = Laptop(engine), Laptop(engine), Laptop(engine)
    for laptop in (first, second):
        laptop.create(name="Noor VO")
    stopped, go_on = threading.Event(), threading.Event()

    def stopping(connection: Connection, records: Mapping[Key, RecordState]) -> Rows:
        if (KIND, f"{first.origin}-1") in records:
            stopped.set()
            assert go_on.wait(30)
        return write_states(connection, records)

    monkeypatch.setattr(locked_records, "write_states", stopping)
    monkeypatch.setattr(locked_records, "lock_counters", lock)
    # Without a lock the counter goes back, which looks like a restore.
    monkeypatch.setattr(ingest, "served_by_lost_data", lambda *_: False)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first.push)
        assert stopped.wait(30)
        two = pool.submit(second.push)
        while not two.done() and not waiting(engine):
            pass
        reader.pull_all()
        go_on.set()
        assert (one.result().seq, two.result().seq) == (1, 1)
    reader.pull_all()
    return [first, second, reader]


def test_a_reader_never_skips_an_uncommitted_row(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, reader = overtaken(postgres_engine, monkeypatch, feed.lock_counters)
    assert set(reader.rows) == {f"{first.origin}-1", f"{second.origin}-1"}


def test_without_the_lock_a_row_is_skipped_for_ever(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second, reader = overtaken(postgres_engine, monkeypatch, like_a_sequence)
    assert set(reader.rows) == {f"{second.origin}-1"}


def test_two_batches_on_one_record_take_turns(engine: Engine) -> None:
    laptops = [Laptop(engine) for _ in range(4)]
    record = laptops[0].create(name="Noor VO")
    laptops[0].push()
    for number, laptop in enumerate(laptops):
        for turn in range(10):
            laptop.edit(record, base=1, remarks=f"{number} {turn}")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(Laptop.push, laptops))
    assert sorted({answer.seq for answer in answers}) == [10, 11]
    laptops[0].pull_all()
    assert len(laptops[0].rows[record].conflicts) == 3
    versions = [version for answer in answers for version in answer.versions if version]
    assert max(versions) == row_of(engine, KIND, record)["version"] == 11


def test_one_log_sent_twice_at_once_is_applied_once(engine: Engine) -> None:
    laptop = Laptop(engine)
    for times in (1, 2):
        for _ in range(20):
            laptop.create(name="Noor VO")
        request = laptop.request()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(laptop.ask, [request] * 4))
        assert all(answer == answers[0] for answer in answers)
        assert count(engine, CHANGE) == 20 * times
        laptop.acked = answers[0].seq


def test_opposite_moves_do_not_deadlock(engine: Engine) -> None:
    laptops = [Laptop(engine, (None, None)) for _ in range(4)]
    records = [laptop.create(name="Noor VO", district=2) for laptop in laptops]
    for laptop in laptops:
        laptop.push()
    for number, laptop in enumerate(laptops):
        for turn in range(6):
            district = 2 + (number + turn) % 3
            laptop.edit(records[number], base=turn + 1, district=district, block=turn)

    def push_one_by_one(laptop: Laptop) -> None:
        for seq in range(2, 8):
            laptop.push(seq, seq)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(push_one_by_one, laptops))
    reader = Laptop(engine, (None, None))
    reader.pull_all(3)
    assert set(reader.rows) == set(records)


def test_a_record_that_moves_before_the_lock_is_locked_in_its_new_district(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, whole = Laptop(engine, (None, None)), Laptop(engine, (None, None))
    record = laptop.create(name="Noor VO")
    laptop.push()
    whole.edit(record, base=1, district=3, block=None)
    looked, tried = rows.read_places, list[set[int]]()

    def moving(connection: Connection, keys: Collection[Key]) -> dict[Key, Place]:
        found = looked(connection, keys)
        return dict.fromkeys(found, (2, None)) if len(tried) < 1 else found

    def locking(connection: Connection, districts: Collection[int], floor: int) -> dict[int, int]:
        tried.append(set(districts))
        return feed.lock_counters(connection, districts, floor)

    whole.push()
    monkeypatch.setattr(locked_records, "read_places", moving)
    monkeypatch.setattr(locked_records, "lock_counters", locking)
    laptop.edit(record, base=1, village="Nagam")
    assert laptop.push().verdicts == []
    assert tried == [{2}, {3}]
    with engine.connect() as connection:
        assert connection.execute(select(func.max(COUNTER.c.district))).scalar_one() == 3


def test_a_finding_in_another_district_is_closed_under_its_lock(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Laptop(engine, (2, None)), Laptop(engine, (3, None))
    person = here.create("beneficiary", name="Gulam Bhat")
    toolkit = there.create("toolkit", beneficiary_id=person, district=3)
    there.push()
    there.pull_all()
    assert "missing_parent" in {one.rule for one in there.rows[toolkit].findings}
    done: list[object] = []

    def locking(connection: Connection, districts: Collection[int], floor: int) -> dict[int, int]:
        done.append(set(districts))
        return feed.lock_counters(connection, districts, floor)

    def keeping(connection: Connection, records: Mapping[Key, RecordState]) -> Rows:
        done.append("kept")
        return write_states(connection, records)

    monkeypatch.setattr(locked_records, "lock_counters", locking)
    monkeypatch.setattr(locked_records, "write_states", keeping)
    here.push()
    assert done == [{2}, {2, 3}, "kept"]
    there.pull_all()
    assert "missing_parent" not in {one.rule for one in there.rows[toolkit].findings}


def test_a_reference_from_another_district_to_a_deleted_record_gets_a_finding(
    engine: Engine,
) -> None:
    here, there = Laptop(engine, (2, None)), Laptop(engine, (3, None))
    person = here.create("beneficiary", name="Gulam Bhat")
    here.push()
    toolkit = there.create("toolkit", beneficiary_id=person, district=3)
    there.push()
    there.pull_all()
    assert "missing_parent" not in {one.rule for one in there.rows[toolkit].findings}
    here.delete(person, "beneficiary", base=1)
    assert here.push().verdicts == []
    there.pull_all()
    assert "missing_parent" in {one.rule for one in there.rows[toolkit].findings}


def test_a_batch_that_always_clashes_is_refused_as_busy(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(*_arguments: object) -> None:
        raise locked_records.MissingLocks({9})

    laptop = Laptop(engine)
    laptop.create(name="Noor VO")
    monkeypatch.setattr(locked_records, "_check_locked", elsewhere)
    with pytest.raises(Refusal) as refused:
        laptop.push()
    assert (refused.value.problem.status, refused.value.problem.type) == (503, "/problems/busy")


def test_one_number_entered_at_once_in_two_districts_is_one_record(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = postgres_engine
    first, second = Laptop(engine, (2, None)), Laptop(engine, (3, None))
    record = first.create(name="Noor VO", remarks="of the first")
    second.log(Op.CREATE, record, KIND, {"district": 3, "name": "Zam VO", "village": "Nagam"}, None)
    met = threading.Barrier(2, timeout=30)

    def meeting(connection: Connection, records: Mapping[Key, RecordState]) -> Rows:
        with suppress(threading.BrokenBarrierError):
            met.wait()
            met.abort()
        return write_states(connection, records)

    monkeypatch.setattr(locked_records, "write_states", meeting)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(Laptop.push, (first, second)))
    assert sorted(len(answer.verdicts) for answer in answers) == [0, 1]
    with engine.connect() as connection:
        assert len(connection.execute(select(FEED)).all()) == 1
