"""The days of a training or programme: who of those expected was present, day by day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.papers.roll import Roll, keep_roll, new_roll, numbered, read_days_roll
from fieldkit.screens.attendance.expected_page import ExpectedPage
from fieldkit.screens.attendance.grid_page import GridPage
from fieldkit.screens.attendance.roll.marks import Marking
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.look.glyphs import LEFT, RIGHT
from fieldkit.screens.look.parts import Key, keys, rare
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Store


class DaysPage(GridPage):
    """Who was present on a day of a training or programme."""

    def __init__(self, how: DayMarks, record_id: str, label: str) -> None:
        """``how``: how its days are marked; ``record_id``: the training, called ``label``."""
        super().__init__(Marking.of_days(how, record_id), label)
        self._how, self._record_id = how, record_id
        self._span: tuple[date, date] | None = None
        self._roll = Roll()

    @property
    def _chosen(self) -> bool:
        """Whether who is expected is chosen, and anybody may come."""
        return not self._how.days.enrolled

    async def begin(self) -> None:
        """Load the roll; ask who is expected if nobody said so yet. The next key waits for it."""
        await self._load_roll()
        self.set_header(*self.trail())
        if self._chosen and not self._roll.words and not self._people:
            await self._choose_expected()

    def keys_now(self) -> Sequence[Key]:
        """Return the line of keys."""
        return (
            *keys("Space present", "- absent", "Ctrl+N not on the list", "Ctrl+Z undo"),
            rare(f"{LEFT}{RIGHT} day"),
            rare("F6 toolkits") if self._chosen else rare("Delete clear"),
            *keys("Esc back"),
        )

    def read_numbers(self, store: Store) -> list[tuple[int, str]]:
        """Return everybody's number; the roll is kept, so that nobody's number ever changes."""
        training = store.get(self._how.parent.kind(), self._record_id)
        if training is not None:
            self._label = re.sub(r" \(.*?\)", "", training.label())
        span = read_span(store, self._how, self._record_id)
        if self._span != span:
            self._span, self._day = span, span[1]
        roll, on_it = read_days_roll(store, self._how, self._record_id)
        self._roll = roll
        return [(number, one) for number, one in numbered(roll) if on_it is None or one in on_it]

    def note_newcomer(self, store: Store, person: str) -> int:
        """Put somebody on the kept roll; return their number."""
        self._roll = self._roll.with_more([person])
        keep_roll(store.notes, self._record_id, self._roll)
        return next(number for number, one in numbered(self._roll) if one == person)

    def day_line(self) -> Sequence[Cell]:
        """Return the day, and whether there are others."""
        from fieldkit.records.fields.formats import show_date

        if self._day is None or self._span is None:
            return ()
        first, last = self._span
        before = (Span(f"{LEFT} ", "key"),) if self._day > first else ()
        after = (Span(f" {RIGHT}", "key"),) if self._day < last else ()
        return ((*before, Span(show_date(self._day), "strong"), *after),)

    def said_of_roll(self) -> Cell:
        """Return who is expected, in words."""
        return (Span(f"Expected: {self._roll.words}", "dim"),) if self._roll.words else ""

    def nobody(self) -> str:
        """Return what to do while nobody is on the roll."""
        if self._chosen:
            return "Nobody is here yet. Type the name or mobile of who comes."
        return "Nobody is on the list yet: Esc, then m."

    async def turn(self, days: int) -> None:
        """Show another day."""
        if self._span is None or self._day is None:
            return
        day = self._day + timedelta(days)
        first, last = self._span
        if first <= day <= last:
            self._day, self._at = day, ""
            await self._read_marks()
            self.picker.start_over("")
        else:
            self.say("There is no other day that can be marked.")

    # --- who is expected ---

    async def _choose_expected(self) -> None:
        page = ExpectedPage(self._how.kind, self._label, self._expect)
        await self.app.push_screen(page)

    async def _expect(self, words: str, people: Sequence[Record]) -> None:
        """Put people on the roll; those who are on it keep their numbers."""

        def keep(store: Store) -> None:
            keep_roll(store.notes, self._record_id, joined_roll(self._roll, words, people))

        await self.ask(keep)
        await self.reload_roll()

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers here."""
        own = list(super().menu_entries())
        if self._chosen:
            navigator, parent = self.navigator, self._how.parent.kind()
            own += [
                MenuEntry("Here: who is expected, more people", "", self._choose_expected),
                MenuEntry("Here: another camp", "", partial(navigator.open_job, parent, ask=True)),
                MenuEntry("Here: toolkits, hand over", "F6", navigator.open_hand_over),
            ]
        return own


def read_span(store: Store, how: DayMarks, record_id: str) -> tuple[date, date]:
    """Return the first and last day that can be marked: those of the training, up to today."""
    from fieldkit.records.fields.formats import today

    training = store.get(how.parent.kind(), record_id)
    first = training.value(how.days.first) if training else None
    last = training.value(how.days.last) if training and how.days.last else None
    end = min(last, today()) if isinstance(last, date) else today()
    return min(first, end) if isinstance(first, date) else end, end


def joined_roll(roll: Roll, words: str, people: Sequence[Record]) -> Roll:
    """Return a roll with people who are expected too; nobody who is on it changes number."""
    more = new_roll(people, words)
    if not roll.ids:
        return more
    said = "; ".join(filter(None, (roll.words, words)))
    return Roll(said, roll.first, roll.ids).with_more(more.ids)
