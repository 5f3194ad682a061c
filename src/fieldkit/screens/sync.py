"""Sync: what waits and what it costs, how far it has come, what came back, and how it was before.

The sync runs in a thread of its own that does not outlive the application: quitting never waits
for a dead line, and every batch that was acknowledged stays so.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from fieldkit.screens import doors
from fieldkit.screens.page import Line, Page
from fieldkit.screens.rows import Fetched, Kept, fetched, label_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.store import Logged, Store, SyncSession
    from fieldkit.sync.client import Outcome, Progress
    from fieldkit.sync.forecast import Forecast

T = TypeVar("T")

_BAR = 24
_SYNCS_SHOWN = 3
PAGE = 60
"""Changes that came back, fetched at a time."""
_NOT_ENROLLED = "No server yet. Whoever looks after this laptop enrols it: fieldkit enrol"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows, read from the store in one go."""

    enrolled: bool
    waiting: str
    agreement: str
    before: tuple[str, ...]


class SyncScreen(Page[None]):
    """Send what waits, see it arrive, and mend what came back."""

    TITLE = "Sync"
    KEYBOARD = "#picker"
    KEYS = "Esc back"
    DEFAULT_CSS = """
    SyncScreen #picker { margin-top: 1; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,s", "sync", "Sync now", show=False),
    ]

    class Progressed(Message):
        """A batch was acknowledged."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress = progress

    def __init__(self) -> None:
        super().__init__()
        self._stop = threading.Event()
        self._sending = False
        self._enrolled = False
        self._returned = 0

    def content(self) -> Iterable[Widget]:
        """Yield the fixed lines, and between them what came back."""
        yield Line(id="waiting")
        yield Line(id="progress")
        yield Picker(self.answer, self.told, typing=False, empty="Nothing was returned to you.")
        yield Line(id="agreement")
        for place in range(_SYNCS_SHOWN):
            yield Line(id=f"before-{place}")

    async def arrive(self) -> None:
        """Show how things stand."""
        await self._show()

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes the server did not take."""
        answer = await self._page(0)
        self._returned = len(answer.rows)
        self._show_keys()
        return answer

    async def _page(self, skip: int) -> Answer:
        rows = await self.ask(lambda store: _returned(store, skip))

        async def more() -> Answer:
            return await self._page(skip + PAGE)

        choices = [
            Choice((label, title), self._opener(kind, record_id), (reason, record_id))
            for kind, record_id, label, title, reason in rows
        ]
        above = ("  Returned to you",) if choices else ()
        return Answer(choices, above=above, more=more if len(rows) == PAGE else None)

    def _opener(self, kind: str, record_id: str) -> Callable[[], Awaitable[object]]:
        async def correct() -> None:
            await doors.open_form(self.desk, kind, record_id=record_id)

        return correct

    async def _show(self) -> None:
        found = await self.ask(_read)
        self._enrolled = found.enrolled
        self.query_one("#waiting", Line).put(found.waiting)
        self.query_one("#agreement", Line).put(found.agreement)
        for place in range(_SYNCS_SHOWN):
            text = found.before[place] if place < len(found.before) else ""
            self.query_one(f"#before-{place}", Line).put(text)
        if not found.enrolled:
            self.say(_NOT_ENROLLED)
        self.query_one(Picker).renew()
        self._show_keys()

    def _show_keys(self) -> None:
        if self._sending:
            self.keys("Esc stop, nothing is lost")
            return
        offered = [
            "F5 or s sync now" if self._enrolled else "",
            "Enter correct" if self._returned else "",
            "Esc back",
        ]
        self.keys("   ".join(filter(None, offered)))

    # --- the sync ---

    def action_sync(self) -> None:
        """Begin to send, unless that is under way."""
        if self._enrolled and not self._sending:
            self._sending = True
            self._stop.clear()
            self.say("")
            self._show_keys()
            self.query_one("#progress", Line).put("  connecting ...")
            self.run_worker(self.told(self._sync), group="sync")

    def action_leave(self) -> None:
        """Stop what is under way, else go back."""
        if self._sending:
            self._stop.set()
            self.query_one("#progress", Line).put("  stopping after this batch ...")
        else:
            super().action_leave()

    def on_unmount(self) -> None:
        """Begin no further batch once the page is gone."""
        self._stop.set()

    async def _sync(self) -> None:
        def work() -> Outcome:
            from fieldkit.sync.client import sync

            return sync(store, progress=self._progress, stop=self._stop)

        store = await self.ask(lambda store: store)
        try:
            outcome = await _apart(work)
        finally:
            self._sending = False
        self.query_one("#progress", Line).put(f"  {_ended(outcome)}")
        if outcome.session.error:
            self.say(outcome.session.error, error=not (outcome.offline or outcome.stopped))
        await self.desk.take_stock()
        await self._show()

    def _progress(self, progress: Progress) -> None:
        """Pass progress on from the thread of the sync."""
        self.post_message(self.Progressed(progress))

    def on_sync_screen_progressed(self, message: Progressed) -> None:
        """Draw how far it has come."""
        if self._sending and not self._stop.is_set():
            self.query_one("#progress", Line).put(bar(message.progress))


async def _apart(work: Callable[[], T]) -> T:
    """Do ``work`` in a thread that does not keep the application from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(put: Callable[[], None]) -> None:
        if not done.done():
            put()

    def run() -> None:
        try:
            put = partial(done.set_result, work())
        except Exception as fault:
            put = partial(done.set_exception, fault)
        with suppress(RuntimeError):  # the application has ended meanwhile
            loop.call_soon_threadsafe(settle, put)

    threading.Thread(target=run, name="sync", daemon=True).start()
    return await done


