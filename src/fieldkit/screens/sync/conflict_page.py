"""Conflicts, one after the other: choose one of two values of a field, or type a third.

A conflict is between the value on the server and a value not used yet. Nothing is marked when a
conflict appears, so that a second Enter decides nothing. What was settled can be undone: the other
value is kept then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.review.conflicts import Open, asked_field, district_of, open_conflicts
from fieldkit.screens.base.last_save import LastSave
from fieldkit.screens.base.page import PickerPage, say_on_screen
from fieldkit.screens.base.words import within
from fieldkit.screens.find.search import search
from fieldkit.screens.look.glyphs import CORRECT, RIGHT, SETTLE
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, apart, cut, words_of, wrapped
from fieldkit.screens.lookup.acts.undoing import UndoingPage
from fieldkit.screens.sync.side_by_side import side_by_side
from fieldkit.screens.widgets.pause import Pause
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Field
    from fieldkit.store import Keep, Store

_LONGEST = 40
"""Cells of a value in a question."""


class ConflictPage(UndoingPage):
    """One conflict: a key keeps one value, or another is typed; then the next one appears."""

    def __init__(self, first: str | None, record_id: str | None) -> None:
        """``first``: the conflict to begin with; ``record_id``: only those of this record."""
        super().__init__()
        self._first, self._record_id = first, record_id
        self._open: Open | None = None
        self._done = ""
        """How the last one ended."""
        self._undo = ""
        """How that is undone, if it can be."""
        self._pause = Pause()

    async def answer(self, _text: str) -> Answer:
        """Answer with the present conflict."""
        if self._open is None:
            await self._show_next()
        one = self._open
        if one is None:
            return Answer(above=("Nothing is left to settle.",), mark=None)
        rows = self._rows(one)
        width, height = self.space
        above = self._above(one, width, height - len(rows))
        return Answer(rows, mark=None, above=above)

    async def _show_next(self) -> None:
        """Show the conflict asked for; the next time, the one after it."""
        found = await self.read(lambda store: open_conflicts(store, self._record_id))
        ids = [one.conflict.id for one in found]
        place = ids.index(self._first) if self._first in ids else 0
        self._open = found[place] if found else None
        self._first = ids[(place + 1) % len(ids)] if found else None
        self._pause.begin()  # a key typed before it was seen decides nothing
        if self._open is None:
            self.set_header("Settle")
            self.set_keys("Esc back")
            return
        left = f"{len(found)} to settle" if len(found) > 1 else ""
        chip = (Span(f"{SETTLE} {left}", "warn"),) if left else ""
        self.set_header("Settle", self._open.label, chips=[chip])
        another = "3 another value" if asked_field(self._open.conflict) else ""
        answers = ("1 keep the first", "2 the second", another)
        skip = f"{RIGHT} next" if len(found) > 1 else ""
        self.set_keys(*(() if self._open.denied else answers), skip, "Esc later")

    def _above(self, one: Open, width: int, height: int) -> tuple[Cell, ...]:
        """Return the field, the value before, and both values side by side."""
        warning = (Span(f"{CORRECT} ", "warn"), Span(one.denied, "warn"))
        was = (Span("   before  ", "dim"), Span(one.was)) if one.was else ()
        head = [
            apart((Span(one.about, "dim"),), (Span(one.conflict.record_id, "dim"),), width),
            *(wrapped(warning, width, 4) if one.denied else ()),
            *wrapped((Span(one.field, "strong"), *was), width, 2),
        ]
        airy = (*head, "", *side_by_side(one.mine, one.theirs, width), "")
        if len(airy) <= height:
            return airy
        return (*head, *side_by_side(one.mine, one.theirs, width, close=True))

    def _rows(self, one: Open) -> list[Choice]:
        from fieldkit.store import Keep

        if one.denied:
            return []
        sides = (("1", Keep.MINE, one.mine), ("2", Keep.THEIRS, one.theirs))
        rows = [
            Choice(((Span(number, "key"),), side.keep), partial(self._keep, keep), key=number)
            for number, keep, side in sides
        ]
        if asked_field(one.conflict):
            rows.append(Choice(((Span("3", "key"),), "Type another value"), self._other, key="3"))
        return rows

    def on_resize(self) -> None:
        """Lay the values out for the new size."""
        super().on_resize()
        if self._open is not None:
            self.picker.reload_if_idle()

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys of the three answers, and the one that shows the next conflict."""
        await self.picker.settled()
        digit = event.character or ""
        if event.key == "right" and self._open is not None:
            event.stop()
            self._skip()
        if self._open is None or digit not in {"1", "2", "3"}:
            return
        from fieldkit.store import Keep

        event.stop()
        if self._open.denied:
            self.say(self._open.denied, error=True)
        elif digit != "3":
            if self._pause.is_over():
                keep = Keep.MINE if digit == "1" else Keep.THEIRS
                await self.run_reporting(partial(self._keep, keep))
            else:
                self.say("Not settled. Read this one, then press the key again.")
        elif asked_field(self._open.conflict):
            await self.run_reporting(self._other)

    def _skip(self) -> None:
        """Leave this one for later and show the next."""
        self._open = None
        self.say("")
        self.picker.start_over("")

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
        self._undo = ""
        try:
            done = await self.ask(lambda store: _settle(store, one, keep, operator))
        except Refused as refused:
            return str(refused)
        except Settled as settled:
            self._done = f"{one.label}, {within(one.field)}: {settled}"
        else:
            self._done = f"Settled: {one.label}, {within(one.field)}."
            if done:
                self.app.saves.note(done)
                self._undo = "Ctrl+Z undoes it."
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
            say_on_screen(
                self.app, f"{self._done} Nothing is left to settle{here}. {self._undo}".strip()
            )
        else:
            self.say(self._done, self._undo)
            self._pause.begin()


