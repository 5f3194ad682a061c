"""The search words of records: the index that :mod:`fieldkit.store.read.search` looks into."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text

from fieldkit.records import Record, Use
from fieldkit.search.sound import sounds, words
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts

_findable = tables.findable
INDEXES = ("findable_words", "findable_sounds")
_MOST_SEGMENTS = 6
_MERGED_AT_ONCE = 200
"""Pages merged in one transaction, so that nobody who saves waits for long."""
Row: TypeAlias = dict[str, object]


def index(connection: Connection, written: Sequence[Record]) -> None:
    """Keep the search words of the records just written."""
    old = _rows_of(connection, [record.id for record in written])
    new = {record.id: _words_of(record) for record in written}
    _drop(
        connection,
        [old[key] for key, row in new.items() if key in old and not _same(old[key], row)],
    )
    coming = [row for key, row in new.items() if not _same(old.get(key, {}), row)]
    coming = [row for row in coming if row["name"] or row["digits"]]
    if coming:
        last = connection.execute(_LAST).scalar_one() or 0
        for number, row in enumerate(coming, start=last + 1):
            row["rowid"] = number
        connection.execute(_ADD, coming)
        for statement in _INDEX:
            connection.execute(statement, coming)


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Drop the search words of records that are no longer here."""
    _drop(connection, list(_rows_of(connection, ids).values()))


def is_scattered(connection: Connection) -> bool:
    """Say whether the index is in so many segments that every search reads much more."""
    counts = [connection.execute(query).scalar_one() for query in _SEGMENTS]
    return max(int(count) for count in counts) > _MOST_SEGMENTS


def merge_some(connection: Connection, table: str, *, begin: bool) -> bool:
    """Merge a part of an index, from the ``begin``; say whether anything was left to merge."""
    before = connection.execute(_CHANGES).scalar_one()
    pages = -_MERGED_AT_ONCE if begin else _MERGED_AT_ONCE
    command = text(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', :pages)")
    connection.execute(command, {"pages": pages})
    return int(connection.execute(_CHANGES).scalar_one()) - int(before) >= 2


def _drop(connection: Connection, gone: Sequence[Row]) -> None:
    if gone:
        for statement in _UNINDEX:
            connection.execute(statement, gone)
        connection.execute(_DROP, gone)


def _rows_of(connection: Connection, ids: Sequence[str]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for some in in_parts(ids):
        query = select(_findable).where(_findable.c.record_id.in_(some))
        rows |= {row.record_id: dict(row._mapping) for row in connection.execute(query)}
    return rows


def _same(old: Row, new: Row) -> bool:
    return all(old.get(name) == value for name, value in new.items())


def _words_of(record: Record) -> Row:
    """Fold what the record can be found by; a deleted one by nothing."""
    name, kin, place = (
        "" if record.deleted else " ".join(_texts(record, use))
        for use in (Use.NAME, Use.KIN, Use.PLACE)
    )
    digits = next(iter(_texts(record, Use.DIGITS)), "")
    return {
        "kind": record.kind(),
        "record_id": record.id,
        "name": " ".join(words(name)),
        "kin": " ".join(words(kin)),
        "place": " ".join(words(place)),
        "name_sound": sounds(name),
        "kin_sound": sounds(kin),
        "place_sound": sounds(place),
        "digits": None if record.deleted else digits[::-1] or None,
        "shown": _shown(record),
    }


def _shown(record: Record) -> str:
    """Return how the record stands in a first list, before the records are loaded."""
    kin = next(iter(_texts(record, Use.KIN)), "")
    place = next(iter(_texts(record, Use.PLACE)), "")
    relation = str(record.values().get("relation") or "")
    related = f"{relation[0].lower()}/o {kin}" if kin and relation else kin
    return json.dumps([record.label(), related, place, record.title], ensure_ascii=False)


def _texts(record: Record, use: Use) -> list[str]:
    return [str(value) for name in record.used(use) if (value := record.value(name))]


_SEGMENTS = [text(f"SELECT count(DISTINCT segid) FROM {name}_idx") for name in INDEXES]
_CHANGES = text("SELECT total_changes()")
_LAST = select(func.max(_findable.c.rowid))
_ADD = insert(_findable)
_INDEX = [
    text(
        "INSERT INTO findable_words (rowid, name, kin, place) VALUES (:rowid, :name, :kin, :place)"
    ),
    text(
        "INSERT INTO findable_sounds (rowid, name_sound, kin_sound, place_sound) "
        "VALUES (:rowid, :name_sound, :kin_sound, :place_sound)"
    ),
]
_UNINDEX = [
    text(
        "INSERT INTO findable_words (findable_words, rowid, name, kin, place) "
        "VALUES ('delete', :rowid, :name, :kin, :place)"
    ),
    text(
        "INSERT INTO findable_sounds (findable_sounds, rowid, name_sound, kin_sound, place_sound) "
        "VALUES ('delete', :rowid, :name_sound, :kin_sound, :place_sound)"
    ),
]
_DROP = delete(_findable).where(_findable.c.rowid == bindparam("rowid"))
