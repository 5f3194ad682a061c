"""People with numbers and a mark beside each: loading, showing, saving and undoing marks.

A mark is on the disk before it is shown. What keys do is added by
:mod:`fieldkit.screens.attendance.grid_page`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.roll.marks import Marking, Tally, by_person, read_marks, tally
from fieldkit.screens.attendance.roll.people import (
    HEADINGS,
    Narrowed,
    OnRoll,
    narrowed,
    person_cells,
    read_people,
)
from fieldkit.screens.attendance.walk_in_page import forget_walk_in
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.find.hits import alike
from fieldkit.screens.look.charts import bar
from fieldkit.screens.look.parts import MARGIN, Key, keys
from fieldkit.screens.look.text import Cell, Span, Text, cut, joined, width_of, words_of
from fieldkit.screens.lookup.acts.deleting import ask_and_delete
from fieldkit.screens.widgets.rows import Answer, Choice, LazyRows

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Edit, Saved, Store

_BAR = 20
"""Cells of the bar of those who were present."""
_LEAST_BAR = 5
_LEAST_LABEL = 12
NUMBER = 4
"""Digits that a number may have; more of them are a mobile or an official number."""
UNNUMBERED = 0
"""The number of somebody who is not on the roll."""


class Act(NamedTuple):
    """What one key did, and the edits after which it is undone."""

    words: str
    back: Sequence[Edit]
    person: str


class RollPage(PickerPage[None]):
    """People with numbers, and a mark beside each."""

    PROMPT = "Present"
    STAYS_OPEN = True
    HINT = "number, name or mobile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z,f8", "undo", "Undo", show=False),
    ]

    def __init__(self, marking: Marking, label: str) -> None:
        """``marking``: what is marked; ``label``: for what."""
        super().__init__()
        self.marking, self._label = marking, label
        self._day: date | None = None
        self._people: list[OnRoll] = []
        self._columns: tuple[int, ...] = ()
        self._shown: Sequence[OnRoll] = ()
        self._marks: dict[str, Record] = {}
        self._now = 0
        self._acts: list[Act] = []
        self._missed: list[str] = []
        """Numbers that nobody has, not said yet beside a mark that followed at once."""
        self._at = ""
        """The person marked last; the cursor goes to them."""
        self._beyond = False
        """Whether the register is looked into although somebody on the roll answers."""
        self._read = asyncio.Lock()
        self._loaded = False

    # --- what a page of this kind adds ---

    def read_numbers(self, _store: Store, /) -> list[tuple[int, str]]:
        """Return the number and the record number of everybody. Runs in a store's thread."""
        return []

    def note_newcomer(self, _store: Store, _person: str, /) -> int:
        """Put somebody who is not on the roll on it; return their number. Runs in a thread."""
        return UNNUMBERED

    def day_line(self) -> Sequence[Cell]:
        """Return what stands before the tally: the day."""
        return ()

    def said_of_roll(self) -> Cell:
        """Return the line that says who is expected; empty: there is none."""
        return ""

    async def in_register(self, typed: str, /) -> Answer:
        """Answer with the person who is meant and is not on the roll."""
        return self.on_roll(Narrowed(()), typed)

    def nobody(self) -> str:
        """Return the sentence that stands there while nobody is on the roll."""
        return "Nobody is on the list yet."

    # --- loading ---

    async def load_data(self) -> None:
        """Load the roll at first; later show what another page changed."""
        self.set_header(*self.trail())
        self.set_keys(*self.keys_now())
        if self._loaded:
            await self._read_marks()
        self.picker.reload_if_idle()

    def trail(self) -> Sequence[str]:
        """Return what is done for what, for the bar; the place is never cut."""
        head, comma, place = self._label.rpartition(", ")
        space = max(self.app.size.width // 2 - len(comma + place), _LEAST_LABEL)
        return ("Attendance", words_of(cut(head, space)) + comma + place)

    def keys_now(self) -> Sequence[Key]:
        """Return the line of keys."""
        return keys("Space mark, next", "Ctrl+N not on the list", "Ctrl+Z undo", "Esc back")

    async def refresh_data(self) -> None:
        """Show the marks a sync received; what is typed stays."""
        await self._read_marks()
        if self.picker.typed.text:
            return
        await self.picker.follow()

    async def reload_roll(self) -> None:
        """Read everybody and all marks again."""
        self._loaded = False
        await self._load_roll()
        self.picker.reload("")

    async def _load_roll(self) -> None:
        async with self._read:
            if self._loaded:
                return

            def read(store: Store) -> tuple[list[OnRoll], tuple[int, ...]]:
                people = read_people(store, self.marking.kind, self.read_numbers(store))
                return people, _columns(people)

            self._people, self._columns = await self.read(read)
            self._loaded = True
            await self._read_marks()
            self._people = [
                one for one in self._people if not one.gone or one.row.id in self._marks
            ]

    async def _read_marks(self) -> None:
        day = self._day

        def read(store: Store) -> tuple[dict[str, Record], int, list[OnRoll]]:
            marks = read_marks(store, self.marking, day)
            known = {one.row.id for one in self._people}
            others = [one for one in marks if one not in known]
            numbers = [(self.note_newcomer(store, one), one) for one in others]
            return marks, store.now(), read_people(store, self.marking.kind, numbers)

        self._marks, self._now, more = await self.ask(read)
        self._people += more

    # --- rows ---

    async def answer(self, text: str) -> Answer:
        """Answer with the roll, with those on it who are meant, or with hits in the register."""
        if not self._loaded:
            await self._load_roll()
        typed = text.strip()
        if typed:
            self.begin_next()
        else:
            self._beyond = False
        found = narrowed(self._people, typed)
        short = typed.isdecimal() and len(typed) <= NUMBER
        if typed and (self._beyond or not found.people) and not short:
            return await self.in_register(typed)
        return self.on_roll(found, typed)

    def on_roll(self, found: Narrowed, typed: str) -> Answer:
        """Answer with people of the roll."""
        self._shown = found.people
        people = found.people
        rows = LazyRows(lambda place: self._choice(people[place], typed), len(people))
        above: list[Cell] = [self.tally_line()]
        above += [line] if (line := self.said_of_roll()) else []
        if not rows:
            words = f"Nobody has the number {typed}." if typed else self.nobody()
            above += ["", (Span(words, "dim"),)]
        return Answer(
            rows,
            mark=self._place_of_mark(found, typed),
            above=tuple(above),
            headings=(*HEADINGS, self.marking.words[0].capitalize()),
            columns=(*self._columns, self.marking.width),
            note=alike(len(rows)) if typed else "",
        )

    def _place_of_mark(self, found: Narrowed, typed: str) -> int | None:
        """Return where the cursor goes: to who is surely meant, else to the person marked last."""
        if not found.people:
            return None
        if typed:
            return None if found.sure is None else found.people.index(found.sure)
        places = {one.row.id: place for place, one in enumerate(found.people)}
        unmarked = (place for one, place in places.items() if one not in self._marks)
        return places.get(self._at, next(unmarked, 0))

    def _choice(self, one: OnRoll, typed: str) -> Choice:
        mark = self._marks.get(one.row.id)
        return Choice(
            (*person_cells(one, typed), self.marking.cell(mark)),
            partial(self.mark, one),
            remove=partial(self._clear, one) if mark else None,
            key=one.row.id,
        )

    def tally_line(self) -> Text:
        """Return how many are there of how many, how fast, and how many women and men."""
        found = tally(self.marking, self._people, self._marks, self._now)
        many, word = len(self._people), self.marking.words[0]
        parts: list[Cell] = [
            *self.day_line(),
            (Span(f"{found.present} of {many}", "strong"), Span(f" {word}", "dim")),
        ]
        after = [*_beside(found)]
        share = found.present / many if many else 0
        space = self.size.width - 2 * MARGIN - width_of(joined([*parts, *after])) - 2
        drawn = [bar(share, min(space, _BAR))] if space >= _LEAST_BAR else []
        return joined([*parts, *drawn, *after])

    # --- marking ---

    async def mark(self, one: OnRoll, *, present: bool = True) -> None:
        """Mark a person; the same mark again changes nothing."""
        from fieldkit.store import Refused

        before = self._marks.get(one.row.id)
        if before is not None and not self.marking.present:
            await self._show(one.row.id, f"{_called(one)}: {self.marking.words[0]} already")
            return
        edit = self.marking.edit(one, before, self._day, present=present)
        try:
            saved = await self.ask(lambda store: store.save([edit], self.app.operator))
        except Refused as refused:
            await self._read_marks()
            self.picker.reload()
            self.say(str(refused), error=True)
            return
        if saved[0].op is None:
            word = self.marking.words[0] if present else "absent"
            await self._show(one.row.id, f"{_called(one)}: {word} already")
            return
        await self.show_saved(saved, one.row.id, before)

    async def mark_absent(self, place: int) -> None:
        """Mark the person at a place of the list absent."""
        if place < len(self._shown):
            await self.mark(self._shown[place], present=False)

    async def show_saved(
        self,
        saved: Sequence[Saved],
        person: str,
        before: Record | None,
        *,
        new: type[Record] | None = None,
    ) -> None:
        """Show a mark that is saved, and note how to undo it; ``new``: the kind registered too."""
        mark_id, kind = saved[-1].id, self.marking.kind
        on_roll = any(one.row.id == person for one in self._people)

        def read(store: Store) -> tuple[Record | None, int, list[OnRoll]]:
            number = UNNUMBERED if on_roll else self.note_newcomer(store, person)
            found = [] if on_roll else read_people(store, kind, [(number, person)])
            return store.get(kind.kind(), mark_id), store.now(), found

        mark, self._now, more = await self.ask(read)
        self._people += more
        if mark is None:
            return
        self._marks[person] = mark
        back = [self.marking.undone(before, mark)]
        if new is not None:
            back.append(_deletion(new, person))
        one = next(one for one in self._people if one.row.id == person)
        words = f"{_called(one)}: {self._word(mark)}"
        self._acts.append(Act(words, back, person))
        await self._show(person, words + (", registered; finish the form later" if new else ""))

    async def _show(self, person: str, sentence: str) -> None:
        """Show the empty box with the cursor on a person, and say what was done."""
        self._at = person
        self.picker.reload("")
        await self.picker.settled()
        self.count_unsent()
        missed, self._missed = ", ".join(self._missed), []
        if missed:
            self.say(sentence, f"Nobody has {missed}.", doubt=True)
        else:
            self.say(sentence, done=True)

    async def _clear(self, one: OnRoll) -> None:
        """Delete a mark, asked twice."""
        mark = self._marks.get(one.row.id)
        if mark and await ask_and_delete(self, mark.id, key="Delete"):
            self._marks.pop(one.row.id, None)
            await self._show(one.row.id, f"{_called(one)}: {self.marking.words[1]}")

    async def action_undo(self) -> None:
        """Undo the last mark, as a change."""
        await self.run_reporting(self._undo)

    async def _undo(self) -> None:
        act = self._acts[-1] if self._acts else await self.ask(self._act_before)
        if act is None:
            self.say("Nothing that you marked here is left to undo.")
            return
        edits = list(act.back)

        def undo(store: Store) -> None:
            store.save(edits, self.app.operator)
            if len(edits) > 1:
                forget_walk_in(store, act.person)

        await self.ask(undo)
        self._acts = self._acts[:-1]
        await self._read_marks()
        if len(act.back) > 1:
            self._people = [one for one in self._people if one.row.id != act.person]
        self.picker.start_over("")
        await self._show(act.person, f"Undone: {act.words}")

    def _act_before(self, store: Store) -> Act | None:
        """Return the operator's last mark here, from before this page opened.

        Runs in a store's thread.
        """
        kind = self.marking.kind
        for mark in store.last_saved(1, self.app.operator, kind.kind()):
            if mark.value(self.marking.of) != self.marking.record_id:
                continue
            for person in by_person(kind, [mark]):
                named = [_called(one) for one in self._people if one.row.id == person]
                words = f"{next(iter(named), person)}: {self._word(mark)}"
                return Act(words, [self.marking.undone(None, mark)], person)
        return None

    def _word(self, mark: Record) -> str:
        return self.marking.words[0] if self.marking.holds(mark) else mark.label()

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers here."""
        return [MenuEntry("Here: undo the last mark", "Ctrl+Z", self._undo)]


def _called(one: OnRoll) -> str:
    return f"{one.number} {one.row.label}" if one.number else one.row.label


def _deletion(kind: type[Record], record_id: str) -> Edit:
    from fieldkit.protocol.change import Op
    from fieldkit.store import Edit

    return Edit(kind, {}, record_id, None, Op.DELETE)


def _columns(people: Iterable[OnRoll]) -> tuple[int, ...]:
    """Return the cells that the columns of a roll need."""
    widths = [width_of(one) for one in HEADINGS]
    for person in people:
        for place, cell in enumerate(person_cells(person)):
            widths[place] = max(widths[place], width_of(cell))
    return tuple(widths)


def _beside(found: Tally) -> Iterable[Cell]:
    """Return what stands after the tally: the pace, women and men."""
    if found.pace:
        yield (Span(f"{found.pace}", "strong"), Span(" an hour", "dim"))
    if found.present:
        for many, words in ((found.women, " women"), (found.men, " men")):
            yield (Span(f"{many}", "strong"), Span(words, "dim"))
