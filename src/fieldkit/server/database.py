"""How the server's database is reached: SQLite and PostgreSQL, told apart here and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Integer,
    Select,
    String,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    create_engine,
    event,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import TypeCompiler

if TYPE_CHECKING:
    import psycopg

Prepare: TypeAlias = Callable[[sqlite3.Connection, object], None]
"""Makes a new connection of SQLite ready."""
Row: TypeAlias = Mapping[str, object]
Question: TypeAlias = tuple[Select[tuple[object, ...]], Mapping[str, object]]
"""A statement, and the value of each of its parameters."""

_SETTINGS = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s "
    "-c plan_cache_mode=force_custom_plan"
)
"""PostgreSQL's: how long a batch waits for another, and how long anything may take. A plan is made
for what is asked: one that was made when a table was small would go over all of it ever after."""
_CLASHES = frozenset({"23505", "40001", "40P01", "55P03"})
"""PostgreSQL's codes: a row of this key came meanwhile, not in turn, a deadlock, a lock not got in
time."""


_MOST_STATEMENTS = 500
"""So many statements are kept as the driver takes them."""


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
        settings = {"options": _SETTINGS} if parsed.drivername.startswith("postgresql") else {}
        # Personal data must not reach a log by way of an error's parameters.
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
    """Give a connection in a transaction that may write; commit it at the end."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose every query sees the database as it is at the first one."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _begin(connection: Connection) -> None:
    # A writer that begins as a reader cannot wait for another writer: SQLite would refuse it.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def unhurried(connection: Connection) -> None:
    """Let this transaction wait and work as long as it takes: it goes over whole tables."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def clashed(error: DBAPIError) -> bool:
    """Say whether a transaction failed only because of another one: it may be tried again."""
    return getattr(error.orig, "sqlstate", None) in _CLASHES


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write new rows; a column that a row does not name is empty.

    One statement for all: on PostgreSQL COPY, which takes half of what rows of parameters take; on
    SQLite one statement run for each row, which is the quickest there.
    """
    if rows and connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    elif rows:
        connection.execute(table.insert(), _whole(table, rows))


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows as :func:`add` does, over those of the same key where there are such."""
    if rows and connection.dialect.name == "postgresql":
        connection.execute(_over(table, _from_json(table)), {"rows": _as_json(rows)})
    elif rows:
        connection.execute(_over(table, sqlite.insert(table)), _whole(table, rows))


def add_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write those rows whose key is not there yet, and leave the others as they are."""
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values([dict(row) for row in rows])
        connection.execute(statement.on_conflict_do_nothing())