def bar(progress: Progress) -> str:
    """Draw progress in plain characters."""
    from fieldkit.records.formats import indian

    filled = _BAR * progress.done // max(progress.total, 1)
    return (
        f"  sending   [{'#' * filled}{'-' * (_BAR - filled)}]"
        f"  {indian(progress.done)} of {indian(progress.total)}"
    )


def _ended(outcome: Outcome) -> str:
    """Say what a sync did."""
    done = f"{plural(outcome.applied, 'change')} sent" if outcome.applied else ""
    back = f"{outcome.rejected} returned to you" if outcome.rejected else ""
    if outcome.ok and not (done or back):
        return "Nothing waited. The server and this laptop hold the same."
    return ", ".join(filter(None, (done, back))) or "Nothing was sent."


def _read(store: Store) -> _Shown:
    """Read what the page shows; runs in a thread."""
    from fieldkit.sync.forecast import forecast

    device = store.device
    return _Shown(
        enrolled=bool(device and device.server and store.token()),
        waiting=_waiting(forecast(store)),
        agreement=_agreement(store),
        before=tuple(_before(session) for session in store.outbox.sessions(_SYNCS_SHOWN)),
    )


def _waiting(cost: Forecast) -> str:
    if not cost.changes:
        return "  Nothing waits to be sent."
    parts = [f"  {plural(cost.changes, 'change')} to send", weight(cost.bytes)]
    if cost.seconds is not None:
        took = plural(cost.seconds, "second")
        parts.append(f"about {took} on this line ({cost.kilobits} kbit/s)")
    return ", ".join(parts)


def _agreement(store: Store) -> str:
    """Compare what both sides hold: the number of changes, and the chain over them."""
    from fieldkit.records.formats import indian

    standing = store.outbox.standing()
    if standing is None or standing.server_head is None:
        return ""
    same = store.outbox.head_before(standing.origin, standing.acked_seq + 1)
    left = standing.last_seq - standing.acked_seq
    verdict = f"{indian(left)} not sent yet" if left else "same"
    if same != standing.server_head:
        verdict = "not the same"
    return (
        f"  This laptop {plural(standing.last_seq, 'change')}"
        f"     server {indian(standing.acked_seq)}     {verdict}"
    )


def _before(session: SyncSession) -> str:
    from fieldkit.records.formats import Moment

    moved = weight(session.bytes_up + session.bytes_down)
    told = f"ok, {moved}" if session.ok else session.error or "did not end well"
    return f"  {Moment().show(session.at)}  {told}"


def _returned(store: Store, skip: int) -> list[tuple[str, str, str, str, str]]:
    """Return kind, id, label, title and reason of a page of what the server did not take."""
    page = [(logged, logged.change) for logged in store.outbox.returned(PAGE, skip)]
    kinds, ids = {change.kind for _, change in page}, [change.record_id for _, change in page]
    records = Fetched(store.fetch(kinds, ids))
    kept = fetched(store, records.records.values())
    return [_one_returned(records, kept, logged) for logged, _ in page]


def _one_returned(records: Kept, kept: Kept, logged: Logged) -> tuple[str, str, str, str, str]:
    from fieldkit.records import kinds

    change = logged.change
    record = records.get(change.kind, change.record_id)
    label = label_of(kept, record) if record else change.record_id
    known = kinds().get(change.kind)
    title = known.title.lower() if known else ""
    return change.kind, change.record_id, label, title, logged.reason or "no reason was given"


def plural(many: int, thing: str) -> str:
    """Count things in words: "1 change", "1,200 changes"."""
    from fieldkit.records.formats import indian

    return f"{indian(many)} {thing}{'' if many == 1 else 's'}"


def weight(size: int) -> str:
    """Say a number of bytes as people read it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