def _settle(store: Store, one: Open, keep: Keep | str, operator: str) -> LastSave | None:
    """Settle a conflict; return what an undo needs, which puts the other value in its place.

    None if only a newer version can read that one.

    Raises:
        Refused, Settled: nothing was written.
    """
    from fieldkit.records import Unfit
    from fieldkit.store import Keep, values_of

    conflict = one.conflict
    stood = Keep.THEIRS if conflict.held_here else Keep.MINE
    others: dict[Keep | str, Keep] = {Keep.MINE: Keep.THEIRS, Keep.THEIRS: Keep.MINE}
    other = others.get(keep, stood)
    store.review.resolve(conflict, keep, operator)
    record = store.get(conflict.kind, conflict.record_id)
    try:
        before = values_of(conflict, other)
    except Unfit:
        return None
    saved = {name: record.value(name) for name in before} if record else {}
    side = one.mine if other is Keep.MINE else one.theirs
    words = words_of(cut((Span(side.words or "empty"),), _LONGEST))
    instead = f"{within(one.field)}: {words}"
    return LastSave(conflict.kind, conflict.record_id, one.label, operator, saved, before, instead)


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
        self.set_header("Settle", self._one.label, self._one.field)
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
            meant = self._take(f"{text.strip()}: confirm", text)
            return Answer([meant], mark=None, above=self._warning(doubt))
        except Unfit as wrong:
            return Answer(mark=None, above=self._warning(wrong))

    def _warning(self, problem: Exception) -> tuple[Cell, ...]:
        sentence = (Span(f"{CORRECT} ", "warn"), Span(str(problem)))
        return (*wrapped(sentence, self.space[0], 4), "")

    def _take(self, shown: str, typed: str, more: tuple[str, ...] = ()) -> Choice:
        return Choice((shown, *more), partial(self._taken, typed))

    async def _taken(self, typed: str) -> None:
        if refusal := await self._decide(typed):
            self.say(refusal, error=True)
            return
        self.dismiss(None)
        await self._go_on()
