"""What a mark beside a person is: that they were present on a day, or that they are on a list.

Functions that take a store run in its thread; the others are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.attendance.roll.people import OnRoll
from fieldkit.screens.look.glyphs import ABSENT, OPEN, SAME
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Edit, Store

_WINDOW, _LEAST = 3600, 5
"""Seconds of which the pace is counted; marks from which it is known."""
WOMAN, MAN = "F", "M"
_ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Marking:
    """What is marked, and for which record."""

    kind: type[Record]
    """Of a mark."""
    of: str
    """Its field that refers to the training or programme."""
    record_id: str
    words: tuple[str, str] = ("present", "no mark")
    """What a person is who has a mark, and who has none."""
    day: str = ""
    """Its field that holds the day; empty: the day is of no account."""
    present: str = ""
    """Its yes/no field; empty: that there is a record is the mark."""

    @classmethod
    def of_days(cls, how: DayMarks, record_id: str) -> Marking:
        """Return the marking of the days of a training or programme."""
        days = how.days
        return cls(how.kind, days.of, record_id, day=days.day, present=days.present)

    @property
    def width(self) -> int:
        """Cells of a mark: its sign and the longest word."""
        return max(map(len, (*self.words, _ABSENT))) + 2

    def holds(self, mark: Record | None) -> bool:
        """Say whether a mark says that the person was there."""
        return mark is not None and (not self.present or mark.value(self.present) is not False)

    def edit(
        self, one: OnRoll, mark: Record | None, day: date | None, *, present: bool = True
    ) -> Edit:
        """Return the edit that marks a person; ``mark``: the one there is."""
        from fieldkit.store import Edit

        fields: dict[str, Value] = {self.present: present} if self.present else {}
        if mark is None:
            fields = new_line(self.kind, day) | fields
            fields |= {self.of: self.record_id, one.field: one.row.id}
        return Edit(
            self.kind, fields, mark.id if mark else None, mark.version or 0 if mark else None
        )

    def undone(self, before: Record | None, mark: Record) -> Edit:
        """Return the edit after which a mark is as it was before; None: there was none."""
        from fieldkit.protocol.change import Op
        from fieldkit.store import Edit

        if before is None:
            return Edit(self.kind, {}, mark.id, mark.version or 0, Op.DELETE)
        fields = {self.present: before.value(self.present)} if self.present else {}
        return Edit(self.kind, fields, mark.id, mark.version or 0)

    def cell(self, mark: Record | None) -> Cell:
        """Return a mark as a sign and its word."""
        yes, none = self.words
        if mark is None:
            return (Span(f"{OPEN} {none}", "dim"),)
        if not self.holds(mark):
            return (Span(f"{ABSENT} {mark.label()}", "bad"),)
        return (Span(f"{SAME} {yes}", "ok"),)


def new_line(kind: type[Record], day: date | None) -> dict[str, Value]:
    """Return what a new mark or line of a list says by itself: its defaults and its day."""
    from fieldkit.records import Use
    from fieldkit.records.fields.formats import today

    fields = {
        name: field.format.parse(field.default)
        for name, field in kind.form_fields().items()
        if field.default
    }
    if days := kind.used(Use.HAPPENED):
        fields[days[0]] = day or today()
    return fields


def read_marks(store: Store, marking: Marking, day: date | None) -> dict[str, Record]:
    """Return the marks of a day by the person's id; without a day, all of them."""
    of_day: dict[str, Value] = {marking.of: marking.record_id}
    if marking.day and day is not None:
        of_day[marking.day] = day
    found = by_person(marking.kind, store.where(marking.kind.kind(), **of_day))
    standing = store.merges.persons(found)
    others = {kept: found[one] for one, kept in standing.items()}
    return others | {one: mark for one, mark in found.items() if one not in standing}


def by_person(kind: type[Record], marks: Iterable[Record]) -> dict[str, Record]:
    """Return marks by the id of the person they are about."""
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(kind).values()
    return {str(one): mark for mark in marks for field in fields if (one := mark.value(field))}


class Tally(NamedTuple):
    """How many came, and how fast."""

    present: int
    women: int
    men: int
    pace: int
    """Marks an hour; 0: not known yet."""


def tally(
    marking: Marking, people: Iterable[OnRoll], marks: Mapping[str, Record], now: int
) -> Tally:
    """Count who is there."""
    there = {one for one, mark in marks.items() if marking.holds(mark)}
    genders = [one.gender for one in people if one.row.id in there]
    times = (marks[one].updated_at or 0 for one in there)
    return Tally(len(there), genders.count(WOMAN), genders.count(MAN), pace(times, now))


def pace(times: Iterable[int], now: int) -> int:
    """Return how many marks an hour are made, by the seconds at which those of late were made."""
    late = [one for one in times if now - _WINDOW < one <= now]
    if len(late) < _LEAST:
        return 0
    return round(len(late) * 3600 / max(now - min(late), 60))
