"""The store's search: official numbers and ids first, then :mod:`fieldkit.search` on its index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from sqlalchemy import (
    CompoundSelect,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union_all,
)

from fieldkit.plain_text import plain
from fieldkit.protocol.identity import read_id
from fieldkit.records import Record, Use, kinds
from fieldkit.search.query import LONGEST, look
from fieldkit.search.query import Row as FoundRow
from fieldkit.search.sound import sounds, words
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.records import Records

_SHORTEST_CODE = 4
_MOST = 100
_findable = tables.findable
Row: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """A record that could be meant."""

    kind: str
    id: str
    score: float
    """0..1, how well it answers what was typed."""
    strong: bool
    """Whether it is likely enough to be the one meant."""


def find(
    connection: Connection, typed: str, wanted: Sequence[str] | None, limit: int
) -> list[Found]:
    """Return the records that could be meant, the likeliest first; ``wanted`` narrows the kinds."""
    named = _by_number(connection, typed, wanted)
    known = {found.id for found in named}

    def execute(sql: str, values: Mapping[str, str]) -> Iterable[FoundRow]:
        return connection.execute(text(sql), values)

    looked = [
        Found(one.candidate.kind, one.candidate.id, one.score, one.strong)
        for one in look(execute, typed, wanted)
        if one.candidate.id not in known
    ]
    return [*named, *looked][:limit]


def _by_number(connection: Connection, typed: str, wanted: Sequence[str] | None) -> list[Found]:
    """Return the records that carry this official number, and the one that has this id."""
    found: dict[str, str] = {}
    typed = plain(typed[:LONGEST]).strip()
    identity, code = read_id(typed), re.sub(r"\s", "", typed).upper()
    for own in Records(connection).called(str(identity)) if identity else ():
        if not own.deleted:
            found[own.id] = own.kind()
    if len(code) >= _SHORTEST_CODE and any(c.isdigit() for c in code):
        rows = connection.execute(_code_query(tuple(kinds())), {"code": code})
        found |= {row.id: row.kind for row in rows}
    return [
        Found(kind, record_id, 1.0, strong=True)
        for record_id, kind in found.items()
        if wanted is None or kind in wanted
    ]


@cache
def _code_query(names: tuple[str, ...]) -> CompoundSelect[tuple[str, str]]:
    """Return the query for an official number in every field that holds one, by their indexes."""
    parts = []
    for name in names:
        kind = kinds()[name]
        columns = kind.table().c
        fields = [columns[field] == bindparam("code") for field in kind.used(Use.CODE)]
        if fields:
            live = columns.deleted.is_(False)
            parts.append(select(literal(name).label("kind"), columns.id).where(or_(*fields), live))
    return union_all(*parts).limit(_MOST)


def index(connection: Connection, written: Sequence[Record]) -> None:
    """Keep the search words of the records just written."""
    old = _rows_of(connection, [record.id for record in written])
    new: dict[str, Row] = {}
    for record in written:
        new[record.id] = _words_of(record)
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
