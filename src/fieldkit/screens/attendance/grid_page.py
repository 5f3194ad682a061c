"""The grid in which people are marked one after another: by number, by name, or walking the list.

Digits and Enter mark the person of that number. Space marks the person under the cursor and goes
on to the next. Enter in an empty box does nothing: a second Enter would mark the next person. A
mark is on the disk before it is shown. Whoever is not on the roll is looked for in the whole
register.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.roll.marks import Marking, Tally, read_marks, tally
from fieldkit.screens.attendance.roll.people import (
    HEADINGS,
    Narrowed,
    OnRoll,
    narrowed,
    person_cells,
    read_people,
)
from fieldkit.screens.attendance.walk_in_page import begin_walk_in, forget_walk_in, save_walk_in
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.charts import bar
from fieldkit.screens.look.parts import MARGIN, Key, keys
from fieldkit.screens.look.text import Cell, Span, Text, joined, width_of
from fieldkit.screens.lookup.deleting import ask_and_delete
from fieldkit.screens.lookup.hits import alike, choice_of, new_cells
from fieldkit.screens.lookup.rows import Row, headings_of
from fieldkit.screens.lookup.search import search, texts_from
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice, LazyRows

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Edit, Saved, Store

_BAR = 20
"""Cells of the bar of those who were present."""
_LEAST_BAR = 5
_NUMBER = 4
"""Digits that a number may have; more of them are a mobile or an official number."""
_UNNUMBERED = 0


class Act(NamedTuple):
    """What one key did, and the edits after which it is undone."""

    words: str
    back: Sequence[Edit]
    person: str


class GridBox(Picker):
    """A picker in which Space and ``-`` mark, and Left and Right show another day."""

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys that mark or change the day, most of them only while nothing is typed."""
        page, typed = self.screen, self.typed.text.strip()
        if not isinstance(page, GridPage):
            return
        key = "minus" if event.key == "subtract" else event.key
        digits = typed.isdecimal() and len(typed) <= _NUMBER
        absent = key == "minus" and page.marking.present != "" and (not typed or digits)
        turns = key in {"left", "right"} and not self.typed.text
        if not (absent or turns or key == "enter" or (key == "space" and not self.typed.text)):
            return
        event.stop()
        event.prevent_default()
        if turns:
            await self._run_reporting(partial(page.turn, -1 if key == "left" else 1))
        elif key == "enter":
            await self._take(page, typed)
        else:
            await self.settled()
            if absent and self._mark is not None:
                await self._run_reporting(partial(page.mark_absent, self._mark))
            elif not absent:
                await self.enter()
            if not typed:
                await self._shift(0, 1)

    async def _take(self, page: GridPage, typed: str) -> None:
        """Take the person whom the typed text means; nothing typed means nobody."""
        await self.settled()
        if typed and self.marked is None:
            if typed.isdecimal():  # the next number must not be joined to it
                self.reload("")
                await self.settled()
            page.say_nobody(typed)
        elif typed:
            await self.enter()


