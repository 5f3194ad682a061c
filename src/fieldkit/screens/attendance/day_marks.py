"""Reading the days of a training: who takes part, and who was marked on a day.

Everything here runs in a store's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fieldkit.screens.lookup.rows import Row, fetch_references, row_of

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store


@dataclass(frozen=True, slots=True)
class Enrolled:
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
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(how.kind)
    lines = store.where(how.days.enrolled, **{how.days.of: record_id})
    lines.sort(key=lambda line: (line.created_at or 0, len(line.id), line.id))
    referred = fetch_references(store, lines)
    people = [
        (person, field)
        for line in lines
        for kind, field in fields.items()
        if (person := referred.get(kind, str(line.value(field) or "")))
    ]
    places = fetch_references(store, [person for person, _ in people])
    return [
        Enrolled(number, row_of(places, person), field)
        for number, (person, field) in enumerate(people, 1)
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
