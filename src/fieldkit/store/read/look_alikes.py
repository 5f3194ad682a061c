"""The people of the whole roster who may be the one of a record: fetched by index, then compared.

Candidates agree in a number, or sound alike: by name and village, by name and father or husband,
by a part of all three. No query reads more than the index gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, select, text

from fieldkit.matching import Match, Part, Person, blocks_of, compare, fields_of, person_of
from fieldkit.protocol.difference import different_from
from fieldkit.records import Record, Use, person
from fieldkit.search.sound import distinctive_sounds, sounds
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.records import Records
from fieldkit.store.read.told_apart import are_told_apart, told_apart

_MOST_EACH = 200
"""Candidates of one query. What more people have in common tells nobody apart."""
_HEARD = text(
    "SELECT f.record_id FROM findable_sounds w JOIN findable f ON f.rowid = w.rowid "
    "WHERE findable_sounds MATCH :sounds AND f.kind = :kind LIMIT :most"
)


def look_alikes(connection: Connection, record: Record, most: int) -> list[tuple[Record, Match]]:
    """Return the live records of a record's kind that may be the same person, the likeliest first.

    The record itself, saved or not, is not among them, nor those said to be different. Empty if the
    kind is no person.
    """
    kind = type(record)
    if not kind.person:
        return []
    me = person(record)
    ids = dict.fromkeys([*_equal(connection, record), *_alike(connection, record)])
    ids.pop(record.id, None)
    said = {**told_apart(connection, kind, [*ids]), record.id: different_from(record.extra)}
    found = [
        (one, match)
        for one, other in persons(connection, kind, [*ids]).items()
        if not are_told_apart(said, record.id, one) and (match := compare(me, other))
    ]
    found.sort(key=lambda one: (-one[1].score, one[0]))
    best = dict(found[:most])
    records = Records(connection).fetch([kind.kind()], [*best])
    return [(records[kind.kind(), one], match) for one, match in best.items()]


def persons(connection: Connection, kind: type[Record], ids: Sequence[str]) -> dict[str, Person]:
    """Return the persons of these live records by id."""
    columns = kind.table().c
    wanted = [columns.id, *(columns[name] for name in kind.recognised_by)]
    query = select(*wanted).where(
        columns.id.in_(bindparam("ids", expanding=True)), columns.deleted.is_(False)
    )
    return {
        row.id: person_of(row._asdict(), kind.recognised_by)
        for some in in_parts(ids)
        for row in connection.execute(query, {"ids": some})
    }


def _equal(connection: Connection, record: Record) -> Iterator[str]:
    """Yield the ids of records that have a number of this one."""
    kind = type(record)
    columns = kind.table().c
    alone = tuple(fields_of(kind.recognised_by, [Part.LAST_FOUR]))
    for block in (*blocks_of(kind.recognised_by), alone):
        equal = {name: record.value(name) for name in block}
        if equal and None not in equal.values():
            conditions = [columns[name] == value for name, value in equal.items()]
            yield from connection.execute(
                select(columns.id).where(*conditions).limit(_MOST_EACH)
            ).scalars()


def _alike(connection: Connection, record: Record) -> Iterator[str]:
    """Yield the ids of records whose names and places sound like this one's."""
    for wanted in _heard(record):
        values = {"sounds": wanted, "kind": record.kind(), "most": _MOST_EACH}
        yield from connection.execute(_HEARD, values).scalars()


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
    if here and related:
        yield f"name_sound : ({some}) AND kin_sound : ({related}) AND place_sound : ({here})"


def _text(record: Record, use: Use) -> str:
    return " ".join(str(value) for name in record.used(use) if (value := record.value(name)))


def _all(keys: str) -> str:
    return " ".join(f'"{key}"' for key in keys.split())


def _any(keys: str) -> str:
    return " OR ".join(f'"{key}"' for key in dict.fromkeys(keys.split()))
