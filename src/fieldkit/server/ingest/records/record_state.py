"""The state of one record while a batch is applied to it. Pure functions, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Change, Json, Op, canonical
from fieldkit.protocol.merge import (
    DELETED,
    PLACE,
    STAMPS,
    Ancestry,
    FieldWrite,
    Merged,
    merge,
    written_fields,
)
from fieldkit.protocol.messages.scope import WHOLE_UT, Role
from fieldkit.server.conflicts import Held
from fieldkit.server.database.rows import Key, StoredRecord, UnfitChange, origin_of, place_of
from fieldkit.server.scope import UT, Past, Place, Right, Rights

LARGEST_RECORD = 256 * 1024
"""Bytes of a record and its conflicts, small enough that a few fit into a message."""
MOST_WRITTEN = 2000
"""Fields ever written in one record."""
CREATION = ""
"""The key, among the fields' versions, for all filled fields without one of their own."""

Contest: TypeAlias = tuple[str, str]
"""A field and the origin whose value for it is held: one conflict."""


class OutOfScope(UnfitChange):
    """A change of a record that the device may not write."""

    def __init__(self, rule: str = "out_of_scope") -> None:
        super().__init__(rule)


class TooLate(Exception):
    """A change for an area that the device no longer has (rule 34)."""


class NotThere(Exception):
    """A change of a record that does not exist yet (rule 43)."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The log that a change comes from, and what its device may write."""

    ancestry: Ancestry
    role: Role
    rights: Rights
    district: int
    """The district of the log's records that name none."""


@dataclass(slots=True)
class RecordState:
    """A record that is changed in memory and written once."""

    key: Key
    values: Mapping[str, Json] = field(default_factory=dict)
    """The present values; empty if there is no record."""
    version: int = 0
    written: dict[str, FieldWrite] = field(default_factory=dict)
    """The last write of each filled field."""
    creation: FieldWrite | None = None
    """The write that created the record; None if there is no record."""
    held: dict[Contest, Held] = field(default_factory=dict)
    moves: list[tuple[int, Place]] = field(default_factory=list)
    """For each move the version it made, and the place before it."""
    before: StoredRecord | None = None
    """The record as stored before the batch; None if it is new."""
    contests_before: frozenset[Contest] = frozenset()
    contests_changed: bool = False
    moves_before: int = 0
    written_at: dict[int, int] = field(default_factory=dict)
    """The time at which each version was made, as far as it matters here (rule 33)."""
    must_return: bool = False
    """Whether the laptop needs the row back: its own changes alone do not determine it."""
    changed: bool = False


def state_of(
    key: Key,
    stored: StoredRecord,
    versions: Mapping[str, Sequence[int | str]] | None,
    held: Iterable[Held],
    moves: Sequence[tuple[int, Place]],
    born: int = 0,
) -> RecordState:
    """Return the state of a stored record.

    ``versions``: as :func:`compact` returns them; None for a record that was never edited.
    ``born``: seq of the change that created it, needed where the creator's log was inherited.
    """
    named = {name: _written(one) for name, one in (versions or {}).items()}
    # Without stored versions it was never edited: its version is that of its creation.
    creation = named.pop(CREATION, FieldWrite(stored.version, origin_of(key), 0))
    creation = creation._replace(seq=creation.seq or born)
    contests = {(one.field, one.origin): one for one in held}
    return RecordState(
        key,
        values=stored.values,
        version=stored.version,
        written=dict.fromkeys(_filled(stored.values), creation) | named,
        creation=creation,
        held=contests,
        moves=list(moves),
        before=stored,
        contests_before=frozenset(contests),
        moves_before=len(moves),
        must_return=bool(contests),
    )


