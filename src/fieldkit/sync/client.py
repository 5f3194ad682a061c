"""What the application calls: :func:`enrol`, :func:`forecast` and :func:`sync`."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from filelock import FileLock, Timeout

from fieldkit.protocol.messages.sync import MOST_CHANGES
from fieldkit.protocol.wire.codec import CODINGS, encode
from fieldkit.store import Practice, State, Store, StoreError, SyncSession
from fieldkit.sync.enrol import NotEnrolled, Unreachable, address, enrol
from fieldkit.sync.exchange.applying import SyncEnded
from fieldkit.sync.exchange.mapping import compose_request
from fieldkit.sync.exchange.session import Pause, Progress, RequestLoop
from fieldkit.sync.exchange.transfer_size import FIRST_PAGE, TransferSize, line_speed
from fieldkit.sync.keys import exchange_keys
from fieldkit.sync.sentences import waiting_sentence
from fieldkit.sync.transport import HttpTransport, Stop, Transport

__all__ = [
    "Forecast",
    "NotEnrolled",
    "Outcome",
    "Progress",
    "Stop",
    "Unreachable",
    "enrol",
    "forecast",
    "open_transport",
    "sync",
]

LOCK = "sync.lock"
"""The file of the home that is locked while a sync runs, or a bundle is written or answered."""
_HEADER_BYTES = 300
"""Estimate for a request's headers, and for an answer without rows and its headers."""
_ACKNOWLEDGEMENT_BYTES = 2
"""Estimate for the answer's part about one change: the version it made."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a sync."""

    session: SyncSession
    """The figures kept in the history; ``error`` is a sentence for the user."""
    applied: int = 0
    rejected: int = 0
    late: int = 0
    """Sent, and for a supervisor to decide."""
    early: int = 0
    """Sent, and waiting on the server for their records."""
    received: int = 0
    """Records received from the server."""
    conflicts: int = 0
    """New conflicts."""
    waiting: int = 0
    """Changes not sent yet."""
    returned: int = 0
    """Rejected changes, of this sync or before, that are still to be corrected."""
    unsettled: int = 0
    """Late and waiting changes, of this sync or before, which the server may yet take."""
    offline: bool = False
    stopped: bool = False
    revoked: bool = False
    """Whether the server has ended this laptop's access."""

    @property
    def ok(self) -> bool:
        """Whether everything was sent and received, and both logs are the same."""
        return self.session.ok


@dataclass(frozen=True, slots=True)
class Forecast:
    """The unsent changes, and what sending them costs at the measured speed of the connection.

    Receiving what others changed comes on top; only the server knows how much that is.
    """

    changes: int
    bytes_up: int
    bytes_down: int
    kilobits: int | None = None
    """Speed of the connection in kbit/s; None before the first successful sync."""
    more: bool = False
    """Whether the last sync ended before everything was received."""

    @property
    def bytes(self) -> int:
        """Bytes both ways."""
        return self.bytes_up + self.bytes_down

    @property
    def seconds(self) -> int | None:
        """Estimated seconds; None if the speed was never measured."""
        if self.kilobits is None:
            return None
        return max(1, round(self.bytes * 8 / 1000 / self.kilobits))


