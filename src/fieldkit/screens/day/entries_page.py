"""What the operator entered: marked, corrected together, undone together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.day.correct_pages import CorrectedFieldPage, ValuePage
from fieldkit.screens.day.narrow_page import NarrowPage
from fieldkit.screens.look.glyphs import OPEN, SAME
from fieldkit.screens.look.parts import keys, rare, state_mark
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.acts.preview_page import undo_together
from fieldkit.screens.lookup.printing import list_paper, print_page
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fieldkit.day.entries import Entry, Wanted
    from fieldkit.records import Record
    from fieldkit.store import Entered, Store

_PART = 200
"""Entries read at a time."""


class EntriesPage(PickerPage[None]):
    """Space marks and goes on; e corrects what is marked, after a preview."""

    KEYS = (
        *keys("Enter open", "Space mark", "* all", "e correct", "f filter", "p print"),
        rare("Ctrl+Z undo"),
        *keys("Esc back"),
    )
    OWNED = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    def __init__(self, kind: str = "", *, move: bool = False) -> None:
        """``kind``: only of this kind at first; ``move``: begin by asking since when to move."""
        super().__init__()
        self._kind, self._move = kind, move
        self._wanted: Wanted | None = None
        self._words = "today"
        self._found: Sequence[Entered] = ()
        self._lines: dict[tuple[str, str], Entry] = {}
        self._marked: set[tuple[str, str]] = set()
        self._current = False
        """Whether what was read still stands: a mark needs no look at the store."""

    async def load_data(self) -> None:
        """Show what is entered; begin a move if that is what the page was opened for."""
        self._current, self._lines = False, {}
        self.picker.reload_if_idle()
        if self._move:
            self._move = False
            await self._move_since()

    async def refresh_data(self) -> None:
        """Show what a sync changed; the mark stays on its line."""
        self._current, self._lines = False, {}
        await self.picker.follow()

    # --- rows ---

    async def answer(self, _text: str) -> Answer:
        """Answer with the entries, the last first."""
        if not self._current:
            await self._read()
        self._head()
        return await self._part(0)

    async def _read(self) -> None:
        operator, kind = self.app.operator, self._kind

        def read(store: Store) -> tuple[Wanted, list[Entered]]:
            from fieldkit.day.entries import Wanted, find_entries

            wanted = self._wanted or Wanted(store.start_of_today(), kind=kind)
            return wanted, find_entries(store, operator, wanted)

        self._wanted, self._found = await self.read(read, "entries")
        there = {(one.kind, one.id) for one in self._found}
        self._marked &= there
        self._current = True

    async def _part(self, first: int) -> Answer:
        part = self._found[first : first + _PART]
        unread = [one for one in part if (one.kind, one.id) not in self._lines]
        if unread:

            def read(store: Store) -> list[Entry]:
                from fieldkit.day.entries import lines_of

                return lines_of(store, unread)

            for line in await self.read(read, "lines"):
                self._lines[line.kind, line.id] = line
        keys_of = [(one.kind, one.id) for one in part]
        rows = [self._row(self._lines[key]) for key in keys_of if key in self._lines]
        more = partial(self._part, first + _PART) if len(self._found) > first + _PART else None
        nothing: Cell = (Span(f"Nothing entered {self._words}. f looks further back.", "dim"),)
        return Answer(
            rows,
            above=() if rows else ("", nothing),
            headings=("    Time   Entered", "Kind", "Camp or training", "Place", ""),
            more=more,
        )

    def _row(self, line: Entry) -> Choice:
        from fieldkit.records import kinds

        marked = (line.kind, line.id) in self._marked
        sign = Span(f"{SAME}   ", "ok") if marked else Span(f"{OPEN}   ", "dim")
        cells: tuple[Cell, ...] = (
            (sign, Span(f"{line.time}  ", "dim"), Span(line.label, "strong")),
            kinds()[line.kind].title,
            line.camp,
            line.area.removeprefix("Block ").partition(",")[0],
            state_mark(line.state),
        )
        open_ = partial(self.navigator.open_record, line.kind, line.id)
        return Choice(cells, open_, key=f"{line.kind} {line.id}")

    def _head(self) -> None:
        many = counted(len(self._found), "entry", "entries")
        chips: list[Cell] = [(Span(many, "strong"), Span(f" {self._words}", "dim"))]
        if self._marked:
            chips.insert(0, (Span(f"{len(self._marked)} marked", "accent"),))
        self.set_header("My entries", chips=chips)

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle marks and letters."""
        does: dict[str, Callable[[], Awaitable[object]]] = {
            " ": self._mark,
            "*": self._mark_all,
            "e": self._correct,
            "f": self._filter,
            "p": self._print,
        }
        found = does.get((event.character or "").lower())
        if found:
            event.stop()
            await self.picker.settled()
            await self.run_reporting(found)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [
            MenuEntry("Here: correct what is marked", "e on this page", self._correct),
            MenuEntry("Here: mark all, or none", "* on this page", self._mark_all),
            MenuEntry("Here: filter by time, kind or camp", "f on this page", self._filter),
            MenuEntry("Here: wrong block, move all since a time", "", self._move_since),
            MenuEntry("Here: print these entries", "p on this page", self._print),
            MenuEntry("Here: undo the last correction", "Ctrl+Z", self._undo),
        ]

    async def _mark(self) -> None:
        row = self.picker.marked
        if row is None:
            return
        kind, _, number = row.key.partition(" ")
        self._marked ^= {(kind, number)}
        await self._redrawn()
        await self.picker.step(1)

    async def _mark_all(self) -> None:
        there = {(one.kind, one.id) for one in self._found}
        self._marked = set() if self._marked == there else there
        await self._redrawn()

    async def _redrawn(self) -> None:
        self.picker.reload()
        await self.picker.settled()

    def _chosen(self) -> list[tuple[str, str]]:
        """Return what is marked, in the order shown; without marks, the line of the cursor."""
        if self._marked:
            return [key for one in self._found if (key := (one.kind, one.id)) in self._marked]
        row = self.picker.marked
        kind, _, number = row.key.partition(" ") if row else ("", "", "")
        return [(kind, number)] if number else []

    async def _correct(self) -> None:
        chosen = self._chosen()
        if chosen:
            await self.app.push_screen(CorrectedFieldPage(chosen, self._done))

    async def _filter(self) -> None:
        await self.app.push_screen(NarrowPage(self._found, self._narrow))

    async def _narrow(self, wanted: Wanted, words: str) -> None:
        self._wanted, self._words, self._marked = wanted, words, set()
        self._current = False
        self.picker.start_over("")

    async def _move_since(self) -> None:
        """Ask since when, then into which block."""

        async def take(wanted: Wanted, words: str) -> None:
            await self._narrow(wanted, words)
            await self.picker.settled()
            await self._move_all()

        self.say("Since when was the block wrong? Type a time like 10:30.")
        await self.app.push_screen(NarrowPage((), take, "Move all entered since"))

    async def _move_all(self) -> None:
        from fieldkit.day.correction import BLOCK, CorrectedField

        chosen = [(one.kind, one.id) for one in self._found]
        if not chosen:
            self.say(f"Nothing was entered {self._words}.")
            return
        corrected = CorrectedField("", BLOCK, "Block, of all of them")
        await self.app.push_screen(ValuePage(chosen, corrected, self._done))

    async def _print(self) -> None:
        found = [(one.kind, one.id) for one in self._found]

        def records(store: Store) -> Iterator[Record]:
            held = store.fetch({kind for kind, _ in found}, [number for _, number in found])
            return (held[one] for one in found if one in held)

        paper = list_paper(f"Entered by {self.app.operator} {self._words}", records)
        await self.app.push_screen(print_page("My entries", [paper], self.say))

    async def _done(self, said: str) -> None:
        """Show the entries as they are now, and what was done."""
        self._marked, self._lines, self._current = set(), {}, False
        await self._redrawn()
        await self.app.refresh_status()
        self.say(said, "Ctrl+Z puts all of it back", done=True)

    # --- undo ---

    async def action_undo(self) -> None:
        """Put the former values back, asked once."""
        await self.run_reporting(self._undo)

    async def _undo(self) -> None:
        if await undo_together(self):
            said = self.sentence
            self._lines, self._current = {}, False
            await self._redrawn()
            self.say(said, done=True)
