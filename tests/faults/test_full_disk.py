"""A server with a full disk stores nothing partially and says so; the laptop keeps everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Engine, event
from tests.faults.processes import Server
from tests.faults.sides import records
from tests.faults.stage import SENT, Stage

from fieldkit.store import Store


def _refused(stage: Stage) -> None:
    """Sync without success: the server stores nothing, the laptop keeps everything."""
    before = records(stage.office.database)
    outcome = stage.sync()
    assert (outcome.ok, outcome.waiting) == (False, SENT)
    assert outcome.session.error is not None
    assert f"{SENT} changes are not sent yet and are safe here." in outcome.session.error
    assert records(stage.office.database) == before
    store = Store.open(stage.home)
    assert store.check() == []
    store.close()


def test_files_that_cannot_grow_stop_nothing_for_good(on_sqlite: Stage) -> None:
    with Server(on_sqlite.office.database) as server:
        on_sqlite.proxy.lead_to(server.url)
        server.stop()
        server.start(largest_file=64 << 10)
        _refused(on_sqlite)
        assert {entry.get("status") for entry in server.log} >= {503}
        server.stop()
        server.start()
        on_sqlite.finish()


@contextmanager
def _no_page_more(url: str) -> Iterator[None]:
    """Keep the server's database from growing; what fits into its pages is still stored."""
    database = url.removeprefix("sqlite:///")

    def limit(connection: object, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            ((_, _, name),) = connection.execute("PRAGMA database_list").fetchall()
            if name == database:
                connection.execute("PRAGMA max_page_count = 1")  # no less than it has

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_a_database_that_cannot_grow_stops_nothing_for_good(on_sqlite: Stage) -> None:
    with _no_page_more(on_sqlite.office.database):
        on_sqlite.put_back()
        outcome = on_sqlite.sync()
    assert not outcome.ok
    assert 0 < outcome.waiting <= SENT
    on_sqlite.office.start_again()
    on_sqlite.finish()


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON change EXECUTE FUNCTION full_disk();
"""
"""A trigger that raises PostgreSQL's error for a full disk at a change."""


def test_a_full_disk_of_postgresql_stops_nothing_for_good(
    on_postgres: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="fieldkit.server")
    url = on_postgres.office.database
    with psycopg.connect(url) as connection:
        connection.execute(FULL.encode())
    _refused(on_postgres)
    assert '"code": "53100"' in caplog.text
    assert '"status": 503' in caplog.text
    assert '"event": "fault"' not in caplog.text
    with psycopg.connect(url) as connection:
        connection.execute("DROP FUNCTION full_disk CASCADE")
    on_postgres.finish()
