"""Hand-over, one after another: a scanner finds whose it is, Enter hands it over.

A scanner ends with Enter: that shows for whom the thing is. The next Enter hands it over to them,
complete and in order; a digit or Down chooses another outcome. Enter does nothing while nobody is
shown and nothing is typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.hand_over.things import (
    Found,
    Thing,
    find_things,
    found_among,
    hand_over_edit,
    how_of,
    is_done,
    questions,
    read_things,
    read_waiting,
    undo_edit,
)
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.find.hits import alike
from fieldkit.screens.look.glyphs import DOT, DOWN, UP
from fieldkit.screens.look.parts import MARGIN, Key, keys
from fieldkit.screens.look.text import Cell, Span, joined, width_of, wrapped
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice, LazyRows

if TYPE_CHECKING:
    from fieldkit.records import Finding, Record
    from fieldkit.records.declaration.action import Outcome
    from fieldkit.store import Edit, Store

_HEADINGS = ("No.  Name", "s/o, d/o, w/o", "Village", "Code", "What")


class Handed(NamedTuple):
    """Something that was handed over here, and the edit after which it is not."""

    words: str
    thing: Thing
    back: Edit


class HandOverBox(Picker):
    """A picker in which Enter does nothing while nobody is shown and nothing is typed."""

    async def own_key(self, event: events.Key, /) -> bool:
        """Handle Enter, and Space in an empty box, while nobody is shown."""
        page, typed = self.screen, self.typed.text.strip()
        if not isinstance(page, HandOverPage) or page.shown is not None:
            return False
        if event.key != "enter" and (event.key != "space" or typed):
            return False
        await self.settled()
        if typed and self.marked is None:
            if not self.answer.rows:  # the next scan must not be joined to it
                self.reload("")
                await self.settled()
            page.say_nothing(typed)
        elif typed or event.key == "space":
            await self.enter()
        return True


class HandOverPage(PickerPage[None]):
    """What is on its way; the thing that is scanned or chosen, and how its hand-over ends."""

    BOX = HandOverBox
    STAYS_OPEN = True
    PROMPT = "Scan or find"
    HINT = "barcode, serial number, name, number or mobile"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.shown: Thing | None = None
        """Whose turn it is."""
        self._outcome: Outcome | None = None
        """The outcome for which a name is asked."""
        self._asks: Sequence[Finding] = ()
        """What Enter confirms; it is on the screen."""
        self._waiting: list[Thing] = []
        self._columns: tuple[int, ...] = ()
        self._loaded = False
        self._handed: list[Handed] = []

    @property
    def kind(self) -> type[Record]:
        """What is handed over."""
        from fieldkit.records.declaration.roles import handed_over

        kind = handed_over()
        assert kind is not None
        return kind

    async def load_data(self) -> None:
        """Say what is done here."""
        self.set_header("Hand over", self.kind.plural)
        self._show_keys()
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Read what is on its way again; the person who is shown stays."""
        self._loaded = False
        await self.picker.follow()

    def _show_keys(self) -> None:
        if self.shown is None:
            offered: tuple[Key, ...] = keys("Enter find", "Space this one", "Ctrl+Z undo")
        else:
            offered = keys("Enter hand over", f"{UP}{DOWN} or digit other outcome")
        self.set_keys(*offered, *keys("Esc back"))

    def action_leave(self) -> None:
        """Go back to the list; from there, close the page."""
        if self.shown is None:
            self.dismiss(None)
            return
        self._close()
        self.say("")
        self.picker.reload("")

    def _close(self) -> None:
        self.shown, self._outcome, self._asks = None, None, ()
        self.picker.prompt = self.PROMPT or ""
        self._show_keys()

    # --- rows ---

    async def answer(self, text: str) -> Answer:
        """Answer with what is on its way, with what is meant, or with how its hand-over may end."""
        typed = text.strip()
        if typed:
            self.begin_next()
        if self._outcome is not None:
            return self._ask_name(typed)
        if self.shown is not None and (not typed or (len(typed) == 1 and typed.isdecimal())):
            return self._ask_outcome(self.shown, typed)
        if not self._loaded:
            self._waiting = await self.read(lambda store: read_waiting(store, self.kind))
            self._columns = _columns(self._waiting, wide=self.wide)
            self._loaded = True
        if not typed:
            return self._list(Found(self._waiting), typed)
        found = found_among(self._waiting, typed)
        if not found.things:
            found = await self.read(lambda store: find_things(store, self.kind, typed), "hits")
        return self._list(found, typed)

    def _list(self, found: Found, typed: str) -> Answer:
        things = found.things
        rows = LazyRows(
            lambda n: Choice(
                _cells(things[n], wide=self.wide),
                partial(self._open, things[n]),
                key=things[n].record.id,
            ),
            len(things),
        )
        many = f"{len(self._waiting)} on the way, {len(self._handed)} handed over here"
        above: list[Cell] = [(Span(many, "dim"),)]
        if not things:
            words = "Nothing with this code or name." if typed else "Nothing is on its way here."
            above += ["", (Span(words, "dim"),)]
        sure = things.index(found.sure) if found.sure else None
        return Answer(
            rows,
            mark=sure if typed else 0,
            above=tuple(above),
            headings=_HEADINGS,
            columns=_columns(things, wide=self.wide) if typed else self._columns,
            note=alike(len(things)) if typed else "",
        )

    def _ask_outcome(self, thing: Thing, typed: str) -> Answer:
        """Answer with the ways in which a hand-over may end."""
        from fieldkit.records import sentence

        width = self.size.width - 2 * MARGIN
        asked = [wrapped((Span(sentence(one), "warn"),), width, 3) for one in self._asks]
        above = [*self._card(thing), *(line for lines in asked for line in lines)]
        if is_done(thing):
            return Answer(mark=None, above=(*above, "", "This was handed over before."))
        rows = [
            Choice(
                ((Span(str(number), "key"),), one.words),
                partial(self._end, thing, one),
                key=one.words,
            )
            for number, one in enumerate(how_of(self.kind).outcomes, 1)
        ]
        mark = int(typed) - 1 if typed else 0
        chosen = mark if 0 <= mark < len(rows) else None
        return Answer(rows, mark=chosen, above=(*above, ""))

    def _card(self, thing: Thing) -> list[Cell]:
        """Return whose it is and what it is, in two lines."""
        name, *others = thing.one.row.cells[:5]
        number = (Span(f"{thing.one.number}  ", "key"),) if thing.one.number else ()
        who = joined([(*number, Span(name, "strong")), *filter(None, others)])
        event = thing.record.event()
        day = thing.record.happened_on()
        words = [event, self._shown_day(day), *sorted(thing.codes)]
        return [who, (Span(f" {DOT} ".join(filter(None, words)), "dim"),)]

    @staticmethod
    def _shown_day(day: object) -> str:
        from datetime import date

        from fieldkit.records.fields.formats import show_date

        return show_date(day) if isinstance(day, date) else ""

    def _ask_name(self, typed: str) -> Answer:
        thing, outcome = self.shown, self._outcome
        if thing is None or outcome is None:
            return Answer(mark=None)
        ask = (Span(f"{outcome.words}: who? Type the name, then Enter.", "warn"),)
        rows = []
        if typed:
            rows = [Choice((typed,), partial(self._save, thing, outcome, typed), key=typed)]
        return Answer(rows, above=(*self._card(thing), "", ask), mark=0 if rows else None)

    # --- taking one ---

    async def _open(self, thing: Thing) -> None:
        """Show whose turn it is, and what a hand-over now would confirm."""

        def read(store: Store) -> tuple[Thing, Sequence[Finding]]:
            record = store.get(thing.record.kind(), thing.record.id)
            now = next(iter(read_things(store, self.kind, [record] if record else [])), thing)
            return now, () if is_done(now) else questions(store, now)

        self.shown, self._asks = await self.ask(read)
        self.say("")
        self._show_keys()
        self.picker.reload("")
        await self.picker.settled()

    async def _end(self, thing: Thing, outcome: Outcome) -> None:
        if outcome.asks:
            self._outcome = outcome
            self.picker.prompt = self.kind.fields()[outcome.asks].label
            self.picker.reload("")
            await self.picker.settled()
            return
        await self._save(thing, outcome, "")

    async def _save(self, thing: Thing, outcome: Outcome, asked: str) -> None:
        """Save the outcome; what else a rule asks is asked, and the same key again confirms it."""
        from fieldkit.records import Severity, Unfit
        from fieldkit.store import Refused

        confirmed = {one.field for one in self._asks}
        try:
            edit = hand_over_edit(thing, outcome, asked, confirmed)
            await self.ask(lambda store: store.save([edit], self.app.operator))
        except Unfit as unfit:
            self.say(str(unfit), error=True)
            return
        except Refused as refused:
            stops = [finding for _, finding in refused.findings]
            if any(one.severity is not Severity.REASON for one in stops):
                self.say(str(refused), error=True)
                return
            if not self.confirmed(f"hand over {thing.record.id}", str(refused), "Enter again."):
                return
            self._asks = [*self._asks, *stops]
            await self._save(thing, outcome, asked)
            return
        words = f"{thing.one.row.label}: {outcome.words}" + (f", {asked}" if asked else "")
        self._handed.append(Handed(words, thing, undo_edit(thing, edit)))
        self._waiting = [one for one in self._waiting if one.record.id != thing.record.id]
        self._close()
        await self._show(words)

    async def _show(self, words: str) -> None:
        self.picker.reload("")
        await self.picker.settled()
        self.count_unsent()
        self.say(words, done=True)

    def say_nothing(self, typed: str) -> None:
        """Say that Enter meant nothing."""
        if self.picker.typed.text:
            self.say("Several fit: type more, or choose with Down.")
        else:
            self.say(f"Nothing here has the code or name {typed}.", error=True)

    async def action_undo(self) -> None:
        """Undo the last hand-over, as a change."""
        await self.run_reporting(self._undo)

    async def _undo(self) -> None:
        if not self._handed:
            self.say("Nothing was handed over here since this page opened.")
            return
        last = self._handed[-1]
        await self.ask(lambda store: store.save([last.back], self.app.operator))
        self._handed.pop()
        self._loaded = False
        self._close()
        await self._show(f"Undone: {last.words}")

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers here."""
        return [MenuEntry("Here: undo the last hand-over", "Ctrl+Z", self._undo)]


def _cells(thing: Thing, *, wide: bool) -> tuple[Cell, ...]:
    """Return the cells of a thing: whose it is, its code and, if there is space, what it is."""
    name, kin, place = thing.one.row.cells[:3]
    number = f"{thing.one.number:>3}" if thing.one.number else "   "
    code = next(iter(sorted(thing.codes)), "")
    what = thing.record.label().partition(" (")[0] if wide else ""
    return (
        (Span(f"{number}  ", "key"), Span(name, "strong")),
        kin,
        place,
        (Span(code, "dim"),),
        what,
    )


def _columns(things: Sequence[Thing], *, wide: bool) -> tuple[int, ...]:
    """Return the cells that the columns need."""
    rows = [_cells(one, wide=wide) for one in things]
    heads = [_HEADINGS if wide else _HEADINGS[:-1]]
    return tuple(
        max((width_of(row[place]) for row in (*heads, *rows) if place < len(row)), default=0)
        for place in range(len(_HEADINGS))
    )
