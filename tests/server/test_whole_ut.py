"""Records of the whole UT (district 0) on the server: its feed, and who writes there."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from tests.server.fake_laptop import KIND, Laptop, enrol, row_of

from fieldkit.protocol.messages.scope import WHOLE_UT, Role, Scope
from fieldkit.protocol.messages.sync import Focus
from fieldkit.server.database.eras import begin_era
from fieldkit.server.database.tables import COUNTER, FEED
from fieldkit.server.problems import Refusal

UT = (WHOLE_UT, None)


def administrator(engine: Engine) -> Laptop:
    laptop = Laptop(engine, device=enrol(engine, (None, None), role="administrator"))
    laptop.codes = True
    return laptop


def reader(engine: Engine, *scope: int | None) -> Laptop:
    """Enrol a laptop that knows the whole UT."""
    laptop = Laptop(engine, (scope[0], scope[1]))
    laptop.cursors, laptop.codes = {WHOLE_UT: 0}, True
    return laptop


def put(laptop: Laptop, **fields: int | str | None) -> str:
    record = laptop.create(**fields)
    assert laptop.push().verdicts == []
    return record


def rejected(laptop: Laptop) -> list[str]:
    return [one.rule for one in laptop.push().verdicts]


def test_who_reads_and_writes_there() -> None:
    roles: tuple[Role, ...] = ("viewer", "operator", "supervisor", "administrator")
    areas = [(None, None), (2, None), (2, 16)]
    for role in roles:
        for district, block in areas:
            scope = Scope(role=role, district=district, block=block)
            assert scope.reads(*UT)
            assert scope.writes(*UT) == (role == "administrator" and district is None)
            assert scope.writes(2, 16)
            assert scope.reads(3, 22) == (district is None)


def test_it_has_a_feed_of_its_own_that_every_laptop_reads(engine: Engine) -> None:
    officer = administrator(engine)
    record = put(officer, name="Union VO", district=WHOLE_UT)
    with engine.connect() as connection:
        feed = connection.execute(select(FEED.c.district, FEED.c.block, FEED.c.record_id)).all()
        counted = connection.execute(select(COUNTER.c.district)).scalars().all()
    assert [tuple(row) for row in feed] == [(WHOLE_UT, None, record)]
    assert WHOLE_UT in counted
    for scope in ((2, 16), (3, None), (None, None)):
        laptop = reader(engine, *scope)
        laptop.pull_all()
        assert laptop.values(record)["district"] == WHOLE_UT
        assert laptop.cursors[WHOLE_UT] > 0
    officer.edit(record, base=1, block=16)
    officer.push()
    laptop = reader(engine, 2, 17)
    laptop.pull_all()
    assert record in laptop.rows  # whatever block a laptop of another version names


@pytest.mark.parametrize("most", [1, 2, 100])
def test_the_own_block_comes_first_and_pages_end_anywhere(engine: Engine, most: int) -> None:
    officer = administrator(engine)
    ut = [put(officer, name=f"Union VO {n}", district=WHOLE_UT) for n in range(3)]
    near = [put(officer, name=f"Near VO {n}", district=2, block=16) for n in range(3)]
    far = [put(officer, name=f"Far VO {n}", district=2, block=17) for n in range(3)]
    laptop = reader(engine, 2, 16)
    laptop.pull_all(most)
    assert list(laptop.rows) == [*near, *ut]
    laptop = reader(engine, 2, None)
    laptop.focus = Focus(district=2, block=16, position=0)
    laptop.pull_all(most)
    assert list(laptop.rows) == [*near, *ut, *far]


def test_a_laptop_that_does_not_name_it_is_sent_none(engine: Engine) -> None:
    officer, older = administrator(engine), Laptop(engine, (2, 16))
    ut = put(officer, name="Union VO", district=WHOLE_UT)
    moved = put(officer, name="Moving VO", district=2, block=16)
    older.pull_all()
    assert list(older.rows) == [moved]
    assert older.cursors.keys() == {2}
    officer.edit(moved, base=1, district=WHOLE_UT, block=None)
    officer.push()
    older.pull_all()
    assert (older.gone, list(older.rows)) == ([moved], [])
    older.cursors[WHOLE_UT] = 0  # it has the present version now
    older.pull_all()
    assert older.rows.keys() == {ut, moved}


def test_nobody_else_writes_there(engine: Engine) -> None:
    known = put(administrator(engine), name="Union VO", district=WHOLE_UT)
    for role, scope in (
        ("operator", (2, 16)),
        ("supervisor", (None, None)),
        ("administrator", (2, None)),
    ):
        laptop = Laptop(engine, device=enrol(engine, scope, role=role))
        laptop.codes = True
        own = put(laptop, name="Own VO", district=2, block=16)
        laptop.create(name="Mine VO", district=WHOLE_UT)
        laptop.edit(known, base=1, remarks="mine")
        laptop.delete(known, base=1)
        laptop.edit(known, base=1, district=2, block=16)
        laptop.edit(own, base=1, district=WHOLE_UT, block=None)
        assert rejected(laptop) == ["whole_ut"] * 5
        assert row_of(engine, KIND, own)["district"] == 2
    stored = row_of(engine, KIND, known)
    assert (stored["version"], stored["remarks"], stored["deleted"]) == (1, None, False)


def test_an_edit_that_waits_is_merged_with_the_rights_of_its_author(engine: Engine) -> None:
    officer, field = administrator(engine), Laptop(engine, (2, 16))
    field.codes = True
    record = officer.create(name="Union VO", district=WHOLE_UT)
    field.edit(record, remarks="in advance")
    assert rejected(field) == ["waiting"]
    officer.push()
    assert row_of(engine, KIND, record)["remarks"] is None
    answer = field.ask(
        field.quiet().model_copy(
            update={
                "unsettled": field.unsettled and field.unsettled.model_copy(update={"waiting": [1]})
            }
        )
    )
    assert [(one.verdict, one.rule) for one in answer.settled] == [("rejected", "whole_ut")]


def test_a_server_that_lost_its_records_says_so(engine: Engine) -> None:
    officer, field = administrator(engine), reader(engine, 2, 16)
    put(officer, name="Union VO", district=WHOLE_UT)
    field.pull_all()
    with engine.begin() as connection:
        begin_era(connection, 1_800_000_000)
    field.cursors[WHOLE_UT] += 1  # of an entry that is lost
    with pytest.raises(Refusal) as refused:
        field.pull()
    assert refused.value.code == "lost"
    field.begin_again()
    field.cursors = {WHOLE_UT: 0}
    field.pull_all()
    assert len(field.rows) == 1
