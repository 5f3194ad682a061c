"""The people of the whole roster who may be the one of a record: fetched by index, then compared.

Candidates agree in a number, or sound alike: by name and village, by name and father or husband,
by a part of all three. No query reads more than the index gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

from sqlalchemy import Connection, Select, bindparam, column, select, table, text, union_all

from fieldkit.matching import Match, Part, Person, blocks_of, compare, person_of
from fieldkit.protocol.difference import different_from
from fieldkit.records import Record, Use, person
from fieldkit.search.sound import distinctive_sounds, sounds
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.aliases import has_merged, stands_for
from fieldkit.store.read.records import Records
from fieldkit.store.read.review.told_apart import are_told_apart, told_apart

_MOST_EACH = 200
"""Candidates of one question. What more people have in common tells nobody apart."""
_HEARD = ("sounds_1", "sounds_2", "sounds_3")
"""The questions to the index of sounds, as parameters of the query."""
_NOBODY = '"nobody"'
"""A question to the index that nobody's name answers: keys have no vowels after the first."""


_SOUNDS = table("findable_sounds", column("rowid"))


def look_alikes(connection: Connection, record: Record, most: int) -> list[tuple[Record, Match]]:
    """Return the live records of a record's kind that may be the same person, the likeliest first.

    The record itself, saved or not, is not among them, nor those said to be different, nor those
    that are the same person already. Each person is there once. Empty if the kind is no person.
    """
    kind = type(record)
    if not kind.person:
        return []
    me = person(record)
    heard = dict(zip_longest(_HEARD, _heard(record), fillvalue=_NOBODY))
    given = {name: record.value(name) for name in kind.recognised_by}
    asked = {**given, **heard, "of_kind": kind.kind(), "itself": record.id}
    found = [
        (str(row.id), match)
        for row in connection.execute(_candidates(kind), asked)
        if (match := compare(me, person_of(row._asdict(), kind.recognised_by)))
    ]
    said = {record.id: different_from(record.extra)}
    said |= told_apart(connection, kind, [one for one, _ in found])
    found = [one for one in found if not are_told_apart(said, record.id, one[0])]
    found.sort(key=lambda one: (-one[1].score, one[0]))
    standing = _standing(connection, record, found)
    if standing != found:  # one that stands for another may be told apart where that one is not
        said |= told_apart(connection, kind, [one for one, _ in standing])
        standing = [one for one in standing if not are_told_apart(said, record.id, one[0])]
    best = dict(standing[:most])
    records = Records(connection).fetch([kind.kind()], [*best])
    return [(records[kind.kind(), one], match) for one, match in best.items()]


def _standing(
    connection: Connection, record: Record, found: list[tuple[str, Match]]
) -> list[tuple[str, Match]]:
    """Put in the place of each record the one that stands for it, by its best match."""
    kind = type(record)
    if not found or not has_merged(connection, kind):
        return found
    standing = stands_for(connection, kind, [record.id, *(number for number, _ in found)])
    kept: dict[str, Match] = {}
    for number, match in found:
        if standing[number] != standing[record.id]:
            kept.setdefault(standing[number], match)
    return list(kept.items())


def persons(connection: Connection, kind: type[Record], ids: Sequence[str]) -> dict[str, Person]:
    """Return the persons of these live records by id."""
    query = _persons(kind).where(kind.table().c.id.in_(bindparam("ids", expanding=True)))
    return {
        row.id: person_of(row._asdict(), kind.recognised_by)
        for some in in_parts(ids)
        for row in connection.execute(query, {"ids": some})
    }


def _persons(kind: type[Record]) -> Select[tuple[object, ...]]:
    """Return the query for all live people of a kind: what they are recognised by."""
    columns = kind.table().c
    wanted = [columns.id, *(columns[name] for name in kind.recognised_by)]
    return select(*wanted).where(columns.deleted.is_(False))


@cache
def _candidates(kind: type[Record]) -> Select[tuple[object, ...]]:
    """Return the query for the live people who agree in a number, or whose names sound alike."""
    columns, parts = kind.table().c, kind.recognised_by
    ids: list[Select[tuple[object]]] = []
    for block in blocks_of(parts, (Part.LAST_FOUR,)):
        equal = [columns[name] == bindparam(name) for name in block]
        ids.append(select(columns.id).where(*equal).limit(_MOST_EACH))
    for name in _HEARD:
        ids.append(
            select(tables.findable.c.record_id)
            .select_from(_SOUNDS.join(tables.findable, tables.findable.c.rowid == _SOUNDS.c.rowid))
            .where(
                text(f"findable_sounds MATCH :{name}"),
                tables.findable.c.kind == bindparam("of_kind"),
            )
            .limit(_MOST_EACH)
        )
    among = union_all(*(select(one.subquery()) for one in ids))
    return _persons(kind).where(columns.id.in_(among), columns.id != bindparam("itself"))


def _heard(record: Record) -> Iterator[str]:
    """Yield what to look for in the index of sounds."""
    name, kin, place = (_text(record, use) for use in (Use.NAME, Use.KIN, Use.PLACE))
    if not name:
        return
    whole, here = _all(sounds(name)), _all(sounds(place)) if place else ""
    some = _any(distinctive_sounds(name) or sounds(name))
    related = _any(distinctive_sounds(kin) or sounds(kin)) if kin else ""
    if here:
        yield f"name_sound : ({whole}) AND place_sound : ({here})"
    if related:
        yield f"name_sound : ({whole}) AND kin_sound : ({related})"
    if here:
        both = f" AND kin_sound : ({related})" if related else ""
        yield f"name_sound : ({some}) AND place_sound : ({here}){both}"


def _text(record: Record, use: Use) -> str:
    return " ".join(str(value) for name in record.used(use) if (value := record.value(name)))


def _all(keys: str) -> str:
    return " ".join(f'"{key}"' for key in keys.split())


def _any(keys: str) -> str:
    return " OR ".join(f'"{key}"' for key in dict.fromkeys(keys.split()))