def apply_change(
    record: RecordState,
    change: Change,
    writer: Writer,
    floor: int,
    *,
    admitted: bool = False,
    unseen: bool = False,
) -> Merged:
    """Merge one change into a record.

    ``floor``: new versions are above it. ``admitted``: a supervisor takes the change in, whatever
    its device may write. ``unseen``: see :func:`merge`.

    Raises:
        NotThere: there is no such record, and the change does not create it.
        OutOfScope: the device may not write it (rule 15).
        TooLate: the device might have written it before (rule 34).
        UnfitChange: the record would become too large, or the base was never given out (rule 35).
        In each case the record is unchanged.
    """
    new, ancestry, base = not record.values, writer.ancestry, change.base or 0
    if base > max(record.version, floor):
        raise UnfitChange("base_ahead")
    if new and change.op is not Op.CREATE:
        raise NotThere
    if new and "district" not in change.fields:
        change = change.with_fields({**change.fields, "district": writer.district})
        record.must_return = True
    merged = merge(
        record.values,
        record.written,
        change,
        ancestry,
        record.version,
        above=floor,
        unseen=unseen,
    )
    was = place_of(merged.values if new else record.values)
    if not admitted:
        _check_right(record, change, writer, place_of(merged.values), floor)
    if not new:
        _check_size(record, merged, ancestry.origin)
    record.must_return |= not merged.applied or bool(merged.held)
    # A restore may have lost part of this row, and the laptop may have all of it.
    record.must_return |= 0 < record.version <= floor
    record.must_return |= any(
        one.version > base and not ancestry.includes(one) for one in record.written.values()
    )
    if not new and PLACE in merged.applied:
        record.moves.append((merged.version, was))
    if new:
        record.creation = FieldWrite(merged.version, ancestry.origin, change.seq)
    _update_conflicts(record, change, ancestry.origin, merged)
    if merged.version != record.version:
        record.changed = True
        record.written_at[merged.version] = writer.rights.now
    record.values, record.written, record.version = merged.values, merged.written, merged.version
    return merged


def _check_right(
    record: RecordState, change: Change, writer: Writer, place: Place, floor: int
) -> None:
    """Check that the device may make a change; ``place``: where the record stands afterwards.

    A base that was never given out for this record is of a lost era, in which the device may have
    had the record in its scope (rule 35).

    Raises:
        OutOfScope: it may not, and never might.
        TooLate: it might have before.
    """
    if not record.values or _is_late_creation(record, change, writer.ancestry):
        right = writer.rights.to_create(place)
    else:
        own = record.creation is not None and writer.ancestry.includes(record.creation)
        past = Past(place_of(record.values), record.moves, record.written_at, own)
        base = change.base or 0
        right = writer.rights.to_change(past, base)
        if right is Right.NEVER and 0 < base <= floor and base not in record.written_at:
            right = Right.LATE
        place = place_of(record.values)
        to_ut = change.fields.get("district") == WHOLE_UT != place[0]
        if to_ut and right is not Right.NEVER:
            place, right = UT, writer.rights.to_move_to_ut(right)
    if right is Right.NEVER:
        raise OutOfScope("whole_ut" if place[0] == WHOLE_UT else "out_of_scope")
    if right is Right.LATE:
        raise TooLate


def without_later(
    record: RecordState, change: Change, origin: str, heirs: Collection[str]
) -> tuple[Change, frozenset[str]]:
    """Return a change without the fields that its author has written since, and these (rule 34).

    ``origin``: the log of the change. ``heirs``: the logs that inherited it.
    """
    later = {
        name
        for name, one in record.written.items()
        if one.origin in heirs or (one.origin == origin and one.seq > change.seq)
    }
    dropped = frozenset(name for name, _ in written_fields(record.values, change)) & later
    gone = dropped | ({"district", "block"} if PLACE in dropped else set())
    kept = change.with_fields(
        {name: value for name, value in change.fields.items() if name not in gone}
    )
    if change.op is Op.DELETE and DELETED in dropped:
        kept = replace(kept, op=Op.EDIT)
    return kept, dropped


