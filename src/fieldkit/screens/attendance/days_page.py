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
    HEADINGS,
    Enrolled,
    mark_cell,
    person_cells,
    read_enrolled,
    read_marks,
    read_span,
)
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.charts import bar
from fieldkit.screens.look.glyphs import LEFT, RIGHT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, joined
from fieldkit.screens.lookup.deleting import ask_and_delete
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store


_BAR = 20
"""Cells of the bar of those who were present."""


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
    PROMPT = "Present"
    HINT = "number or name"
    KEYS = keys(
        "Space present",
        "- absent",
        f"{LEFT}{RIGHT} day",
        "Delete clear",
        "Esc back",
    )

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
        self.set_header(self._label, "Attendance")
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the roster, or with those on it whose number or name is typed."""
        if self._span is None:
            span, self._people = await self.ask(self._read_roster)
            self._span, self._day = span, span[1]
        await self._load_marks()
        self._shown = [one for one in self._people if _answers(one, text)]
        rows = [
            Choice(
                (*person_cells(one), mark_cell(self._marks.get(one.row.id), self._how)),
                partial(self._mark, one, present=True),
                remove=partial(self._clear, one) if one.row.id in self._marks else None,
            )
            for one in self._shown
        ]
        nobody = ("", (Span("Nobody is on the list yet: Esc, then m.", "dim"),))
        unknown = ("", (Span("Nobody on the list is called so.", "dim"),))
        above = (self._day_line(), *(() if rows else unknown if self._people else nobody))
        return Answer(rows, above=above, headings=(*HEADINGS, "On this day"))

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
            self.say("This training has no other day that can be marked.")

    async def _load_marks(self) -> None:
        place, day = (self._how, self._record_id), self._day
        self._marks = await self.ask(lambda store: read_marks(store, *place, day))

    def _day_line(self) -> Cell:
        """Return the day, how many were there, and what other days there are."""
        from fieldkit.records.fields.formats import show_date

        field, (first, last) = self._how.days.present, self._span or (self._day, self._day)
        present = sum(mark.value(field) is not False for mark in self._marks.values())
        many = len(self._people)
        return joined(
            [
                (Span(LEFT if self._day > first else " ", "key"),),
                (Span(show_date(self._day), "strong"),),
                (Span(RIGHT if self._day < last else " ", "key"),),
                (Span(f"{present} of {many} present"),),
                bar(present / many if many else 0, _BAR),
            ]
        )

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
        word = "present" if present else "absent"
        await self._reload(f"{one.number} {one.row.label}: {word}")

    async def _clear(self, one: Enrolled) -> None:
        """Delete a mark."""
        mark = self._marks.get(one.row.id)
        if mark and await ask_and_delete(self, mark.id, key="Delete"):
            await self._reload(f"{one.number} {one.row.label}: no mark")

    async def _reload(self, sentence: str) -> None:
        self.picker.reload("")
        await self.picker.settled()
        await self.app.refresh_status()
        self.say(sentence, done=True)


def _answers(one: Enrolled, typed: str) -> bool:
    """Say whether a number or the beginnings of names mean this person; nothing typed means all."""
    words = typed.casefold().split()
    if len(words) == 1 and words[0].isdecimal():
        return one.number == int(words[0])
    names = " ".join(one.row.cells[:3]).casefold().split()
    return all(any(name.startswith(word) for name in names) for word in words)
