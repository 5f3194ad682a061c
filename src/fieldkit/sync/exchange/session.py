"""The request loop of one sync: request after request until neither side has anything left.

With a given transport, pause and random generator a sync is deterministic, as the simulation needs.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fieldkit.protocol.messages.sync import SyncAnswer, SyncRequest
from fieldkit.store import Logged, LogPosition, Outdated, PullState, Store
from fieldkit.sync.exchange.applying import AnswerApplier, SyncEnded
from fieldkit.sync.exchange.limits import NoProgress, SyncLimits
from fieldkit.sync.exchange.mapping import compose_request
from fieldkit.sync.exchange.questions import Questions
from fieldkit.sync.exchange.transfer_size import TransferSize
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.sentences import FAULTY, refusal_sentence, retry_reason
from fieldkit.sync.transport import Traffic, Transport

ATTEMPTS = 5
"""How often a failing request is sent before the sync gives up."""
LONGEST_WAIT = 60
"""The longest wait, in seconds, that a server may ask for without ending the sync."""
_FIRST_WAIT = 1.0

Pause = Callable[[float], bool]
"""Waits so many seconds; returns True if the sync is to end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a sync."""

    done: int
    """Acknowledged changes, of ``total``."""
    total: int
    traffic: Traffic
    received: int = 0
    """Records received from the server."""
    retry_reason: str = ""
    """Why the last request is sent again; empty after an answer."""


class RequestLoop:
    """Runs the requests of one sync and lets their answers be stored."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        size: TransferSize,
        pause: Pause,
        stop: threading.Event,
        progress: Callable[[Progress], None] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._store, self._outbox, self._pull = store, store.outbox, store.pull
        self._transport, self._size = transport, size
        self._pause, self._stop = pause, stop
        self._progress = progress
        self._rng = rng or random.Random()
        self._token = store.access.token()
        self._previous_token: str | None = None
        self._limits = SyncLimits()
        self.applier = AnswerApplier(store, self._limits, transport.use_token)
        """Stores the answers, and counts what they brought."""
        self._compared: str | None = None
        """The log whose first change alone the next request sends (rule 39)."""
        self._questions = Questions(store)

    def run(self) -> None:
        """Send requests until neither side has anything left.

        Raises:
            SyncEnded: the sync cannot go on; what was acknowledged and received stays.
        """
        try:
            while self._step():
                pass
        except NoProgress:
            raise SyncEnded(FAULTY) from None
        self._pull.settle()

    def _step(self) -> bool:
        """Send one request and process its answer; say whether anything is left."""
        compared = self._compared
        position, state = self._outbox.log_position(compared), self._pull.state()
        if (
            compared is None
            and position
            and position.settled
            and (origin := self._questions.next_origin())
        ):
            position = self._outbox.log_position(origin)
        if position is None:
            raise SyncEnded("This laptop is not set up yet.")
        self._limits.begin_round()
        sent = self._send_next(position, state)
        if sent is None:
            return True
        self._compared = None
        batch, answer = sent
        try:
            asked = self._questions.about(position.origin)
            more = self.applier.apply(position, state, batch, asked, answer)
        except Outdated:
            # Somebody enrolled this laptop meanwhile; the server answers again.
            self._limits.end_round(progress=False)
            return True
        if answer.fork is None:
            self._questions.answered(position.origin)
        self._report()
        following = self._outbox.log_position()
        left = self._questions.left > 0
        return more or left or following is None or not following.settled

    def _report(self, retry_reason: str = "") -> None:
        if self._progress:
            done, traffic = self.applier.done, self._transport.traffic
            total, received = max(self.applier.total, done), self.applier.received
            self._progress(Progress(done, total, traffic, received, retry_reason))

    # --- requests ---

    def _send_next(
        self, position: LogPosition, state: PullState
    ) -> tuple[list[Logged], SyncAnswer] | None:
        """Send the next request, with a smaller batch and page after each failure.

        None: another request comes first, as the server has lost data, or keeps this log as another
        laptop's.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if self._stop.is_set():
                raise SyncEnded("Stopped.", stopped=True)
            batch, request = self._next_request(position, state)
            if batch:
                self._outbox.sent(position.origin, batch[-1].change.seq)
            try:
                return batch, self._send(request, position)
            except (Offline, ConnectionLost, ServerRefusal) as failure:
                if isinstance(failure, ServerRefusal) and self._recovers(failure, position, batch):
                    return None
                if isinstance(failure, ServerRefusal) and failure.status == 413:
                    self._size.too_large(self._transport.measure(request))
                self._wait_before_retry(failure, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _next_request(
        self, position: LogPosition, state: PullState
    ) -> tuple[list[Logged], SyncRequest]:
        """Return the next batch and its request, of at most the present transfer size."""
        size, asked = self._size, self._questions.about(position.origin)
        if self._compared is None:
            batch = self._outbox.batch(position.origin, size.changes)
        else:
            batch = self._outbox.batch(position.origin, 1, after=0)
        request = compose_request(self._store, position, state, batch, size.rows, asked)
        while len(batch) > 1:
            encoded = self._transport.measure(request)
            size.measured(encoded, len(batch))
            if encoded <= size.max_bytes:
                break
            batch = batch[: min(size.changes * 9 // 10, len(batch) - 1) or 1]
            request = compose_request(self._store, position, state, batch, size.rows, asked)
        return batch, request

    def _send(self, request: SyncRequest, position: LogPosition) -> SyncAnswer:
        """Send one request; a gap that the server reports before the batch becomes an answer."""
        traffic = self._transport.traffic
        before = replace(traffic)
        try:
            answer = self._post(request)
        except ServerRefusal as refusal:
            if gap := self.applier.gap_as_answer(refusal, position):
                return gap
            raise
        rows = answer.page.rows if answer.page else []
        self._size.succeeded(
            traffic.bytes_up - before.bytes_up,
            traffic.bytes_down - before.bytes_down,
            sum(row.values is not None for row in rows),
            traffic.seconds - before.seconds,
        )
        return answer

    def _recovers(
        self, refusal: ServerRefusal, position: LogPosition, batch: Sequence[Logged]
    ) -> bool:
        """Do what a refusal asks to be done first, if the next request can go on after that."""
        if refusal.code == "lost":
            self.applier.begin_again()
            self._questions = Questions(self._store)
            return True
        if self.applier.offers_missing(refusal, position):
            return True
        return self._compare_first(refusal, position, batch)

    def _compare_first(
        self, refusal: ServerRefusal, position: LogPosition, batch: Sequence[Logged]
    ) -> bool:
        """Send the first change alone of a log that the server keeps as another laptop's (rule 39).

        If the first change there is another one, the server answers with a fork. Else the log is
        this laptop's, which a person proves by enrolling again; logged again, all of it would be
        there twice.
        """
        if refusal.code != "not-yours" or refusal.problem is None:
            return False
        origin = refusal.problem.origin or position.origin
        its = self._outbox.log_position(origin)
        if its is None or (origin == position.origin and batch and batch[0].change.seq == 1):
            return False
        if not its.last_seq:
            # Nothing was saved under it: a laptop set up from the same disk was first.
            first_time, self.applier.frozen = not self.applier.frozen, True
            if first_time:
                self._pull.leave(origin)
            return first_time
        self._limits.step_back()
        self._compared = origin
        return True

    def _post(self, request: SyncRequest) -> SyncAnswer:
        """Send a request with the newest token, or the previous one if that is not known yet."""
        try:
            answer = self._transport.post("/v1/sync", request, SyncAnswer)
        except ServerRefusal as refusal:
            if refusal.status != 401 or self._previous_token is None:
                raise
            self._token, self._previous_token = self._previous_token, None
            self._transport.use_token(self._token)
            answer = self._transport.post("/v1/sync", request, SyncAnswer)
            answer = answer.model_copy(update={"token": answer.token or self._token})
        if answer.token and answer.token != self._token:
            self._previous_token, self._token = self._token, answer.token
        else:
            self._previous_token = None
        return answer

    def _wait_before_retry(
        self, failure: Offline | ConnectionLost | ServerRefusal, attempt: int
    ) -> None:
        """Wait, with exponential backoff and jitter, before the next attempt; or end the sync."""
        # No retry library: batches shrink between attempts, Stop ends the wait, and the simulation
        # replaces it with its own clock.
        if self._stop.is_set():
            raise SyncEnded("Stopped.", stopped=True) from None
        wait = self._rng.uniform(0.5, 1.5) * _FIRST_WAIT * 2 ** (attempt - 1)
        last = attempt == ATTEMPTS
        if isinstance(failure, ServerRefusal):
            wait = max(wait, failure.retry_after or 0)
            passing = failure.status in {408, 413, 429} or 500 <= failure.status != 511
            if last or not passing or wait > LONGEST_WAIT:
                revoked = failure.code == "revoked"
                raise SyncEnded(refusal_sentence(failure), revoked=revoked) from None
        elif isinstance(failure, Offline):
            if last or self._transport.traffic.requests == 0:
                raise SyncEnded("No connection.", offline=True) from None
        elif last:
            raise SyncEnded("The connection dropped.", offline=True) from None
        self._size.failed()
        self._report(retry_reason(failure))
        if self._pause(wait):
            raise SyncEnded("Stopped.", stopped=True) from None
