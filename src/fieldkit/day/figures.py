"""An operator's own figures by day: keys, minutes at work, records. Never synced, no values.

They stay in the home folder of the laptop, and each operator is shown their own alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.day.kept import Note, keep_note, read_note

if TYPE_CHECKING:
    from fieldkit.store import Notes

_FILE = "own-figures"
_KEPT = 62
"""Days that are kept."""


class Figures(NamedTuple):
    """The figures of a day."""

    keys: int = 0
    minutes: int = 0
    """Minutes in which a key was pressed."""
    new: int = 0
    """Records entered one by one; an import does not count."""
    corrected: int = 0
    """Records corrected."""

    def plus(self, other: Figures) -> Figures:
        """Return both together."""
        return Figures(*(one + more for one, more in zip(self, other, strict=True)))

    def an_hour(self, many: int) -> int | None:
        """Return a count by the hour at work; None in the first five minutes."""
        return round(many * 60 / self.minutes) if self.minutes >= 5 else None

    def keys_each(self) -> int | None:
        """Return the keys of a record that was entered or corrected."""
        saved = self.new + self.corrected
        return round(self.keys / saved) if saved else None


def add_figures(notes: Notes, operator: str, day: date, more: Figures) -> None:
    """Add to the figures of an operator's day.

    Raises:
        OSError: they cannot be written.
    """
    if not operator or not any(more):
        return
    note = read_note(notes, _FILE)
    before = note.get(operator)
    days: dict[str, Note] = dict(before) if isinstance(before, dict) else {}
    days[day.isoformat()] = list(_read(days.get(day.isoformat())).plus(more))
    oldest = (day - timedelta(days=_KEPT)).isoformat()
    note[operator] = {one: figures for one, figures in days.items() if one > oldest}
    keep_note(notes, _FILE, note)


def own_figures(notes: Notes, operator: str) -> Mapping[str, Figures]:
    """Return an operator's figures by day in ISO form, the latest first."""
    days = read_note(notes, _FILE).get(operator)
    found = days.items() if isinstance(days, dict) else ()
    return {day: _read(one) for day, one in sorted(found, reverse=True)}


def _read(noted: Note) -> Figures:
    counts = noted if isinstance(noted, list) else []
    whole = [one for one in counts if isinstance(one, int) and one >= 0]
    return Figures(*whole) if len(whole) == len(Figures._fields) else Figures()
