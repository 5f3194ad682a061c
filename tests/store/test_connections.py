import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from fieldkit.settings import DATABASE
from fieldkit.store import Store, Unwritable
from fieldkit.store import database as opening
from fieldkit.store.database import Database, connect

FULL = 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    Store.open(tmp_path).close()
    opened = Database(tmp_path / DATABASE)
    yield opened
    opened.close()


def test_every_read_connection_survives_a_power_cut(database: Database) -> None:
    with ExitStack() as held:  # more at once than the pool keeps
        for _ in range(8):
            connection = held.enter_context(database.read())
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL


def test_every_write_connection_survives_a_power_cut(database: Database) -> None:
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL


def test_every_raw_connection_survives_a_power_cut(database: Database) -> None:
    with closing(database.raw()) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)


def test_all_connections_of_a_store_come_from_its_factory(tmp_path: Path) -> None:
    made: list[sqlite3.Connection] = []

    def counted(path: Path) -> sqlite3.Connection:
        made.append(connect(path))
        return made[-1]

    store = Store.open(tmp_path, connect=counted)
    store.init("Asha", 2, 16)
    store.check()
    for connection in made[:1]:
        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)
    store.close()
    assert len(made) >= 2


def test_a_place_without_a_write_ahead_log_is_refused() -> None:
    with pytest.raises(Unwritable, match="cannot keep it safe in a power cut"):
        connect(Path(":memory:"))  # in memory there is none


def making(path: Path) -> sqlite3.Connection:
    """Be another program that is just making the same file."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE made (field)")
    return other


def test_a_file_that_another_program_is_just_making_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(making(tmp_path / "data.db")) as other:
        monkeypatch.setattr(time, "sleep", lambda _: other.execute("COMMIT"))
        with closing(connect(tmp_path / "data.db")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_another_program_never_lets_go_is_waited_for_no_longer_than_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter(range(9))
    monkeypatch.setattr(opening, "WAIT_FOR_WRITER", 0.0)
    monkeypatch.setattr(time, "sleep", lambda _: next(waits))
    with (
        closing(making(tmp_path / "data.db")),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        connect(tmp_path / "data.db")


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO operator VALUES ('Asha', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM operator").scalar_one() == 0


def test_a_read_sees_one_moment(database: Database) -> None:
    count = "SELECT count(*) FROM operator"
    with database.read() as reading:
        assert reading.exec_driver_sql(count).scalar_one() == 0
        with database.write() as writing:
            writing.exec_driver_sql("INSERT INTO operator VALUES ('Asha', 1)")
        assert reading.exec_driver_sql(count).scalar_one() == 0
    with database.read() as reading:
        assert reading.exec_driver_sql(count).scalar_one() == 1
