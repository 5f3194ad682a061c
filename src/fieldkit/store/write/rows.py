"""The rows of the records: read from JSON, written with search words, tally and open lists."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Table, bindparam, delete
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.protocol.change import Json
from fieldkit.protocol.merge import DELETED
from fieldkit.records import Record, Unfit, Value
from fieldkit.search.sound import words
from fieldkit.store import tables
from fieldkit.store.read.search import forget, index
from fieldkit.store.write.edits import to_json

_KEPT_BESIDE = frozenset({"id", "version"})
"""Of the row, but not among the values that travel."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A record as it is to stand, and as it stood."""

    record: Record
    before: Record | None


def json_of(record: Record) -> dict[str, Json]:
    """Return all that is filled of a record, as the server tells it: without id and version."""
    filled = {
        name: to_json(value)
        for name, value in record.values().items()
        if value is not None and name not in _KEPT_BESIDE
    }
    if not record.deleted:
        del filled[DELETED]
    return {name: value for name, value in (record.extra or {}).items() if value is not None} | (
        filled
    )


def record_of(
    kind: type[Record], record_id: str, version: int, fields: Mapping[str, Json]
) -> Record:
    """Build a record from JSON; a value that this version cannot read stays in ``extra`` as it is.

    ``version`` 0: the server has none.
    """
    asks, sorts = kind.fields(), _sorts(kind)
    values: dict[str, object] = dict.fromkeys(asks)
    extra: dict[str, Json] = {}
    for name, value in fields.items():
        if name in asks and name not in _KEPT_BESIDE:
            try:
                read = asks[name].format.read(value)
            except Unfit:
                extra[name] = value
                continue
            if _fits(read, sorts[name]):
                values[name] = read
                continue
        extra[name] = value
    values |= {"id": record_id, "version": version or None, "extra": extra}
    values["district"] = values["district"] or 0
    values[DELETED] = bool(values[DELETED])
    return kind.of(values)


def differ(one: Record, other: Record) -> bool:
    """Say whether two records of one id show something else; their versions do not count."""
    mine, its = one.values(), other.values()
    mine["version"] = its["version"]
    return mine != its or (one.extra or {}) != (other.extra or {})


def put(connection: Connection, laid: Sequence[Laid]) -> None:
    """Write records, and what follows from them: search words, tallies, open lists."""
    rows: defaultdict[type[Record], list[dict[str, object]]] = defaultdict(list)
    for one in laid:
        rows[type(one.record)].append({**one.record.values(), "extra": one.record.extra or {}})
    for kind, values in rows.items():
        connection.execute(_put_row(kind.table()), values)
    index(connection, [one.record for one in laid])
    grown: Counter[str] = Counter()
    for one in laid:
        was_live = one.before is not None and not one.before.deleted
        grown[one.record.kind()] += (not one.record.deleted) - was_live
    _tally(connection, grown)
    _remember_typed(connection, laid)


def remove(connection: Connection, records: Sequence[Record]) -> None:
    """Take records off this laptop; their changes stay in the log."""
    ids: defaultdict[type[Record], list[str]] = defaultdict(list)
    grown: Counter[str] = Counter()
    for record in records:
        ids[type(record)].append(record.id)
        grown[record.kind()] -= not record.deleted
    for kind, gone in ids.items():
        table = kind.table()
        dropped = delete(table).where(table.c.id == bindparam("gone"))
        connection.execute(dropped, [{"gone": one} for one in gone])
    forget(connection, [record.id for record in records])
    _tally(connection, grown)


def _tally(connection: Connection, grown: Counter[str]) -> None:
    """Keep the tally of live records."""
    adding = [{"kind": kind, "live": more} for kind, more in grown.items() if more]
    if adding:
        connection.execute(_TALLY, adding)


def _remember_typed(connection: Connection, laid: Sequence[Laid]) -> None:
    """Offer again what open lists were given."""
    typed: Counter[tuple[str, int, str]] = Counter()
    for one in laid:
        for name, list_name in _suggested(type(one.record)):
            text = one.record.value(name)
            had = one.before.value(name) if one.before else None
            if isinstance(text, str) and text != had:
                typed[list_name, one.record.district, text] += 1
    rows = [
        {
            "list": list_name,
            "district": district,
            "folded": " ".join(words(text)),
            "text": text,
            "uses": uses,
        }
        for (list_name, district, text), uses in typed.items()
    ]
    if rows:
        connection.execute(_TYPED, rows)


def _fits(value: Value, expected: type) -> bool:
    """Say whether a value can go to its column."""
    if isinstance(value, bool):
        return expected is bool
    return value is None or isinstance(value, expected)


@cache
def _sorts(kind: type[Record]) -> Mapping[str, type]:
    return {name: kind.table().columns[name].type.python_type for name in kind.fields()}


@cache
def _suggested(kind: type[Record]) -> list[tuple[str, str]]:
    """Return the fields of open lists and the lists."""
    return [(name, field.suggest) for name, field in kind.fields().items() if field.suggest]


@cache
def _put_row(table: Table) -> Insert:
    put = upsert(table)
    values = {column.name: put.excluded[column.name] for column in table.columns}
    del values["id"]
    return put.on_conflict_do_update(index_elements=["id"], set_=values)


_put_tally = upsert(tables.tally)
_TALLY = _put_tally.on_conflict_do_update(
    index_elements=["kind"], set_={"live": tables.tally.c.live + _put_tally.excluded.live}
)
_put_typed = upsert(tables.typed_before)
_TYPED = _put_typed.on_conflict_do_update(
    index_elements=["list", "district", "folded"],
    set_={"uses": tables.typed_before.c.uses + _put_typed.excluded.uses},
)
