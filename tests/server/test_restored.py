"""A server restored from a backup recovers what it lost from the laptops (rule 5)."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update
from tests.server.fake_laptop import KIND, NOW, Laptop, row_of

from fieldkit.protocol.change import Op
from fieldkit.protocol.merge import PLACE
from fieldkit.records import kinds
from fieldkit.server.database.connection import writing
from fieldkit.server.database.tables import DEVICE, FIELD_VERSION, METADATA, SCOPE, SERVER
from fieldkit.server.feed.positions import begin_generation, lock_counters, start
from fieldkit.server.ingest import locked_records
from fieldkit.server.problems import Refusal


@pytest.fixture
def laptop(engine: Engine) -> Laptop:
    return Laptop(engine)


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


def floor(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(select(SERVER.c.floor)).scalar_one()
        return found


def test_a_laptop_with_a_longer_acknowledged_log_begins_a_new_generation(
    engine: Engine, laptop: Laptop
) -> None:
    record = laptop.create(name="Noor VO")
    generation = laptop.push().incarnation
    put_back = backup(engine)
    laptop.edit(record, village="Nagam")
    laptop.create(name="Second VO")
    laptop.push()
    put_back()
    answer = laptop.ask(laptop.quiet())
    assert (answer.seq, answer.head) == (1, laptop.heads[1].hex())
    assert answer.incarnation != generation
    laptop.acked = answer.seq
    again = laptop.push()
    assert (again.incarnation, again.seq) == (answer.incarnation, 3)
    assert again.versions == [floor(engine) + 1, floor(engine) + 1]
    other = Laptop(engine)
    other.pull_all()
    assert other.values(record)["village"] == "Nagam"
    assert len(other.rows) == 2


def test_a_gap_of_a_lost_generation_is_recovered_too(engine: Engine, laptop: Laptop) -> None:
    put_back = backup(engine)
    for _ in range(3):
        laptop.create(name="Noor VO")
        laptop.push()
    put_back()
    laptop.create(name="Fourth VO")
    with pytest.raises(Refusal) as refused:
        laptop.push()
    assert refused.value.problem.expected == 1
    assert floor(engine) > 0
    laptop.acked = 0
    laptop.push()
    other = Laptop(engine)
    other.pull_all()
    assert len(other.rows) == 4


def test_rows_numbered_before_the_restore_was_noticed_reach_devices_ahead(
    engine: Engine, laptop: Laptop
) -> None:
    reader = Laptop(engine)
    laptop.create(name="Kept VO")
    laptop.push()
    put_back = backup(engine)
    for _ in range(5):
        laptop.create(name="Lost VO")
    laptop.push()
    reader.pull_all()
    assert reader.cursors == {2: 6}
    put_back()
    newcomer = Laptop(engine)
    record = newcomer.create(name="Entered meanwhile")
    newcomer.push()
    reader.pull_all()
    assert reader.values(record)["name"] == "Entered meanwhile"
    assert newcomer.ask(newcomer.quiet()).incarnation == reader.incarnation
    assert reader.cursors[2] > floor(engine)


def test_versions_of_a_lost_generation_are_never_reused(engine: Engine, laptop: Laptop) -> None:
    record = laptop.create(name="Noor VO")
    laptop.push()
    put_back = backup(engine)
    for number in range(2, 6):
        laptop.edit(record, village=f"Lost {'I' * number}")
    laptop.push()
    other = Laptop(engine, operator="Bilal")
    other.pull_all()
    assert other.rows[record].version == 5
    put_back()
    newcomer = Laptop(engine)
    newcomer.cursors, newcomer.incarnation = other.cursors, other.incarnation
    newcomer.edit(record, base=1, village="Nagam")
    newcomer.push()
    other.edit(record, base=5, village="Wathoora")
    assert [one.verdict for one in other.push().verdicts] == ["conflict"]


def test_a_second_recovery_changes_nothing(engine: Engine, laptop: Laptop) -> None:
    put_back = backup(engine)
    laptop.create(name="Noor VO")
    laptop.push()
    other = Laptop(engine)
    other.pull_all()
    put_back()
    one, two = laptop.ask(laptop.quiet()), other.ask(other.quiet())
    assert one.incarnation == two.incarnation
    assert other.ask(laptop.quiet()).incarnation == one.incarnation


def test_an_impossible_cursor_changes_nothing(engine: Engine, laptop: Laptop) -> None:
    laptop.create(name="Noor VO")
    laptop.push()
    laptop.cursors = {2: (1 << 53) - 1}
    with pytest.raises(Refusal) as refused:
        laptop.ask(laptop.quiet())
    assert refused.value.problem.status == 400
    assert floor(engine) == 0


def test_a_server_restored_to_before_its_first_batch_recovers(
    engine: Engine, laptop: Laptop
) -> None:
    put_back = backup(engine)
    record = laptop.create(name="Noor VO")
    laptop.push()
    laptop.pull_all()
    put_back()
    assert laptop.ask(laptop.quiet()).seq == 0
    laptop.acked = 0
    laptop.push()
    assert row_of(engine, KIND, record)["name"] == "Noor VO"


@pytest.mark.parametrize("area", [(2, None), (3, None), (None, None)])
def test_an_edit_that_arrives_before_the_creation_does_not_set_the_place(
    engine: Engine, area: tuple[int | None, int | None]
) -> None:
    with writing(engine) as connection:
        start(connection, NOW)
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


def test_the_half_record_that_an_older_server_made_of_an_edit_is_completed(engine: Engine) -> None:
    """It stood at a default place, of version 0, until its creation came."""
    author, other, thief = Laptop(engine, (2, 16)), Laptop(engine, (3, 22)), Laptop(engine, (2, 17))
    record = author.create(name="Noor VO", block=16)
    half = other.log(Op.CREATE, record, KIND, {"district": 3, "village": "Nagam"}, None)
    other.push()
    written = {"": [1, other.origin, half.seq], PLACE: [0, other.origin, half.seq]}
    with engine.begin() as connection:
        connection.execute(update(FIELD_VERSION).values(written=written))
    thief.log(Op.CREATE, record, KIND, {"district": 2, "block": 17}, None)
    assert [one.verdict for one in thief.push().verdicts] == ["rejected"]
    assert author.push().verdicts == []
    row = row_of(engine, KIND, record)
    assert (row["block"], row["village"], row["name"]) == (16, "Nagam", "Noor VO")


def test_a_batch_that_waits_during_a_recovery_uses_versions_of_the_new_generation(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, laptop = postgres_engine, Laptop(postgres_engine)
    record = laptop.create(name="Noor VO")
    laptop.push()
    laptop.edit(record, base=1, village="Nagam")

    def waiting(connection: Connection, districts: Collection[int], floor: int) -> dict[int, int]:
        with writing(engine) as beside:
            begin_generation(
                beside, laptop.incarnation, laptop.incarnation, "the new one", [7], NOW
            )
        return lock_counters(connection, districts, floor)

    monkeypatch.setattr(locked_records, "lock_counters", waiting)
    (version,) = laptop.push().versions
    assert version is not None
    assert version > floor(engine) > 0


def test_recoveries_are_limited_in_time(engine: Engine, laptop: Laptop) -> None:
    """A device that claims repeatedly that the server lost data causes only one recovery."""
    laptop.create(name="Noor VO")
    laptop.push()

    def claim() -> str:
        past = {2: floor(engine) + 5_000_000}
        answer = laptop.ask(laptop.quiet().model_copy(update={"cursors": past}))
        laptop.incarnation = answer.incarnation
        return answer.incarnation

    first = laptop.incarnation
    second = claim()
    raised = floor(engine)
    assert second != first
    assert [claim(), claim()] == [second, second]
    assert floor(engine) == raised


def test_a_server_restored_twice_from_one_backup_recovers_twice(
    engine: Engine, laptop: Laptop
) -> None:
    record = laptop.create(name="Noor VO")
    eras = [laptop.push().incarnation]
    put_back = backup(engine)
    laptop.edit(record, village="Nagam")
    laptop.push()
    for _ in range(2):
        put_back()
        laptop.incarnation = laptop.ask(laptop.quiet()).incarnation
        eras.append(laptop.incarnation)
    assert len(set(eras)) == 3
    assert laptop.ask(laptop.quiet()).incarnation == eras[-1]


def test_an_edit_of_a_lost_row_conflicts_with_later_values(engine: Engine) -> None:
    """A server cannot know that it was restored until a laptop that knows more syncs."""
    author, other, third = Laptop(engine), Laptop(engine), Laptop(engine)
    record = author.create(name="Noor VO")
    (known,) = author.push().versions
    put_back = backup(engine)
    author.edit(record, base=known, village="Nagam")
    (lost,) = author.push().versions
    put_back()
    with writing(engine) as connection:
        start(connection, NOW)
    other.edit(record, base=known, village="Wathora")
    assert other.push().verdicts == []
    third.edit(record, base=lost, village="Chadoora")
    (verdict,) = third.push().verdicts
    assert verdict.verdict == "conflict"
    assert row_of(engine, KIND, record)["village"] == "Wathora"


def test_a_skipped_cursor_reveals_a_lost_generation(engine: Engine) -> None:
    """No position given out since the backup is given out again, so such a cursor reveals it."""
    reader, writer = Laptop(engine), Laptop(engine)
    writer.create(name="Noor VO")
    writer.push()
    put_back = backup(engine)
    writer.create(name="Second VO")
    writer.push()
    reader.pull_all()
    put_back()
    with writing(engine) as connection:
        start(connection, NOW)
    other = Laptop(engine)
    for _ in range(3):
        other.create(name="Third VO")
    generation = other.push().incarnation
    assert other.ask(other.quiet()).incarnation == generation
    reader.pull_all()
    assert reader.incarnation != generation
    assert len(reader.rows) == 5


def test_a_cursor_of_a_district_missing_in_the_backup_reveals_it_too(
    engine: Engine,
) -> None:
    reader, writer = Laptop(engine), Laptop(engine)
    with writing(engine) as connection:
        start(connection, NOW)
    put_back = backup(engine)
    writer.create(name="Noor VO")
    writer.push()
    reader.pull_all()
    put_back()
    with writing(engine) as connection:
        start(connection, NOW + 60)
    other = Laptop(engine)
    other.create(name="Second VO")
    generation = other.push().incarnation
    reader.pull_all()
    assert reader.incarnation != generation


def test_a_cursor_before_or_after_a_start_reveals_nothing(engine: Engine) -> None:
    reader, writer = Laptop(engine, (None, None)), Laptop(engine, (None, None))
    for district in (2, 3, 3):
        writer.create(district=district, name="Noor VO")
    generation = writer.push().incarnation
    reader.pull_all()
    assert reader.cursors == {2: 1, 3: 2}
    with writing(engine) as connection:
        start(connection, NOW)
    writer.create(name="Second VO")
    writer.push()
    for _ in range(2):
        reader.pull_all()
        assert reader.incarnation == generation
    assert reader.cursors[2] > floor(engine)
