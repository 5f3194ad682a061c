"""When the application syncs: on request or on schedule, one sync at a time, in its own thread.

Keys never wait for a sync. Quitting does not either: the thread ends with the application, and what
was acknowledged or received by then stays.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from textual.message import Message

from fieldkit.screens.base.daemon import in_thread

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.message_pump import MessagePump
    from textual.timer import Timer

    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Outcome, Progress
    from fieldkit.sync.transport import Stop

T = TypeVar("T")
_SOONEST = 0.1
"""Seconds."""


class Pace(NamedTuple):
    """When the application syncs by itself, in seconds."""

    first: float = 5.0
    """From the daily backup to the first sync; the operator's first searches go first."""
    every: float = 240.0
    rested: float = 30.0
    """From the last save to the next sync, if that is sooner."""
    failing: tuple[float, ...] = (60.0, 120.0, 300.0, 600.0, 1200.0)
    """The waits after one failed sync, two, and so on; a save does not shorten them."""
    jitter: float = 0.2
    """The random part of each wait, so that laptops do not all sync at once."""


class Progressed(Message):
    """The running sync made progress."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


class Synced(Message):
    """A sync ended."""

    def __init__(self, outcome: Outcome | None, fault: str, *, asked: bool) -> None:
        super().__init__()
        self.outcome = outcome
        """None: it could not begin."""
        self.fault = fault
        """Why it could not begin, as a sentence."""
        self.asked = asked
        """The operator started it."""


class SyncHost(Protocol):
    """What the scheduler needs of the application."""

    @property
    def screen(self) -> MessagePump:
        """The page that hears how the sync goes."""

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Call ``question`` with the store in a thread."""

    async def refresh_status(self) -> None:
        """Read and show the header status again."""

    async def lock_if_no_passphrase(self) -> None:
        """Lock an encrypted laptop that dropped its passphrases."""

    def note_fault(self) -> str:
        """Return a sentence about the exception being handled."""

    def run_worker(self, work: Coroutine[None, None, None], *, group: str) -> object:
        """Run ``work`` in the background."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` after ``delay`` seconds."""


