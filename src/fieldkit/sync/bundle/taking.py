"""Takes the server's answer to a bundle, perhaps long after the bundle was written.

Meanwhile this laptop may have synced over a network, been restored, or taken another answer. So a
page counts only on the state from which it was requested (rule 45), and what is said of a log only
if the log is still the one that it was said of (rule 46).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fieldkit.protocol.bundle import (
    AnsweredRequest,
    BundleAnswer,
    NotThisFile,
    digest_of,
    open_answer,
    read_answer_header,
)
from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Problem, SyncAnswer, SyncRequest, Unsettled
from fieldkit.protocol.wire.errors import OtherVersion, TooLarge, UnknownCoding, Unreadable
from fieldkit.stick import NotCarried
from fieldkit.store import (
    Answered,
    FocusAt,
    Logged,
    LogPosition,
    Outdated,
    PullResult,
    PullState,
    State,
    Store,
    WrittenBundle,
)
from fieldkit.sync.bundle.alone import no_sync_running
from fieldkit.sync.exchange.applying import AnswerApplier, SyncEnded
from fieldkit.sync.exchange.limits import NoProgress, SyncLimits
from fieldkit.sync.failures import ServerRefusal
from fieldkit.sync.sentences import FAULTY, refusal_sentence

_NOT_OURS = (
    "This is the answer to a bundle of another laptop, or of this one before it was enrolled again "
    "or an older copy was put back. Take it to the laptop that wrote the bundle."
)
_NO_PAGE: dict[str, object] = {"page": None, "cursors": {}, "focus": None, "more": True}
_NEWER = "This answer is of a newer version of fieldkit. Update this laptop."


@dataclass(frozen=True, slots=True)
class Taken:
    """What the answer to a bundle brought."""

    number: int
    """The number of the bundle."""
    acknowledged: int
    """Changes that the server has now, and this laptop did not know it."""
    returned: int
    received: int
    conflicts: int
    left: int
    """Changes that are still to be carried or sent."""
    before: bool = False
    """Whether this answer was taken before."""
    outdated: bool = False
    """Whether some of it did not count, as this laptop has heard of the server since."""
    trouble: str = ""
    """Why the server did not take everything; empty if it did."""
    revoked: bool = False
    """Whether the server has ended this laptop's access."""


def take_answer(store: Store, data: bytes) -> Taken:
    """Apply the answer to a bundle that this laptop wrote.

    Raises:
        NotCarried: it is no answer, or not for this laptop, or was altered, or a sync is running.
        StoreError: it cannot be stored.
    """
    with no_sync_running(store):
        written, answer = _opened(store, data)
        applier = CarriedApplier(store, written.scope)
        before = store.outbox.unsent()
        trouble, revoked = "", False
        try:
            for part in answer.parts:
                applier.take(part)
        except NoProgress:
            trouble = FAULTY
        except SyncEnded as ended:
            trouble, revoked = str(ended), ended.revoked
        store.pull.settle()
        store.bundles.note_answered(written.number)
        if revoked:
            _note_handed_in(store, written)
        left = store.outbox.unsent()
    conflicts = applier.verdicts[State.CONFLICT]
    return Taken(
        written.number,
        max(before - left, 0),
        applier.verdicts.total() - conflicts,
        applier.received,
        applier.conflicts,
        left,
        before=written.answered_at is not None,
        outdated=applier.outdated,
        trouble=trouble or applier.trouble,
        revoked=revoked,
    )


def _note_handed_in(store: Store, written: WrittenBundle) -> None:
    """Note that the server keeps a bundle, if it is a part of this laptop's sealed work."""
    ended = store.access.ended()
    for part in ended.waiting if ended else ():
        if digest_of(part.bundle) == written.digest:
            store.access.note_handed_in(part.bundle)


def _opened(store: Store, data: bytes) -> tuple[WrittenBundle, BundleAnswer]:
    """Find the bundle that an answer is for, and open it.

    Raises:
        NotCarried: it cannot be opened here.
    """
    try:
        written = store.bundles.of(read_answer_header(data).bundle)
        keys = store.access.keys()
        if written is None or keys is None:
            raise NotCarried(_NOT_OURS)
        return written, open_answer(data, keys.server_signing, written.private)
    except NotThisFile:
        raise NotCarried(
            "This is not an answer of the server to a bundle. Choose the file that ends with .fka."
        ) from None
    except (OtherVersion, UnknownCoding):
        raise NotCarried(_NEWER) from None
    except (Unreadable, TooLarge):
        raise NotCarried(
            "This answer was changed on the way, or not copied whole. Copy it again; if that does "
            "not help, hand the bundle to the server again. Nothing is lost."
        ) from None


def _end_if_revoked(problem: Problem) -> None:
    """End a revoked laptop, whatever it heard since the bundle was written: only enrolling helps.

    Raises:
        SyncEnded: it is revoked.
    """
    refusal = ServerRefusal(problem.status, problem)
    if refusal.code == "revoked":
        raise SyncEnded(refusal_sentence(refusal), revoked=True)


