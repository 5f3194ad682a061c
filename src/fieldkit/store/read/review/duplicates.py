"""Likely duplicates among records just imported: set by set, as an import cannot look each up.

People are compared as everywhere (:mod:`fieldkit.matching`); of other kinds, records are the same
that agree in the fields their kind says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from fieldkit.matching import JOINED, blocks_of, compare
from fieldkit.records import Record, alike_keys
from fieldkit.search.sound import MAY_BE_SAME
from fieldkit.search.sound import alike as names_alike
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.aliases import stands_for
from fieldkit.store.read.review.look_alikes import persons
from fieldkit.store.read.review.told_apart import are_told_apart, told_apart


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records that may be the same."""

    id: str
    other: str
    key: tuple[str, ...]
    """The fields they agree in; ``~`` marks those that are only alike."""


def alike(connection: Connection, kind: type[Record], ids: Sequence[str]) -> list[Alike]:
    """Return for each of ``ids`` the other live records that may be the same.

    Not those that a person has said to be different, or the same already.
    """
    found = [*(_people if kind.person else _by_keys)(connection, kind, ids)]
    both = [*{one for pair in found for one in (pair.id, pair.other)}]
    said, stands = told_apart(connection, kind, both), stands_for(connection, kind, both)
    return [
        pair
        for pair in found
        if stands[pair.id] != stands[pair.other] and not are_told_apart(said, pair.id, pair.other)
    ]


def _by_keys(connection: Connection, kind: type[Record], ids: Sequence[str]) -> list[Alike]:
    """Return the pairs that agree in a key of their kind, each once, by the strongest key."""
    found: dict[tuple[str, str], Alike] = {}
    for key in kind.match_keys:
        for some in in_parts(ids):
            for one, other in _pairs(connection, kind, key, some):
                if (other, one) not in found:
                    found.setdefault((one, other), Alike(one, other, key))
    return list(found.values())


def _people(connection: Connection, kind: type[Record], ids: Sequence[str]) -> Iterator[Alike]:
    """Give the pairs of records that are likely of one person, each once."""
    pairs: dict[tuple[str, str], None] = {}
    for some in in_parts(ids):
        for query in _person_pairs(kind):
            for row in connection.execute(query, {"ids": some}):
                one, other = (str(number) for number in row)
                if (other, one) not in pairs:
                    pairs[one, other] = None
    people = persons(connection, kind, [*dict.fromkeys(one for pair in pairs for one in pair)])
    for one, other in pairs:
        match = compare(people[one], people[other])
        if match and match.strong:
            yield Alike(one, other, alike_keys(kind, match))


@cache
def _person_pairs(kind: type[Record]) -> list[Select[tuple[object, ...]]]:
    """Return the queries for pairs: equal in numbers, or alike in name and place by their sound."""
    table, heard = kind.table(), tables.findable
    new, old, words_new, words_old = (one.alias() for one in (table, table, heard, heard))
    asked = new.c.id.in_(bindparam("ids", expanding=True))
    pairs = select(new.c.id, old.c.id).where(
        asked, new.c.deleted.is_(False), old.c.deleted.is_(False), old.c.id != new.c.id
    )
    sounding = (
        (words_new.c.record_id == new.c.id)
        & (words_old.c.name_sound == words_new.c.name_sound)
        & (words_old.c.place_sound == words_new.c.place_sound)
        & (words_new.c.name_sound != "")
        & (old.c.id == words_old.c.record_id)
    )
    equal = (
        and_(*(new.c[field] == old.c[field] for field in block))
        for block in blocks_of(kind.recognised_by, JOINED)
    )
    return [pairs.where(condition) for condition in (*equal, sounding)]


def _pairs(
    connection: Connection, kind: type[Record], key: tuple[str, ...], ids: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Give the pairs that agree in one key: equal fields by SQL, sounds looked at again here."""
    table = kind.table()
    new, old = table.alias("new"), table.alias("old")
    equal = [field for field in key if not field.startswith("~")]
    heard = [field[1:] for field in key if field.startswith("~")]
    conditions: list[ColumnElement[bool]] = [new.c[field] == old.c[field] for field in equal]
    source = new.join(old, and_(*conditions, old.c.id != new.c.id)) if _narrow(equal) else None
    if source is None:
        words_new, words_old = aliased(tables.findable), aliased(tables.findable)
        source = (
            new.join(words_new, words_new.c.record_id == new.c.id)
            .join(
                words_old,
                and_(
                    words_old.c.name_sound == words_new.c.name_sound,
                    words_old.c.record_id != words_new.c.record_id,
                    words_new.c.name_sound != "",
                ),
            )
            .join(old, and_(old.c.id == words_old.c.record_id, *conditions))
        )
    columns = [column.c[field] for field in heard for column in (new, old)]
    query = (
        select(new.c.id, old.c.id, *columns)
        .select_from(source)
        .where(new.c.id.in_(ids), new.c.deleted.is_(False), old.c.deleted.is_(False))
    )
    for one, other, *names in connection.execute(query):
        if all(
            a and b and names_alike(a, b) >= MAY_BE_SAME
            for a, b in zip(names[::2], names[1::2], strict=True)
        ):
            yield one, other


def _narrow(equal: Sequence[str]) -> bool:
    """Say whether the equal fields of a key are rare enough: a number is, a village is not."""
    return any(field not in {"village", "district", "block"} for field in equal)
