"""Reading the days of a training: who takes part, and who was marked on a day.

Everything here runs in a store's thread.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.glyphs import ABSENT, OPEN, SAME
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.rows import Row, fetch_references, row_of

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store


class Enrolled(NamedTuple):
    """One person who takes part."""

    number: int
    """Their place on the roster, in order of enrolment."""
    row: Row
    field: str
    """The field of a mark that refers to them."""


def read_span(store: Store, how: DayMarks, record_id: str) -> tuple[date, date]:
    """Return the first and last day that can be marked: those of the training, up to today."""
    from fieldkit.records.fields.formats import today

    training = store.get(how.parent.kind(), record_id)
    first = training.value(how.days.first) if training else None
    last = training.value(how.days.last) if training else None
    end = min(last, today()) if isinstance(last, date) else today()
    return min(first, end) if isinstance(first, date) else end, end


def read_enrolled(store: Store, how: DayMarks, record_id: str) -> list[Enrolled]:
    """Return who takes part, numbered in order of enrolment."""
    from fieldkit.records import kinds
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(how.kind)
    found = read_list(store, kinds()[how.days.enrolled], how.days.of, record_id)
    return [one._replace(field=fields[one.row.kind]) for _, one in found if one.row.kind in fields]


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


def read_marks(store: Store, how: DayMarks, record_id: str, day: date) -> dict[str, Record]:
    """Return the marks of a day by the person's id."""
    from fieldkit.records.declaration.roles import people_in

    of_day: dict[str, Value] = {how.days.of: record_id, how.days.day: day}
    return {
        str(person): mark
        for mark in store.where(how.kind.kind(), **of_day)
        for field in people_in(how.kind).values()
        if (person := mark.value(field))
    }


HEADINGS = ("No.  Name", "s/o, d/o, w/o", "Village", "Mobile")


def person_cells(one: Enrolled) -> tuple[Cell, ...]:
    """Return the cells of a person on a roster: number, name, kin, place, last digits."""
    name, *others = one.row.cells[:4]
    return ((Span(f"{one.number:>3}  ", "key"), Span(name, "strong")), *others)


def mark_cell(mark: Record | None, how: DayMarks) -> Cell:
    """Return a mark of a day as a sign and its word."""
    if mark is None:
        return (Span(f"{OPEN} no mark", "dim"),)
    if mark.value(how.days.present) is False:
        return (Span(f"{ABSENT} {mark.label()}", "bad"),)
    return (Span(f"{SAME} {mark.label()}", "ok"),)