class CarriedApplier(AnswerApplier):
    """Applies the parts of an answer to a bundle."""

    def __init__(self, store: Store, scope: Scope | None) -> None:
        """``scope``: of this laptop when the bundle was written."""
        super().__init__(store, SyncLimits())
        self._scope = scope
        self.outdated = False
        self.trouble = ""

    def take(self, part: AnsweredRequest) -> None:
        """Apply the answer to one request, as far as it still counts.

        Raises:
            SyncEnded: this laptop was revoked, or the logs differ in a way that cannot be resolved
                here.
        """
        asked, answer = part.asked, part.answer
        if isinstance(answer, Problem):
            _end_if_revoked(answer)
        position, state = self._position_of(asked), self._state_of(asked)
        if self._pull.state().era != state.era or not self._still_has(position):
            self.outdated = True
            return
        try:
            if isinstance(answer, Problem):
                self._refused(answer, position, state)
            else:
                if answer.page is None or not self._agrees(position, answer):
                    answer = answer.model_copy(update=_NO_PAGE)
                batch = self._batch_of(part)
                self.apply(position, state, batch, asked.unsettled or Unsettled(), answer)
        except Outdated:
            self.outdated = True

    def _still_has(self, position: LogPosition) -> bool:
        """Say whether the log still has what the request was about (rule 46)."""
        return self._outbox.has_head(position.origin, position.last_seq, position.head)

    def _agrees(self, position: LogPosition, answer: SyncAnswer) -> bool:
        """Say whether the log here does not differ from the server's after the request."""
        its = self._outbox.log_position(position.origin)
        if its is None or not position.last_seq < answer.seq <= its.last_seq:
            return True
        return self._outbox.has_head(position.origin, answer.seq, bytes.fromhex(answer.head))

    def _batch_of(self, part: AnsweredRequest) -> Sequence[Logged]:
        if not part.changes:
            return []
        return self._outbox.batch(part.asked.origin, part.changes, after=part.first - 1)

    def _position_of(self, asked: SyncRequest) -> LogPosition:
        """Return where the log stood when the request was made (rule 46)."""
        parent = asked.parent
        return LogPosition(
            asked.origin,
            asked.last_seq,
            bytes.fromhex(asked.head),
            asked.acked,
            None,
            (parent.origin, parent.seq, bytes.fromhex(parent.head)) if parent else None,
        )

    def _state_of(self, asked: SyncRequest) -> PullState:
        """Return the state that a request was made from, or the server went on from."""
        focus = asked.focus
        return PullState(
            cursors=asked.cursors,
            focus=FocusAt(focus.district, focus.block, focus.position) if focus else None,
            epoch=asked.epoch,
            mark=asked.mark if asked.mark and asked.mark.era else None,
            incarnation=asked.incarnation,
            scope=self._scope,
            more=True,
        )

    def _refused(self, problem: Problem, position: LogPosition, state: PullState) -> None:
        """Do what the refusal of a request asks for, if it still counts."""
        if state.mark != self._pull.state().mark:
            raise Outdated
        refusal = ServerRefusal(problem.status, problem)
        if refusal.code == "lost":
            self.begin_again()
        elif gap := self.gap_as_answer(refusal, position):
            self.offer_again(position.origin, gap.seq)
        elif not self.offers_missing(refusal, position):
            self.trouble = refusal_sentence(refusal)

    # --- what counts of an answer that is judged later ---

    def _is_older(self, position: LogPosition, answer: SyncAnswer) -> bool:
        """Say whether this is an older copy: its log must still have less (rule 46)."""
        its = self._outbox.log_position(position.origin)
        return its is not None and answer.seq > its.last_seq and self._in_use(its.origin)

    def _store_answer(self, answer: Answered, batch: Sequence[Logged]) -> None:
        """Store an answer, but not its parts about changes that were answered since."""
        its = self._outbox.log_position(answer.origin)
        known = its.acked_seq if its else 0
        still = self._outbox.unsettled().get(answer.origin)
        again = set(still.again) if still else set()
        fresh = [one for one in batch if one.change.seq > known]
        newer = replace(
            answer,
            versions={seq: one for seq, one in answer.versions.items() if seq > known},
            verdicts=[one for one in answer.verdicts if one.seq > known],
            asked_again=[seq for seq in answer.asked_again if seq in again],
            skew=None,
            token=None,
        )
        super()._store_answer(newer, fresh)

    def _receive(self, answer: Answered) -> PullResult:
        result = self._pull.receive_carried(answer)
        self.outdated = self.outdated or not result.page
        return result

    def _change_scope(self, state: PullState, answer: SyncAnswer) -> None:
        """Store the scope of an answer, unless this laptop has heard of another one since."""
        if self._pull.state().scope == state.scope:
            super()._change_scope(state, answer)
