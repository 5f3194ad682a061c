"""The threads that use the store: entry, reads and background work never wait for one another.

=============  ==================================================================================
entry          saving, drafts, the start of a form: in order, none is dropped
reads          searches, lists, pages: a newer read of the same purpose interrupts the older one
background     figures and counts: any other call interrupts them, and they start again after it
work           imports, backups: side by side; their reads pause during entry calls and reads
=============  ==================================================================================

All methods are called on the event loop; only the calls themselves run in the threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from fieldkit.interruption import Interrupted, Interruption

T = TypeVar("T")

_JOBS_AT_ONCE = 4


class _Lane:
    """Some threads for one purpose, and the calls that were made to them and have not ended."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"store-{name}")
        self._outstanding: set[Interruption] = set()
        self.ending = False
        """Whether an interrupted call counts as cancelled: the program ends."""

    async def run(self, call: Callable[[], T], interruption: Interruption) -> T:
        if self.ending:
            raise asyncio.CancelledError
        self._outstanding.add(interruption)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, interruption.run, call)
        except Interrupted:
            if self.ending:
                raise asyncio.CancelledError from None
            raise
        finally:
            self._outstanding.discard(interruption)

    @property
    def quiet(self) -> bool:
        """Whether no call waits or runs."""
        return not self._outstanding

    def hold(self, *, back: bool) -> None:
        """Keep the calls waiting before their next read, or let them go on."""
        for interruption in self._outstanding:
            interruption.hold(back=back)

    def interrupt(self) -> None:
        """Stop the reads of every call that has not ended; writes are completed."""
        for interruption in self._outstanding:
            interruption.request()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


class StoreThreads:
    """Runs calls to the store in the thread for their purpose."""

    def __init__(self) -> None:
        self._entry, self._reads = _Lane("entry"), _Lane("reads")
        self._background, self._work = _Lane("background"), _Lane("work", _JOBS_AT_ONCE)
        self._newest: dict[Hashable, Interruption] = {}
        self._in_front = 0
        """Entry calls and reads that have not ended; background work waits for them."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._lanes = (self._entry, self._reads, self._background, self._work)

    async def enter(self, call: Callable[[], T]) -> T:
        """Run a call of somebody's typing; a caller that is cancelled does not cancel it."""
        with self._before_background():
            return await self._entry.run(call, Interruption())

    async def read(self, call: Callable[[], T], purpose: Hashable = None) -> T:
        """Read for a page; the older read of the same purpose is interrupted, if there is one.

        Raises:
            Interrupted: a newer one has taken its place.
        """
        interruption = Interruption()
        if purpose is not None:
            if older := self._newest.get(purpose):
                older.request()
            self._newest[purpose] = interruption
        try:
            with self._before_background():
                return await self._reads.run(call, interruption)
        except asyncio.CancelledError:
            interruption.request()
            raise
        finally:
            if purpose is not None and self._newest.get(purpose) is interruption:
                del self._newest[purpose]

    async def background(self, call: Callable[[], T]) -> T:
        """Read what nobody waits for; ``call`` may run several times, and must write nothing."""
        while True:
            await self._idle.wait()
            interruption = Interruption()
            try:
                return await self._background.run(call, interruption)
            except asyncio.CancelledError:
                interruption.request()
                raise
            except Interrupted:
                continue

    async def work(self, call: Callable[[], T]) -> T:
        """Run a long job beside everything else."""
        interruption = Interruption()
        interruption.hold(back=bool(self._in_front))
        return await self._work.run(call, interruption)

    @property
    def quiet(self) -> bool:
        """Whether no call waits or runs, for any purpose."""
        return all(lane.quiet for lane in self._lanes)

    def interrupt(self) -> None:
        """Stop all reads that have not ended; what is being written is completed."""
        for lane in (self._entry, self._reads, self._background):
            lane.interrupt()

    def end(self) -> None:
        """Stop everything that only reads, for the program ends; call :meth:`close` afterwards."""
        for lane in self._lanes:
            lane.ending = True
            lane.interrupt()

    def close(self) -> None:
        """Wait until the threads have ended."""
        self.end()
        for lane in self._lanes:
            lane.close()

    @contextmanager
    def _before_background(self) -> Iterator[None]:
        """Keep background work back during a call."""
        self._in_front += 1
        self._idle.clear()
        self._background.interrupt()
        self._work.hold(back=True)
        try:
            yield
        finally:
            self._in_front -= 1
            if not self._in_front:
                self._idle.set()
                self._work.hold(back=False)
