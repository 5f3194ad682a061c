"""Connections and transactions of the server's database, SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy import Connection, Engine, Integer, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import TypeCompiler

Prepare: TypeAlias = Callable[[sqlite3.Connection, object], None]
"""Sets up a new SQLite connection."""

_SETTINGS = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s "
    "-c plan_cache_mode=force_custom_plan"
)
"""PostgreSQL settings: how long a batch waits for another, and how long a statement may take.

Each query gets its own plan: a cached plan made while a table was small would go on scanning the
whole table once it has grown."""
_RETRY_CODES = frozenset({"23505", "40001", "40P01", "55P03"})
"""PostgreSQL's codes for a row of the same key inserted meanwhile, a serialization failure, a
deadlock and a lock timeout."""


class Unusable(Exception):
    """The database or address cannot be used; the text says why."""


def _prepare_writing(connection: sqlite3.Connection, _record: object) -> None:
    """Set a connection that may write to WAL mode, fully synchronous."""
    # The driver must not begin transactions itself: `_begin` does, and chooses their kind.
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys = ON")


def prepare_reading(connection: sqlite3.Connection, _record: object) -> None:
    """Make an SQLite connection read-only, so that the file stays as it is."""
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "query_only = ON"):
        connection.execute(f"PRAGMA {pragma}")


def connect(url: str, prepare: Prepare = _prepare_writing) -> Engine:
    """Return an engine for an SQLAlchemy URL; ``prepare`` sets up each SQLite connection.

    Raises:
        Unusable: the URL is not valid, or names a database without a driver here.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        settings = {"options": _SETTINGS} if parsed.drivername.startswith("postgresql") else {}
        # Parameters are hidden so that an error's text brings no personal data into a log.
        engine = create_engine(parsed, hide_parameters=True, connect_args=settings)
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
    """Yield a connection in a transaction that may write; commit at the end."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose queries all see one snapshot, taken at the first of them."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _begin(connection: Connection) -> None:
    # SQLite refuses to let a transaction that began with a read wait for another writer.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def lift_timeouts(connection: Connection) -> None:
    """Lift PostgreSQL's timeouts for this transaction, which goes over whole tables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def count_in_memory(connection: Connection) -> None:
    """Let PostgreSQL keep lists of 800,000 members in memory for this transaction.

    With its usual 4 MB it would read the list of those who took help again for each member.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL work_mem = '128MB'"))


def may_retry(error: DBAPIError) -> bool:
    """Say whether a transaction failed only because of a concurrent one, so a retry may succeed."""
    return getattr(error.orig, "sqlstate", None) in _RETRY_CODES


@compiles(Integer, "postgresql")
def _eight_bytes(_type: Integer, _compiler: TypeCompiler, **_options: object) -> str:
    """Store integers in eight bytes, as SQLite does: amounts outgrow PostgreSQL's four."""
    return "BIGINT"
