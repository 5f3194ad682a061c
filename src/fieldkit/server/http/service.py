"""What all routes of a server share: its database, its threads, and the turns of large messages."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock
from typing import TypeVar

from anyio import CapacityLimiter, fail_after
from sqlalchemy import Engine

from fieldkit.server.database.connection import writing
from fieldkit.server.database.eras import begin_era
from fieldkit.server.http.caller import Network
from fieldkit.server.http.metrics import Metrics
from fieldkit.server.http.shares import Shares
from fieldkit.server.ingest.older_fields import convert_older_fields
from fieldkit.server.problems import refusal

T = TypeVar("T")
_WORKERS = 12
"""Requests worked on at once."""
LARGE_SECONDS = 20
"""Longest wait of a large message for its turn."""


@dataclass(frozen=True, slots=True)
class Service:
    """What all routes share."""

    engine: Engine
    trusted: tuple[Network, ...]
    clock: Callable[[], float]
    metrics: Metrics
    shares: Shares = field(default_factory=Shares)
    large: CapacityLimiter = field(default_factory=partial(CapacityLimiter, 1))
    """Whose turn it is to send a large message."""
    large_worker: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))
    """The thread that works on them, always the same: each keeps much of the memory it once had."""
    workers: CapacityLimiter = field(default_factory=partial(CapacityLimiter, _WORKERS))
    started: Event = field(default_factory=Event)
    starting: Lock = field(default_factory=Lock)

    def now(self) -> int:
        """Return the time, in seconds since 1970 UTC."""
        return int(self.clock())

    def start_once(self) -> None:
        """Begin an era of the database, at the first sync (rule 41); convert its older fields.

        Not earlier, because the database may be unwritable while the process starts.
        """
        if self.started.is_set():
            return
        with self.starting:
            if not self.started.is_set():
                with writing(self.engine) as connection:
                    begin_era(connection, self.now())
                convert_older_fields(self.engine, self.now())
                self.started.set()


async def in_turn(service: Service, respond: Callable[[], T]) -> T:
    """Work on a large message in the thread for such, after those before it."""
    try:
        with fail_after(LARGE_SECONDS):
            await service.large.acquire()
    except TimeoutError:
        raise refusal("busy", 503, "The server is busy.", "Sync later.", retry_after=10) from None
    try:
        return await get_running_loop().run_in_executor(service.large_worker, respond)
    finally:
        service.large.release()
