"""The close of the day: forms on paper typed against what was entered, and what is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.glyphs import CORRECT, DUE, SAME, SETTLE, UNFINISHED, UP
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span, StyleName
from fieldkit.screens.lookup.printing import Paper, print_page
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.day.closing import Closing, KindCount
    from fieldkit.store import Store

_PAPER = "paper "
"""Begins the key of a row of a kind."""


class ClosingPage(PickerPage[None]):
    """Digits on a line are the forms on paper; Enter opens what a line is about."""

    KEYS = keys("0-9 forms on paper", "Enter open", "F5 sync", "p print", "Esc back")
    OWNED = True

    def __init__(self) -> None:
        super().__init__()
        self._found: Closing | None = None
        self._typing = ""
        """The kind whose number is being typed; another line begins a new number."""

    async def load_data(self) -> None:
        """Show the day as it stands."""
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync changed."""
        await self.picker.follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with a line a kind, then with what is left to do."""
        operator = self.app.operator

        def read(store: Store) -> Closing:
            from fieldkit.day.closing import read_closing

            return read_closing(store, operator)

        from fieldkit.records.fields.formats import show_date

        found = self._found = await self.read(read, "closing")
        self.set_header("Close of day", show_date(found.day))
        rows = [self._kind(one) for one in found.counts]
        left = self._left(found)
        if left:
            left[0] = left[0]._replace(head=heading("Left to do"), gap=("",) if rows else ())
        nothing: Cell = (Span("Nothing was entered today.", "dim"),)
        done: Cell = (Span(f"{SAME} Nothing is left: everything is on the server.", "ok"),)
        return Answer(
            [*rows, *left],
            above=() if rows else ("", nothing),
            after=() if left else ("", done),
            headings=("Kind", "On paper", "Entered", "Compared"),
            right=frozenset({1, 2}),
        )

    def _kind(self, one: KindCount) -> Choice:
        same = one.paper == one.entered
        style: StyleName = "dim" if one.paper is None else "ok" if same else "warn"
        cells: tuple[Cell, ...] = (
            (Span(one.title, "strong"),),
            "" if one.paper is None else str(one.paper),
            str(one.entered),
            (Span(one.difference(), style),),
        )
        return Choice(cells, partial(self._open_kind, one.kind), key=f"{_PAPER}{one.kind}")

    def _left(self, found: Closing) -> list[Choice]:
        navigator = self.navigator
        unfinished = counted(len(found.unfinished), "form is", "forms are")
        unsent = counted(found.unsent, "change is", "changes are")
        returned = counted(found.returned, "change was", "changes were")
        settle = counted(found.to_settle, "value is", "values are")
        waits = counted(found.undecided, "change waits", "changes wait")
        lines: list[tuple[int, str, str, str, Callable[[], Awaitable[object]]]] = [
            (len(found.unfinished), UNFINISHED, f"{unfinished} unfinished", "", self._open_draft),
            (found.unsent, UP, f"{unsent} not sent yet", "F5", navigator.open_sync),
            (found.returned, CORRECT, f"{returned} returned", "", navigator.open_sync),
            (found.to_settle, SETTLE, f"{settle} to settle", "", navigator.open_conflicts),
            (
                found.undecided,
                DUE,
                f"{waits} for a supervisor or a record",
                "",
                navigator.open_sync,
            ),
        ]
        return [
            Choice(
                ((Span(f"{sign} ", "warn"), Span(words)), "", "", (Span(key, "key"),)),
                open_,
                key=words,
            )
            for many, sign, words, key, open_ in lines
            if many
        ]

    async def _open_kind(self, kind: str) -> None:
        """Go on after a number was typed; else open the entries of the kind."""
        if self._typing:
            self._typing = ""
            await self.picker.step(1)
        else:
            await self.navigator.open_entries(kind)

    async def _open_draft(self) -> None:
        operator = self.app.operator
        drafts = await self.ask(lambda store: store.drafts.of(operator))
        if drafts:
            await self.navigator.open_draft(drafts[0])

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle digits and letters."""
        sign = event.character or ""
        await self.picker.settled()
        if (sign.isascii() and sign.isdigit()) or event.key == "backspace":
            event.stop()
            await self.run_reporting(partial(self._count, sign if sign.isdigit() else ""))
        elif sign.lower() == "p":
            event.stop()
            await self.run_reporting(self._print)

    async def _count(self, digit: str) -> None:
        """Take a digit of the forms on paper of the marked kind; empty: one is taken back."""
        from fieldkit.day.closing import MOST_FORMS, note_paper

        row, found = self.picker.marked, self._found
        if row is None or found is None or not row.key.startswith(_PAPER):
            return
        kind, operator = row.key.removeprefix(_PAPER), self.app.operator
        now = next((one.paper for one in found.counts if one.kind == kind), None)
        before = "" if now is None or (digit and self._typing != kind) else str(now)
        text = f"{before}{digit}" if digit else before[:-1]
        self._typing = kind
        if text and int(text) > MOST_FORMS:
            self.say("That is more forms than a day has. Check the number.", error=True)
            return
        many = int(text) if text else None
        try:
            await self.ask(lambda store: note_paper(store, operator, kind, many))
        except OSError:
            self.say("The number could not be kept: the folder cannot be written.", error=True)
        self.picker.reload()
        await self.picker.settled()

    async def _print(self) -> None:
        from fieldkit.day.closing import closing_page, read_closing

        operator = self.app.operator
        paper = Paper("Close of day", lambda store: closing_page(read_closing(store, operator)))
        await self.app.push_screen(print_page("Close of day", [paper], self.say))

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [MenuEntry("Here: print the close of day", "p on this page", self._print)]
