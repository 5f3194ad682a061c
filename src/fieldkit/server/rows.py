"""Laying changes over the rows of the records they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from fieldkit.records import Ask, Change, Json, Op, Record, Unfit, Value, kinds, unsendable
from fieldkit.records.bounds import NEVER_KEPT, hides_aadhaar
from fieldkit.server.tables import UNKNOWN

_NEVER_WRITTEN = frozenset({"id", "version"})
"""Kept by the server itself, whatever a change says."""

Row = dict[str, object]


class Unfitting(Exception):
    """A change that cannot be read; ``reason`` is a sentence for its author."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class Rows:
    """The rows a batch touches: read once, changed in memory, written once."""

    def __init__(self, connection: Connection, changes: Iterable[Change], district: int) -> None:
        self._connection = connection
        self._district = district
        self._kinds = kinds()
        self._known: dict[tuple[str, str], Row] = {}
        self._stored: set[tuple[str, str]] = set()
        self._touched: dict[tuple[str, str], Row] = {}
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for change in changes:
            wanted[change.kind].add(change.record_id)
        for kind, ids in wanted.items():
            self._fetch(kind, ids)

    def apply(self, change: Change) -> tuple[int, int]:
        """Lay one change over its row; return the row's new version and its district.

        Raises:
            Unfitting: the change cannot be read; the row is as it was.
        """
        if fault := unsendable(change.fields):
            name, reason = fault
            raise Unfitting(reason, name)
        kind = self._kinds.get(change.kind)
        key = (change.kind, change.record_id)
        row = self._known.get(key) or self._new(kind, change)
        if kind is None:
            row = row | _over_unknown(row, change)
        else:
            row = row | _over_known(kind, row, change)
        version = cast(int, row["version"] or 0) + 1
        row["version"] = version
        self._known[key] = self._touched[key] = row
        return version, cast(int, row["district"])

    def write(self) -> None:
        """Write the rows that were touched."""
        fresh: defaultdict[str, list[Row]] = defaultdict(list)
        changed: defaultdict[str, list[Row]] = defaultdict(list)
        for (kind, record_id), row in self._touched.items():
            (changed if (kind, record_id) in self._stored else fresh)[self._name(kind)].append(row)
        for name, rows in fresh.items():
            self._connection.execute(insert(self._table(name)), rows)
        for name, rows in changed.items():
            _update(self._connection, self._table(name), rows)

    def _fetch(self, kind: str, ids: set[str]) -> None:
        table = self._table(kind)
        query = select(table).where(table.c.id.in_(ids))
        if table is UNKNOWN:
            query = query.where(table.c.kind == kind)
        for row in self._connection.execute(query).mappings():
            key = (kind, cast(str, row["id"]))
            self._known[key] = dict(row)
            self._stored.add(key)

    def _new(self, kind: type[Record] | None, change: Change) -> Row:
        """Give the row of a record that was not here: nobody waits for a creation to arrive."""
        common: Row = {
            "id": change.record_id,
            "district": self._district,
            "deleted": False,
            "version": 0,
        }
        made: Row = {"created_at": change.at, "created_by": change.operator}
        if kind is None:
            return common | made | {"kind": change.kind, "fields": {}}
        empty: Row = dict.fromkeys(kind.table().columns.keys())
        return empty | common | made | {"extra": {}}

    def _name(self, kind: str) -> str:
        return kind if kind in self._kinds else UNKNOWN.name

    def _table(self, kind: str) -> Table:
        known = self._kinds.get(kind)
        return known.table() if known else UNKNOWN


def _over_known(kind: type[Record], row: Row, change: Change) -> Row:
    """Return what the change sets on a row of a kind known here."""
    asks, table = kind.asks(), kind.table()
    values: Row = {"updated_at": change.at}
    extra = dict(cast(Mapping[str, Json], row["extra"] or {}))
    for name, value in change.fields.items():
        if name in asks:
            if name not in _NEVER_WRITTEN:
                values[name] = _read(asks[name], name, value, table)
        elif _passed_on(name, value) is None:
            extra.pop(name, None)
        else:
            extra[name] = value
    if values.get("district", row["district"]) is None:
        raise Unfitting("A record belongs to a district: choose it again.", "district")
    if change.op is Op.DELETE:
        values["deleted"] = True
    values["deleted"] = bool(values.get("deleted", row["deleted"]))
    return values | {"extra": extra}


def _over_unknown(row: Row, change: Change) -> Row:
    """Return what the change sets on a row of a kind only a newer version knows."""
    return {
        "fields": cast(dict[str, Json], row["fields"])
        | {name: _passed_on(name, value) for name, value in change.fields.items()},
        "updated_at": change.at,
        "district": _district(row, change),
        "deleted": bool(row["deleted"]) or change.op is Op.DELETE,
    }


def _district(row: Row, change: Change) -> object:
    found = change.fields.get("district")
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**9:
        return found
    return row["district"]


def _read(ask: Ask, name: str, value: Json, table: Table) -> Value:
    """Read a value by its declaration, and hold it against the column it goes to."""
    try:
        read = ask.format.read(value)
    except Unfit as unfit:
        raise Unfitting(f"{ask.label}: {unfit}", name) from None
    expected = table.columns[name].type.python_type
    sort = bool if isinstance(read, bool) else int if isinstance(read, int) else expected
    if read is not None and (sort is not expected or not isinstance(read, expected)):
        raise Unfitting(f"{ask.label}: this value is not of the right sort.", name)
    return read


def _passed_on(name: str, value: Json) -> Json:
    """Take a value of a field not known here as it is, unless it is one that is never kept."""
    if hides_aadhaar({name: value}):
        raise Unfitting(NEVER_KEPT, name)
    return value


def _update(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write whole rows over those of the same key."""
    keys = [column.name for column in table.primary_key.columns]
    statement = update(table).where(*(table.c[key] == bindparam(f"at_{key}") for key in keys))
    values: Row = {name: bindparam(name) for name in rows[0] if name not in keys}
    connection.execute(
        statement.values(values), [row | {f"at_{key}": row[key] for key in keys} for row in rows]
    )
