"""The sync page: what waits and what it costs, progress, what needs the operator, and past syncs.

The sync itself runs in :mod:`fieldkit.screens.base.scheduler` and goes on when this page is left,
unless it is stopped here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.file_fault import why
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.scheduler import Progressed, Synced
from fieldkit.screens.base.words import plural
from fieldkit.screens.look.glyphs import OPEN
from fieldkit.screens.look.parts import heading, keys, rare
from fieldkit.screens.look.text import Cell, Span, Text, words_of, wrapped
from fieldkit.screens.lookup.acts.undoing import UndoingPage
from fieldkit.screens.lookup.waiting import item_row, open_item
from fieldkit.screens.sync import to_do
from fieldkit.screens.sync.around import Found, above_list, below_list, panel, read_found
from fieldkit.screens.sync.out_of_area import move_into_area
from fieldkit.screens.sync.summary import ended, received, sending
from fieldkit.screens.sync.to_do import (
    GROUPS,
    RETURNED,
    Group,
    chip,
    counted,
    enrol_row,
    log_place,
    out_of_area_row,
    practice_row,
    returned_changes,
    to_do_row,
    to_review,
)
from fieldkit.screens.widgets.bars import PANEL_WIDTH, TopBar
from fieldkit.screens.widgets.rows import Answer, Choice
from fieldkit.settings import make_private

if TYPE_CHECKING:
    from pathlib import Path

    from fieldkit.screens.sync.to_do import ToDo
    from fieldkit.store import Logged, Store

_FRAME = 5
"""Cells of the panel that its text does not use."""


class SyncPage(UndoingPage):
    """Start and watch a sync; correct, settle or check what it brought."""

    TITLE = "Sync"
    KEYS = keys("Esc back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,s", "sync", "Sync now", show=False),
        Binding("r", "receipt", "Receipt", show=False),
        Binding("b", "stick", "By stick", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None
        """None: not read yet."""
        self._done: list[Text] = []
        """What came of the last sync, or the receipt, that ended while the page was open."""

    async def load_data(self) -> None:
        """Show everything."""
        if not self.app.scheduler.running:
            self._done = []
        await self._read()
        self.picker.reload_if_idle()
        await self.picker.settled()
        self._show_keys()

    async def refresh_data(self) -> None:
        """Show what is to be settled and corrected now."""
        await self.picker.follow()

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers here: what is done seldom."""
        marked, found = self.picker.marked, self._found
        entries = []
        if marked is not None and marked.remove is not None:
            name = words_of(marked.cells[0]).partition(" ")[2]
            entries.append(MenuEntry(f"Discard this change: {name}", "Delete", marked.remove))
        entries.append(MenuEntry("Carry by stick, without a connection", "b", self.action_stick))
        again = "Enrol again" if found is not None and found.server else "Enrol this laptop"
        entries.append(MenuEntry(f"{again} with a server", "", self.navigator.open_enrolment))
        return entries

    # --- the list ---

    async def answer(self, _text: str) -> Answer:
        """Answer with the returned changes, the conflicts, and the findings."""
        if self._found is None:
            await self._read()
        listed = await self._from(RETURNED)
        rows = [*self._first_rows(), *listed.rows]
        if rows:
            rows[0] = rows[0]._replace(gap=())
        above, after = self._around(rows)
        return Answer(rows, above=above, after=after, more=listed.more)

    def _first_rows(self) -> list[Choice]:
        """Return the rows before the groups: what has to be done before anything is sent."""
        found = self._found
        rows = []
        if self.app.practice:
            rows.append(practice_row())
        elif found is not None and (found.ended or not found.server):
            enrol = self.navigator.open_enrolment
            rows.append(enrol_row(enrol, again=bool(found.ended)))
        if found is not None and found.out_of_area:
            area = self.app.header_status.area
            rows.append(out_of_area_row(found.out_of_area, area, self._move_into_area))
        return rows

    async def _from(self, group: Group, skip: int = 0) -> Answer:
        """Return rows from a group on; those of a group that are not read yet come as more."""
        rows, full = await self._group(group, skip)
        if rows and not skip:
            rows[0] = rows[0]._replace(head=heading(group.name), gap=("",))
        if full:
            return Answer(rows, more=partial(self._from, group, skip + to_do.PAGE))
        if group == GROUPS[-1]:
            return Answer(rows)
        rest = await self._from(GROUPS[GROUPS.index(group) + 1])
        return Answer([*rows, *rest.rows], more=rest.more)

    async def _group(self, group: Group, skip: int) -> tuple[list[Choice], bool]:
        """Return some rows of a group, and whether there may be more."""
        if group == RETURNED:
            returned = await self.read(lambda store: returned_changes(store, skip))
            return [self._returned(one) for one in returned], len(returned) == to_do.PAGE
        found = await self.read(lambda store: to_review(store, group, skip))
        width = self._width
        rows = [item_row(one, partial(open_item, self.navigator, one), width) for one in found]
        return rows, len(found) == to_do.PAGE

    def _returned(self, one: ToDo) -> Choice:
        """Return the row of a returned change: Enter corrects it, Delete discards it."""
        correct = partial(self.navigator.open_form, one.kind, record_id=one.record_id)
        return to_do_row(one, correct, partial(self._discard, one, one.returned))

    async def _discard(self, one: ToDo, returned: Logged) -> None:
        """Discard a returned change, after the second time."""
        from fieldkit.protocol.change import Op

        question = f"Discard this change of {one.label}? It cannot be brought back. Press Delete."
        if returned.change.op is Op.CREATE:
            gone = "It leaves this laptop. Press Delete."
            question = f"Discard {one.label} with all that was typed on it? {gone}"
        if self.confirmed(f"discard {log_place(returned)}", question):
            await self.ask(lambda store: store.withdraw(*log_place(returned)))
            await self._changed()
            self.say(f"Discarded: {one.label}.", done=True)

    async def _changed(self) -> None:
        """Show the list and what stands around it after something was done about it."""
        self._done = []
        await self._read()
        self.picker.reload()
        await self.app.refresh_status()
        await self.picker.settled()
        self._show_keys()

    async def _move_into_area(self) -> None:
        """Move the new records outside the area into it, after the second key."""
        if self._found is None:
            return
        area, operator = self.app.header_status.area, self.app.operator
        question = f"Put {plural(self._found.out_of_area, 'new record')} into {area}?"
        if self.confirmed("move into area", f"{question} Press Enter again."):
            many = await self.ask(lambda store: move_into_area(store, operator))
            await self._changed()
            moved = plural(many, "record")
            self.say(f"Put into {area}: {moved}. The next sync sends this.", done=True)

    # --- what stands around the list ---

    def show_header_status(self) -> None:
        """Say also since when there is no connection, and that the data is not encrypted."""
        plain = self.app.data_key is None and not self.app.practice
        open_chip: Cell = (Span(OPEN, "warn"), Span(" no passphrase", "dim")) if plain else ""
        line = self.app.header_status.line_chip(since=True)
        self.query_one("#where", TopBar).put(status=[self.app.operator, open_chip, line])

    async def _read(self) -> None:
        """Read what stands around the list."""
        self._found = await self.read(read_found)
        if self._found.clock and not self.sentence:
            self.say(self._found.clock, error=True)

    @property
    def _width(self) -> int:
        """Cells across beside the panel."""
        return self.space[0] - (PANEL_WIDTH if self.wide else 0)

    def on_resize(self) -> None:
        """Lay everything out for the new size."""
        super().on_resize()
        self._show_around()

    def _show_around(self) -> None:
        """Show what stands around the list, as it is now."""
        self.picker.surround(*self._around(self.picker.answer.rows))

    def _around(self, rows: Sequence[Choice]) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
        """Return the lines above and after the list; a wide page shows the latter in its panel."""
        found, now = self._found, int(time.time())
        if found is None:
            return tuple(self._under_way()), ()
        above = above_list(found, self._under_way(), self._width, rows=bool(rows))
        if self.wide:
            area = self.app.header_status.area
            self.set_panel(*panel(found, area, now, PANEL_WIDTH - _FRAME))
            return tuple(above), ()
        left = self.space[1] - len(above) - sum(map(_lines_of, rows))
        return tuple(above), tuple(below_list(found, now, left, self._width))

    def _under_way(self) -> list[Text]:
        """Return lines for the running sync, or for the result of the last one."""
        scheduler = self.app.scheduler
        if not scheduler.running:
            return [line for line in self._done if line]
        progress = scheduler.progress
        if scheduler.stopping:
            line: Text = (Span("stopping soon ...   Esc again to stop now"),)
        elif progress is not None:
            line = sending(progress, self._width)
        else:
            line = (Span("connecting ..."),)
        many = received(progress.received) if progress else ()
        return [line, many] if many else [line]

    def _show_keys(self) -> None:
        """Show what can be done, and how much there is in each group."""
        counts = counted(self.picker.answer)
        self.set_header("Sync", chips=[chip(group, many) for group, many in counts.items()])
        if self.app.scheduler.running and self.app.scheduler.asked:
            self.set_keys("Esc stop, nothing is lost")
            return
        marked, enrolled = self.picker.marked, bool(self._found and self._found.server)
        words = [group.enter for group in counts]
        if self._found and self._found.ended:
            words.append("enrol")
        self.set_keys(
            "F5 sync now" if enrolled else "Enter enrol",
            f"Enter {words[0] if len(words) == 1 else 'open'}" if words and enrolled else "",
            rare("Delete discard") if marked is not None and marked.remove else "",
            rare("r receipt to a file") if enrolled else "",
            rare("b by stick") if enrolled else "",
            rare("/ menu"),
            "Esc back",
        )

    def on_picker_marked(self) -> None:
        """Show the keys that work on the marked row."""
        self._show_keys()

    # --- the sync ---

    async def action_sync(self) -> None:
        """Start a sync, unless one is running."""
        await self.navigator.open_sync(begin=True)

    async def action_stick(self) -> None:
        """Open the sync by stick."""
        from fieldkit.screens.sync.stick_page import StickPage

        await self.app.push_screen(StickPage())

    def show_start(self) -> None:
        """Show that a sync starts."""
        self.say("")
        self._done = []
        self._show_around()
        self._show_keys()

    def action_leave(self) -> None:
        """Stop the running sync if the operator started it, else leave."""
        scheduler = self.app.scheduler
        if scheduler.running and scheduler.asked:
            scheduler.stop()
            self._show_around()
        else:
            super().action_leave()

    def on_progressed(self, _message: Progressed) -> None:
        """Show the progress."""
        if self.is_open:
            self._show_around()

    def synced(self, message: Synced) -> None:
        """Show how the sync ended, and everything that changed."""
        outcome = message.outcome
        if message.fault:
            self.say(message.fault, error=True)
        if outcome is not None:
            self._done = [ended(outcome), received(outcome.received)]
            if outcome.session.error:
                self.say(outcome.session.error, error=not (outcome.offline or outcome.stopped))
        self._show_around()
        after = partial(self._after, asked=message.asked)
        self.run_worker(self.run_reporting(after), group="refresh", exclusive=True)

    async def _after(self, *, asked: bool) -> None:
        await self._read()
        if asked and self.picker.at_first:
            self.picker.start_over("")  # who started it looks for what arrived, which comes first
        else:
            await self.refresh_data()
        await self.picker.settled()
        self._show_around()
        self._show_keys()

    # --- the receipt ---

    async def action_receipt(self) -> None:
        """Write the receipt to a file, in the background."""
        if self._found and self._found.server and not self.app.scheduler.running:
            self.say("Asking the server what it holds ...")
            self.run_worker(self.run_reporting(self._receipt), group="receipt", exclusive=True)

    async def _receipt(self) -> None:
        store = await self.ask(lambda store: store)
        try:
            path, verdict = await in_thread(partial(_write_receipt, store))
        except OSError as error:
            self.say(f"The receipt cannot be written: {why(error)}.", error=True)
        else:
            written = (Span("The receipt is in ", "dim"), Span(str(path)))
            both = ((Span(verdict),), written)
            self._done = [line for one in both for line in wrapped(one, self._width, 4)]
            self.say("")
            self._show_around()


def _lines_of(row: Choice) -> int:
    return len(row.gap) + bool(row.head) + (2 if row.below else 1)


def _write_receipt(store: Store) -> tuple[Path, str]:
    """Write what laptop and server have to a file; return its path and the verdict.

    Raises:
        OSError: it cannot be written.
    """
    from fieldkit.records.fields.dates import INDIA
    from fieldkit.sync.requests.receipt import receipt, text, verdict

    found = receipt(store)
    folder = store.home / "receipts"
    make_private(folder)
    path = folder / f"receipt-{datetime.fromtimestamp(found.at, INDIA):%Y-%m-%d-%H%M}.txt"
    path.write_text(text(found), encoding="utf-8")
    return path, verdict(found)
