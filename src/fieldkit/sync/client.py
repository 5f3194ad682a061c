"""The laptop's side of a sync: its two doors are :func:`enrol` and :func:`sync`."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from filelock import FileLock, Timeout

from fieldkit.store import State, Store, StoreError, SyncSession
from fieldkit.sync.enrol import NotEnrolled, Unreachable, address, enrol
from fieldkit.sync.sentences import waiting
from fieldkit.sync.session import Pause, Progress, RequestLoop, SyncEnded, unsent
from fieldkit.sync.transfer_size import TransferSize, line_speed
from fieldkit.sync.transport import HttpTransport, Stop, Transport

__all__ = [
    "NotEnrolled",
    "Outcome",
    "Progress",
    "Stop",
    "Unreachable",
    "enrol",
    "open_transport",
    "sync",
]

_LOCK = "sync.lock"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ended."""

    session: SyncSession
    """The figures, as kept in the history; ``error`` is a sentence for the person."""
    applied: int = 0
    rejected: int = 0
    received: int = 0
    """Records that came from the server."""
    conflicts: int = 0
    """Values not used yet that came to light."""
    waiting: int = 0
    """Changes still to be sent."""
    returned: int = 0
    """Changes returned, by this sync or before, that are still open here."""
    offline: bool = False
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything arrived, and the server holds the same changes."""
        return self.session.ok


def sync(
    store: Store,
    *,
    link: Transport | None = None,
    pause: Pause | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    chance: random.Random | None = None,
) -> Outcome:
    """Send what waits, bring what others did, and compare both sides; never raises for a bad line.

    ``progress`` is called from this thread after each answer. ``stop`` ends the sync after the
    request under way; a :class:`Stop` can also end that at once. What was acknowledged or
    received stays so, whatever comes after. ``link``, ``pause`` and ``chance`` stand in for the
    line to the server, the waiting between attempts and the randomness of that.
    """
    stop = stop or Stop()
    with ExitStack() as held:
        try:
            held.enter_context(FileLock(store.home / _LOCK, timeout=0))
            if link is None:
                link = held.enter_context(open_transport(store, stop))
        except NotEnrolled as error:
            return _never_began(store, str(error))
        except Timeout:
            return _never_began(store, "A sync is already under way on this laptop.")
        except OSError:
            return _never_began(store, "The folder of fieldkit cannot be written.")
        pace = TransferSize(line_speed(store.outbox.sessions(10)))
        exchange = RequestLoop(store, link, pace, pause or stop.wait, stop, progress, chance)
        return _run(store, exchange, link)


@contextmanager
def open_transport(store: Store, stop: threading.Event | None = None) -> Iterator[HttpTransport]:
    """Open the line to this laptop's server, under its token.

    Raises:
        NotEnrolled: it has none.
    """
    device, token = store.device, store.token()
    if device is None or not device.server or not token:
        raise NotEnrolled("This laptop is not enrolled with a server yet.")
    with ExitStack() as held:
        line = held.enter_context(HttpTransport(address(device.server), token))
        if isinstance(stop, Stop):
            held.enter_context(stop.ends(line.abort))
        yield line


def _run(store: Store, exchange: RequestLoop, link: Transport) -> Outcome:
    """Let the exchange run to its end, and note the session."""
    at = max(store.now(), 0)
    ended: SyncEnded | None = None
    try:
        exchange.run()
    except SyncEnded as reason:
        ended = reason
    except StoreError as error:
        ended = SyncEnded(str(error))
    left = unsent(store)
    traffic = link.traffic
    session = SyncSession(
        at=at,
        ok=ended is None,
        requests=traffic.requests,
        bytes_up=traffic.bytes_up,
        bytes_down=traffic.bytes_down,
        seconds=traffic.seconds,
        error=f"{ended} {waiting(left)}" if ended else None,
    )
    with suppress(StoreError):  # a disk that is full hides nothing of what is told
        store.outbox.note(session)
    return Outcome(
        session,
        applied=exchange.done - exchange.rejected,
        rejected=exchange.rejected,
        received=exchange.received,
        conflicts=exchange.conflicts,
        waiting=left,
        returned=store.outbox.counts()[State.REJECTED],
        offline=ended is not None and ended.offline,
        stopped=ended is not None and ended.stopped,
    )


def _never_began(store: Store, why: str) -> Outcome:
    left = unsent(store)
    session = SyncSession(max(store.now(), 0), False, 0, 0, 0, 0.0, f"{why} {waiting(left)}")
    return Outcome(session, waiting=left)
