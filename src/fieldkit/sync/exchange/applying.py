"""What answers of the server mean for the logs here: checks them, stores them, offers again.

An answer says how far the server holds a log, with which head. What it says is compared with the
log before anything of it is stored (rule 1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from fieldkit.protocol.messages.sync import SyncAnswer, Unsettled
from fieldkit.store import Answered, Logged, LogPosition, PullResult, PullState, Store
from fieldkit.sync.exchange.limits import WHOLE, SyncLimits
from fieldkit.sync.exchange.mapping import map_answer
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.sentences import ALTERED, FAULTY


class SyncEnded(Exception):
    """The sync cannot go on; the text is a sentence why."""

    def __init__(
        self, reason: str, *, offline: bool = False, stopped: bool = False, revoked: bool = False
    ) -> None:
        super().__init__(reason)
        self.offline = offline
        self.stopped = stopped
        self.revoked = revoked
        """Whether the server has ended this laptop's access."""


class AnswerApplier:
    """Applies the answers of one sync; counts what they brought."""

    def __init__(
        self, store: Store, limits: SyncLimits, use_token: Callable[[str], None] | None = None
    ) -> None:
        """``use_token``: is called with a new token once it is stored."""
        self._store, self._outbox, self._pull = store, store.outbox, store.pull
        self._limits, self._use_token = limits, use_token
        self.frozen = False
        """Whether a log was left for a new one, because another copy of this laptop goes on."""
        self.total = store.outbox.unsent()
        """Changes to be acknowledged by this sync."""
        self.done = self.received = self.conflicts = 0
        self.verdicts: Counter[str] = Counter()
        """The verdicts on what was sent, without those on what was applied."""

    # --- answers ---

    def apply(
        self,
        position: LogPosition,
        state: PullState,
        batch: Sequence[Logged],
        asked: Unsettled,
        answer: SyncAnswer,
    ) -> bool:
        """Check that both heads are the same and store an answer; say whether more is to come.

        ``position``, ``state``, ``batch`` and ``asked`` are what the request was made of.

        Raises:
            SyncEnded: the logs differ in a way that cannot be resolved here.
            Outdated: the state is another one by now.
        """
        origin = position.origin
        if position.acked_seq >= max(answer.seq, 1) and self._differs(position, answer):
            self.offer_whole(origin)
            return True
        seq = self._confirmed_seq(position, batch, answer)
        if seq < position.acked_seq:
            self.offer_again(origin, seq)
            self._check_generation(state, answer)
            return True
        head = self._outbox.head_before(origin, seq + 1)
        acknowledged = map_answer(origin, seq, head, batch, state, asked, answer, self._store.now())
        moved = answer.scope is not None and (
            state.scope is None or answer.epoch != state.scope.epoch
        )
        older = self._is_older(position, answer)
        if older or answer.fork is not None:
            # The page does not fit a log that differs from the server's (rule 1): this copy may use
            # numbers for its records that the other copy gave to others.
            acknowledged = acknowledged.without_page()
        self._store_answer(acknowledged, [one for one in batch if one.change.seq <= seq])
        news = seq > position.acked_seq or position.server_head is None
        news = news or bool(asked.late or asked.waiting or asked.again)
        self._limits.end_round(progress=bool(news or acknowledged.rows or acknowledged.gone))
        self._check_generation(state, answer)
        if moved:
            self._change_scope(state, answer)
        if answer.fork is not None:
            self._limits.step_back(WHOLE)
            self._pull.fork(origin, answer.fork)
            self._count_again()
        elif older:
            self._freeze(origin)
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

    def _is_older(self, position: LogPosition, answer: SyncAnswer) -> bool:
        """Say whether this database is an older copy of one that goes on under the same name."""
        return answer.seq > position.last_seq and self._in_use(position.origin)

    def _in_use(self, origin: str) -> bool:
        device = self._store.device
        return device is not None and device.origin == origin

    def _freeze(self, origin: str) -> None:
        """Go on under a new origin, as this database is an older copy of one in use (rule 2).

        Raises:
            SyncEnded: no server can know that origin yet, so a second time means a faulty server.
        """
        if self.frozen:
            raise SyncEnded(FAULTY)
        self._pull.freeze(origin)
        self.frozen = True

    def _store_answer(self, answer: Answered, batch: Sequence[Logged]) -> None:
        """Store an answer in one transaction and count what it brought."""
        received = self._receive(answer)
        if answer.token and self._use_token:
            self._use_token(answer.token)
        self.done += len(batch)
        self.verdicts.update({one.seq: one.verdict for one in answer.verdicts}.values())
        self.received += received.rows
        self.conflicts += received.new_conflicts

    def _receive(self, answer: Answered) -> PullResult:
        return self._pull.receive(answer)

    def _change_scope(self, _state: PullState, answer: SyncAnswer) -> None:
        """Store the scope that came with an answer; ``state``: the one before."""
        assert answer.scope is not None
        self._limits.step_back(WHOLE)
        self._pull.change_scope(answer.scope.model_copy(update={"epoch": answer.epoch}))

    def _check_generation(self, state: PullState, answer: SyncAnswer) -> None:
        """Compare every log again if a server that gives no marks says that it lost data."""
        if answer.mark is None and answer.incarnation not in {"", state.incarnation}:
            self._limits.step_back(WHOLE)
            self._pull.new_incarnation(answer.incarnation)

    # --- what the server has not ---

    def gap_as_answer(self, refusal: ServerRefusal, position: LogPosition) -> SyncAnswer | None:
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

    def begin_again(self) -> None:
        """Pull everything from the start, as the server has lost what it sent (rule 42)."""
        self._limits.step_back(WHOLE)
        self._pull.begin_again()

    def offers_missing(self, refusal: ServerRefusal, position: LogPosition) -> bool:
        """Offer again what a refusal says that the server lacks; say whether it says so."""
        if refusal.code == "altered" and position.acked_seq:
            self.offer_whole(position.origin)
            return True
        return self._offer_parent(refusal, position)

    def _offer_parent(self, refusal: ServerRefusal, position: LogPosition) -> bool:
        """Offer the parent origin's log again if the server lost it, or has another one there."""
        problem, parent = refusal.problem, position.parent
        if refusal.code != "parent" or problem is None or parent is None:
            return False
        origin, last, _ = parent
        expected = problem.expected or 0
        if 1 <= expected <= last:
            head = self._outbox.head_before(origin, expected).hex()
            if problem.head in {None, head}:
                self.offer_again(origin, expected - 1)
                return True
        its = self._outbox.log_position(origin)
        if not expected or its is None or not its.acked_seq:
            return False
        self.offer_whole(origin)
        return True

    def offer_again(self, origin: str, seq: int) -> None:
        """Send the changes after ``seq`` again: the server lost them, or is another one."""
        self._limits.step_back()
        self._pull.offer_again(origin, seq)
        self._count_again()

    def offer_whole(self, origin: str) -> None:
        """Send a log again that differs from the server's where it was acknowledged.

        That was lost, and another copy of this laptop has sent its own since: the server finds
        where they differ.
        """
        self._limits.step_back(WHOLE)
        self.offer_again(origin, 0)

    def _count_again(self) -> None:
        self.total = self.done + self._outbox.unsent()
