"""The server's database: how it is opened, and every table that is not a kind's.

Every table that grows carries ``district``, the key by which it can be spread later.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from fieldkit.records import kinds
from fieldkit.schema import grow, parted

METADATA = MetaData()
Prepare: TypeAlias = Callable[[sqlite3.Connection, object], None]
"""Makes a new connection of SQLite ready."""

DEVICE = Table(
    "device",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("district", Integer, nullable=False),
    Column("block", Integer),
    Column("enrolled_at", BigInteger, nullable=False),
)
"""One enrolment. Of its token only the SHA-256 is kept."""

ORIGIN = Table(
    "origin",
    METADATA,
    Column("origin", String(8), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("last_seen", BigInteger, nullable=False),
)
"""How far the log of each laptop's database has come; the row a batch locks first."""

CHANGE = Table(
    "change",
    METADATA,
    Column("origin", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("district", Integer, nullable=False),
    Column("kind", String(60)),
    Column("record_id", String(30)),
    Column("body", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("field", String(100)),
    Column("reason", String(500), nullable=False),
    Column("version", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_change_record", "kind", "record_id"),
)
"""The log: the bytes of every change as its chain hashed them, the head after it, its verdict.

No bytes are kept of a rejected change that holds what looks like an Aadhaar number.
"""

UNKNOWN = Table(
    "unknown_record",
    METADATA,
    Column("kind", String(60), primary_key=True),
    Column("id", String(30), primary_key=True),
    Column("district", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger),
    Column("created_by", String(200)),
    Column("updated_at", BigInteger),
)
"""Records of kinds that only a newer version knows, kept as they came.

No laptop has this table, so by it a database is known to be a server's.
"""


class Unusable(Exception):
    """The database or address cannot be used; the text says why."""


def open_database(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL, making it if it is new, and grow its tables.

    Raises:
        Unusable: it cannot be opened, or holds something else than a server's data.
    """
    engine = connect(url)
    file = _file(engine)
    if file is not None:
        _make_folder(file.parent)
    with _or_unusable(engine):
        if file is None or file.exists():
            _look(url, new=True).dispose()
        with writing(engine) as connection:
            METADATA.create_all(connection)
            grow(connection, kinds().values())
            _adopt(connection)
    return engine


def read_database(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL to be read, and leave it as it is.

    Raises:
        Unusable: it cannot be opened, is not there, or holds something else than a server's data.
    """
    file = _file(connect(url))
    if file is not None and not file.is_file():
        raise Unusable(f"There is no database {file}.")
    return _look(url)


def _look(url: str, *, new: bool = False) -> Engine:
    """Make sure, without a change to it, that a database is a server's or, ``new``, empty."""
    engine = connect(url, _prepare_reading)
    with _or_unusable(engine):
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
        if UNKNOWN.name not in names and not (new and not names):
            raise Unusable("This database holds no data of a server. Name another one.")
    return engine


def _file(engine: Engine) -> Path | None:
    """Return the file of a database that is one."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


@contextmanager
def _or_unusable(engine: Engine) -> Iterator[None]:
    """Close the engine where its database will not do, and say why."""
    try:
        yield
    except DBAPIError as error:
        engine.dispose()
        raise Unusable(f"The database cannot be opened: {error.orig}.") from None
    except Unusable:
        engine.dispose()
        raise


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"The folder {folder} cannot be made: {error.strerror}.") from None


def _adopt(connection: Connection) -> None:
    """Move records whose kind this version knows to the kind's own table."""
    rows = connection.execute(select(UNKNOWN).where(UNKNOWN.c.kind.in_(kinds()))).mappings().all()
    for row in rows:
        kind = kinds()[row["kind"]]
        kept = {name: row[name] for name in row if name not in {"kind", "fields"}}
        values, extra = parted(kind, row["fields"])
        connection.execute(insert(kind.table()).values({**values, **kept, "extra": extra}))
        connection.execute(
            delete(UNKNOWN).where(UNKNOWN.c.kind == row["kind"], UNKNOWN.c.id == row["id"])
        )


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Put a connection that may write in WAL mode, fully synchronous."""
    # The driver must not begin transactions by itself: `_begin` does, and says of which sort.
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_reading(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout = 10000", "query_only = ON"):
        connection.execute(f"PRAGMA {pragma}")


def connect(url: str, prepare: Prepare = _prepare) -> Engine:
    """Return an engine whose every SQLite connection is prepared in this way.

    Raises:
        Unusable: the URL is none, or of a database that has no driver here.
    """
    try:
        parsed = make_url(url)
        # Personal data must not reach a log by way of an error's parameters.
        engine = create_engine(parsed, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise Unusable("The database is named like sqlite:///folder/name.sqlite3.") from None
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