def forecast(store: Store) -> Forecast:
    """Estimate a sync: encode the first batch and assume that the rest is like it."""
    changes, position, state = (
        store.outbox.unsent(),
        store.outbox.log_position(),
        store.pull.state(),
    )
    up = down = 0
    if position is not None and changes:
        batch = store.outbox.batch(position.origin, MOST_CHANGES)
        request = compose_request(store, position, state, batch, FIRST_PAGE)
        per_batch = max(len(batch), 1)
        batches = -(-changes // per_batch)
        up = (len(encode(request, CODINGS[0])) + _HEADER_BYTES) * changes // per_batch
        down = changes * _ACKNOWLEDGEMENT_BYTES + batches * _HEADER_BYTES
    device = store.device
    enrolled = device is not None and device.server is not None
    speed = line_speed(store.outbox.sessions(10))
    kilobits = max(1, round(speed * 8 / 1000)) if speed else None
    return Forecast(changes, up, down, kilobits, enrolled and state.more)


def sync(
    store: Store,
    *,
    transport: Transport | None = None,
    pause: Pause | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    rng: random.Random | None = None,
) -> Outcome:
    """Send all unsent changes, receive what others changed, and compare both logs.

    Failures are in the outcome: a bad connection raises nothing, and what was acknowledged or
    received stays. ``progress`` is called from this thread after each answer. ``stop`` ends the
    sync after the request in progress; a :class:`Stop` can also abort that. Tests replace
    ``transport``, ``pause`` (the wait between attempts) and ``rng`` (which varies that wait).
    """
    stop = stop or Stop()
    with ExitStack() as held:
        try:
            if store.practice:
                raise NotEnrolled(str(Practice()))
            held.enter_context(FileLock(store.home / LOCK, timeout=0))
            if transport is None:
                transport = held.enter_context(open_transport(store, stop))
        except NotEnrolled as error:
            return _not_started(store, str(error))
        except Timeout:
            return _not_started(
                store, "A sync is already running on this laptop. Wait for it to finish."
            )
        except OSError:
            return _not_started(
                store,
                "The folder of fieldkit cannot be written. Ask the person who set up this laptop.",
            )
        exchange_keys(store, transport)
        size = TransferSize(line_speed(store.outbox.sessions(10)))
        loop = RequestLoop(store, transport, size, pause or stop.wait, stop, progress, rng)
        return _run(store, loop, transport)


@contextmanager
def open_transport(store: Store, stop: threading.Event | None = None) -> Iterator[HttpTransport]:
    """Open a transport to the server where this laptop is enrolled, with its token.

    Raises:
        NotEnrolled: this laptop is not enrolled.
    """
    device, token = store.device, store.access.token()
    if device is None or not device.server or not token:
        raise NotEnrolled("This laptop is not enrolled with a server yet. Enrol it first.")
    with ExitStack() as held:
        transport = held.enter_context(HttpTransport(address(device.server), token))
        if isinstance(stop, Stop):
            held.enter_context(stop.aborting(transport.abort))
        yield transport


def _run(store: Store, loop: RequestLoop, transport: Transport) -> Outcome:
    """Run the requests to their end and record the session."""
    at = max(store.now(), 0)
    ended: SyncEnded | None = None
    try:
        loop.run()
    except SyncEnded as reason:
        ended = reason
    except StoreError as error:
        ended = SyncEnded(str(error))
    left = store.outbox.unsent()
    traffic = transport.traffic
    session = SyncSession(
        at=at,
        ok=ended is None,
        requests=traffic.requests,
        bytes_up=traffic.bytes_up,
        bytes_down=traffic.bytes_down,
        seconds=traffic.seconds,
        error=f"{ended} {waiting_sentence(left)}" if ended else None,
    )
    brought = loop.applier
    late, early = brought.verdicts[State.LATE], brought.verdicts[State.WAITING]
    unmerged = brought.verdicts.total() - brought.verdicts[State.CONFLICT]
    counts = store.outbox.counts()
    with suppress(StoreError):  # a full disk must not hide the outcome
        store.outbox.note(session)
    return Outcome(
        session,
        applied=brought.done - unmerged,
        rejected=unmerged - late - early,
        late=late,
        early=early,
        received=brought.received,
        conflicts=brought.conflicts,
        waiting=left,
        returned=counts[State.REJECTED],
        unsettled=counts[State.LATE] + counts[State.WAITING],
        offline=ended is not None and ended.offline,
        stopped=ended is not None and ended.stopped,
        revoked=ended is not None and ended.revoked,
    )


def _not_started(store: Store, reason: str) -> Outcome:
    left = store.outbox.unsent()
    session = SyncSession(
        max(store.now(), 0), False, 0, 0, 0, 0.0, f"{reason} {waiting_sentence(left)}"
    )
    return Outcome(session, waiting=left)
