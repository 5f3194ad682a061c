"""Statements over many rows or keys, in the fastest form that PostgreSQL and SQLite each have."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Select,
    String,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    import psycopg

Row: TypeAlias = Mapping[str, object]
Query: TypeAlias = tuple[Select[tuple[object, ...]], Mapping[str, object]]
"""A statement, and the value of each of its parameters."""

_CACHED_STATEMENTS = 500
"""Compiled statements kept for PostgreSQL's driver."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; a column that a row does not name is null.

    Uses COPY on PostgreSQL, twice as fast as parameters, and ``executemany`` on SQLite.
    """
    if rows and connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    elif rows:
        connection.execute(table.insert(), _complete(table, rows))


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows as :func:`insert_rows` does, replacing those with the same primary key."""
    if rows and connection.dialect.name == "postgresql":
        connection.execute(_replacing(table, _from_json(table)), {"rows": _as_json(rows)})
    elif rows:
        connection.execute(_replacing(table, sqlite.insert(table)), _complete(table, rows))


def insert_missing_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose primary key is not in the table yet; leave the others unchanged."""
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values([dict(row) for row in rows])
        connection.execute(statement.on_conflict_do_nothing())


def is_one_of(
    connection: Connection, column: ColumnElement[str], values: Collection[str]
) -> ColumnElement[bool]:
    """SQL condition: a text column equals one of these; a single parameter on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(values, _TextArray()))
    return column.in_(values)


def about_records(
    connection: Connection, table: Table, keys: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """SQL condition: the row is about one of these records (kind, id); uses the index on both.

    It may also match the id of one key under the kind of another; the caller filters these out.
    """
    kinds = is_one_of(connection, table.c.kind, sorted({kind for kind, _ in keys}))
    return kinds & is_one_of(connection, table.c.record_id, [record_id for _, record_id in keys])


def takes_arrays(connection: Connection) -> bool:
    """Say whether the database accepts a list as one parameter, as PostgreSQL does."""
    return connection.dialect.name == "postgresql"


def in_parameter(column: ColumnElement[object], name: str, *, array: bool) -> ColumnElement[bool]:
    """SQL condition: a column equals one of the list passed as parameter ``name``.

    ``array``: pass it as one PostgreSQL array, so that the statement is the same for any length.
    """
    if array:
        return column == any_(bindparam(name, type_=_array(column)))
    return column.in_(bindparam(name, expanding=True))


@cache
def select_records(table: Table, *, array: bool) -> Select[tuple[object, ...]]:
    """Select the rows about records, by the index that begins with kind and id.

    Takes the parameters ``kinds`` and ``ids``; matches more than asked as :func:`about_records`.
    """
    of_kind = in_parameter(table.c.kind, "kinds", array=array)
    return select(table).where(of_kind, in_parameter(table.c.record_id, "ids", array=array))


def run_queries(connection: Connection, queries: Sequence[Query]) -> list[list[tuple[object, ...]]]:
    """Run several queries and return the rows of each.

    On PostgreSQL all are sent before the first result is read, in one round trip.
    """
    if connection.dialect.name != "postgresql":
        found = (connection.execute(statement, values) for statement, values in queries)
        return [[tuple(row) for row in rows] for rows in found]
    with _driver(connection) as driver:
        with driver.pipeline() if len(queries) > 1 else nullcontext():
            cursors = [
                driver.execute(_compiled(statement, connection.dialect), _parameters(values))
                for statement, values in queries
            ]
        return [cursor.fetchall() for cursor in cursors]


def _parameters(values: Row) -> Row:
    return {
        name: _as_array(value) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _as_array(values: Collection[object]) -> str:
    """Return PostgreSQL's array literal; the driver's own encoding is many times slower."""
    # NUL is free as a separator: PostgreSQL stores no text that contains it.
    texts = "\0".join(map(str, values)).replace("\\", r"\\").replace('"', r"\"")
    return '{"' + texts.replace("\0", '","') + '"}' if values else "{}"


class _TextArray(TypeDecorator[Collection[str]]):
    """An array of texts of any length, passed as a literal."""

    impl = postgresql.ARRAY(String)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Collection[str] | None], str]:  # noqa: ARG002
        """Return the function that encodes a parameter."""
        return lambda values: _as_array(values or ())


def _array(column: ColumnElement[object]) -> postgresql.ARRAY[object]:
    # Without the column's length: a longer text must not be truncated and then match.
    is_text = isinstance(column.type, String)
    return postgresql.ARRAY(String() if is_text else column.type)


@lru_cache(_CACHED_STATEMENTS)
def _compiled(statement: Select[tuple[object, ...]], dialect: Dialect) -> bytes:
    """Compile a statement for the driver; all its parameters are passed by name."""
    return str(statement.compile(dialect=dialect)).encode()


@contextmanager
def _driver(connection: Connection) -> Iterator[psycopg.Connection]:
    """Yield PostgreSQL's own connection; its errors are raised as SQLAlchemy's."""
    import psycopg  # not installed where only SQLite is used

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        # SQLAlchemy's subclasses tell passing failures (OperationalError) from faults.
        raise DBAPIError.instance("", None, error, psycopg.Error, hide_parameters=True) from None


def _complete(table: Table, rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return the rows with every column named, null where a row has no value."""
    empty = dict.fromkeys(table.columns.keys())
    return [{**empty, **row} for row in rows]


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    used = set[str]().union(*rows)
    names = [column.name for column in table.columns if column.name in used]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN'.encode()
    from psycopg.types.json import JsonDumper

    with _driver(connection) as driver, driver.cursor() as cursor:
        for json_value in (dict, list):  # by default the driver writes a list as an array
            cursor.adapters.register_dumper(json_value, JsonDumper)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(list(map(row.get, names)))


@cache
def _from_json(table: Table) -> postgresql.Insert:
    """Return an INSERT of the rows in the JSON parameter ``rows``."""
    query = f'SELECT * FROM json_populate_recordset(NULL::"{table.name}", CAST(:rows AS json))'
    source = text(query).columns(*table.columns).subquery()
    return postgresql.insert(table).from_select(table.columns.keys(), source.select())


_Upsert = TypeVar("_Upsert", postgresql.Insert, sqlite.Insert)


def _replacing(table: Table, statement: _Upsert) -> _Upsert:
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
