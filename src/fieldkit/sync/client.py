"""The laptop's side of a sync: batch after batch until nothing is left, each kept by itself."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from fieldkit.plain_text import shown
from fieldkit.store import Logged, Outbox, Standing, State, Store, StoreError, SyncSession, Verdict
from fieldkit.sync.codec import encode
from fieldkit.sync.line import Cut, Line, NoLine, Told, Traffic, is_loopback
from fieldkit.sync.messages import (
    MOST_CHANGES,
    Batch,
    EnrolAnswer,
    EnrolRequest,
    SyncAnswer,
    SyncRequest,
    on_the_wire,
)
from fieldkit.sync.sentences import refused, waiting

LARGEST_BATCH = 16 * 1024
"""Bytes of a compressed batch: a cut line costs no more than this."""
FEWEST = 10
ATTEMPTS = 3
"""Times a batch is sent over a line that breaks, before giving up for now."""
_LOCK = "sync.lock"


class NotEnrolled(Exception):
    """This laptop got no token; the text says why."""


class Unreachable(NotEnrolled):
    """The server that should give it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come."""

    done: int
    total: int
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ended."""

    session: SyncSession
    """The figures, as kept in the history; ``error`` is a sentence for the person."""
    applied: int = 0
    rejected: int = 0
    waiting: int = 0
    """Changes still to be sent."""
    offline: bool = False
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything arrived and both sides hold the same."""
        return self.session.ok


class _Ended(Exception):
    """The sync cannot go on; the text is the first part of the sentence why."""

    def __init__(self, why: str, *, offline: bool = False, stopped: bool = False) -> None:
        super().__init__(why)
        self.offline = offline
        self.stopped = stopped


def enrol(store: Store, url: str, code: str) -> None:
    """Exchange a code for this laptop's token and keep it.

    Raises:
        NotEnrolled: the address will not do, or the server gave no token.
        Unreachable: there is no line to the server.
    """
    server = _address(url)
    device = store.device
    if device is None:
        raise NotEnrolled("This laptop is not set up yet. Start fieldkit, or `fieldkit init`.")
    code = code.strip()
    if not 1 <= len(code) <= 200:
        raise NotEnrolled("Type the code that the supervisor gave you.")
    message = EnrolRequest(
        code=code, origin=device.origin, district=device.district, block=device.block
    )
    try:
        with Line(server) as line:
            answer = line.ask("/v1/enrol", message, EnrolAnswer)
    except (NoLine, Cut):
        raise Unreachable(
            "The server cannot be reached. Check its address and the connection, then try again."
        ) from None
    except Told as told:
        raise NotEnrolled(refused(told)) from None
    store.enrol(server, answer.token)


def _address(url: str) -> str:
    """Return the server's address if a token may travel to it."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in {"http", "https"} or parts.username or parts.query:
        raise NotEnrolled("The address of a server looks like https://name.example.in.")
    if parts.scheme == "http" and not is_loopback(url):
        raise NotEnrolled(
            "This address begins with http, so others on the line could read along. "
            "Use one that begins with https."
        )
    return url


