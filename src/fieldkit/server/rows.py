"""The rows of records, between the typed columns of their tables and the JSON that merges.

A kind that only a newer version knows has its rows in one table for all such kinds; what can be
known of it are the fields every record has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple, TypeAlias, cast

from sqlalchemy import Connection, Select, Table, select

from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.limits import hides_aadhaar, scalars, unsendable
from fieldkit.protocol.merge import DELETED
from fieldkit.records import Field, Record, Unfit, Value, kinds
from fieldkit.reference import option
from fieldkit.server.database import add, among, put
from fieldkit.server.devices.scope import Place
from fieldkit.server.tables import UNKNOWN

Key: TypeAlias = tuple[str, str]
"""Kind and id of a record."""

Read: TypeAlias = "dict[tuple[str, Json], Json]"
"""What texts and whole numbers were read as, by field and value."""

_NOT_VALUES = frozenset({"id", "kind", "version", "extra", "fields"})
_NEVER_READ = frozenset({"id", "version"})
"""Kept by the server itself, whatever a change says."""


class Unfitting(Exception):
    """A change that cannot be taken: the code of why, its field, and what the sentence names."""

    def __init__(self, rule: str, field: str | None = None, **params: Json) -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field
        self.params = params


class Stored(NamedTuple):
    """A record as its row holds it."""

    version: int
    values: Mapping[str, Json]
    """What is filled, unknown fields included."""

    @property
    def place(self) -> Place:
        """Say where the record stands."""
        return place_of(self.values)


def place_of(values: Mapping[str, Json]) -> Place:
    """Say where a record with these values stands."""
    district, block = values.get("district"), values.get("block")
    return cast(int, district), cast("int | None", block)


def fetch(connection: Connection, keys: Iterable[Key]) -> dict[Key, Stored]:
    """Read the rows of these records, a query per kind; those that are not there are left out."""
    found: dict[Key, Stored] = {}
    for kind, table, query in _queries(connection, keys):
        names = [column.name for column in table.columns]
        for row in connection.execute(query).mappings():
            known = {
                name: _to_json(cast(Value, row[name]))
                for name in names
                if name not in _NOT_VALUES and row[name] is not None
            }
            if not known.get(DELETED):
                known.pop(DELETED, None)
            kept = row["fields"] if table is UNKNOWN else row["extra"]
            values = {**cast("Mapping[str, Json]", kept or {}), **known}
            found[kind, cast(str, row["id"])] = Stored(cast(int, row["version"] or 0), values)
    return found


def places(connection: Connection, keys: Iterable[Key]) -> dict[Key, Place]:
    """Say where these records stand; those that are not there are left out."""
    found: dict[Key, Place] = {}
    for kind, table, query in _queries(connection, keys):
        narrow = query.with_only_columns(table.c.id, table.c.district, table.c.block)
        for record_id, district, block in connection.execute(narrow):
            found[kind, record_id] = (district, block)
    return found


def rows_of(records: Mapping[Key, Stored]) -> dict[Key, Mapping[str, object]]:
    """Give the rows of records; a column that one does not name is empty."""
    here = kinds()
    rows: dict[Key, Mapping[str, object]] = {}
    for (kind, record_id), record in records.items():
        known = here.get(kind)
        row = typed(known, record.values) if known else _common(kind, record.values)
        row["id"], row["version"] = record_id, record.version
        rows[kind, record_id] = row
    return rows


def store(
    connection: Connection, rows: Mapping[Key, Mapping[str, object]], there: Collection[Key]
) -> None:
    """Write these rows, over those that are ``there``; a statement per table for either sort.

    Of a new one no row may be there: a batch of another district may have brought one meanwhile,
    which this one has not seen, and must not write over.
    """
    here = kinds()
    tables: defaultdict[tuple[str, bool], list[Mapping[str, object]]] = defaultdict(list)
    for key, row in rows.items():
        tables[key[0] if key[0] in here else "", key in there].append(row)
    for (name, over), of_table in tables.items():
        write = put if over else add
        write(connection, here[name].table() if name else UNKNOWN, of_table)


def readable(change: Change, known: type[Record] | None, size: int, read: Read) -> Change:
    """Read the values of a change by the declarations of its kind, None for one not known here.

    ``size``: bytes of the whole change. ``read``: what values of the kind were read as so far:
    within a batch most come again and again.

    Raises:
        Unfitting: one cannot be read or kept; nothing of the change is taken.
    """
    if fault := unsendable(change.fields, size):
        raise Unfitting(fault[1], fault[0])
    declared = _declared(known)
    fields: dict[str, Json] = {}
    for name, value in change.fields.items():
        again = type(value) is str or type(value) is int  # true is no 1 here
        if again and (name, value) in read:
            fields[name] = read[name, value]
        elif name in declared:
            fields[name] = _read(*declared[name], name, value)
            if again:
                read[name, value] = fields[name]
        else:
            fields[name] = _passed_on(name, value)
    if "district" in fields and fields["district"] is None:
        raise Unfitting("unfitting.no_district", "district")
    if "district" in fields and option("district", cast(Value, fields["district"])) is None:
        # No scope but the whole territory's would ever hold it, and each has a feed of its own.
        raise Unfitting("unfitting.unknown_district", "district")
    if fields.get(DELETED, False) is None:
        fields[DELETED] = False
    if change.op is Op.DECIDE and not fields.keys() - {DECIDED}:
        raise Unfitting("unfitting.decision")
    return change.having(fields)


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
        query = select(table).where(among(connection, table.c.id, ids))
        yield kind, table, query if known else query.where(UNKNOWN.c.kind == kind)


def typed(kind: type[Record], values: Mapping[str, Json]) -> dict[str, object]:
    """Give the filled columns of a known kind; what does not fit its column is put to ``extra``.

    Values were read by their declarations as they came, so here only their sort is looked at.
    """
    columns = _columns(kind.table())
    row: dict[str, object] = {}
    extra: dict[str, Json] = {}
    for name, value in values.items():
        sort = columns.get(name)
        if sort is date and isinstance(value, str) and (day := _day(value)):
            row[name] = day
        elif sort is type(value):
            row[name] = value
        else:
            extra[name] = value
    row["extra"] = extra
    row.setdefault(DELETED, False)
    return row


@cache
def _columns(table: Table) -> Mapping[str, type[object]]:
    """Return the sort of value that each column takes; those of text do not tell theirs."""
    sorts = {column.name: column.type.python_type for column in table.columns}
    return {
        name: str if sort is object else sort for name, sort in sorts.items() if name != "extra"
    }


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _common(kind: str, values: Mapping[str, Json]) -> dict[str, object]:
    """Give the columns of a kind not known here."""
    row: dict[str, object] = {
        column.name: values.get(column.name)
        for column in UNKNOWN.columns
        if column.name not in _NOT_VALUES
    }
    fields = {name: value for name, value in values.items() if name not in row}
    return row | {"kind": kind, "fields": fields, DELETED: bool(values.get(DELETED))}


@cache
def _declared(known: type[Record] | None) -> Mapping[str, tuple[Field, type[object]]]:
    """Return the declaration of each field that has a column, and what the column takes."""
    asks = (known or Record).fields()
    sorts = _columns(known.table() if known else UNKNOWN)
    return {
        name: (asks[name], sort)
        for name, sort in sorts.items()
        if name in asks and name not in _NEVER_READ
    }


def _read(ask: Field, sort: type[object], name: str, value: Json) -> Json:
    """Read a value by its declaration, and hold it against the column it goes to."""
    try:
        read = ask.format.read(value)
    except Unfit as unfit:
        raise Unfitting("unfitting.value", name, why=str(unfit)[:400]) from None
    if read is not None and type(read) is not sort:
        raise Unfitting("unfitting.sort", name)
    return _to_json(read)


def _passed_on(name: str, value: Json) -> Json:
    """Take a value of a field not known here as it is, unless it is one that is never kept."""
    if hides_aadhaar({name: value}):
        raise Unfitting("no_aadhaar", name)
    if any("\0" in part for part in scalars({name: value}) if isinstance(part, str)):
        raise Unfitting("unsendable.character", name)
    return value


def _to_json(value: Value) -> Json:
    return value.isoformat() if isinstance(value, date) else value
