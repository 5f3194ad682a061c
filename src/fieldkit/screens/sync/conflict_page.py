"""Conflicts, one after the other: choose one of two values of a field, or type a third.

A conflict is between the value on the server and a value not used yet. Nothing is marked when a
conflict appears, so that a second Enter decides nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from math import inf
from textwrap import wrap
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.page import PickerPage, say_on_screen
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.search import search
from fieldkit.screens.sync.conflicts import Open, asked_field, district_of, open_conflicts
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Field
    from fieldkit.store import Keep

_LABEL = 20
"""Cells of a row's first words."""
_MARGIN = 10
"""Cells around a value."""
_LONGEST = 6
"""Most lines of a value that does not fit its row."""
_FIRST, _SECOND = "1m", "2t"
"""Keys of the two values."""
PAUSE = 0.7
"""Seconds in which no key decides a conflict that has just appeared: it cannot have been read yet.
A key that is held down repeats faster than this, and each repeat starts the pause again."""


class ConflictPage(PickerPage[None]):
    """One conflict: a key keeps one value, or another is typed; then the next one appears."""

    def __init__(self, first: str | None, record_id: str | None) -> None:
        """``first``: the conflict to begin with; ``record_id``: only those of this record."""
        super().__init__()
        self._first, self._record_id = first, record_id
        self._open: Open | None = None
        self._done = ""
        """How the last one ended."""
        self._since = -inf
        """When the present conflict appeared, or a key came too soon to decide it."""

    async def answer(self, _text: str) -> Answer:
        """Answer with the present conflict."""
        if self._open is None:
            await self._show_next()
        one = self._open
        if one is None:
            return Answer(above=("  Nothing is left to settle.",), mark=None)
        return Answer(self._rows(one), mark=None, above=self._above(one))

    async def _show_next(self) -> None:
        """Show the conflict asked for; the next time, the one after it."""
        found = await self.read(lambda store: open_conflicts(store, self._record_id))
        ids = [one.conflict.id for one in found]
        place = ids.index(self._first) if self._first in ids else 0
        self._open = found[place] if found else None
        self._first = ids[(place + 1) % len(ids)] if found else None
        if self._open is None:
            self.set_header("Settle")
            self.set_keys("Esc back")
            return
        left = f"   {len(found)} to settle" if len(found) > 1 else ""
        self.set_header("Settle", self._open.label, chips=[left.strip()])
        another = "3 e another value   " if asked_field(self._open.conflict) else ""
        self.set_keys("1 m first", "2 t second", another.strip(), "Esc later")

    def _above(self, one: Open) -> tuple[str, ...]:
        lines = [f"  {one.field}", ""]
        if one.note:
            lines += [
                *wrap(one.note, self.size.width - 4, initial_indent="  ", subsequent_indent="  "),
                "",
            ]
        if one.was:
            lines += [f"      {'was':{_LABEL}}  {one.was}", ""]
        for number, side in (("1", one.mine), ("2", one.theirs)):
            if len(side.words) > self.size.width - _LABEL - _MARGIN:
                lines += [*self._whole(number, side.words), ""]
        return tuple(lines)

    def _whole(self, number: str, words: str) -> list[str]:
        """Return the lines of a value that is too long for its row."""
        return wrap(
            words,
            self.size.width - 2,
            initial_indent=f"   {number}  ",
            subsequent_indent=" " * 6,
            max_lines=_LONGEST,
            placeholder=" ~",
        )

    def _rows(self, one: Open) -> list[Choice]:
        from fieldkit.store import Keep

        rows = [
            Choice(
                (number, f"{side.title:{_LABEL}}", side.words),
                partial(self._keep, keep),
                (", ".join(filter(None, (side.by, side.at))),),
                key=number,
            )
            for number, keep, side in (("1", Keep.MINE, one.mine), ("2", Keep.THEIRS, one.theirs))
        ]
        if asked_field(one.conflict):
            rows.append(Choice(("3", f"{'another value':{_LABEL}}", ""), self._other, key="3"))
        return rows

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys of the footer."""
        await self.picker.settled()
        letter = (event.character or "").lower()
        if self._open is None or letter not in {*_FIRST, *_SECOND, "3", "e"}:
            return
        from fieldkit.store import Keep

        event.stop()
        if letter not in "3e":
            if self._seen():
                keep = Keep.MINE if letter in _FIRST else Keep.THEIRS
                await self.run_reporting(partial(self._keep, keep))
            else:
                self.say("This is the next one, still open. Read it, then press the key again.")
        elif asked_field(self._open.conflict):
            await self.run_reporting(self._other)

    def _seen(self) -> bool:
        """Say whether the conflict can have been read: a double or held key decides nothing."""
        now = monotonic()
        seen = now - self._since >= PAUSE
        if not seen:
            self._since = now
        return seen

    async def _other(self) -> None:
        if self._open is not None:
            await self.app.push_screen(ValuePage(self._open, self._decide, self._go_on))

    async def _keep(self, keep: Keep) -> None:
        if refusal := await self._decide(keep):
            self.say(refusal, error=True)
        else:
            await self._go_on()

    async def _decide(self, keep: Keep | str) -> str:
        """Decide about the values shown; return why that is refused, empty if it is not.

        If another laptop has decided meanwhile, the sentence with the next conflict says so.

        Raises:
            StoreError: it could not be written.
        """
        from fieldkit.store import Refused, Settled

        one, operator = self._open, self.app.operator
        if one is None:
            return ""
        try:
            await self.ask(lambda store: store.resolve(one.conflict, keep, operator))
        except Refused as refused:
            return str(refused)
        except Settled as settled:
            self._done = f"{one.label}, {one.field.lower()}: {settled}"
        else:
            self._done = f"Settled: {one.label}, {one.field.lower()}."
        return ""

    async def _go_on(self) -> None:
        """Show the next conflict, or leave if there is none."""
        self._open = None
        self.picker.start_over("")
        await self.picker.settled()
        await self.app.refresh_status()
        if self._open is None:
            self.dismiss(None)
            here = " here" if self._record_id else ""
            say_on_screen(self.app, f"{self._done} Nothing is left to settle{here}.")
        else:
            self.say(f"{self._done} The next one:")
            self._since = monotonic()


class ValuePage(PickerPage[None]):
    """Another value for the field, typed as in its form."""

    KEYS = keys("Enter keep this value", "Esc back")

    def __init__(
        self,
        one: Open,
        decide: Callable[[str], Awaitable[str]],
        go_on: Callable[[], Awaitable[object]],
    ) -> None:
        """``decide``: keeps a value or returns why not; ``go_on``: runs once it is kept."""
        super().__init__()
        self._one, self._decide, self._go_on = one, decide, go_on
        self.PROMPT = one.field

    async def load_data(self) -> None:
        """Show whose value it is, and the help on the field."""
        self.set_header("Settle", self._one.label)
        field = asked_field(self._one.conflict)
        self.say(field.help if field else "")

    async def answer(self, text: str) -> Answer:
        """Answer with what the text is read as, or with what is wrong with it."""
        from fieldkit.records import Choice as ClosedList
        from fieldkit.records import Reference

        field, typed = asked_field(self._one.conflict), text.strip()
        if field is None:
            return Answer(mark=None)
        if isinstance(field.format, ClosedList):
            found = field.format.matching(typed)
            return Answer([self._take(one.label, str(one.code), district_of(one)) for one in found])
        if not typed:
            return Answer(mark=None)
        if isinstance(field.format, Reference):
            kinds = field.format.kinds
            rows, sure = await self.read(lambda store: search(store, typed, kinds))
            taken = [self._take(row.label, row.id, (*row.cells[1:], row.id)) for row in rows]
            return Answer(taken, mark=0 if sure else None)
        return self._read(field, text)

    def _read(self, field: Field, text: str) -> Answer:
        """Answer with what the text is read as; a doubtful one is not marked at first."""
        from fieldkit.records import Doubtful, Unfit

        try:
            return Answer(
                [self._take(field.format.show(field.format.parse(text)) or "empty", text)]
            )
        except Doubtful as doubt:
            meant = self._take(f"{text.strip()}: meant so", text)
            return Answer([meant], mark=None, above=(f"  {doubt}",))
        except Unfit as wrong:
            return Answer(mark=None, above=(f"  {wrong}",))

    def _take(self, shown: str, typed: str, more: tuple[str, ...] = ()) -> Choice:
        return Choice((shown, *more), partial(self._taken, typed))

    async def _taken(self, typed: str) -> None:
        if refusal := await self._decide(typed):
            self.say(refusal, error=True)
            return
        self.dismiss(None)
        await self._go_on()
