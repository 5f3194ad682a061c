"""The request loop of one sync: request after request until neither side has anything left.

With a given transport, pause and random generator a sync is deterministic, as the simulation needs.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fieldkit.protocol.messages import SyncAnswer, SyncRequest
from fieldkit.store import Answered, Logged, LogPosition, Outdated, PullState, Store
from fieldkit.sync.failures import ConnectionLost, Offline, ServerRefusal
from fieldkit.sync.limits import WHOLE, NoProgress, SyncLimits
from fieldkit.sync.mapping import compose_request, map_answer
from fieldkit.sync.questions import Questions
from fieldkit.sync.sentences import ALTERED, FAULTY, refusal_sentence, retry_reason
from fieldkit.sync.transfer_size import TransferSize
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


class SyncEnded(Exception):
    """The sync cannot go on; the text is a sentence why."""

    def __init__(self, reason: str, *, offline: bool = False, stopped: bool = False) -> None:
        super().__init__(reason)
        self.offline = offline
        self.stopped = stopped


class RequestLoop:
    """Runs the requests of one sync and stores the answers; counts what they brought."""

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
        self._token = store.token()
        self._previous_token: str | None = None
        self._total = store.outbox.unsent()
        self._limits = SyncLimits()
        self._compared: str | None = None
        """The log whose first change alone the next request sends (rule 39)."""
        self._frozen = False
        self._questions = Questions(store)
        self.done = self.received = self.conflicts = 0
        self.verdicts: Counter[str] = Counter()
        """The verdicts on what was sent, without those on what was applied."""

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
            more = self._process(position, state, batch, answer)
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
            total, traffic = max(self._total, self.done), self._transport.traffic
            self._progress(Progress(self.done, total, traffic, self.received, retry_reason))

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
            if gap := self._gap_as_answer(refusal, position):
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

    def _gap_as_answer(self, refusal: ServerRefusal, position: LogPosition) -> SyncAnswer | None:
        """Turn a gap into an answer with the end of the server's log: it lost data, or is new.

        The server gives no head to a device that it does not know as the log's; then the next
        batch has to prove that.
        """
        problem = refusal.problem
        expected = problem.expected if refusal.code == "gap" and problem else None
        if expected is None or not 1 <= expected <= position.acked_seq:
            return None
        own = self._outbox.head_before(position.origin, expected).hex()
        head = problem.head if problem and problem.head else own
        return SyncAnswer(seq=expected - 1, head=head)

    def _recovers(
        self, refusal: ServerRefusal, position: LogPosition, batch: Sequence[Logged]
    ) -> bool:
        """Do what a refusal asks to be done first, if the next request can go on after that."""
        if refusal.code == "lost":
            self._limits.step_back(WHOLE)
            self._pull.begin_again()
            self._questions = Questions(self._store)
            return True
        if refusal.code == "altered" and position.acked_seq:
            self._offer_whole(position.origin)
            return True
        offered = self._offer_parent(refusal, position)
        return offered or self._compare_first(refusal, position, batch)

    def _offer_parent(self, refusal: ServerRefusal, position: LogPosition) -> bool:
        """Offer the parent origin's log again if the server says that it lost it."""
        problem, parent = refusal.problem, position.parent
        if refusal.code != "parent" or problem is None or parent is None:
            return False
        origin, last, _ = parent
        if problem.expected is None or not 1 <= problem.expected <= last:
            return False
        if problem.head not in {None, self._outbox.head_before(origin, problem.expected).hex()}:
            return False
        self._offer_again(origin, problem.expected - 1)
        return True

    def _offer_again(self, origin: str, seq: int) -> None:
        """Send the changes after ``seq`` again: the server lost them, or is another one."""
        self._limits.step_back()
        self._pull.offer_again(origin, seq)
        self._total = self.done + self._store.outbox.unsent()

    def _offer_whole(self, origin: str) -> None:
        """Send a log again that differs from the server's where it was acknowledged.

        That was lost, and another copy of this laptop has sent its own since: the server finds
        where they differ.
        """
        self._limits.step_back(WHOLE)
        self._offer_again(origin, 0)

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
            first_time, self._frozen = not self._frozen, True
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
                raise SyncEnded(refusal_sentence(failure)) from None
        elif isinstance(failure, Offline):
            if last or self._transport.traffic.requests == 0:
                raise SyncEnded("No connection.", offline=True) from None
        elif last:
            raise SyncEnded("The connection dropped.", offline=True) from None
        self._size.failed()
        self._report(retry_reason(failure))
        if self._pause(wait):
            raise SyncEnded("Stopped.", stopped=True) from None

    # --- answers ---

    def _process(
        self, position: LogPosition, state: PullState, batch: list[Logged], answer: SyncAnswer
    ) -> bool:
        """Check that both heads are the same and store an answer; say whether more is to come."""
        origin = position.origin
        if position.acked_seq > answer.seq and self._differs(position, answer):
            self._offer_whole(origin)
            return True
        seq = self._confirmed_seq(position, batch, answer)
        if seq < position.acked_seq:
            self._offer_again(origin, seq)
            self._check_generation(state, answer)
            return True
        head = self._outbox.head_before(origin, seq + 1)
        asked, now = self._questions.about(origin), self._store.now()
        acknowledged = map_answer(origin, seq, head, batch, state, asked, answer, now)
        moved = answer.scope is not None and (
            state.scope is None or answer.epoch != state.scope.epoch
        )
        older = answer.seq > position.last_seq and self._in_use(origin)
        if older or answer.fork is not None:
            # The page does not fit a log that differs from the server's (rule 1): this copy may use
            # numbers for its records that the other copy gave to others.
            acknowledged = acknowledged.without_page()
        self._store_answer(acknowledged, [one for one in batch if one.change.seq <= seq])
        news = seq > position.acked_seq or position.server_head is None
        news = news or self._questions.asks(origin)
        self._limits.end_round(progress=bool(news or acknowledged.rows or acknowledged.gone))
        self._check_generation(state, answer)
        if moved and (scope := answer.scope):
            self._limits.step_back(WHOLE)
            self._pull.change_scope(scope.model_copy(update={"epoch": answer.epoch}))
        if answer.fork is not None:
            self._limits.step_back(WHOLE)
            self._pull.fork(origin, answer.fork)
            self._total = self.done + self._store.outbox.unsent()
        elif older:
            # This database is an older copy of one still in use: it needs a new origin (rule 2).
            # No server can know that origin yet, so a second time means a faulty server.
            if self._frozen:
                raise SyncEnded(FAULTY)
            self._pull.freeze(origin)
            self._frozen = True
        return moved or older or answer.more

    def _confirmed_seq(
        self, position: LogPosition, batch: Sequence[Logged], answer: SyncAnswer
    ) -> int:
        """Return the last seq that the server holds of this log, with the same head (rule 1).

        Raises:
            SyncEnded: the logs differ in a way that cannot be resolved here.
        """
        last = batch[-1].change.seq if batch else position.last_seq
        if answer.fork is not None:
            in_batch = batch and batch[0].change.seq <= answer.fork <= last
            if not in_batch or answer.seq != answer.fork - 1:
                raise SyncEnded(ALTERED)
        elif position.acked_seq <= answer.seq < last:
            raise SyncEnded(ALTERED)
        if self._differs(position, answer):
            raise SyncEnded(ALTERED)
        seq = min(answer.seq, last)
        if len(answer.versions) < sum(one.change.seq <= seq for one in batch):
            raise SyncEnded(FAULTY)
        return seq

    def _differs(self, position: LogPosition, answer: SyncAnswer) -> bool:
        """Say whether the server's log has another head where it ends than this one there."""
        if answer.seq > position.last_seq:
            return False
        return self._outbox.head_before(position.origin, answer.seq + 1).hex() != answer.head

    def _store_answer(self, answer: Answered, batch: Sequence[Logged]) -> None:
        """Store an answer in one transaction and count what it brought."""
        received = self._pull.receive(answer)
        if answer.token:
            self._transport.use_token(answer.token)
        self.done += len(batch)
        self.verdicts.update({one.seq: one.verdict for one in answer.verdicts}.values())
        self.received += received.rows
        self.conflicts += received.new_conflicts

    def _check_generation(self, state: PullState, answer: SyncAnswer) -> None:
        """Compare every log again if a server that gives no marks says that it lost data."""
        if answer.mark is None and answer.incarnation not in {"", state.incarnation}:
            self._limits.step_back(WHOLE)
            self._pull.new_incarnation(answer.incarnation)

    def _in_use(self, origin: str) -> bool:
        device = self._store.device
        return device is not None and device.origin == origin
