"""The sync page: what waits and what it costs, progress, what needs the operator, and past syncs.

The sync itself runs in :mod:`fieldkit.screens.base.scheduler` and goes on when this page is left,
unless it is stopped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage, TopBar
from fieldkit.screens.base.scheduler import Progressed, Synced
from fieldkit.screens.base.words import clock_warning, plural
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.parts import keys, rare
from fieldkit.screens.sync import to_do
from fieldkit.screens.sync.conflicts import Open, open_conflicts
from fieldkit.screens.sync.out_of_area import move_into_area, records_out_of_area
from fieldkit.screens.sync.summary import (
    agreement,
    ended,
    last_syncs,
    received,
    to_send,
    under_way,
)
from fieldkit.screens.sync.to_do import (
    ToDo,
    findings_to_check,
    log_place,
    returned_changes,
)
from fieldkit.screens.widgets.rows import Answer, Choice
from fieldkit.settings import make_private

if TYPE_CHECKING:
    from pathlib import Path

    from fieldkit.store import Logged, Store

_SYNCS_SHOWN = 3
_SYNCS_READ = 30
_SETTLE, _RETURNED, _CHECK = "  To settle", "  Returned to you", "  To check"
_GROUPS = {_SETTLE: "settle", _RETURNED: "correct", _CHECK: "check"}
"""The groups of the list, and what Enter does in each."""
_NOT_ENROLLED = "No server yet. Press e to enrol with the code that the supervisor gave you."


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the fixed lines show, read from the store together."""

    enrolled: bool
    waiting: str
    agreement: str
    before: list[str]
    clock: str | None
    out_of_area: int
    """New records that the server refuses because of their place."""


