"""Records as rows: conversion between the typed columns of their tables and the JSON of a merge.

Kinds that only a newer version knows share one table, which has columns for the fields that every
record has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple, TypeAlias, cast

from sqlalchemy import Connection, Select, Table, select

from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.limits import contains_aadhaar, scalars, unsendable_field
from fieldkit.protocol.merge import DELETED
from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.records import Field, Record, Unfit, Value, kinds
from fieldkit.reference import option
from fieldkit.server.database.statements import insert_rows, is_one_of, upsert_rows
from fieldkit.server.database.tables import UNKNOWN
from fieldkit.server.scope import Place

Key: TypeAlias = tuple[str, str]
"""Kind and id of a record."""

ReadCache: TypeAlias = "dict[tuple[str, Json], Json]"
"""The value that each text or whole number was read as, by field and given value."""

_NOT_VALUES = frozenset({"id", "kind", "version", "extra", "fields"})
_NEVER_READ = frozenset({"id", "version"})
"""The server sets these itself; a change cannot."""


def origin_of(key: Key) -> str:
    """Return the origin in a record's id."""
    return key[1].partition("-")[0]


class UnfitChange(Exception):
    """A change that cannot be accepted: the code of the reason, its field, and parameters."""

    def __init__(self, rule: str, field: str | None = None, **params: Json) -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field
        self.params = params


class StoredRecord(NamedTuple):
    """A record as read from its row."""

    version: int
    values: Mapping[str, Json]
    """The fields that have a value, unknown fields included."""

    @property
    def place(self) -> Place:
        """The record's district and block."""
        return place_of(self.values)


def place_of(values: Mapping[str, Json]) -> Place:
    """Return the district and block in a record's values."""
    district, block = values.get("district"), values.get("block")
    return cast(int, district), cast("int | None", block)


def read_records(connection: Connection, keys: Iterable[Key]) -> dict[Key, StoredRecord]:
    """Read these records, with one query per kind; those that do not exist are left out."""
    found: dict[Key, StoredRecord] = {}
    for kind, table, query in _queries(connection, keys):
        names = [column.name for column in table.columns]
        for row in connection.execute(query).mappings():
            known = {
                name: to_json(cast(Value, row[name]))
                for name in names
                if name not in _NOT_VALUES and row[name] is not None
            }
            if not known.get(DELETED):
                known.pop(DELETED, None)
            kept = row["fields"] if table is UNKNOWN else row["extra"]
            values = {**cast("Mapping[str, Json]", kept or {}), **known}
            found[kind, cast(str, row["id"])] = StoredRecord(cast(int, row["version"] or 0), values)
    return found


def read_places(connection: Connection, keys: Iterable[Key]) -> dict[Key, Place]:
    """Read the places of these records; those that do not exist are left out."""
    found: dict[Key, Place] = {}
    for kind, table, query in _queries(connection, keys):
        narrow = query.with_only_columns(table.c.id, table.c.district, table.c.block)
        for record_id, district, block in connection.execute(narrow):
            found[kind, record_id] = (district, block)
    return found


def rows_of(records: Mapping[Key, StoredRecord]) -> dict[Key, Mapping[str, object]]:
    """Return the rows of records; a missing column is null."""
    here = kinds()
    rows: dict[Key, Mapping[str, object]] = {}
    for (kind, record_id), record in records.items():
        known = here.get(kind)
        row = typed_columns(known, record.values) if known else _common(kind, record.values)
        row["id"], row["version"] = record_id, record.version
        rows[kind, record_id] = row
    return rows


def write_records(
    connection: Connection, rows: Mapping[Key, Mapping[str, object]], existing: Collection[Key]
) -> None:
    """Update the rows whose key is in ``existing`` and insert the others.

    Inserting fails on a row that a batch of another district added meanwhile: this batch has not
    seen that row and must not overwrite it.
    """
    here = kinds()
    tables: defaultdict[tuple[str, bool], list[Mapping[str, object]]] = defaultdict(list)
    for key, row in rows.items():
        tables[key[0] if key[0] in here else "", key in existing].append(row)
    for (name, update), of_table in tables.items():
        write = upsert_rows if update else insert_rows
        write(connection, here[name].table() if name else UNKNOWN, of_table)


