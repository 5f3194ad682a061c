"""The store's search: official numbers and ids first, then :mod:`fieldkit.search` on its index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import (
    CompoundSelect,
    Connection,
    bindparam,
    literal,
    or_,
    select,
    text,
    union_all,
)

from fieldkit.plain_text import plain
from fieldkit.protocol.identity import read_id
from fieldkit.records import Use, kinds
from fieldkit.search.query import LONGEST, Row, look
from fieldkit.store import tables
from fieldkit.store.read.aliases import has_merged, stands_for
from fieldkit.store.read.records import Records

_SHORTEST_CODE = 4
_MOST = 100
_findable = tables.findable


@dataclass(frozen=True, slots=True)
class Found:
    """A record that could be meant."""

    kind: str
    id: str
    score: float
    """0..1, how well it answers what was typed."""
    strong: bool
    """Whether it is likely enough to be the one meant."""
    number: str = ""
    """The number that was found, of a record for which this one stands."""


def find(
    connection: Connection, typed: str, wanted: Sequence[str] | None, limit: int
) -> list[Found]:
    """Return the records that could be meant, the likeliest first; ``wanted`` narrows the kinds."""
    named = _by_number(connection, typed, wanted)
    known = {found.id for found in named}

    def execute(sql: str, values: Mapping[str, str]) -> Iterable[Row]:
        return connection.execute(text(sql), values)

    looked = [
        Found(one.candidate.kind, one.candidate.id, one.score, one.strong)
        for one in look(execute, typed, wanted)
        if one.candidate.id not in known
    ]
    return _standing(connection, [*named, *looked])[:limit]


def _standing(connection: Connection, found: Sequence[Found]) -> list[Found]:
    """Put in the place of each record the one that stands for it, each once."""
    every = kinds()
    held = every.keys() & {one.kind for one in found}  # one of a newer version is passed over later
    merged = {name for name in held if has_merged(connection, every[name])}
    standing = {
        name: stands_for(connection, every[name], [one.id for one in found if one.kind == name])
        for name in merged
    }
    kept: dict[tuple[str, str], Found] = {}
    for one in found:
        number = standing.get(one.kind, {}).get(one.id, one.id)
        there = one if number == one.id else replace(one, id=number, number=one.id)
        kept.setdefault((one.kind, number), there)
    return list(kept.values())


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
