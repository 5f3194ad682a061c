"""How the server's database is reached: SQLite and PostgreSQL, told apart here and nowhere else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

Prepare: TypeAlias = Callable[[sqlite3.Connection, object], None]
"""Makes a new connection of SQLite ready."""


class Unusable(Exception):
    """The database or address cannot be used; the text says why."""


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Put a connection that may write in WAL mode, fully synchronous."""
    # The driver must not begin transactions by itself: `_begin` does, and says of which sort.
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys = ON")


def prepare_reading(connection: sqlite3.Connection, _record: object) -> None:
    """Let a connection of SQLite only read, and leave the file as it is."""
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "query_only = ON"):
        connection.execute(f"PRAGMA {pragma}")


def connect(url: str, prepare: Prepare = _prepare) -> Engine:
    """Return an engine for an SQLAlchemy URL; every connection of SQLite is prepared in this way.

    Raises:
        Unusable: the URL is none, or of a database that has no driver here.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        # Personal data must not reach a log by way of an error's parameters.
        engine = create_engine(parsed, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise Unusable(
            "The database is named like postgresql://user@host/name "
            "or sqlite:///folder/name.sqlite3."
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that may write; commit it at the end."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def _begin(connection: Connection) -> None:
    # A writer that begins as a reader cannot wait for another writer: SQLite would refuse it.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