class SyncScheduler:
    """Starts, stops and plans syncs, and knows how the last one went."""

    def __init__(self, host: SyncHost, pace: Pace | None) -> None:
        """``pace`` None: sync only on request."""
        self._host, self._pace = host, pace
        self._timer: Timer | None = None
        self._stop: Stop | None = None
        self._failed = 0
        self._due = 0.0
        self._unsent = 0
        self._offline_since = ""
        self._word = ""
        self._last: SyncSession | None = None
        """The last sync seen in the history."""
        self._own = False
        """The next sync seen in the history is one of this window."""
        self.asked = False
        """The operator started the running sync: they see how it goes and can stop it."""
        self._again = False
        """Another sync follows the one that was stopped."""
        self.running = False
        self._paused = self._scheduled = False
        self.progress: Progress | None = None
        """How far the running sync is."""

    @property
    def word(self) -> str:
        """The state of the connection, for the header; empty before the first try."""
        if self.running:
            return "sending ..." if self._unsent else "syncing ..."
        return self._word

    # --- beginning and ending ---

    def begin(self) -> None:
        """Sync now on request; a sync that is running counts as the one requested."""
        if self._paused:
            return
        self.asked = True
        self._again = self.stopping
        if not self.running:
            self._start()

    def stop(self) -> None:
        """Stop the running sync after its request; the second call, at once. Nothing is lost."""
        if self._stop is not None:
            self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the running sync was asked to stop."""
        return self._stop is not None and self._stop.is_set()

    def start_schedule(self) -> None:
        """Sync on schedule from now on."""
        self._scheduled = True
        if self._pace is not None and not self._paused:
            self._plan(self._pace.first)

    def pause(self) -> None:
        """Sync no more until :meth:`resume`; a running sync stops after its request."""
        self._paused, self._again = True, False
        self.stop()

    def resume(self) -> None:
        """Sync again, on schedule if it was so."""
        self._paused = False
        if self._scheduled:
            self.start_schedule()

    def note_status(self, unsent: int, last: SyncSession | None = None) -> None:
        """Plan an earlier sync if more is ``unsent`` than before.

        A ``last`` sync that went well in another window means that the connection works again.
        """
        more, self._unsent = unsent > self._unsent, unsent
        if self._is_others(last) and self._failed and not self.running:
            self._failed, self._offline_since, self._word = 0, "", "online"
            if self._pace is not None:
                self._plan(self._pace.every)
        if self._pace is None or self._timer is None or self._failed or self.running or not more:
            return
        left = self._due - time.monotonic()
        self._set_timer(min(self._pace.rested, left))

    def _is_others(self, last: SyncSession | None) -> bool:
        """Say whether ``last`` is a new sync of another window that went well."""
        fresh = last != self._last and not self._own
        self._last, self._own = last, False
        return fresh and last is not None and last.ok

    def _start(self) -> None:
        from fieldkit.sync.transport import Stop

        self._stop = Stop()  # Escape works from now on, while modules are still loading
        self.running, self._again = True, False
        self.progress = None
        self._host.run_worker(self._run(), group="sync")

    async def _run(self) -> None:
        fault, outcome = "", None
        try:
            store = await self._host.ask(lambda store: store)
            loop = asyncio.get_running_loop()
            progress = partial(_call_on, loop, self._show_progress)
            outcome = await in_thread(partial(self._sync, store, progress))
        except Exception as error:
            from fieldkit.store import StoreError

            fault = str(error) if isinstance(error, StoreError) else self._host.note_fault()
        asked = self.asked
        self.running, self.asked, self._stop = False, False, None
        self._settle(outcome, fault)
        if outcome is not None and outcome.revoked:
            await self._host.lock_if_no_passphrase()
        with suppress(Exception):  # the next page that opens reads it again and reports the error
            await self._host.refresh_status()
        self._host.screen.post_message(Synced(outcome, fault, asked=asked))
        if self._again:
            self.begin()

    def _sync(self, store: Store, progress: Callable[[Progress], None]) -> Outcome | None:
        """Sync in the sync thread; None without a server."""
        from fieldkit.sync.revoked import sync_or_hand_in

        device = store.device
        if device is None or not device.server or not store.access.token():
            return None
        return sync_or_hand_in(store, progress=progress, stop=self._stop)

    def _show_progress(self, progress: Progress) -> None:
        self.progress = progress
        self._host.screen.post_message(Progressed(progress))

    # --- the result, and when the next sync is due ---

    def _settle(self, outcome: Outcome | None, fault: str) -> None:
        """Update the state of the connection and plan the next sync."""
        bad = bool(fault) or (outcome is not None and not outcome.ok and not outcome.stopped)
        self._failed = self._failed + 1 if bad else 0
        self._own = True
        if outcome is not None and outcome.offline:
            self._offline_since = self._offline_since or _clock(outcome.session.at)
            self._word = f"offline since {self._offline_since}"
        elif outcome is None or not outcome.stopped:
            self._offline_since = ""
            self._word = "sync failed" if bad else "online" if outcome else ""
        if self._pace is not None:
            steps = self._pace.failing
            self._plan(steps[min(self._failed, len(steps)) - 1] if bad else self._pace.every)

    def _plan(self, seconds: float) -> None:
        spread = self._pace.jitter if self._pace else 0.0
        seconds *= random.uniform(1 - spread, 1 + spread)
        # A monotonic interval: a wrong or changed clock does not matter.
        self._due = time.monotonic() + seconds
        self._set_timer(seconds)

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        # Textual divides by the interval when a timer starts late, so it must not be 0.
        self._timer = self._host.set_timer(max(seconds, _SOONEST), self._fall_due)

    def _fall_due(self) -> None:
        if not self.running and not self._paused:
            self._start()


def _call_on(
    loop: asyncio.AbstractEventLoop, show: Callable[[Progress], None], progress: Progress
) -> None:
    """Show progress on the event loop; called in the sync thread."""
    with suppress(RuntimeError):  # the application has ended meanwhile
        loop.call_soon_threadsafe(show, progress)


def _clock(at: int) -> str:
    """Return the time of day, with the date unless it is today."""
    from fieldkit.records.fields.formats import Moment

    shown, now = Moment().show(at), Moment().show(int(time.time()))
    day, _, clock = shown.rpartition(" ")
    return clock if now.startswith(day) else shown
