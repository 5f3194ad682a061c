"""What becomes of a change: applied, held, rejected, late or waiting. Pure functions, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.limits import LONGEST_NAME, contains_aadhaar
from fieldkit.protocol.messages.finding import APPLIED, CONFLICT, LATE, REJECTED, WAITING, Verdict
from fieldkit.server.database.rows import UnfitChange, place_of
from fieldkit.server.ingest.records.authors import check_role
from fieldkit.server.ingest.records.record_state import (
    NotThere,
    RecordState,
    TooLate,
    Writer,
    apply_change,
    without_later,
)

OUTCOME_COLUMNS = (
    "district",
    "verdict",
    "field",
    "rule",
    "params",
    "reason",
    "version",
    "held",
)
"""The columns of the log that say what became of a change."""


@dataclass(slots=True)
class Outcome:
    """What became of one change."""

    origin: str
    seq: int
    district: int
    """Where its record stands."""
    verdict: Verdict | None = None
    """None: applied in full."""
    version: int | None = None
    """The record's version after it; None: not merged."""
    held: frozenset[str] = frozenset()
    """Its fields in conflict, and those not used as its author has written them since."""

    @property
    def open(self) -> bool:
        """Whether the verdict may change later."""
        return self.verdict is not None and self.verdict.verdict in {LATE, WAITING}

    def reject(self, refused: UnfitChange) -> None:
        """Note that the change cannot be accepted."""
        name = refused.field or ""
        if contains_aadhaar(name) or not name.isprintable():
            name = ""
        self.verdict = Verdict(
            seq=self.seq,
            verdict=REJECTED,
            field=name[:LONGEST_NAME] or None,
            rule=refused.rule,
            params=dict(refused.params),
        )

    def columns(self) -> dict[str, object]:
        """Return what became of the change, by column of the log."""
        verdict = self.verdict or Verdict(seq=self.seq, verdict=APPLIED)
        values: tuple[object, ...] = (
            self.district,
            verdict.verdict,
            verdict.field,
            verdict.rule or None,
            verdict.params or None,
            "",
            self.version,
            sorted(self.held) or None,
        )
        return dict(zip(OUTCOME_COLUMNS, values, strict=True))


@dataclass(slots=True)
class WaitingChange:
    """A change that waits for its record."""

    change: Change | None
    """None: it can no longer be read, as the outcome says."""
    writer: Writer
    outcome: Outcome
    tried: bool = False
    """Whether its record has come."""


def attempt(
    record: RecordState,
    change: Change,
    writer: Writer,
    outcome: Outcome,
    floor: int,
    *,
    heirs: Collection[str] | None = None,
    unseen: bool = False,
) -> None:
    """Merge a change if that can be done, and note in its outcome what became of it.

    ``floor``: new versions are above it. ``heirs``: a supervisor takes the change in; these other
    logs inherited it. ``unseen``: its author saw another record of this number.

    Raises:
        UnfitChange: it cannot be accepted; the outcome is unchanged.
    """
    skipped: frozenset[str] = frozenset()
    named = change.fields.get("district")
    outcome.district = named if isinstance(named, int) else writer.district
    if record.values:
        outcome.district = place_of(record.values)[0]
    if heirs is not None:
        change, skipped = without_later(record, change, writer.ancestry.origin, heirs)
    elif record.values or change.op is Op.CREATE:
        check_role(writer.role, record, change, writer.ancestry)
    try:
        merged = apply_change(
            record, change, writer, floor, admitted=heirs is not None, unseen=unseen
        )
    except NotThere:
        outcome.verdict = Verdict(seq=outcome.seq, verdict=WAITING, rule="waiting")
        return
    except TooLate:
        outcome.verdict = Verdict(seq=outcome.seq, verdict=LATE, rule="late")
        return
    outcome.district = place_of(record.values)[0]
    outcome.version = record.version
    outcome.held = frozenset(merged.held) | skipped
    outcome.verdict = _contested(outcome.seq, merged.held)


def merge_waiting(record: RecordState, waiting: Iterable[WaitingChange], floor: int) -> None:
    """Merge the changes that waited for a record, now that it is there (rule 43)."""
    for one in waiting:
        one.tried = record.must_return = True
        if one.change is None:
            continue
        own = record.creation is not None and one.writer.ancestry.includes(record.creation)
        # Others can have seen this record only on a server whose data was lost.
        unseen = not own and not 0 < (one.change.base or 0) <= floor
        try:
            attempt(record, one.change, one.writer, one.outcome, floor, unseen=unseen)
        except UnfitChange as refused:
            one.outcome.reject(refused)


def _contested(seq: int, held: Iterable[str]) -> Verdict | None:
    """Return the verdict of a change with held fields; None if it has none."""
    field = min(held, default=None)
    if field is None:
        return None
    return Verdict(seq=seq, verdict=CONFLICT, field=field, rule="contested")