class SyncPage(PickerPage[None]):
    """Start and watch a sync; correct, settle or check what it brought."""

    TITLE = "Sync"
    EMPTY = "Nothing was returned to you."
    KEYS = keys("Esc back")
    DEFAULT_CSS = """
    SyncPage #picker { margin-top: 1; margin-bottom: 1; }
    SyncPage Lines { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,s", "sync", "Sync now", show=False),
        Binding("r", "receipt", "Receipt", show=False),
        Binding("e", "enrol", "Enrol", show=False),
        Binding("x", "give_up", "Give up", show=False),
        Binding("m", "move_into_area", "Move into the area", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._enrolled = False
        self._out_of_area = 0
        self._done = ""
        """The result of the last sync that ended while the page was open."""

    def content(self) -> Iterable[Widget]:
        """Yield the fixed lines, and between them the list."""
        yield Lines(id="waiting")
        yield Lines(id="progress")
        yield Lines(id="received")
        yield from super().content()
        yield Lines(id="agreement")
        for place in range(_SYNCS_SHOWN):
            yield Lines(id=f"before-{place}")

    async def load_data(self) -> None:
        """Show everything."""
        if not self.app.scheduler.running:
            self._done = ""
            self.query_one("#received", Lines).put("")
        self._show_progress()
        self.picker.reload_if_idle()
        await self._show()

    async def refresh_data(self) -> None:
        """Show what is to be settled and corrected now."""
        await self.picker.follow()

    # --- the list ---

    async def answer(self, _text: str) -> Answer:
        """Answer with the conflicts, the returned changes, and the findings."""
        found = await self.read(lambda store: open_conflicts(store))
        first = await self._page(_RETURNED)
        heads = [_SETTLE] + [""] * len(found)
        to_settle = [self._to_settle(one, head) for one, head in zip(found, heads, strict=False)]
        return Answer([*to_settle, *first.rows], more=first.more)

    def _to_settle(self, one: Open, head: str) -> Choice:
        settle = partial(self.navigator.open_conflicts, first=one.conflict.id)
        sides = f"{one.mine.words} ({one.mine.title}), {one.theirs.words} ({one.theirs.title})"
        below = (sides, one.conflict.record_id)
        return Choice((one.label, one.field), settle, below, key=one.conflict.id, head=head)

    async def _page(self, group: str, skip: int = 0) -> Answer:
        """Return a part of the returned changes, then of the findings, headed at the first row."""
        read = returned_changes if group == _RETURNED else findings_to_check
        found = await self.read(lambda store: read(store, skip))
        heads = ["" if skip else group] + [""] * len(found)
        rows = [self._choice(one, head) for one, head in zip(found, heads, strict=False)]
        if len(found) == to_do.PAGE:
            return Answer(rows, more=partial(self._page, group, skip + to_do.PAGE))
        if group == _CHECK:
            return Answer(rows)
        check = await self._page(_CHECK)
        return Answer([*rows, *check.rows], more=check.more)

    def _choice(self, one: ToDo, head: str) -> Choice:
        """Return a row: Enter corrects a returned change, or opens a record with a finding."""
        cells, below = (one.label, one.title), (one.reason, one.record_id)
        if one.returned is None:
            look = partial(self.navigator.open_record, one.kind, one.record_id)
            return Choice(cells, look, below, key=f"{one.record_id} {one.reason}", head=head)
        correct = partial(self.navigator.open_form, one.kind, record_id=one.record_id)
        give_up = partial(self._give_up, one, one.returned)
        return Choice(cells, correct, below, give_up, f"{log_place(one.returned)}", head)

    async def _give_up(self, one: ToDo, returned: Logged) -> None:
        """Give a returned change up, after the second key."""
        from fieldkit.protocol.change import Op

        question = f"Give up this change of {one.label}? It is gone then. Press the key again."
        if returned.change.op is Op.CREATE:
            gone = "It leaves this laptop. Press the key again."
            question = f"Give up {one.label} with all that was typed on it? {gone}"
        if self.confirmed(f"give up {log_place(returned)}", question):
            await self.ask(lambda store: store.withdraw(*log_place(returned)))
            self.picker.reload()
            await self.app.refresh_status()
            await self._show()
            self.say(f"Given up: {one.label}")

    async def action_give_up(self) -> None:
        """Give the marked change up, as Delete does."""
        await self.picker.settled()
        await self.picker.remove_marked()

    async def action_move_into_area(self) -> None:
        """Move the new records outside the area into it, after the second key."""
        if not self._out_of_area:
            return
        many = plural(self._out_of_area, "new record")
        question = f"Put {many} into {self.app.header_status.area}? Press m again."
        if self.confirmed("move into area", question):
            await self.run_reporting(self._move_into_area)

    async def _move_into_area(self) -> None:
        operator = self.app.operator
        many = await self.ask(lambda store: move_into_area(store, operator))
        self._done = ""
        self._show_progress()
        self.picker.reload()
        await self.app.refresh_status()
        await self._show()
        moved = plural(many, "record")
        self.say(f"Put into {self.app.header_status.area}: {moved}. The next sync sends this.")

    # --- the fixed lines ---

    def show_header_status(self) -> None:
        """Say also since when there is no line."""
        self.query_one("#where", TopBar).put(
            status=[self.app.operator, self.app.header_status.line_chip(since=True)]
        )

    async def _show(self) -> None:
        found = await self.read(_read)
        self._enrolled, self._out_of_area = found.enrolled, found.out_of_area
        self.query_one("#waiting", Lines).put(found.waiting)
        self.query_one("#agreement", Lines).put(found.agreement)
        for place in range(_SYNCS_SHOWN):
            text = found.before[place] if place < len(found.before) else ""
            self.query_one(f"#before-{place}", Lines).put(text)
        if not found.enrolled:
            self.say(_NOT_ENROLLED)
        elif found.clock and not self.sentence:
            self.say(found.clock, error=True)
        await self.picker.settled()
        self._show_keys()

    def _show_keys(self) -> None:
        if self.app.scheduler.running and self.app.scheduler.asked:
            self.set_keys("Esc stop, nothing is lost")
            return
        heads = {row.head for row in self.picker.answer.rows}
        words = [word for head, word in _GROUPS.items() if head in heads]
        self.set_keys(
            "F5 sync now" if self._enrolled else "e enrol",
            f"Enter {' or '.join(words)}" if words else "",
            "m put into my area" if self._out_of_area else "",
            rare("Delete give up") if _RETURNED in heads else "",
            rare("r receipt to a file") if self._enrolled else "",
            "Esc back",
        )

    def _show_progress(self) -> None:
        """Show how far the running sync is, or the result of the last one."""
        scheduler = self.app.scheduler
        progress = scheduler.progress if scheduler.running else None
        text = self._done
        if scheduler.running and scheduler.stopping:
            text = "  stopping after this request ...   Esc again: at once"
        elif progress is not None:
            text = under_way(progress)
        elif scheduler.running:
            text = "  connecting ..."
        self.query_one("#progress", Lines).put(text)
        if progress:
            self.query_one("#received", Lines).put(received(progress.received))

    # --- the sync ---

    async def action_sync(self) -> None:
        """Start a sync, unless one is running."""
        await self.navigator.open_sync(begin=True)

    def show_start(self) -> None:
        """Show that a sync starts."""
        self.say("")
        self._done = ""
        self.query_one("#received", Lines).put("")
        self._show_progress()
        self._show_keys()

    def action_leave(self) -> None:
        """Stop the running sync if the operator started it, else leave."""
        scheduler = self.app.scheduler
        if scheduler.running and scheduler.asked:
            scheduler.stop()
            self._show_progress()
        else:
            super().action_leave()

    def on_progressed(self, _message: Progressed) -> None:
        """Show the progress."""
        if self.is_open:
            self._show_progress()

    def synced(self, message: Synced) -> None:
        """Show how the sync ended, and everything that changed."""
        outcome = message.outcome
        if message.fault:
            self.say(message.fault, error=True)
        if outcome is not None:
            self._done = f"  {ended(outcome)}"
            self.query_one("#received", Lines).put(received(outcome.received))
            if outcome.session.error:
                self.say(outcome.session.error, error=not (outcome.offline or outcome.stopped))
        self._show_progress()
        after = partial(self._after, asked=message.asked)
        self.run_worker(self.run_reporting(after), group="refresh", exclusive=True)

    async def _after(self, *, asked: bool) -> None:
        if asked and self.picker.at_first:
            self.picker.start_over("")  # who started it looks for what arrived, which comes first
        else:
            await self.refresh_data()
        await self._show()

    # --- receipt and enrolment ---

    async def action_receipt(self) -> None:
        """Write the receipt to a file, in the background."""
        if self._enrolled and not self.app.scheduler.running:
            self.say("Asking the server what it holds ...")
            self.run_worker(self.run_reporting(self._receipt), group="receipt", exclusive=True)

    async def _receipt(self) -> None:
        store = await self.ask(lambda store: store)
        try:
            path, verdict = await in_thread(partial(_write_receipt, store))
        except OSError as error:
            self.say(f"The receipt cannot be written: {error.strerror or error}.", error=True)
        else:
            self.say(f"{verdict} The receipt is in {path}")

    async def action_enrol(self) -> None:
        """Enrol, or enrol again."""
        await self.run_reporting(self.navigator.open_enrolment)


def _read(store: Store) -> _Shown:
    """Read what the fixed lines show. Runs in a thread."""
    from fieldkit.sync.client import forecast

    device = store.device
    return _Shown(
        enrolled=bool(device and device.server and store.token()),
        waiting=to_send(forecast(store)),
        agreement=agreement(store),
        before=last_syncs(store.outbox.sessions(_SYNCS_READ), _SYNCS_SHOWN),
        clock=clock_warning(store),
        out_of_area=len(records_out_of_area(store)),
    )


def _write_receipt(store: Store) -> tuple[Path, str]:
    """Write what laptop and server have to a file; return its path and the verdict.

    Raises:
        OSError: it cannot be written.
    """
    from fieldkit.records.fields.dates import INDIA
    from fieldkit.sync.receipt import receipt, text, verdict

    found = receipt(store)
    folder = store.home / "receipts"
    make_private(folder)
    path = folder / f"receipt-{datetime.fromtimestamp(found.at, INDIA):%Y-%m-%d-%H%M}.txt"
    path.write_text(text(found), encoding="utf-8")
    return path, verdict(found)
