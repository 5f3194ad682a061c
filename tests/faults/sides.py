"""Reads and compares the databases of both sides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Engine, select

from fieldkit.records import kinds
from fieldkit.server.database.connection import connect
from fieldkit.server.database.tables import CHANGE, CONFLICT, FEED, FIELD_VERSION, ORIGIN
from fieldkit.settings import DATABASE
from fieldkit.store import LogPosition, Store

Rows: TypeAlias = dict[tuple[str, ...], dict[str, object]]


@cache
def _engine(url: str) -> Engine:
    """Return one engine per database, because it caches compiled statements."""
    return connect(url)


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()  # the database may be put back


def records(url: str) -> Rows:
    """Return every row of every kind of a database, laptop's or server's."""
    found: Rows = {}
    with _reading(url) as connection:
        for name, kind in kinds().items():
            for row in connection.execute(select(kind.table())).mappings():
                found[name, str(row["id"])] = {**row, "extra": row["extra"] or {}}
    return found


def on_laptop(home: Path) -> Rows:
    """Return every row of every kind of a laptop."""
    return records(f"sqlite:///{home / DATABASE}")


def beside_records(url: str) -> Rows:
    """Return the server's open conflicts and field versions."""
    found: Rows = {}
    with _reading(url) as connection:
        for table in (CONFLICT, FIELD_VERSION):
            keys = [column.name for column in table.primary_key]
            for row in connection.execute(select(table)).mappings():
                found[(table.name, *(str(row[key]) for key in keys))] = dict(row)
    return found


def numberless(rows: Rows) -> Rows:
    """Remove the versions, which rise when the server is restarted."""
    return {
        key: {name: _numberless(name, value) for name, value in row.items() if name != "version"}
        for key, row in rows.items()
    }


def _numberless(name: str, value: object) -> object:
    if name != "written" or not isinstance(value, dict):
        return value
    return {field: by for field, (_, *by) in value.items()}


def audit(url: str, standing: LogPosition, stored: Rows) -> None:
    """Compare the server's log of an origin with the laptop's, and its feed with its records."""
    with _reading(url) as connection:
        log = connection.execute(
            select(CHANGE.c.seq, CHANGE.c.head)
            .where(CHANGE.c.origin == standing.origin)
            .order_by(CHANGE.c.seq)
        ).all()
        far = connection.execute(
            select(ORIGIN.c.last_seq, ORIGIN.c.head).where(ORIGIN.c.origin == standing.origin)
        ).one()
        feed = connection.execute(
            select(FEED.c.kind, FEED.c.record_id, FEED.c.district, FEED.c.block)
        ).all()
    assert [row.seq for row in log] == list(range(1, standing.last_seq + 1))
    assert (far.last_seq, far.head) == (standing.last_seq, standing.head)
    assert log[-1].head == standing.head
    assert standing.server_head == standing.head
    assert standing.settled
    # One entry where a record stands, and one wherever it stood before it moved.
    standing_at = {(*key, row["district"], row["block"]) for key, row in stored.items()}
    assert standing_at <= {tuple(row) for row in feed}
    assert len(feed) == len({tuple(row) for row in feed})
    assert {tuple(row)[:2] for row in feed} == stored.keys()


def converged(url: str, home: Path, store: Store) -> Rows:
    """Assert that laptop and server have the same rows and the same log; return the rows."""
    standing = store.outbox.log_position()
    assert standing is not None
    stored = records(url)
    audit(url, standing, stored)
    assert on_laptop(home) == stored
    return stored