def among(
    connection: Connection, column: ColumnElement[str], values: Collection[str]
) -> ColumnElement[bool]:
    """Ask whether a text is one of these; on PostgreSQL in one parameter, however many."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(values, _Texts()))
    return column.in_(values)


def about(
    connection: Connection, table: Table, keys: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """Ask for the rows about these records (kind and id), by the index that begins with both.

    The ids of one kind may be found among those of another: whoever asks leaves these out.
    """
    kinds = among(connection, table.c.kind, sorted({kind for kind, _ in keys}))
    return kinds & among(connection, table.c.record_id, [record_id for _, record_id in keys])


def arrays(connection: Connection) -> bool:
    """Say whether the database takes a whole list as one parameter: PostgreSQL does."""
    return connection.dialect.name == "postgresql"


def one_of(column: ColumnElement[object], name: str, *, array: bool) -> ColumnElement[bool]:
    """Ask whether a column is one of the values of a list to come as parameter ``name``.

    ``array``: as one parameter of PostgreSQL, so that the statement stays the same.
    """
    if array:
        return column == any_(bindparam(name, type_=_array(column)))
    return column.in_(bindparam(name, expanding=True))


@cache
def of_records(table: Table, *, array: bool) -> Select[tuple[object, ...]]:
    """Ask for the rows about records, by the index that begins with kind and id.

    ``kinds`` and ``ids`` come as parameters; see :func:`about`.
    """
    of_kind = one_of(table.c.kind, "kinds", array=array)
    return select(table).where(of_kind, one_of(table.c.record_id, "ids", array=array))


def _given(values: Row) -> Row:
    return {
        name: _as_array(value) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _as_array(values: Collection[object]) -> str:
    """Write an array as PostgreSQL reads it, many times quicker than the driver writes one."""
    # No value holds a NUL: PostgreSQL keeps none.
    texts = "\0".join(map(str, values)).replace("\\", r"\\").replace('"', r"\"")
    return '{"' + texts.replace("\0", '","') + '"}' if values else "{}"


class _Texts(TypeDecorator[Collection[str]]):
    """An array of texts of any length."""

    impl = postgresql.ARRAY(String)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Collection[str] | None], str]:  # noqa: ARG002
        """Have it written."""
        return lambda values: _as_array(values or ())


def _array(column: ColumnElement[object]) -> postgresql.ARRAY[object]:
    # Not the column's own length: what is longer must not be cut to be found.
    text_ = isinstance(column.type, String)
    return postgresql.ARRAY(String() if text_ else column.type)


def ask(connection: Connection, questions: Sequence[Question]) -> list[list[tuple[object, ...]]]:
    """Ask several questions at one go; returns the rows that answer each.

    On PostgreSQL all are sent before the first is answered, so that it works while we go on.
    """
    if connection.dialect.name != "postgresql":
        found = (connection.execute(statement, given) for statement, given in questions)
        return [[tuple(row) for row in rows] for rows in found]
    with _driven(connection) as driver:
        with driver.pipeline() if len(questions) > 1 else nullcontext():
            cursors = [
                driver.execute(_written(statement, connection.dialect), _given(values))
                for statement, values in questions
            ]
        return [cursor.fetchall() for cursor in cursors]


@lru_cache(_MOST_STATEMENTS)
def _written(statement: Select[tuple[object, ...]], dialect: Dialect) -> bytes:
    """Write a statement for the driver; all its parameters come with the question."""
    return str(statement.compile(dialect=dialect)).encode()


@contextmanager
def _driven(connection: Connection) -> Iterator[psycopg.Connection]:
    """Give PostgreSQL's own connection; what fails there fails as anywhere."""
    import psycopg  # needed by PostgreSQL alone

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        # As SQLAlchemy tells them apart: what passes by itself, and what is a fault.
        raise DBAPIError.instance("", None, error, psycopg.Error, hide_parameters=True) from None


def _whole(table: Table, rows: Sequence[Row]) -> list[dict[str, object]]:
    empty = dict.fromkeys(table.columns.keys())
    return [{**empty, **row} for row in rows]


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    named = set[str]().union(*rows)
    names = [column.name for column in table.columns if column.name in named]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN'.encode()
    from psycopg.types.json import JsonDumper

    with _driven(connection) as driver, driver.cursor() as cursor:
        for json_value in (dict, list):  # elsewhere a list is an array
            cursor.adapters.register_dumper(json_value, JsonDumper)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(list(map(row.get, names)))


@cache
def _from_json(table: Table) -> postgresql.Insert:
    query = f'SELECT * FROM json_populate_recordset(NULL::"{table.name}", CAST(:rows AS json))'
    source = text(query).columns(*table.columns).subquery()
    return postgresql.insert(table).from_select(table.columns.keys(), source.select())


_Upsert = TypeVar("_Upsert", postgresql.Insert, sqlite.Insert)


def _over(table: Table, statement: _Upsert) -> _Upsert:
    keys = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in keys]
    changed = {name: statement.excluded[name] for name in others}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_in_json)


def _in_json(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@compiles(Integer, "postgresql")
def _wide(_type: Integer, _compiler: TypeCompiler, **_options: object) -> str:
    """Keep every whole number in eight bytes, as SQLite does: amounts outgrow PostgreSQL's four."""
    return "BIGINT"
