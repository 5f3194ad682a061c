"""Reading the days of a training: who takes part, and who was marked on a day.

Everything here runs in a store's thread.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from fieldkit.about.people import Enrolled, read_list
from fieldkit.screens.look.glyphs import ABSENT, OPEN, SAME
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store

__all__ = [
    "HEADINGS",
    "Enrolled",
    "mark_cell",
    "person_cells",
    "read_enrolled",
    "read_list",
    "read_marks",
    "read_span",
]


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
