"""A server restored from a backup recovers what it lost from the laptops (rules 41, 42)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from tests.server.fake_laptop import KIND, NOW, Laptop, row_of

from fieldkit.protocol.change import Op
from fieldkit.protocol.merge import PLACE
from fieldkit.protocol.messages.sync import Focus, Mark, SyncAnswer, SyncRequest
from fieldkit.records import kinds
from fieldkit.server.database import eras
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.eras import begin_era
from fieldkit.server.database.tables import (
    COUNTER,
    DEVICE,
    ERA,
    FEED,
    FIELD_VERSION,
    LEAP,
    METADATA,
    SCOPE,
)
from fieldkit.server.feed.positions import lock_counters
from fieldkit.server.ingest import batch
from fieldkit.server.ingest.records import locked_records
from fieldkit.server.problems import Refusal

MADE_UP: list[dict[str, object]] = [
    {"acked": 1_000_000},
    {"cursors": {2: 5}},
    {"cursors": {2: 40_000_000}},
    {"cursors": {2: (1 << 53) - 1}},
    {"cursors": {99: 7}},
    {"focus": Focus(district=2, block=16, position=40_000_000)},
    {"incarnation": "0123456789abcdef", "mark": Mark()},
    {"mark": Mark(era="0123456789abcdef", batches=1)},
]
"""What a laptop may say that it was told, and was not."""


@pytest.fixture(params=["newer", "older"])
def laptops(engine: Engine, request: pytest.FixtureRequest) -> Callable[[], Laptop]:
    """Make laptops that know marks, or do not."""
    return lambda: Laptop(engine, marks=request.param == "newer")


def backup(engine: Engine) -> Callable[[], None]:
    """Save the whole database but its devices; return a function that restores it."""
    known = [table for table in METADATA.sorted_tables if table not in (DEVICE, SCOPE)]
    tables = [*known, *(kind.table() for kind in kinds().values())]
    with engine.connect() as connection:
        held = {
            table: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in tables
        }

    def put_back() -> None:
        with engine.begin() as connection:
            for table in reversed(tables):
                connection.execute(delete(table))
            for table in tables:
                if held[table]:
                    connection.execute(insert(table), held[table])

    return put_back


class Lost(Exception):
    """The server says that it has lost what it sent: the laptop begins again."""


def asking(laptop: Laptop, request: SyncRequest) -> SyncAnswer:
    try:
        return laptop.ask(request)
    except Refusal as refused:
        if refused.code == "lost":
            raise Lost from None
        raise


def start(engine: Engine, now: int = NOW) -> None:
    with writing(engine) as connection:
        begin_era(connection, now)


def floor(engine: Engine) -> int:
    with engine.connect() as connection:
        return eras.read_era(connection).floor


def state(engine: Engine) -> list[object]:
    """Return all positions, counters and eras: what a lie may not move."""
    with engine.connect() as connection:
        return [
            tuple(row)
            for table in (FEED, COUNTER, ERA, LEAP)
            for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]


def beyond(laptop: Laptop) -> Mark:
    """Return a mark that the server has not reached in its era."""
    mark = laptop.mark or Mark(era=laptop.incarnation, batches=1)
    return mark.model_copy(update={"batches": mark.batches + 1})


# What a laptop says harms itself alone


def test_who_says_that_data_was_lost_harms_itself_alone(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    writer, reader, liar = laptops(), laptops(), laptops()
    for number in range(3):
        writer.create(name=f"VO {number}")
    writer.push()
    start(engine)
    reader.pull_all()
    liar.pull_all()
    before = state(engine)
    reader.rows.clear()
    ahead: dict[str, object] = {"mark": beyond(liar)}
    for lie in [*MADE_UP, ahead]:
        request = liar.quiet().model_copy(update={"most": 50, **lie})
        with suppress(Lost):
            answer = asking(liar, request)
            assert answer.page is not None
            assert len(answer.page.rows) == (0 if "acked" in lie else 3)
        assert state(engine) == before
        reader.pull_all()
        assert reader.rows == {}


# After a restore


def test_a_laptop_half_way_through_a_download_misses_nothing(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    """The entry of a record edited meanwhile goes back, to before a cursor that looks right."""
    writer, reader, whole = laptops(), laptops(), laptops()
    start(engine)
    records = [writer.create(name=f"VO {number}") for number in range(4)]
    (base, *_) = writer.push().versions
    whole.pull_all()
    put_back = backup(engine)
    writer.edit(records[0], base=base, name="VO renamed")
    writer.push()
    reader.pull(most=2)
    assert set(reader.rows) == set(records[1:3])
    put_back()
    start(engine, NOW + 60)
    reader.pull_all()
    assert set(reader.rows) == set(records)
    before = len(whole.rows)
    whole.rows.clear()
    whole.pull_all()
    assert (before, len(whole.rows)) == (4, 0)  # it was served by nothing that is lost


def test_a_laptop_half_way_goes_on_after_a_start_without_a_restore(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    writer, reader = laptops(), laptops()
    for number in range(4):
        writer.create(name=f"VO {number}")
    writer.push()
    reader.pull(most=2)
    start(engine)
    assert len(reader.pull().page.rows) == 2  # type: ignore[union-attr]


def test_a_longer_acknowledged_log_is_sent_again(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    laptop, other = laptops(), laptops()
    record = laptop.create(name="Noor VO")
    laptop.push()
    put_back = backup(engine)
    laptop.edit(record, village="Nagam")
    laptop.create(name="Second VO")
    laptop.push()
    put_back()
    start(engine)
    laptop.pull_all()
    answer = laptop.ask(laptop.quiet())
    assert (answer.seq, answer.head) == (1, laptop.heads[1].hex())
    laptop.acked = answer.seq
    again = laptop.push()
    assert (again.seq, again.versions) == (3, [floor(engine) + 1] * 2)
    other.pull_all()
    assert other.values(record)["village"] == "Nagam"
    assert len(other.rows) == 2


def test_a_gap_of_a_lost_era_is_told(engine: Engine, laptops: Callable[[], Laptop]) -> None:
    laptop = laptops()
    put_back = backup(engine)
    for _ in range(3):
        laptop.create(name="Noor VO")
        laptop.push()
    put_back()
    start(engine)
    laptop.create(name="Fourth VO")
    laptop.pull_all()
    with pytest.raises(Refusal) as refused:
        laptop.push()
    assert (refused.value.code, refused.value.problem.expected) == ("gap", 1)
    laptop.acked = 0
    laptop.push()
    other = laptops()
    other.pull_all()
    assert len(other.rows) == 4


def test_rows_that_came_after_the_restore_reach_laptops_ahead(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    laptop, reader = laptops(), laptops()
    laptop.create(name="Kept VO")
    laptop.push()
    put_back = backup(engine)
    for _ in range(5):
        laptop.create(name="Lost VO")
    laptop.push()
    reader.pull_all()
    assert reader.cursors == {2: 6}
    put_back()
    start(engine)
    newcomer = laptops()
    record = newcomer.create(name="Entered meanwhile")
    newcomer.push()
    reader.pull_all()
    assert reader.values(record)["name"] == "Entered meanwhile"
    assert reader.cursors[2] > floor(engine)


def test_an_edit_of_a_lost_row_conflicts_with_later_values(engine: Engine) -> None:
    """Its base is below every version that was given out since."""
    author, other, third = Laptop(engine), Laptop(engine), Laptop(engine)
    record = author.create(name="Noor VO")
    (known,) = author.push().versions
    put_back = backup(engine)
    author.edit(record, base=known, village="Nagam")
    (lost,) = author.push().versions
    put_back()
    start(engine)
    other.edit(record, base=known, village="Wathora")
    assert other.push().verdicts == []
    third.edit(record, base=lost, village="Chadoora")
    (verdict,) = third.push().verdicts
    assert verdict.verdict == "conflict"
    assert row_of(engine, KIND, record)["village"] == "Wathora"


@pytest.mark.parametrize("now", [NOW, 0])
def test_numbers_of_a_lost_era_are_never_given_out_again(engine: Engine, now: int) -> None:
    """Not even if the clock stands still, though then they may be lower."""
    writer = Laptop(engine)
    writer.create(name="Noor VO")
    writer.push()
    put_back = backup(engine)
    start(engine, now)
    record = writer.create(name="Lost VO")
    for number in range(100):
        writer.edit(record, name=f"Lost VO {number}")
    versions = [one for one in writer.push().versions if one]
    for times in (1, 2):
        put_back()
        start(engine, now + 60 * times)
        if now:
            assert floor(engine) > max(versions)
        assert floor(engine) not in range(min(versions) - 100, max(versions) + 1)


def test_a_start_gives_out_higher_numbers_than_all_before(engine: Engine) -> None:
    writer = Laptop(engine)
    record = writer.create(name="Noor VO")
    for number in range(100):
        writer.edit(record, name=f"VO {number}")
    for _ in range(3):
        versions = [one for one in writer.push().versions if one]
        start(engine, 0)
        assert floor(engine) > max(versions)
        writer.edit(record, name="Again")


def test_a_second_laptop_that_was_ahead_changes_nothing(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    laptop, other = laptops(), laptops()
    put_back = backup(engine)
    laptop.create(name="Noor VO")
    laptop.push()
    other.pull_all()
    put_back()
    start(engine)
    before = state(engine)
    laptop.pull_all()
    other.pull_all()
    assert state(engine) == before


def test_a_server_restored_to_before_its_first_batch_recovers(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    laptop = laptops()
    put_back = backup(engine)
    record = laptop.create(name="Noor VO")
    laptop.push()
    laptop.pull_all()
    put_back()
    start(engine)
    laptop.pull_all()
    assert laptop.ask(laptop.quiet()).seq == 0
    laptop.acked = 0
    laptop.push()
    assert row_of(engine, KIND, record)["name"] == "Noor VO"


def test_a_server_restored_twice_from_one_backup_recovers_twice(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    laptop, reader = laptops(), laptops()
    record = laptop.create(name="Noor VO")
    laptop.push()
    put_back = backup(engine)
    for name in ("first", "second", "third"):
        start(engine)
        laptop.edit(record, name=f"Noor VO, {name}")
        laptop.push()
        reader.pull_all()
        assert reader.values(record)["name"] == f"Noor VO, {name}"
        put_back()
        laptop.pull_all()
        laptop.acked = 1
        del laptop.changes[1:], laptop.heads[2:]
    start(engine)
    reader.pull_all()
    assert reader.values(record)["name"] == "Noor VO"


def test_a_cursor_of_a_district_missing_in_the_backup_is_noticed(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    reader, writer = laptops(), laptops()
    start(engine)
    put_back = backup(engine)
    writer.create(name="Noor VO")
    writer.push()
    reader.pull_all()
    put_back()
    start(engine, NOW + 60)
    other = laptops()
    record = other.create(name="Second VO")
    other.push()
    reader.pull_all()
    assert record in reader.rows


def test_whoever_was_served_all_that_is_kept_goes_on(
    engine: Engine, laptops: Callable[[], Laptop]
) -> None:
    """A start alone, or a restore that lost nothing, costs no laptop a download."""
    for area in ((None, None), (2, None), (2, 16)):
        reader = Laptop(engine, area, marks=laptops().mark is not None)
        writer = Laptop(engine, (None, None))
        for district in (2, 3, 3):
            writer.create(district=district, block=16 if district == 2 else None, name="Noor VO")
        writer.push()
        reader.pull_all()
        put_back = backup(engine)
        put_back()
        for times in range(2):
            start(engine, NOW + times)
            reader.rows.clear()
            reader.pull_all()
            assert reader.rows == {}
            writer.create(name="Second VO", block=16)
            writer.push()
            reader.pull_all()
            assert len(reader.rows) == 1


def test_what_concerns_no_record_is_counted_too(engine: Engine) -> None:
    """The laptop was told a verdict on a change that moved nothing, and has to be told again."""
    laptop = Laptop(engine)
    record = laptop.create(name="Noor VO")
    laptop.push()
    put_back = backup(engine)
    laptop.edit(record, name="Noor VO")
    laptop.push()
    laptop.create(district=5, name="Out of scope")
    assert laptop.push().verdicts
    put_back()
    start(engine)
    with pytest.raises(Lost):
        asking(laptop, laptop.quiet())


def test_an_older_laptop_compares_its_logs_when_it_has_pulled_all_and_after_a_start(
    engine: Engine,
) -> None:
    """It does so whenever the word changes, so that may not change with every batch of others."""
    writer, older = Laptop(engine), Laptop(engine, marks=False)
    for number in range(6):
        writer.create(name=f"VO {number}")
    writer.push()
    words = [older.pull(most=2).incarnation for _ in range(3)]
    assert words[0] == words[1] != words[2]
    writer.create(name="Another VO")
    writer.push()
    assert older.pull().incarnation == words[2]
    start(engine)
    assert older.pull().incarnation != words[2]
    era = older.incarnation
    assert older.ask(older.quiet()).incarnation.startswith(f"{era}:")  # without a page


# The starts of several servers


def test_a_batch_that_waits_during_a_start_uses_numbers_of_the_new_era(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, laptop = postgres_engine, Laptop(postgres_engine)
    record = laptop.create(name="Noor VO")
    laptop.push()
    laptop.edit(record, base=1, village="Nagam")
    begun: list[int] = []

    def waiting(connection: Connection, districts: Collection[int], floor: int) -> dict[int, int]:
        if not begun:
            begun.append(floor)
            start(engine)
        return lock_counters(connection, districts, floor)

    monkeypatch.setattr(locked_records, "lock_counters", waiting)
    (version,) = laptop.push().versions
    assert version is not None
    assert version > floor(engine) > 0


def test_a_start_waits_for_batches_under_way(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a district that is new in such a batch would have numbers below the new floor."""
    engine, laptop = postgres_engine, Laptop(postgres_engine, (None, None))
    laptop.create(district=7, name="Noor VO")
    locked, go_on = Event(), Event()

    def stopping(*given: object) -> None:
        locked.set()
        assert go_on.wait(30)
        eras.count_batch(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(locked_records, "count_batch", stopping)
    with ThreadPoolExecutor(2) as pool:
        pushed = pool.submit(laptop.push)
        assert locked.wait(30)
        started = pool.submit(start, engine)
        while not started.done() and not waiting_for_a_lock(engine):
            pass
        assert not started.done()
        go_on.set()
        pushed.result()
        started.result()
    with engine.connect() as connection:
        row = connection.execute(select(COUNTER).where(COUNTER.c.district == 7)).one()
        assert row.position == floor(engine)
        assert connection.execute(select(LEAP.c.below)).scalar_one() == 1


def waiting_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(connection.exec_driver_sql(query).scalar_one())


def push_when_free(laptop: Laptop) -> SyncAnswer:
    """Send again while starting servers keep the batch out, as a laptop does."""
    for _ in range(4):
        with suppress(Refusal):
            return laptop.push()
    return laptop.push()


def test_several_servers_may_start_at_once_and_die(engine: Engine) -> None:
    """Each start is one transaction: an era is begun whole or not at all, one after another."""
    writer, reader = Laptop(engine), Laptop(engine)
    records = [writer.create(name="Noor VO")]
    writer.push()

    def begin(number: int) -> None:
        aside = connect(engine.url.render_as_string(hide_password=False))
        try:
            with writing(aside) as connection:
                begin_era(connection, NOW + number)
                if number % 3 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        finally:
            aside.dispose()

    with ThreadPoolExecutor(4) as pool:
        starts = pool.map(begin, range(12))
        for number in range(6):
            records.append(writer.create(name=f"VO {number}"))
            push_when_free(writer)
            reader.pull_all()
        list(starts)
    reader.pull_all()
    assert set(reader.rows) == set(records)
    with engine.connect() as connection:
        present = select(func.count()).where(ERA.c.batches.is_(None))
        assert connection.execute(present).scalar_one() == 1
        ended = select(ERA.c.batches).where(ERA.c.batches.is_not(None)).order_by(ERA.c.floor)
        counts = list(connection.execute(ended).scalars())
    assert len(counts) == 8
    assert counts == sorted(counts)
    assert floor(engine) <= reader.cursors[2]


def test_the_oldest_eras_are_forgotten_and_their_laptops_pull_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eras, "_MOST_KEPT", 3)
    writer, reader = Laptop(engine), Laptop(engine)
    record = writer.create(name="Noor VO")
    writer.push()
    reader.pull_all()
    for number in range(3):
        start(engine, NOW + number)
        reader.rows.clear()
        reader.pull_all() if number < 2 else None
        assert reader.rows == {}
    for number in range(3, 9):
        start(engine, NOW + number)
    reader.pull_all()
    assert set(reader.rows) == {record}
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(ERA)).scalar_one() == 3
        assert connection.execute(select(func.count()).select_from(LEAP)).scalar_one() <= 3


