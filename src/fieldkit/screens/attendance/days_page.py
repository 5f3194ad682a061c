"""The days of a training: who of those enrolled was present, day by day.

Each person keeps their number: a number and Enter marks them present; Space does so while walking
down the list, ``-`` marks absent. Enter in an empty box does nothing: a second Enter would mark the
next person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.attendance.day_marks import (
    Enrolled,
    read_enrolled,
    read_marks,
    read_span,
)
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.deleting import ask_and_delete
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store


class DayBox(Picker):
    """A picker in which Space and ``-`` mark, and Left and Right show another day."""

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys that mark or change the day, most of them only while nothing is typed."""
        page = self.screen
        absent = event.key in {"minus", "subtract"}
        while_empty = not self.typed.text and event.key in {"space", "enter", "left", "right"}
        if not isinstance(page, DaysPage) or not (absent or while_empty):
            return
        event.stop()
        event.prevent_default()
        if event.key in {"left", "right"}:
            await self._run_reporting(partial(page.change_day, -1 if event.key == "left" else 1))
        elif event.key != "enter":
            walking = not self.typed.text
            await self.settled()
            if absent and self._mark is not None:
                await self._run_reporting(partial(page.mark_absent, self._mark))
            elif not absent:
                await self.enter()
            await self._shift(0, int(walking))


class DaysPage(PickerPage[None]):
    """Who was present on a day of a training."""

    BOX = DayBox
    PROMPT = "Name or number"
    KEYS = keys("Space or number Enter present  - absent  Left Right day  Delete clear  Esc")

    def __init__(self, how: DayMarks, record_id: str, label: str) -> None:
        """``how``: how its days are marked; ``record_id``: the training, called ``label``."""
        super().__init__()
        self._how, self._record_id, self._label = how, record_id, label
        self._span: tuple[date, date] | None = None
        self._day = date.min
        self._people: Sequence[Enrolled] = ()
        self._shown: Sequence[Enrolled] = ()
        self._marks: Mapping[str, Record] = {}

    async def load_data(self) -> None:
        """Load the roster, at first with the last day that can be marked."""
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the roster, or with those on it whose number or name is typed."""
        if self._span is None:
            span, self._people = await self.ask(self._read_roster)
            self._span, self._day = span, span[1]
        await self._load_marks()
        self._shown = [one for one in self._people if _answers(one, text)]
        words = {person: mark.label() for person, mark in self._marks.items()}
        rows = [
            Choice(
                (f"{one.number:>3}", *one.row.cells[:3], words.get(one.row.id, "")),
                partial(self._mark, one, present=True),
                remove=partial(self._clear, one) if one.row.id in self._marks else None,
            )
            for one in self._shown
        ]
        nobody = "   Nobody is enrolled in this training yet: Esc, then a."
        return Answer(rows, above=() if self._people else (nobody,))

    def _read_roster(self, store: Store) -> tuple[tuple[date, date], Sequence[Enrolled]]:
        place = self._how, self._record_id
        return read_span(store, *place), read_enrolled(store, *place)

    async def refresh_data(self) -> None:
        """Show the marks a sync received; what is typed stays."""
        await self.picker.follow()

    async def change_day(self, days: int) -> None:
        """Show another day of the training."""
        if self._span is None:
            return
        day = self._day + timedelta(days)
        first, last = self._span
        if first <= day <= last:
            self._day = day
            self.picker.reload()
        else:
            self.say("No day of the training that can be marked lies beyond this one.")

    async def _load_marks(self) -> None:
        place, day = (self._how, self._record_id), self._day
        self._marks = await self.ask(lambda store: read_marks(store, *place, day))
        from fieldkit.records.fields.formats import show_date

        field = self._how.days.present
        present = sum(mark.value(field) is not False for mark in self._marks.values())
        there = f"{present} of {len(self._people)} present"
        self.set_header(self._label, show_date(self._day), chips=[there])

    async def mark_absent(self, place: int) -> None:
        """Mark the person at a place of the list absent."""
        if place < len(self._shown):
            await self._mark(self._shown[place], present=False)

    async def _mark(self, one: Enrolled, *, present: bool) -> None:
        """Mark a person; the same mark again changes nothing."""
        from fieldkit.store import Edit, Refused

        kind, days = self._how
        mark = self._marks.get(one.row.id)
        fields: dict[str, Value] = {days.present: present}
        if mark is None:
            fields |= {days.of: self._record_id, one.field: one.row.id, days.day: self._day}
        edit = Edit(kind, fields, mark.id if mark else None, mark.version or 0 if mark else None)
        try:
            await self.ask(lambda store: store.save([edit], self.app.operator))
        except Refused as refused:
            self.picker.reload()
            self.say(str(refused), error=True)
            return
        await self._reload(f"{one.number} {one.row.label}: {'present' if present else 'absent'}")

    async def _clear(self, one: Enrolled) -> None:
        """Delete a mark."""
        mark = self._marks.get(one.row.id)
        if mark and await ask_and_delete(self, mark.id, key="Delete"):
            await self._reload(f"{one.number} {one.row.label}: no mark")

    async def _reload(self, sentence: str) -> None:
        self.picker.reload("")
        await self.picker.settled()
        await self.app.refresh_status()
        self.say(sentence)


def _answers(one: Enrolled, typed: str) -> bool:
    """Say whether a number or the beginnings of names mean this person; nothing typed means all."""
    words = typed.casefold().split()
    if len(words) == 1 and words[0].isdecimal():
        return one.number == int(words[0])
    names = " ".join(one.row.cells[:3]).casefold().split()
    return all(any(name.startswith(word) for name in names) for word in words)
