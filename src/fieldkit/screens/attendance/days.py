"""The days of a training: who of those enrolled was there, one day after the other.

People have numbers that stay: a number and Enter marks one present; Space does so while walking
down the list, ``-`` marks absent. Enter in an empty box does nothing: a doubled one would mark the
next person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from fieldkit.screens.attendance.roster import PEOPLE
from fieldkit.screens.base.page import Page
from fieldkit.screens.records.deleting import deleted
from fieldkit.screens.records.rows import Row, fetched, row_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.store import Store


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One person of the training."""

    number: int
    """The place on the roll."""
    row: Row
    field: str
    """The field of a mark that refers to them."""


class DayBox(Picker):
    """A picker in which Space and ``-`` mark, and Left and Right turn to another day."""

    async def on_key(self, event: events.Key) -> None:
        """Take what marks and turns, most of it only while nothing is typed."""
        page = self.screen
        absent = event.key in {"minus", "subtract"}
        while_empty = not self.typed.text and event.key in {"space", "enter", "left", "right"}
        if not isinstance(page, DaysPage) or not (absent or while_empty):
            return
        event.stop()
        event.prevent_default()
        if event.key in {"left", "right"}:
            await self._told(partial(page.turn, -1 if event.key == "left" else 1))
        elif event.key != "enter":
            walking = not self.typed.text
            await self.settled()
            if absent and self._mark is not None:
                await self._told(partial(page.miss, self._mark))
            elif not absent:
                await self.enter()
            await self._shift(0, int(walking))


class DaysPage(Page[None]):
    """Who was present on a day of a training."""

    KEYBOARD = "#picker"
    KEYS = "Space or number Enter present  - absent  Left Right day  Delete clear  Esc"

    def __init__(self, batch: Row) -> None:
        super().__init__()
        self._batch = batch
        self._span: tuple[date, date] | None = None
        self._day = date.min
        self._people: Sequence[Enrolled] = ()
        self._shown: Sequence[Enrolled] = ()
        self._marks: Mapping[str, Record] = {}

    def content(self) -> Iterable[Widget]:
        """Yield the roll."""
        yield DayBox(self.answer, self.told, prompt="Name or number")

    async def arrive(self) -> None:
        """Fetch the roll, and stand on the last day that can be marked."""
        self.query_one(Picker).freshen()

    async def answer(self, text: str) -> Answer:
        """Answer with the roll, or those of it whose number or name is typed."""
        if self._span is None:
            span, self._people = await self.ask(lambda store: _roll(store, self._batch.id))
            self._span, self._day = span, span[1]
        await self._fetch()
        self._shown = [one for one in self._people if _answers(one, text)]
        rows = [
            Choice(
                (f"{one.number:>3}", *one.row.cells[:3], self._word(one)),
                partial(self._mark, one, present=True),
                remove=partial(self._clear, one) if one.row.id in self._marks else None,
            )
            for one in self._shown
        ]
        nobody = "   Nobody is enrolled in this training yet: Esc, then a."
        return Answer(rows, above=() if self._people else (nobody,))

    async def freshen(self) -> None:
        """Show the marks that came; what is typed stays."""
        await self.query_one(Picker).follow()

    async def turn(self, days: int) -> None:
        """Turn to another day of the training."""
        if self._span is None:
            return
        day = self._day + timedelta(days)
        first, last = self._span
        if first <= day <= last:
            self._day = day
            self.query_one(Picker).renew()
        else:
            self.say("No day of the training that can be marked lies beyond this one.")

    async def _fetch(self) -> None:
        self._marks = await self.ask(lambda store: _marks(store, self._batch.id, self._day))
        from fieldkit.records.fields.formats import show_date

        present = sum(mark.value("present") is not False for mark in self._marks.values())
        there = f"{present} of {len(self._people)} present"
        self.where(f"{show_date(self._day)}   {there}   {self._batch.label}")

    def _word(self, one: Enrolled) -> str:
        mark = self._marks.get(one.row.id)
        return mark.label() if mark else ""

    async def miss(self, place: int) -> None:
        """Mark the person at a place of the list absent."""
        if place < len(self._shown):
            await self._mark(self._shown[place], present=False)

    async def _mark(self, one: Enrolled, *, present: bool) -> None:
        """Mark a person; the same mark again changes nothing."""
        from fieldkit.records.outreach.attendance import Attendance
        from fieldkit.store import Edit, Refused

        mark = self._marks.get(one.row.id)
        fields: dict[str, Value] = {"present": present}
        if mark is None:
            fields |= {"training_batch_id": self._batch.id, one.field: one.row.id, "on": self._day}
        edit = Edit(
            Attendance, fields, mark.id if mark else None, mark.version or 0 if mark else None
        )
        try:
            await self.ask(lambda store: store.save([edit], self.desk.operator))
        except Refused as refused:
            self.query_one(Picker).renew()
            self.say(str(refused), error=True)
            return
        await self._again(f"{one.number} {one.row.label}: {'present' if present else 'absent'}")

    async def _clear(self, one: Enrolled) -> None:
        """Take a mark away again."""
        mark = self._marks.get(one.row.id)
        if mark and await deleted(self, mark.id, key="Delete"):
            await self._again(f"{one.number} {one.row.label}: no mark")

    async def _again(self, sentence: str) -> None:
        picker = self.query_one(Picker)
        picker.renew("")
        await picker.settled()
        await self.desk.take_stock()
        self.say(sentence)


def _roll(store: Store, batch: str) -> tuple[tuple[date, date], list[Enrolled]]:
    """Return the days that can be marked, and who is enrolled, numbered in order of entry."""
    from fieldkit.records.fields.formats import today

    training = store.get("training_batch", batch)
    first = training.value("starts_on") if training else None
    last = training.value("ends_on") if training else None
    end = min(last, today()) if isinstance(last, date) else today()
    start = min(first, end) if isinstance(first, date) else end
    lines = store.where("training_enrolment", training_batch_id=batch)
    lines.sort(key=lambda line: (line.created_at or 0, len(line.id), line.id))
    kept = fetched(store, lines)
    people = [
        (person, field)
        for line in lines
        for kind, field in PEOPLE.items()
        if (person := kept.get(kind, str(line.value(field) or "")))
    ]
    theirs = fetched(store, [person for person, _ in people])
    found = [
        Enrolled(number, row_of(theirs, person), field)
        for number, (person, field) in enumerate(people, 1)
    ]
    return (start, end), found


def _marks(store: Store, batch: str, day: date) -> dict[str, Record]:
    """Return the marks of a day by the person's id."""
    return {
        str(person): mark
        for mark in store.where("attendance", training_batch_id=batch, on=day)
        for field in PEOPLE.values()
        if (person := mark.value(field))
    }


def _answers(one: Enrolled, typed: str) -> bool:
    """Say whether a number or the beginnings of names mean this person; nothing typed means all."""
    words = typed.casefold().split()
    if len(words) == 1 and words[0].isdecimal():
        return one.number == int(words[0])
    names = " ".join(one.row.cells[:3]).casefold().split()
    return all(any(name.startswith(word) for name in names) for word in words)
