"""The grid in which people are marked one after another: by number, by name, or down the list.

Digits and Enter mark the person of that number. Space marks the person under the cursor and goes
on to the next. Enter in an empty box does nothing: a second Enter would mark the next person. A
mark is on the disk before it is shown. Whoever is not on the roll is looked for in the whole
register.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.roll.people import OnRoll, read_people
from fieldkit.screens.attendance.roll_page import NUMBER, UNNUMBERED, RollPage
from fieldkit.screens.attendance.walk_in_page import begin_walk_in, save_walk_in
from fieldkit.screens.find.hits import alike, choice_of, new_cells
from fieldkit.screens.find.search import search, texts_from
from fieldkit.screens.look.text import Span
from fieldkit.screens.lookup.rows import Row, headings_of
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Edit, Store


class GridBox(Picker):
    """A picker in which Space and ``-`` mark, and Left and Right show another day."""

    async def own_key(self, event: events.Key, /) -> bool:
        """Handle the keys that mark or change the day, most of them only while nothing is typed."""
        page, typed = self.screen, self.typed.text.strip()
        if not isinstance(page, GridPage):
            return False
        key = "minus" if event.key == "subtract" else event.key
        digits = typed.isdecimal() and len(typed) <= NUMBER
        absent = key == "minus" and page.marking.present != "" and (not typed or digits)
        turns = key in {"left", "right"} and not self.typed.text
        if not (absent or turns or key == "enter" or (key == "space" and not self.typed.text)):
            return False
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
        return True

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


class GridPage(RollPage):
    """A roll whose people are marked by keys, and to which those of the register are added."""

    BOX = GridBox
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n,f9", "new", "Not on the list", show=False)
    ]

    async def turn(self, _days: int, /) -> None:
        """Show another day."""

    def say_nobody(self, typed: str) -> None:
        """Say that Enter meant nobody."""
        if typed.isdecimal():
            self._missed.append(typed)
            self.say(f"Nobody has the number {typed}. Nothing was marked.", error=True)
        else:
            self.say("Several fit: type more, or choose with Down.")

    # --- not on the roll ---

    async def in_register(self, typed: str) -> Answer:
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
            above=(self.tally_line(), where),
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
            return read_people(store, self.marking.kind, [(UNNUMBERED, record_id)])

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
        await self.show_saved(saved, saved[0].id, None, new=person.kind)

    def _line_of(self, field: str, person: str) -> Edit:
        row = Row(person, "", "", (), ())
        return self.marking.edit(OnRoll(UNNUMBERED, row, field), None, self._day)
