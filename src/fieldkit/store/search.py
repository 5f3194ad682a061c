"""Two-stage search: words as typed, then names by their sound; ranked in memory.

No query orders by FTS rank (p95 of 266 ms against 1.5 ms on 800,000 rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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

from fieldkit.records import Record, Use, kinds, read_id
from fieldkit.records.aadhaar import plain
from fieldkit.records.sound import alike, sounds, telling_sounds, words
from fieldkit.store import tables
from fieldkit.store.reading import Records

ENOUGH = 20
"""Hits by spelling that make looking by sound needless."""
_CANDIDATES = 100
_LONGEST = 100
"""Characters of what was typed that are looked at."""
_SHORTEST_CODE = 4
_STRONG = 0.82
"""Likeness from which the best hit is marked before "none of these: new"."""

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


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, taken apart: digits select candidates, names filter them."""

    names: tuple[str, ...]
    digits: tuple[str, ...]
    id: str
    """Empty if what was typed is none."""
    code: str
    whole_mobile: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record the index gave, with its folded words."""

    kind: str
    id: str
    name: str
    kin: str
    place: str
    digits: str | None


def read_query(typed: str) -> Query:
    """Take apart what was typed. A number in several groups is read as one when it is a mobile."""
    typed = plain(typed[:_LONGEST]).strip()
    joined = re.sub(r"(?<=\d)[\s-]+(?=\d)", "", typed)
    mobile = re.search(r"(?<!\d)(?:\+?91|0)?([6-9]\d{9})(?!\d)", joined)
    found = words(joined if mobile else typed)
    digits = [mobile[1]] if mobile else [word for word in found if word.isdigit()]
    names = [word for word in found if not any(c.isdigit() for c in word)]
    code = re.sub(r"\s", "", typed).upper()
    identity = str(read_id(typed) or "")
    return Query(tuple(names), tuple(digits), identity, code, whole_mobile=bool(mobile))


def find(
    connection: Connection, typed: str, wanted: Sequence[str] | None, limit: int
) -> list[Found]:
    """Return the records that could be meant, the likeliest first; ``wanted`` narrows the kinds."""
    query = read_query(typed)
    named = _by_number(connection, query, wanted)
    candidates: dict[int, Candidate] = {}
    for source, condition, value in _stages(query):
        if len(candidates) >= ENOUGH or (query.whole_mobile and candidates):
            break
        among = "AND f.kind IN :kinds" if wanted is not None else ""
        statement = text(
            f"SELECT f.rowid, f.kind, f.record_id, f.name, f.kin, f.place, f.digits "
            f"FROM {source} WHERE {condition} {among} LIMIT {_CANDIDATES}"
        )
        values: dict[str, object] = {"value": value}
        if wanted is not None:
            statement = statement.bindparams(bindparam("kinds", expanding=True))
            values["kinds"] = list(wanted)
        for rowid, *rest in connection.execute(statement, values):
            candidates.setdefault(rowid, Candidate(*rest))
    known = {found.id for found in named}
    ranked = [_rank(query, one) for one in candidates.values() if one.id not in known]
    return sorted([*named, *ranked], key=lambda found: (-found.score, found.id))[:limit]


def _by_number(connection: Connection, query: Query, wanted: Sequence[str] | None) -> list[Found]:
    """Return the records that carry this official number, and the one that has this id."""
    found: dict[str, str] = {}
    own = Records(connection).anywhere(query.id) if query.id else None
    if own and not own.deleted:
        found[own.id] = own.kind()
    if len(query.code) >= _SHORTEST_CODE and any(c.isdigit() for c in query.code):
        rows = connection.execute(_code_query(tuple(kinds())), {"code": query.code})
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
    return union_all(*parts).limit(_CANDIDATES)


def _stages(query: Query) -> Iterator[tuple[str, str, str]]:
    """Give (rows to read, condition, value) of the queries to try, the surest first."""
    by_word = "findable_words w JOIN findable f ON f.rowid = w.rowid"
    by_sound = "findable_sounds w JOIN findable f ON f.rowid = w.rowid"
    for digits in query.digits:
        if len(digits) >= 2:
            yield "findable f", "f.digits >= :value AND f.digits < :value || ':'", digits[::-1]
    if query.names:
        spelt = _all_of(query.names)
        heard = _all_of(sounds(" ".join(query.names)).split())
        yield by_word, "findable_words MATCH :value", f"name : ({spelt})"
        yield by_word, "findable_words MATCH :value", spelt
        yield by_sound, "findable_sounds MATCH :value", f"name_sound : ({heard})"
        yield by_sound, "findable_sounds MATCH :value", heard
        telling = telling_sounds(" ".join(query.names)).split()
        if 1 < len(telling) < len(heard.split()):
            yield by_sound, "findable_sounds MATCH :value", _all_of(telling)


def _all_of(beginnings: Sequence[str]) -> str:
    return " ".join(f'"{beginning}"*' for beginning in beginnings)


def _rank(query: Query, candidate: Candidate) -> Found:
    """Score a candidate: its own name first, then kin and place; matching digits weigh most."""
    name, kin, place = (part.split() for part in (candidate.name, candidate.kin, candidate.place))
    own = [_best(word, name) for word in query.names]
    other = [max(0.9 * _best(word, kin), 0.9 * _best(word, place)) for word in query.names]
    likeness = [max(pair) for pair in zip(own, other, strict=True)]
    score = sum(likeness) / len(likeness) if likeness else 0.0
    digits = candidate.digits or ""
    met = [number for number in query.digits if digits.startswith(number[::-1])]
    told_apart = any(o > n for n, o in zip(own, other, strict=True)) and max(own) > _STRONG
    if query.digits:
        score = (score + len(met) / len(query.digits)) / (2 if likeness else 1)
        told_apart = len(met) == len(query.digits) and (
            query.whole_mobile or (len(met[0]) >= 4 and bool(own) and max(own) > _STRONG)
        )
    covered = sum(own) / max(len(name), len(own), 1)
    return Found(
        candidate.kind,
        candidate.id,
        min(score * 0.95 + covered * 0.05, 1.0),
        strong=told_apart and min([*likeness, score]) > _STRONG,
    )


@lru_cache(maxsize=20_000)
def _likeness(typed: str, word: str) -> float:
    """Say how well a word that may be half typed fits a word of a name."""
    if word == typed:
        return 1.0
    if word.startswith(typed):
        return 0.9 + 0.1 * len(typed) / len(word)
    return min(alike(typed, word), 0.97)


def _best(typed: str, found: Sequence[str]) -> float:
    return max((_likeness(typed, word) for word in found), default=0.0)


def index(connection: Connection, written: Sequence[tuple[Record, bool]]) -> None:
    """Keep the search words of the records just written; the flag says if one stood before."""
    existed = [record.id for record, before in written if before]
    old = _rows_of(connection, existed)
    new: dict[str, Row] = {}
    for record, _ in written:
        new[record.id] = _words_of(record)
    gone = [old[key] for key, row in new.items() if key in old and not _same(old[key], row)]
    coming = [row for key, row in new.items() if not _same(old.get(key, {}), row)]
    if gone:
        for statement in _UNINDEX:
            connection.execute(statement, gone)
        connection.execute(_DROP, gone)
    coming = [row for row in coming if row["name"] or row["digits"]]
    if coming:
        last = connection.execute(_LAST).scalar_one() or 0
        for number, row in enumerate(coming, start=last + 1):
            row["rowid"] = number
        connection.execute(_ADD, coming)
        for statement in _INDEX:
            connection.execute(statement, coming)


def _rows_of(connection: Connection, ids: Sequence[str]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for start in range(0, len(ids), 500):
        some = select(_findable).where(_findable.c.record_id.in_(ids[start : start + 500]))
        rows |= {row.record_id: dict(row._mapping) for row in connection.execute(some)}
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
    }


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
