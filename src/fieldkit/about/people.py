"""The people on a list, with the numbers they have on the screen and on paper.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.rows import Row, fetch_references, row_of

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


class Enrolled(NamedTuple):
    """One person who takes part."""

    number: int
    """Their place on the roster, in order of enrolment."""
    row: Row
    field: str
    """The field of a mark that refers to them."""


def read_list(
    store: Store, kind: type[Record], field: str, record_id: str
) -> list[tuple[str, Enrolled]]:
    """Return who is on a list, numbered in order of entry, by the id of their line.

    ``kind``: of a line; ``field``: refers to the record the list belongs to.
    """
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(kind)
    lines = store.where(kind.kind(), **{field: record_id})
    lines.sort(key=lambda line: (line.created_at or 0, len(line.id), line.id))
    referred = fetch_references(store, lines)
    people = [
        (line.id, person, name)
        for line in lines
        for other, name in fields.items()
        if (person := referred.get(other, str(line.value(name) or "")))
    ]
    places = fetch_references(store, [person for _, person, _ in people])
    return [
        (line, Enrolled(number, row_of(places, person), name))
        for number, (line, person, name) in enumerate(people, 1)
    ]