# A record whose creation the server lost


@pytest.mark.parametrize("area", [(2, None), (3, None), (None, None)])
def test_an_edit_that_arrives_before_the_creation_does_not_set_the_place(
    engine: Engine, area: tuple[int | None, int | None]
) -> None:
    start(engine)
    author, other = Laptop(engine, (2, 16), operator="Zooni"), Laptop(engine, area)
    record = author.create(name="Noor VO", block=16, remarks="meets on Fridays")
    other.edit(record, base=1, village="Nagam")
    assert [one.verdict for one in other.push().verdicts] == ["waiting"]
    assert author.push().verdicts == []
    beside, reader = Laptop(engine, (2, 17)), Laptop(engine, (2, 16))
    for laptop in (beside, reader, other):
        laptop.pull_all()
    assert record not in beside.rows
    assert (record in other.rows) is (area != (3, None))
    values = reader.values(record)
    assert (values["block"], values["name"]) == (16, "Noor VO")
    assert ("village" in values) is (area != (3, None))
    assert reader.rows[record].conflicts == []


def test_the_half_record_that_an_older_server_made_of_an_edit_is_completed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood at a default place, of version 0, until its creation came."""
    author, other, thief = Laptop(engine, (2, 16)), Laptop(engine, (3, 22)), Laptop(engine, (2, 17))
    record = author.create(name="Noor VO", block=16)
    half = other.log(Op.CREATE, record, KIND, {"district": 3, "village": "Nagam"}, None)
    with monkeypatch.context() as older:
        older.setattr(batch, "_may_create", lambda *_: True)
        other.push()
    written = {"": [1, other.origin, half.seq], PLACE: [0, other.origin, half.seq]}
    with engine.begin() as connection:
        connection.execute(update(FIELD_VERSION).values(written=written))
    thief.log(Op.CREATE, record, KIND, {"district": 2, "block": 17}, None)
    assert [one.verdict for one in thief.push().verdicts] == ["rejected"]
    assert author.push().verdicts == []
    row = row_of(engine, KIND, record)
    assert (row["block"], row["village"], row["name"]) == (16, "Nagam", "Noor VO")
