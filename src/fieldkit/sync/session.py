"""One sync under way: request after request until nothing is left on either side.

Given its link, its pause and its chance, a sync is deterministic: the simulation drives it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fieldkit.protocol.finding import CONFLICT
from fieldkit.protocol.messages import (
    MOST_ROWS,
    Batch,
    Focus,
    Parent,
    SyncAnswer,
    SyncRequest,
    on_the_wire,
)
from fieldkit.store import Answered, Logged, LogPosition, PullState, State, Store
from fieldkit.sync.answer_mapping import answered
from fieldkit.sync.pace import Pace
from fieldkit.sync.sentences import ALTERED, passing_trouble, refused
from fieldkit.sync.transport import Cut, Link, NoLine, Told, Traffic

ATTEMPTS = 5
"""Times a request is sent over a line that breaks, before giving up for now."""
LONGEST_WAIT = 60
"""Seconds that a server may ask to be left alone without ending the sync."""
_FIRST_WAIT = 1.0

Pause = Callable[[float], bool]
"""Wait so many seconds; True if the sync is to end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come."""

    done: int
    """Changes acknowledged, of ``total``."""
    total: int
    traffic: Traffic
    received: int = 0
    """Records that came from the server."""
    trouble: str = ""
    """Why the last request has to be sent again; empty once one was answered."""


class Ended(Exception):
    """The sync cannot go on; the text is the first part of the sentence why."""

    def __init__(self, why: str, *, offline: bool = False, stopped: bool = False) -> None:
        super().__init__(why)
        self.offline = offline
        self.stopped = stopped


def unsent(store: Store) -> int:
    """Return how many changes the server has not acknowledged."""
    counts = store.outbox.counts()
    return counts[State.QUEUED] + counts[State.SENT]


def compose(
    store: Store, standing: LogPosition, state: PullState, logged: Sequence[Logged], rows: int
) -> SyncRequest:
    """Return the request that sends these changes of one origin and asks for so many rows."""
    batch = None
    if logged:
        first = logged[0].change.seq
        batch = Batch(
            first=first,
            before=store.outbox.head_before(standing.origin, first).hex(),
            changes=[on_the_wire(one.change) for one in logged],
        )
    parent, focus = standing.parent, state.focus
    return SyncRequest(
        origin=standing.origin,
        last_seq=standing.last_seq,
        head=standing.head.hex(),
        acked=standing.acked_seq,
        parent=Parent(origin=parent[0], seq=parent[1], head=parent[2].hex()) if parent else None,
        batch=batch,
        cursors=dict(state.cursors),
        focus=Focus(district=focus.district, block=focus.block, position=focus.position)
        if focus
        else None,
        epoch=state.epoch,
        incarnation=state.incarnation,
        # Rows just sent are answered by their version alone: they come on top of the others.
        most=min(rows + len(logged), MOST_ROWS),
        now=max(store.now(), 0),
        codes=True,
    )


class Exchange:
    """The requests of one sync, and what came of them."""

    def __init__(
        self,
        store: Store,
        link: Link,
        pace: Pace,
        pause: Pause,
        stop: threading.Event,
        progress: Callable[[Progress], None] | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._store, self._outbox, self._pull = store, store.outbox, store.pull
        self._link, self._pace = link, pace
        self._pause, self._stop = pause, stop
        self._progress = progress
        self._chance = chance or random.Random()
        self._token = store.token()
        self._former_token: str | None = None
        self._total = unsent(store)
        self._asked: tuple[LogPosition, PullState] | None = None
        self._frozen = False
        self.done = self.rejected = self.received = self.conflicts = 0

    def run(self) -> None:
        """Go on until nothing is left on either side.

        Raises:
            Ended: it cannot go on for now; what was acknowledged and received stays so.
        """
        while self._step():
            pass
        self._pull.settle()

    def _step(self) -> bool:
        """Do one request and take its answer in; say whether anything is left."""
        standing, state = self._outbox.standing(), self._pull.state()
        if standing is None:
            raise Ended("This laptop is not set up yet.")
        if self._asked == (standing, state):
            raise Ended("The server does not answer as it should. Sync again later.")
        self._asked = (standing, state)
        told = self._ask(standing, state)
        if told is None:
            return True
        batch, answer = told
        more = self._take(standing, state, batch, answer)
        self._tell()
        following = self._outbox.standing()
        return more or following is None or not following.settled

    def _tell(self, trouble: str = "") -> None:
        if self._progress:
            total, traffic = max(self._total, self.done), self._link.traffic
            self._progress(Progress(self.done, total, traffic, self.received, trouble))

    # --- asking ---

    def _ask(
        self, standing: LogPosition, state: PullState
    ) -> tuple[list[Logged], SyncAnswer] | None:
        """Send the next request, with less in it each time the line breaks.

        None: the server lacks an earlier log, which goes first now.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if self._stop.is_set():
                raise Ended("Stopped.", stopped=True)
            batch, request = self._next(standing, state)
            if batch:
                self._outbox.sent(standing.origin, batch[-1].change.seq)
            try:
                return batch, self._answer(request, standing)
            except (NoLine, Cut, Told) as failure:
                if isinstance(failure, Told) and self._offers_past(failure, standing):
                    return None
                self._bear(failure, attempt)
        raise AssertionError("the last attempt answers or ends")

    def _next(self, standing: LogPosition, state: PullState) -> tuple[list[Logged], SyncRequest]:
        """Return the next batch and its request, cut to what may travel at once."""
        pace = self._pace
        batch = self._outbox.batch(standing.origin, pace.changes)
        request = compose(self._store, standing, state, batch, pace.rows)
        while len(batch) > 1:
            size = self._link.weigh(request)
            pace.weighed(size, len(batch))
            if size <= pace.room:
                break
            batch = batch[: min(pace.changes * 9 // 10, len(batch) - 1) or 1]
            request = compose(self._store, standing, state, batch, pace.rows)
        return batch, request

    def _answer(self, request: SyncRequest, standing: LogPosition) -> SyncAnswer:
        """Send one request; that the server lacks what was before the batch is an answer too."""
        traffic = self._link.traffic
        before = replace(traffic)
        try:
            answer = self._authorised(request)
        except Told as told:
            if lack := self._lacking(told, standing):
                return lack
            raise
        rows = answer.page.rows if answer.page else []
        self._pace.went(
            traffic.bytes_up - before.bytes_up,
            traffic.bytes_down - before.bytes_down,
            sum(row.values is not None for row in rows),
            traffic.seconds - before.seconds,
        )
        return answer

    def _lacking(self, told: Told, standing: LogPosition) -> SyncAnswer | None:
        """Read a gap as how far the server's log goes: it is another server, or lost data.

        To a device that the log is not known to be of, it says no head: the batch that is offered
        next proves whose it is.
        """
        expected = told.problem.expected if told.word == "gap" and told.problem else None
        if expected is None or not 1 <= expected <= standing.acked_seq:
            return None
        own = self._outbox.head_before(standing.origin, expected).hex()
        head = told.problem.head if told.problem and told.problem.head else own
        return SyncAnswer(seq=expected - 1, head=head)

    def _offers_past(self, told: Told, standing: LogPosition) -> bool:
        """Offer the log that this one goes on from again if the server says it lost that (5)."""
        problem, parent = told.problem, standing.parent
        if told.word != "parent" or problem is None or parent is None:
            return False
        origin, last, _ = parent
        if problem.expected is None or not 1 <= problem.expected <= last:
            return False
        if problem.head not in {None, self._outbox.head_before(origin, problem.expected).hex()}:
            return False
        self._pull.offer_again(origin, problem.expected - 1)
        self._total = self.done + unsent(self._store)
        return True

    def _authorised(self, request: SyncRequest) -> SyncAnswer:
        """Ask under the newest token; if the server never took it over, under the one before."""
        try:
            answer = self._link.ask("/v1/sync", request, SyncAnswer)
        except Told as told:
            if told.status != 401 or self._former_token is None:
                raise
            self._token, self._former_token = self._former_token, None
            self._link.use(self._token)
            answer = self._link.ask("/v1/sync", request, SyncAnswer)
            answer = answer.model_copy(update={"token": answer.token or self._token})
        if answer.token and answer.token != self._token:
            self._former_token, self._token = self._token, answer.token
        else:
            self._former_token = None
        return answer

    def _bear(self, failure: NoLine | Cut | Told, attempt: int) -> None:
        """Wait, longer each time and never quite as long as others do; or end the sync."""
        # Own and not a library's: batches shrink between attempts, Stop ends the wait, and the
        # simulation puts its own time in place of it.
        if self._stop.is_set():
            raise Ended("Stopped.", stopped=True) from None
        wait = self._chance.uniform(0.5, 1.5) * _FIRST_WAIT * 2 ** (attempt - 1)
        last = attempt == ATTEMPTS
        if isinstance(failure, Told):
            wait = max(wait, failure.wait or 0)
            passing = failure.status in {408, 429} or failure.status >= 500
            if last or not passing or wait > LONGEST_WAIT:
                raise Ended(refused(failure)) from None
        elif isinstance(failure, NoLine):
            if last or self._link.traffic.requests == 0:
                raise Ended("No connection.", offline=True) from None
        elif last:
            raise Ended("The line dropped.", offline=True) from None
        self._pace.failed()
        self._tell(passing_trouble(failure))
        if self._pause(wait):
            raise Ended("Stopped.", stopped=True) from None

    # --- taking in ---

    def _take(
        self, standing: LogPosition, state: PullState, batch: list[Logged], answer: SyncAnswer
    ) -> bool:
        """Take an answer in, once both heads are the same; say whether more is to come."""
        origin = standing.origin
        seq = self._compare(standing, batch, answer)
        if seq < standing.acked_seq:
            # The server lost it, or is another one: it goes again (5).
            self._pull.offer_again(origin, seq)
            self._total = self.done + unsent(self._store)
            self._renew(state, answer)
            return True
        head = self._outbox.head_before(origin, seq + 1)
        taken = answered(origin, seq, head, batch, answer, self._store.now())
        moved = answer.scope is not None and (
            state.scope is None or answer.epoch != state.scope.epoch
        )
        older = answer.seq > standing.last_seq and self._in_use(origin)
        if older or answer.fork is not None:
            # Nothing of a page counts for a log that is not the server's (1): under numbers that
            # the other copy gave out, this one may just have entered others.
            taken = replace(taken, rows=(), gone=(), cursors={}, focus=None, more=True)
        self._keep(taken, [one for one in batch if one.change.seq <= seq])
        self._renew(state, answer)
        if moved and (scope := answer.scope):
            self._pull.change_scope(scope.model_copy(update={"epoch": answer.epoch}))
        if answer.fork is not None:
            self._pull.fork(origin, answer.fork)
            self._total = self.done + unsent(self._store)
        elif older:
            # This database is an older copy of one that went on: it must not go on as well (2).
            # What it goes on under was drawn just now, and no server can know that already.
            if self._frozen:
                raise Ended("The server does not answer as it should. Sync again later.")
            self._pull.freeze(origin)
            self._frozen = True
        return moved or older or answer.more

    def _compare(self, standing: LogPosition, batch: Sequence[Logged], answer: SyncAnswer) -> int:
        """Return up to where the server holds this laptop's log, and both heads are the same (1).

        Raises:
            Ended: they are not, in a way that nothing here can mend.
        """
        last = batch[-1].change.seq if batch else standing.last_seq
        if answer.fork is not None:
            pinned = batch and batch[0].change.seq <= answer.fork <= last
            if not pinned or answer.seq != answer.fork - 1:
                raise Ended(ALTERED)
        elif standing.acked_seq <= answer.seq < last:
            raise Ended(ALTERED)
        if answer.seq <= standing.last_seq:
            own = self._outbox.head_before(standing.origin, answer.seq + 1)
            if own.hex() != answer.head:
                raise Ended(ALTERED)
        seq = min(answer.seq, last)
        if len(answer.versions) < sum(one.change.seq <= seq for one in batch):
            raise Ended("The server does not answer as it should. Sync again later.")
        return seq

    def _keep(self, taken: Answered, batch: Sequence[Logged]) -> None:
        arrived = self._pull.receive(taken)
        if taken.token:
            self._link.use(taken.token)
        self.done += len(batch)
        self.rejected += len({one.seq for one in taken.verdicts if one.verdict != CONFLICT})
        self.received += arrived.rows
        self.conflicts += arrived.new_conflicts

    def _renew(self, state: PullState, answer: SyncAnswer) -> None:
        """Ask about every origin again if the server was put back from a backup of its own (5)."""
        if answer.incarnation and answer.incarnation != state.incarnation:
            self._pull.new_incarnation(answer.incarnation)

    def _in_use(self, origin: str) -> bool:
        device = self._store.device
        return device is not None and device.origin == origin