def read_change(change: Change, known: type[Record] | None, size: int, cache: ReadCache) -> Change:
    """Return the change with its values read by the field declarations of its kind.

    ``known``: the kind, None for one not known here. ``size``: bytes of the whole change.
    ``cache``: the values read so far for this kind, as most values repeat within a batch.

    Raises:
        UnfitChange: a value cannot be read or stored; the whole change is rejected.
    """
    if fault := unsendable_field(change.fields, size):
        raise UnfitChange(fault[1], fault[0])
    declared = _declared(known)
    fields: dict[str, Json] = {}
    for name, value in change.fields.items():
        cacheable = type(value) is str or type(value) is int  # as a key, true would equal 1
        if cacheable and (name, value) in cache:
            fields[name] = cache[name, value]
        elif name in declared:
            fields[name] = _read(*declared[name], name, value)
            if cacheable:
                cache[name, value] = fields[name]
        else:
            fields[name] = _unknown_field(name, value)
    if "district" in fields and fields["district"] is None:
        raise UnfitChange("unfitting.no_district", "district")
    district = cast(Value, fields.get("district", WHOLE_UT))
    if district != WHOLE_UT and option("district", district) is None:
        # Only the scope of the whole territory would hold it, and each district has its own feed.
        raise UnfitChange("unfitting.unknown_district", "district")
    if fields.get(DELETED, False) is None:
        fields[DELETED] = False
    if change.op is Op.DECIDE and not fields.keys() - {DECIDED}:
        raise UnfitChange("unfitting.decision")
    return change.with_fields(fields)


def _queries(
    connection: Connection, keys: Iterable[Key]
) -> Iterable[tuple[str, Table, Select[tuple[object, ...]]]]:
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for kind, record_id in keys:
        wanted[kind].append(record_id)
    here = kinds()
    for kind, ids in wanted.items():
        known = here.get(kind)
        table = known.table() if known else UNKNOWN
        query = select(table).where(is_one_of(connection, table.c.id, ids))
        yield kind, table, query if known else query.where(UNKNOWN.c.kind == kind)


def typed_columns(kind: type[Record], values: Mapping[str, Json]) -> dict[str, object]:
    """Return the columns of a known kind's row; a value of another type goes into ``extra``.

    Only types are checked: :func:`read_change` has read the values by their declarations.
    """
    columns = _columns(kind.table())
    row: dict[str, object] = {}
    extra: dict[str, Json] = {}
    for name, value in values.items():
        column_type = columns.get(name)
        if column_type is date and isinstance(value, str) and (day := _day(value)):
            row[name] = day
        elif column_type is type(value):
            row[name] = value
        else:
            extra[name] = value
    row["extra"] = extra
    row.setdefault(DELETED, False)
    return row


@cache
def _columns(table: Table) -> Mapping[str, type[object]]:
    """Return the Python type of each column; columns that declare none hold text."""
    types = {column.name: column.type.python_type for column in table.columns}
    return {
        name: str if kind is object else kind for name, kind in types.items() if name != "extra"
    }


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _common(kind: str, values: Mapping[str, Json]) -> dict[str, object]:
    """Return the row of a kind not known here."""
    row: dict[str, object] = {
        column.name: values.get(column.name)
        for column in UNKNOWN.columns
        if column.name not in _NOT_VALUES
    }
    fields = {name: value for name, value in values.items() if name not in row}
    return row | {"kind": kind, "fields": fields, DELETED: bool(values.get(DELETED))}


@cache
def _declared(known: type[Record] | None) -> Mapping[str, tuple[Field, type[object]]]:
    """Return the declaration of each field that has a column, and the column's type."""
    fields = (known or Record).fields()
    types = _columns(known.table() if known else UNKNOWN)
    return {
        name: (fields[name], column_type)
        for name, column_type in types.items()
        if name in fields and name not in _NEVER_READ
    }


def _read(field: Field, column_type: type[object], name: str, value: Json) -> Json:
    """Read a value by its declaration and check that its column can hold the result."""
    try:
        read = field.format.read(value)
    except Unfit as unfit:
        raise UnfitChange("unfitting.value", name, why=str(unfit)[:400]) from None
    if read is not None and type(read) is not column_type:
        raise UnfitChange("unfitting.sort", name)
    return to_json(read)


def _unknown_field(name: str, value: Json) -> Json:
    """Return the value of a field not known here unchanged, unless it must not be stored."""
    if contains_aadhaar({name: value}):
        raise UnfitChange("no_aadhaar", name)
    if any("\0" in part for part in scalars({name: value}) if isinstance(part, str)):
        raise UnfitChange("unsendable_field.character", name)
    return value


def to_json(value: Value) -> Json:
    """Return a column's value as it stands in a change."""
    return value.isoformat() if isinstance(value, date) else value
