"""Create and extend the tables of kinds from their declarations, on laptop and server.

A new kind or field needs no migration script: :func:`grow` creates missing tables, columns and
indexes, and never drops or changes existing ones. Scripts are for the other tables and for
conversions of data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from sqlalchemy import (
    URL,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import CreateTable

from fieldkit.matching import blocks_of
from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json
from fieldkit.records.declaration.field import Use
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import Unfit, Value

GROWN = "grown"
_GROWN = Table(
    GROWN,
    MetaData(),
    Column("kind", String, primary_key=True),
    Column("shape", String, nullable=False),
)
"""The last shape of each kind's table, so that checking all kinds costs one query."""


def grow(connection: Connection, kinds: Iterable[type[Record]]) -> None:
    """Create or extend the tables of ``kinds``, in the caller's transaction.

    New columns are null. If nothing is new, only one small table is read.
    """
    _GROWN.create(connection, checkfirst=True)
    known: dict[str, str] = {row.kind: row.shape for row in connection.execute(select(_GROWN))}
    for kind in kinds:
        shape = _shape(kind)
        if known.get(kind.kind()) != shape:
            _grow(connection, kind)
            connection.execute(delete(_GROWN).where(_GROWN.c.kind == kind.kind()))
            connection.execute(insert(_GROWN).values(kind=kind.kind(), shape=shape))


def is_grown(connection: Connection, kinds: Iterable[type[Record]]) -> bool:
    """Say whether :func:`grow` has nothing to do; it only reads and never waits for writers."""
    if not inspect(connection).has_table(_GROWN.name):
        return False
    known: dict[str, str] = {row.kind: row.shape for row in connection.execute(select(_GROWN))}
    return all(known.get(kind.kind()) == _shape(kind) for kind in kinds)


def create_table(connection: Connection, kind: type[Record], columns: Iterable[str]) -> None:
    """Create the table of a kind with only those of its columns, as an older version had it."""
    whole, kept = kind.table(), {*columns}
    part = [
        Column[object](one.name, one.type, primary_key=one.primary_key, nullable=one.nullable)
        for one in whole.columns
        if one.name in kept
    ]
    connection.execute(CreateTable(Table(whole.name, MetaData(), *part)))


def _grow(connection: Connection, kind: type[Record]) -> None:
    """Create the table of one kind, or add its missing columns and indexes."""
    table, found = kind.table(), inspect(connection)
    if not found.has_table(table.name):
        connection.exec_driver_sql(_creation(kind, connection.dialect.name))
    else:
        columns = {column["name"] for column in found.get_columns(table.name)}
        added = [column for column in table.columns if column.name not in columns]
        for column in added:
            _add_column(connection, table, column)
        if added and "extra" in columns:
            _adopt(connection, kind, {column.name for column in added})
    quote = connection.dialect.identifier_preparer.quote
    for fields in _indexed(kind):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {quote('_'.join(('ix', table.name, *fields)))} "
            f"ON {quote(table.name)} ({', '.join(map(quote, fields))})"
        )


@cache
def _creation(kind: type[Record], dialect: str) -> str:
    """Return the statement that creates the table of a kind, for the dialect of this name."""
    return str(CreateTable(kind.table()).compile(dialect=URL.create(dialect).get_dialect()()))


def _add_column(connection: Connection, table: Table, column: Column[object]) -> None:
    """Add one column, always nullable because of existing rows."""
    dialect = connection.dialect
    quote = dialect.identifier_preparer
    connection.exec_driver_sql(
        f"ALTER TABLE {quote.format_table(table)} ADD COLUMN {quote.format_column(column)} "
        f"{column.type.compile(dialect=dialect)}"
    )


def _adopt(connection: Connection, kind: type[Record], added: set[str]) -> None:
    """Move values of fields unknown until now from ``extra`` to their new columns."""
    table = kind.table()
    moved = []
    for row in connection.execute(select(table.c.id, table.c.extra)):
        extra: dict[str, Json] = row.extra or {}
        if added & extra.keys():
            values, rest = parted(kind, extra)
            moved.append((row.id, {name: values[name] for name in added & values.keys()}, rest))
    for key, values, rest in moved:
        connection.execute(update(table).where(table.c.id == key).values(extra=rest, **values))


def parted(
    kind: type[Record], fields: Mapping[str, Json]
) -> tuple[dict[str, Value], dict[str, Json]]:
    """Split fields kept as unknown into the values that this version reads, and the rest."""
    values: dict[str, Value] = {}
    rest = dict(fields)
    for name in fields.keys() & kind.fields().keys():
        try:
            values[name] = kind.fields()[name].format.read(fields[name])
        except Unfit:
            continue
        del rest[name]
    return values, rest


def _indexed(kind: type[Record]) -> Iterator[tuple[str, ...]]:
    """Yield the fields of each index.

    They serve the list's order, the list narrowed by state, the newest first, references, codes,
    what finds duplicates, and who was merged into whom.
    """
    fields = kind.model_fields
    if kind.order in fields:
        yield (kind.order, "id")
        if kind.lifecycle:
            yield (kind.lifecycle.field, kind.order)
    yield ("updated_at",)
    alike = (*blocks_of(kind.recognised_by), *kind.match_keys)
    singles = [*kind.references(), *kind.used(Use.CODE), *(same[0] for same in alike)]
    for field in dict.fromkeys([*singles, MERGED]):
        if field != kind.order and field in fields:
            yield (field,)


@cache
def _shape(kind: type[Record]) -> str:
    """Return a line that describes the table's columns and indexes, to detect new ones."""
    columns = " ".join(f"{column.name}:{column.type!r}" for column in kind.table().columns)
    return f"{columns} / {' '.join('+'.join(fields) for fields in _indexed(kind))}"
