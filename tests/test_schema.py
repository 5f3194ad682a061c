from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text

from fieldkit.records import kinds
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.member import Member
from fieldkit.schema import grow


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns(table)}


def test_every_kind_gets_its_table(engine: Engine) -> None:
    with engine.begin() as connection:
        grow(connection, kinds().values())
        for name, kind in kinds().items():
            assert _columns(connection, name) == set(kind.table().columns.keys())


def test_references_order_and_duplicate_keys_are_indexed(engine: Engine) -> None:
    with engine.begin() as connection:
        grow(connection, [Member])
        indexed = {
            tuple(index["column_names"]) for index in inspect(connection).get_indexes("member")
        }
    assert (Member.order, "id") in indexed
    assert {(field,) for field in Member.references()} <= indexed


def test_a_table_of_an_older_version_grows_and_keeps_its_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE beneficiary (id VARCHAR PRIMARY KEY, name VARCHAR)"))
        connection.execute(text("INSERT INTO beneficiary VALUES ('a', 'Zooni')"))
    with engine.begin() as connection:
        grow(connection, [Beneficiary])
        assert _columns(connection, "beneficiary") == set(Beneficiary.table().columns.keys())
        row = connection.execute(text("SELECT id, name, mobile, extra FROM beneficiary")).one()
    assert tuple(row) == ("a", "Zooni", None, None)


def test_an_older_version_opens_what_a_newer_one_grew(engine: Engine) -> None:
    with engine.begin() as connection:
        grow(connection, [Beneficiary])
        connection.execute(text("ALTER TABLE beneficiary ADD COLUMN later VARCHAR"))
        connection.execute(text("UPDATE grown SET shape = 'newer'"))
    with engine.begin() as connection:
        grow(connection, [Beneficiary])
        assert "later" in _columns(connection, "beneficiary")


def test_nothing_new_is_one_look(engine: Engine) -> None:
    with engine.begin() as connection:
        grow(connection, kinds().values())
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with engine.begin() as connection:
        grow(connection, kinds().values())
    assert len(asked) <= 2


def test_fields_kept_for_a_newer_version_move_to_their_columns(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE beneficiary (id VARCHAR PRIMARY KEY, extra JSON)"))
        for key, extra in (
            ("a", '{"village": "Nagam", "motto": "together"}'),
            ("b", '{"village": 5}'),
            ("c", "{}"),
            ("d", None),
        ):
            connection.execute(
                text("INSERT INTO beneficiary VALUES (:key, :extra)"), {"key": key, "extra": extra}
            )
        grow(connection, [Beneficiary])
        table = Beneficiary.table()
        rows = connection.execute(select(table.c.id, table.c.village, table.c.extra)).all()
    assert [tuple(row) for row in rows] == [
        ("a", "Nagam", {"motto": "together"}),
        ("b", None, {"village": 5}),
        ("c", None, {}),
        ("d", None, None),
    ]
