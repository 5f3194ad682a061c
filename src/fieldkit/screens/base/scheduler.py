"""The sync of the application: one at a time, in a thread apart, begun by a key or by itself.

The thread does not outlive the application: quitting never waits for a dead line, and what was
acknowledged or received stays so. No key ever waits for it.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

if TYPE_CHECKING:
    from textual.timer import Timer

    from fieldkit.screens.base.app import AppBase
    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Outcome, Progress
    from fieldkit.sync.transport import Stop

T = TypeVar("T")
_SOONEST = 0.1
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When the application syncs by itself, in seconds."""

    first: float = 5.0
    """After the day's copy is made: the first searches come before it."""
    every: float = 240.0
    rested: float = 30.0
    """After the last save, if that is sooner."""
    failing: tuple[float, ...] = (60.0, 120.0, 300.0, 600.0, 1200.0)
    """After the first sync that did not work, the second ...; saves do not hasten these."""
    jitter: float = 0.2
    """The part by which each differs by chance: laptops must not call all at once."""


class Progressed(Message):
    """The sync has come further."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


class Synced(Message):
    """A sync has ended."""

    def __init__(self, outcome: Outcome | None, fault: str, *, asked: bool) -> None:
        super().__init__()
        self.outcome = outcome
        """None: it could not so much as begin."""
        self.fault = fault
        """Why not, as a sentence."""
        self.asked = asked
        """A person began it."""


class SyncScheduler:
    """Carries what is saved to the server and what others did back, while there is a line."""

    def __init__(self, desk: AppBase, pace: Pace | None) -> None:
        """``pace`` None: only when asked."""
        self._desk, self._pace = desk, pace
        self._timer: Timer | None = None
        self._stop: Stop | None = None
        self._failed = 0
        self._due = 0.0
        self._unsent = 0
        self._offline_since = ""
        self._word = ""
        self._last: SyncSession | None = None
        """The last sync that was seen in the history."""
        self._own = False
        """The next that comes to light was carried here."""
        self.asked = False
        """A person began the sync under way: they are told of it, and can stop it."""
        self._again = False
        """Another is to follow the one that was stopped."""
        self.running = False
        self.progress: Progress | None = None
        """How far the sync under way has come."""

    @property
    def word(self) -> str:
        """How it stands with the line, for the header; empty before it was ever tried."""
        if self.running:
            return "sending ..." if self._unsent else "syncing ..."
        return self._word

    # --- beginning and ending ---

    def begin(self) -> None:
        """Sync now, for a person who asks; one that is under way goes on as theirs."""
        self.asked = True
        self._again = self.stopping
        if not self.running:
            self._start()

    def stop(self) -> None:
        """End the sync under way after its request; asked again, at once. Nothing is lost."""
        if self._stop is not None:
            self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the sync under way was asked to end."""
        return self._stop is not None and self._stop.is_set()

    def by_itself(self) -> None:
        """Begin to sync without being asked, from a little later on."""
        if self._pace is not None:
            self._plan(self._pace.first)

    def noticed(self, unsent: int, last: SyncSession | None = None) -> None:
        """Take note of how much waits: what was saved goes once saving has rested a while.

        And of the ``last`` sync, if it went well in another window: then there is a line.
        """
        more, self._unsent = unsent > self._unsent, unsent
        if self._others(last) and self._failed and not self.running:
            self._failed, self._offline_since, self._word = 0, "", "online"
            if self._pace is not None:
                self._plan(self._pace.every)
        if self._pace is None or self._timer is None or self._failed or self.running or not more:
            return
        left = self._due - time.monotonic()
        self._set_timer(min(self._pace.rested, left))

    def _others(self, last: SyncSession | None) -> bool:
        """Say whether a sync that went well has come to light that was not carried here."""
        fresh = last != self._last and not self._own
        self._last, self._own = last, False
        return fresh and last is not None and last.ok

    def _start(self) -> None:
        from fieldkit.sync.transport import Stop

        self._stop = Stop()  # Escape counts from now on, while the rest is still loading
        self.running, self._again = True, False
        self.progress = None
        self._desk.run_worker(self._run(), group="sync")

    async def _run(self) -> None:
        fault, outcome = "", None
        try:
            store = await self._desk.ask(lambda store: store)
            outcome = await apart(partial(self._carry, store))
        except Exception as error:
            from fieldkit.store import StoreError

            fault = str(error) if isinstance(error, StoreError) else self._desk.note_fault()
        asked = self.asked
        self.running, self.asked, self._stop = False, False, None
        self._judge(outcome, fault)
        with suppress(Exception):  # whoever comes to a page next takes stock and is told
            await self._desk.take_stock()
        self._desk.screen.post_message(Synced(outcome, fault, asked=asked))
        if self._again:
            self.begin()

    def _carry(self, store: Store) -> Outcome | None:
        """Sync, in its thread; None if there is no server to sync with."""
        from fieldkit.sync.client import sync

        device = store.device
        if device is None or not device.server or not store.token():
            return None
        return sync(store, progress=self._progress, stop=self._stop)

    def _progress(self, progress: Progress) -> None:
        """Pass progress on from the thread of the sync."""
        self.progress = progress
        self._desk.screen.post_message(Progressed(progress))

    # --- what came of it, and when the next one is due ---

    def _judge(self, outcome: Outcome | None, fault: str) -> None:
        """Say how it stands with the line, and plan the next sync."""
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
        # Only an interval: a wrong or jumping clock changes nothing here.
        self._due = time.monotonic() + seconds
        self._set_timer(seconds)

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        # A timer of no time at all divides by it where its task begins late.
        self._timer = self._desk.set_timer(max(seconds, _SOONEST), self._fall_due)

    def _fall_due(self) -> None:
        if not self.running:
            self._start()


async def apart(work: Callable[[], T]) -> T:
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


def _clock(at: int) -> str:
    """Return the time of day, with the day if it is not today's."""
    from fieldkit.records.fields.formats import Moment

    told, now = Moment().show(at), Moment().show(int(time.time()))
    day, _, clock = told.rpartition(" ")
    return clock if now.startswith(day) else told