def sync(
    store: Store,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Send what waits, batch by batch, and compare both sides; never raises for a bad line.

    ``progress`` is called from this thread after each batch; ``stop`` ends the sync after the
    request under way. Every batch acknowledged stays so, whatever comes after.
    """
    device, token = store.device, store.token()
    if device is None or not device.server or not token:
        return _never_began(store, "This laptop is not enrolled with a server yet.")
    try:
        address = _address(device.server)
        with FileLock(store.home / _LOCK, timeout=0):
            line = Line(address, token)
            return _Sync(store, device.origin, line, progress, stop or threading.Event()).run()
    except NotEnrolled as error:
        return _never_began(store, str(error))
    except Timeout:
        return _never_began(store, "A sync is already under way on this laptop.")
    except OSError:
        return _never_began(store, "The folder of fieldkit cannot be written.")


def _never_began(store: Store, why: str) -> Outcome:
    left = _left(store)
    session = SyncSession(int(time.time()), False, 0, 0, 0, 0.0, f"{why} {waiting(left)}")
    return Outcome(session, waiting=left)


def _left(store: Store) -> int:
    """Return how many changes the server has not acknowledged."""
    counts = store.outbox.counts()
    return counts[State.QUEUED] + counts[State.SENT]


def encoded_request(outbox: Outbox, standing: Standing, logged: Sequence[Logged]) -> bytes:
    """Return the request that sends these changes, as it travels; without any it only asks."""
    batch = None
    if logged:
        first = logged[0].change.seq
        batch = Batch(
            first=first,
            before=outbox.head_before(standing.origin, first).hex(),
            changes=[on_the_wire(one.change) for one in logged],
        )
    return encode(
        SyncRequest(
            origin=standing.origin,
            last_seq=standing.last_seq,
            head=standing.head.hex(),
            batch=batch,
        )
    )


class _Sync:
    """One sync under way."""

    def __init__(
        self,
        store: Store,
        origin: str,
        line: Line,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._outbox = store.outbox
        self._origin = origin
        self._line = line
        self._progress = progress
        self._stop = stop
        self._size = self._most = MOST_CHANGES
        self._total = _left(store)
        self._done = self._rejected = 0

    def run(self) -> Outcome:
        """Go on until nothing is left or it cannot go on; note the session."""
        began, at = time.monotonic(), int(time.time())
        ended: _Ended | None = None
        with self._line:
            try:
                while self._step():
                    pass
            except _Ended as reason:
                ended = reason
            except StoreError as error:
                ended = _Ended(str(error))
        left = _left(self._store)
        traffic = self._line.traffic
        session = SyncSession(
            at=at,
            ok=ended is None,
            requests=traffic.requests,
            bytes_up=traffic.bytes_up,
            bytes_down=traffic.bytes_down,
            seconds=time.monotonic() - began,
            error=f"{ended} {waiting(left)}" if ended else None,
        )
        self._outbox.note(session)
        return Outcome(
            session,
            applied=self._done - self._rejected,
            rejected=self._rejected,
            waiting=left,
            offline=ended is not None and ended.offline,
            stopped=ended is not None and ended.stopped,
        )

    def _step(self) -> bool:
        """Do one request; say whether there is more to send."""
        if self._stop.is_set():
            raise _Ended("Stopped.", stopped=True)
        standing = self._outbox.standing()
        if standing is None:
            raise _Ended("This laptop is not set up yet.")
        batch, answer = self._send(standing)
        head = bytes.fromhex(answer.head)
        if answer.seq > standing.last_seq:
            # Of an origin frozen by a restore the server may know more: what the backup lacked.
            if standing.origin == self._origin:
                raise _Ended(_NOT_THE_SAME)
        elif self._outbox.head_before(standing.origin, answer.seq + 1) != head:
            raise _Ended(_NOT_THE_SAME)
        if answer.seq < standing.acked_seq:
            self._outbox.offer_again(standing.origin, answer.seq)
            self._total = self._done + _left(self._store)
        elif batch:
            self._keep(standing.origin, batch, answer)
        else:
            self._outbox.acknowledge(standing.origin, standing.last_seq, standing.head)
        following = self._outbox.standing()
        return following is not None and not following.settled

    def _send(self, standing: Standing) -> tuple[list[Logged], SyncAnswer]:
        """Send the next batch, in smaller parts over a line that breaks."""
        for attempt in range(1, ATTEMPTS + 1):
            batch, body = self._next(standing)
            if batch:
                self._outbox.sent(standing.origin, batch[-1].change.seq)
            try:
                answer = self._ask(standing, body)
            except NoLine:
                raise _Ended("No connection.", offline=True) from None
            except Cut:
                if attempt == ATTEMPTS:
                    raise _Ended("The line dropped.", offline=True) from None
            except Told as told:
                if told.status not in {502, 503, 504} or attempt == ATTEMPTS:
                    raise _Ended(refused(told)) from None
            else:
                self._size = min(self._size * 2, self._most)
                return batch, answer
            self._size = max(self._size // 2, FEWEST)
            if self._stop.wait(random.uniform(0.5, 1.5) * 2 ** (attempt - 1)):
                raise _Ended("Stopped.", stopped=True)
        raise AssertionError("the last attempt answers or ends")

    def _ask(self, standing: Standing, body: bytes) -> SyncAnswer:
        """Send one request; that the server lacks what was before the batch is an answer too."""
        try:
            return self._line.ask("/v1/sync", body, SyncAnswer)
        except Told as told:
            if answer := _lacking(told, standing):
                return answer
            raise

    def _next(self, standing: Standing) -> tuple[list[Logged], bytes]:
        """Return the next batch and its request, cut to what may travel at once."""
        batch = self._outbox.batch(standing.origin, self._size)
        body = encoded_request(self._outbox, standing, batch)
        while len(body) > LARGEST_BATCH and len(batch) > 1:
            fitting = len(batch) * LARGEST_BATCH * 9 // (len(body) * 10)
            self._most = self._size = max(min(fitting, len(batch) - 1), 1)
            batch = batch[: self._size]
            body = encoded_request(self._outbox, standing, batch)
        return batch, body

    def _keep(self, origin: str, batch: Sequence[Logged], answer: SyncAnswer) -> None:
        """Mark exactly this batch as held by the server, with its verdicts."""
        last = batch[-1]
        if answer.seq < last.change.seq:
            raise _Ended(_NOT_THE_SAME)
        seqs = {one.change.seq for one in batch}
        verdicts = [
            Verdict(
                one.seq,
                State.CONFLICT if one.verdict == State.CONFLICT else State.REJECTED,
                shown(one.reason),
                one.field,
            )
            for one in answer.verdicts
            if one.seq in seqs
        ]
        self._outbox.acknowledge(origin, last.change.seq, last.head, verdicts)
        self._done += len(batch)
        self._rejected += len(verdicts)
        if self._progress:
            total = max(self._total, self._done)
            self._progress(Progress(self._done, total, self._line.traffic))


def _lacking(told: Told, standing: Standing) -> SyncAnswer | None:
    """Read a gap as how far the server's log goes: it is another server, or lost data."""
    problem = told.problem
    if told.word != "gap" or problem is None or problem.expected is None or problem.head is None:
        return None
    if not 1 <= problem.expected <= standing.acked_seq:
        return None
    return SyncAnswer(seq=problem.expected - 1, head=problem.head)


_NOT_THE_SAME = (
    "What the server holds of this laptop is not the same as here, as when fieldkit was copied "
    "to another laptop. Tell whoever looks after the server."
)
