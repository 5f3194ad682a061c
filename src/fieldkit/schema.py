"""Kind tables grow from their declarations, on laptop and server alike.

A new kind, or a new field of one, is a class and no script: :func:`grow` creates the missing
tables, adds the missing columns and indexes, and never drops or changes what is there. Scripts are
left for the other tables and for conversions of data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from fieldkit.protocol.change import Json
from fieldkit.records.declaration.field import Use
from fieldkit.records.declaration.record import Record
from fieldkit.records.fields.formats import Unfit, Value

_GROWN = Table(
    "grown",
    MetaData(),
    Column("kind", String, primary_key=True),
    Column("shape", String, nullable=False),
)
"""The shape each kind's table was last brought to, so that looking again costs one query."""


def grow(connection: Connection, kinds: Iterable[type[Record]]) -> None:
    """Bring the tables of ``kinds`` to their declarations, in the caller's transaction.

    Columns are added empty. When nothing is new this reads one small table and returns.
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
    """Say whether :func:`grow` has nothing to do; it only reads, so it waits for no writer."""
    if not inspect(connection).has_table(_GROWN.name):
        return False
    known: dict[str, str] = {row.kind: row.shape for row in connection.execute(select(_GROWN))}
    return all(known.get(kind.kind()) == _shape(kind) for kind in kinds)


def _grow(connection: Connection, kind: type[Record]) -> None:
    """Create the table of one kind, or add what it lacks."""
    table, found = kind.table(), inspect(connection)
    if not found.has_table(table.name):
        connection.execute(CreateTable(table))
    else:
        columns = {column["name"] for column in found.get_columns(table.name)}
        added = [column for column in table.columns if column.name not in columns]
        for column in added:
            _add_column(connection, table, column)
        if added and "extra" in columns:
            _adopt(connection, kind, {column.name for column in added})
    # The indexes are named on a copy of the table, so that the declaration stays as it is.
    copy = table.to_metadata(MetaData())
    for fields in _indexed(kind):
        index = Index(f"ix_{table.name}_{'_'.join(fields)}", *(copy.c[field] for field in fields))
        connection.execute(CreateIndex(index, if_not_exists=True))


def _add_column(connection: Connection, table: Table, column: Column[object]) -> None:
    """Add one column; it is nullable whatever its declaration, for the rows already there."""
    dialect = connection.dialect
    quote = dialect.identifier_preparer
    connection.exec_driver_sql(
        f"ALTER TABLE {quote.format_table(table)} ADD COLUMN {quote.format_column(column)} "
        f"{column.type.compile(dialect=dialect)}"
    )


def _adopt(connection: Connection, kind: type[Record], added: set[str]) -> None:
    """Move what ``extra`` kept of a newer version's fields to the columns they now have."""
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
    """Part fields kept by a version that did not know them: what this one reads, and the rest."""
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
    """Give the fields of each index.

    They serve the list's order, what waits at a step, the newest first, references, codes, and
    what finds duplicates.
    """
    fields = kind.model_fields
    if kind.order in fields:
        yield (kind.order, "id")
        if kind.lifecycle and kind.lifecycle.waits():
            yield (kind.lifecycle.field, kind.order)
    yield ("updated_at",)
    singles = [*kind.references(), *kind.used(Use.CODE), *(same[0] for same in kind.match_keys)]
    for field in dict.fromkeys(singles):
        if field != kind.order and field in fields:
            yield (field,)


def _shape(kind: type[Record]) -> str:
    """Describe the table in one line; it differs whenever a column or an index is new."""
    columns = " ".join(f"{column.name}:{column.type!r}" for column in kind.table().columns)
    return f"{columns} / {' '.join('+'.join(fields) for fields in _indexed(kind))}"