def _is_late_creation(record: RecordState, change: Change, ancestry: Ancestry) -> bool:
    """Say whether a creation arrives after edits of the same record by others.

    Older servers made half a record of such edits, at a default place of version 0.
    """
    place = record.written.get(PLACE)
    own = origin_of(record.key) in {ancestry.origin, *ancestry.inherited}
    return change.op is Op.CREATE and own and place is not None and place.version == 0


def _check_size(record: RecordState, merged: Merged, origin: str) -> None:
    """Check that a merged record fits into a page.

    Raises:
        UnfitChange: the record with its open conflicts would be too large.
    """
    replaced = {(name, origin) for name in merged.held}
    left = [one.held for contest, one in record.held.items() if contest not in replaced]
    size = len(canonical([merged.values, dict(merged.held), left]))
    if size > LARGEST_RECORD or len(merged.written) > MOST_WRITTEN:
        raise UnfitChange("unsendable_field.large")


def compact(record: RecordState) -> dict[str, list[int | str]] | None:
    """Return the versions of a record's fields in the shortest form; None: as created."""
    creation = record.creation
    if creation is None:
        return None
    named = {name: one for name, one in record.written.items() if one != creation}
    if not named and creation.origin == origin_of(record.key):
        return None
    return {name: list(one) for name, one in sorted({CREATION: creation, **named}.items())}


def _update_conflicts(record: RecordState, change: Change, origin: str, merged: Merged) -> None:
    """Add fields that a change leaves held, and close conflicts it decides (rules 9, 13)."""
    for name, value in merged.held.items():
        known = record.held.get((name, origin))
        if known and name == MERGED and name not in change.fields:
            value = known.held  # what its author said of it before
        record.held[name, origin] = Held(
            field=name,
            origin=origin,
            seqs=[*(known.seqs if known else ()), change.seq],
            held=value,
            base=known.base if known else False if name == DELETED else None,
            by=change.operator,
            at=change.at,
            stands_by=known.stands_by if known else "",
            stands_at=known.stands_at if known else 0,
            seen=known.seen if known else change.base or 0,
            against=known.against if known else _opposing_write(record.written, name, value),
        )
    for write in sorted(merged.apart, key=lambda one: one.seq):
        _hold_apart(record, write)
    for contest, one in list(record.held.items()):
        if one.field in merged.applied:
            record.held[contest] = one.model_copy(
                update={
                    "stands_by": change.operator,
                    "stands_at": change.at,
                    "against": None,
                }
            )
            record.contests_changed = True
    if merged.closes:
        decided = {name for name, _ in written_fields(record.values, change)}
        for contest, one in list(record.held.items()):
            left = [seq for seq in one.seqs if (one.origin, seq) not in merged.closes]
            if one.field in decided and left != one.seqs:
                record.contests_changed = True
                if left:
                    record.held[contest] = one.model_copy(update={"seqs": left})
                else:
                    del record.held[contest]
    record.contests_changed |= bool(merged.held or merged.apart)


def _hold_apart(record: RecordState, write: FieldWrite) -> None:
    """Hold, under the write of another that a merge had not seen, that the record is apart (29)."""
    contest = (MERGED, write.origin)
    known = record.held.get(contest)
    if known is None:
        record.held[contest] = Held(
            field=MERGED,
            origin=write.origin,
            seqs=[write.seq],
            held=None,
            base=None,
            by="",
            at=0,
            written=write,
        )
    elif write.seq not in known.seqs:
        seqs = sorted([*known.seqs, write.seq])
        record.held[contest] = known.model_copy(update={"seqs": seqs})


def _opposing_write(written: Mapping[str, FieldWrite], name: str, value: Json) -> FieldWrite | None:
    """Return the write that a held value conflicts with; for a deletion, the latest of all."""
    if name == DELETED and value is True:
        return max(written.values(), key=lambda one: one.version, default=None)
    return written.get(name)


def _filled(values: Mapping[str, Json]) -> set[str]:
    return {PLACE, *values} - STAMPS - {"district", "block"}


def _written(stored: Sequence[int | str]) -> FieldWrite:
    version, origin, seq = stored
    return FieldWrite(int(version), str(origin), int(seq))
