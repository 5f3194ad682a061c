"""The records here that have certain values, asked for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from fieldkit.records import Record, Value
from fieldkit.store import Store

_AT_ONCE = 400


def having(
    store: Store, kind: type[Record], field: str, values: Iterable[Value]
) -> dict[Value, list[str]]:
    """Return the numbers of the live records that have each value in a field."""
    wanted = list(dict.fromkeys(value for value in values if value is not None))
    table = kind.table().c

    def ask(connection: Connection) -> dict[Value, list[str]]:
        found: defaultdict[Value, list[str]] = defaultdict(list)
        for at in range(0, len(wanted), _AT_ONCE):
            query = select(table[field], table.id).where(
                table[field].in_(wanted[at : at + _AT_ONCE]), table.deleted.is_(False)
            )
            for value, number in connection.execute(query):
                found[value].append(number)
        return found

    return store.query(ask) if wanted else {}


def records_of(
    store: Store, kind: type[Record], field: str, person: str, people: Sequence[str]
) -> dict[str, list[Record]]:
    """Return the live records of a kind about each of these people, under all their numbers.

    ``person``: the kind of the people.
    """
    numbers = {one: [one, *store.merges.merged_with(person, one)] for one in dict.fromkeys(people)}
    ids = having(store, kind, field, [one for some in numbers.values() for one in some])
    held = store.fetch([kind.kind()], [one for some in ids.values() for one in some])
    return {
        one: [
            held[kind.kind(), number]
            for other in some
            for number in ids.get(other, ())
            if (kind.kind(), number) in held
        ]
        for one, some in numbers.items()
    }