class GridPage(PickerPage[None]):
    """People with numbers, and a mark beside each."""

    BOX = GridBox
    PROMPT = "Present"
    HINT = "number, name or mobile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z,f8", "undo", "Undo", show=False),
        Binding("ctrl+n,f9", "new", "Not on the list", show=False),
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
        return _UNNUMBERED

    async def turn(self, _days: int, /) -> None:
        """Show another day."""

    def day_line(self) -> Sequence[Cell]:
        """Return what stands before the tally: the day."""
        return ()

    def said_of_roll(self) -> Cell:
        """Return the line that says who is expected; empty: there is none."""
        return ""

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
        """Return what is done for what, for the bar."""
        return ("Attendance", self._label)

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
        short = typed.isdecimal() and len(typed) <= _NUMBER
        if typed and (self._beyond or not found.people) and not short:
            return await self._in_register(typed)
        return self._on_roll(found, typed)

    def _on_roll(self, found: Narrowed, typed: str) -> Answer:
        self._shown = found.people
        people = found.people
        rows = LazyRows(lambda place: self._choice(people[place], typed), len(people))
        above: list[Cell] = [self._tally_line()]
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

    def _tally_line(self) -> Text:
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

    # --- not on the roll ---

    async def _in_register(self, typed: str) -> Answer:
        """Answer with people of the whole register, who are put on the roll as they are marked."""
        from fieldkit.records.declaration.roles import newcomer, people_in

        kinds = list(people_in(self.marking.kind))
        rows, sure = await self.read(lambda store: search(store, typed, kinds), "hits")
        on_roll = {one.row.id: one for one in self._people}
        choices = [self._hit(row, on_roll.get(row.id), typed) for row in rows]
        self._shown = ()
        words = f"{newcomer().new_verb or 'new'} "
        last = None
        if texts_from(newcomer().kind(), typed):
            last = Choice(new_cells(words, typed, among=bool(rows)), partial(self._walk_in, typed))
        there = ". In the register:" if rows else ", nor in the register."
        where = (Span(f"Not on the list{there}", "dim"),)
        return Answer(
            choices,
            last,
            0 if sure else len(rows) if last else None,
            above=(self._tally_line(), where),
            headings=headings_of(rows),
            note=alike(len(rows)),
        )

    def _hit(self, row: Row, on_roll: OnRoll | None, typed: str) -> Choice:
        if on_roll is None:
            return choice_of(row, self._mark_other, typed)
        label, *cells = row.cells
        name = (Span(label, "strong"), Span(f" (number {on_roll.number})", "dim"))
        return Choice((name, *cells), partial(self.mark, on_roll), row.below, key=row.id)

    async def _mark_other(self, _kind: str, record_id: str) -> None:
        """Mark somebody of the register who is not on the roll."""

        def read(store: Store) -> list[OnRoll]:
            return read_people(store, self.marking.kind, [(_UNNUMBERED, record_id)])

        for one in await self.ask(read):
            await self.mark(one)

    async def action_new(self) -> None:
        """Look for who is typed in the whole register; once there, register them."""
        await self.run_reporting(self._new)

    async def _new(self) -> None:
        typed = self.picker.typed.text.strip()
        if not typed:
            self.say("Type the name or the mobile of who is not on the list, then Ctrl+N.")
            return
        await self.picker.settled()
        if self._beyond or self.picker.answer.last is not None:
            await self._walk_in(typed)
            return
        self._beyond = True
        self.picker.reload()
        await self.picker.settled()

    async def _walk_in(self, typed: str) -> None:
        """Register somebody with what is known, and mark them with it in one act."""
        await begin_walk_in(self, typed, self._save_walk_in)

    async def _save_walk_in(self, person: Edit) -> None:
        field = next(
            name
            for name, reference in self.marking.kind.references().items()
            if person.kind.kind() in reference.kinds
        )
        saved = await self.ask(
            lambda store: save_walk_in(
                store, person, partial(self._line_of, field), self.app.operator
            )
        )
        await self._saved(saved, saved[0].id, None, new=person.kind)

    def _line_of(self, field: str, person: str) -> Edit:
        row = Row(person, "", "", (), ())
        return self.marking.edit(OnRoll(_UNNUMBERED, row, field), None, self._day)

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
        await self._saved(saved, one.row.id, before)

    async def mark_absent(self, place: int) -> None:
        """Mark the person at a place of the list absent."""
        if place < len(self._shown):
            await self.mark(self._shown[place], present=False)

    async def _saved(
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
            number = _UNNUMBERED if on_roll else self.note_newcomer(store, person)
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
        word = self.marking.words[0] if self.marking.holds(mark) else mark.label()
        words = f"{_called(one)}: {word}"
        self._acts.append(Act(words, back, person))
        await self._show(person, words + (", registered; finish the form later" if new else ""))

    async def _show(self, person: str, sentence: str) -> None:
        """Show the empty box with the cursor on a person, and say what was done."""
        self._at = person
        self.picker.reload("")
        await self.picker.settled()
        # Not awaited: the next key need not wait until what is unsent is counted.
        self.run_worker(self.app.refresh_status, group="status", exclusive=True)
        self.say(sentence, done=True)

    async def _clear(self, one: OnRoll) -> None:
        """Delete a mark, asked twice."""
        mark = self._marks.get(one.row.id)
        if mark and await ask_and_delete(self, mark.id, key="Delete"):
            self._marks.pop(one.row.id, None)
            await self._show(one.row.id, f"{_called(one)}: {self.marking.words[1]}")

    def say_nobody(self, typed: str) -> None:
        """Say that Enter meant nobody."""
        if typed.isdecimal():
            self.say(f"Nobody has the number {typed}. Nothing was marked.", error=True)
        else:
            self.say("Several are meant: type more, or choose with Down.")

    async def action_undo(self) -> None:
        """Undo the last mark, as a change."""
        await self.run_reporting(self._undo)

    async def _undo(self) -> None:
        if not self._acts:
            self.say("Nothing was marked here since this page opened. Delete clears a mark.")
            return
        act = self._acts[-1]
        edits = list(act.back)

        def undo(store: Store) -> None:
            store.save(edits, self.app.operator)
            if len(edits) > 1:
                forget_walk_in(store, act.person)

        await self.ask(undo)
        self._acts.pop()
        await self._read_marks()
        if len(act.back) > 1:
            self._people = [one for one in self._people if one.row.id != act.person]
        self.picker.start_over("")
        await self._show(act.person, f"Undone: {act.words}")

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
