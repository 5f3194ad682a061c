"""One record in the course of a batch: what it was, and what each change makes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

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
from fieldkit.protocol.scope import Scope
from fieldkit.server.conflicts import Held
from fieldkit.server.database.rows import Key, StoredRecord, UnfitChange, place_of
from fieldkit.server.scope import Place, allowed, place_at

LARGEST_RECORD = 256 * 1024
"""Bytes of a record and its conflicts: a few fill no message."""
MOST_WRITTEN = 2000
"""Fields ever written in one record."""
CREATION = ""
"""Names, among the fields' versions, that of every filled field that has none of its own."""

Contest: TypeAlias = tuple[str, str]
"""A field and the origin whose value for it is held: one conflict."""


class OutOfScope(UnfitChange):
    """A change of a record that the device may not write."""

    def __init__(self) -> None:
        super().__init__("out_of_scope")


@dataclass(slots=True)
class RecordState:
    """A record, changed in memory and written once."""

    key: Key
    values: Mapping[str, Json] = field(default_factory=dict)
    """As it stands; empty where there is none."""
    version: int = 0
    written: dict[str, FieldWrite] = field(default_factory=dict)
    """By which change each filled field was last written; the sum of ``named`` and ``creation``."""
    creation: FieldWrite | None = None
    """By what every field was written that has not been since; None if there is no record."""
    held: dict[Contest, Held] = field(default_factory=dict)
    moves: list[tuple[int, Place]] = field(default_factory=list)
    """For each move the version it made, and where the record stood before."""
    before: StoredRecord | None = None
    """As it was before the batch."""
    contests_before: frozenset[Contest] = frozenset()
    contests_changed: bool = False
    moves_before: int = 0
    echo: bool = False
    """Whether the laptop cannot know the row from its own changes alone."""
    changed: bool = False


def origin_of(key: Key) -> str:
    """Return the origin in a record's id."""
    return key[1].partition("-")[0]


def found(
    key: Key,
    stored: StoredRecord,
    versions: Mapping[str, Sequence[int | str]] | None,
    held: Iterable[Held],
    moves: Sequence[tuple[int, Place]],
    born: int = 0,
) -> RecordState:
    """Take up a record as it is stored.

    ``versions``: as :func:`compact` gives them; None for a record nobody has edited. ``born``: the
    seq of the change that created it, needed where the creator's log was inherited.
    """
    named = {name: _written(one) for name, one in (versions or {}).items()}
    # Nobody has edited it: its version is still the one that its own origin's creation made.
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
        echo=bool(contests),
    )


def lay(
    record: RecordState,
    change: Change,
    ancestry: Ancestry,
    scopes: Sequence[Scope],
    default: int,
    floor: int,
) -> Merged:
    """Merge one change into a record.

    ``default``: the district of a new record that names none. ``floor``: versions are above it.

    Raises:
        OutOfScope: it is out of scope (15); the record is as it was.
        UnfitChange: the record would become too large; it is as it was.
    """
    new = not record.values
    unplaced = new and "district" not in change.fields
    if unplaced:
        change = change.with_fields({**change.fields, "district": default})
        record.echo = True
    merged = merge(record.values, record.written, change, ancestry, record.version, above=floor)
    base = change.base or 0
    was = place_of(merged.values if new else record.values)
    begins = new or _first_said(record, change, ancestry)
    places = [place_of(merged.values)] if begins else [was, place_at(was, record.moves, base)]
    if not allowed(scopes, *places):
        raise OutOfScope
    if not new:
        _check_size(record, merged, ancestry.origin)
    if unplaced and change.op is not Op.CREATE:
        # Its entry is still to come, and says where it stands: nobody has said it yet.
        merged.written[PLACE] = merged.written[PLACE]._replace(version=0)
    record.echo |= not merged.applied or bool(merged.held)
    # What stands was lost in part, maybe, when the server was put back; the laptop may have it all.
    record.echo |= 0 < record.version <= floor
    record.echo |= any(
        one.version > base and not ancestry.includes(one) for one in record.written.values()
    )
    if not new and PLACE in merged.applied:
        record.moves.append((merged.version, was))
    if new:
        record.creation = FieldWrite(merged.version, ancestry.origin, change.seq)
    _contest(record, change, ancestry.origin, merged)
    record.changed |= merged.version != record.version
    record.values, record.written, record.version = merged.values, merged.written, merged.version
    return merged


def _first_said(record: RecordState, change: Change, ancestry: Ancestry) -> bool:
    """Say whether this is the entry of a record that others' edits have reached the server before.

    So it happens after the server was put back to a backup: whoever syncs first comes first.
    """
    place = record.written.get(PLACE)
    own = origin_of(record.key) in {ancestry.origin, *ancestry.inherited}
    return change.op is Op.CREATE and own and place is not None and place.version == 0


def _check_size(record: RecordState, merged: Merged, origin: str) -> None:
    """Keep a record within what a page can carry, however many changes it is made of.

    Raises:
        UnfitChange: it, with what waits to be decided about it, would be larger.
    """
    replaced = {(name, origin) for name in merged.held}
    left = [one.held for contest, one in record.held.items() if contest not in replaced]
    size = len(canonical([merged.values, dict(merged.held), left]))
    if size > LARGEST_RECORD or len(merged.written) > MOST_WRITTEN:
        raise UnfitChange("unsendable_field.large")


def compact(record: RecordState) -> dict[str, list[int | str]] | None:
    """Give the versions of a record's fields in the shortest form; None says: as created."""
    creation = record.creation
    if creation is None:
        return None
    named = {name: one for name, one in record.written.items() if one != creation}
    if not named and creation.origin == origin_of(record.key):
        return None
    return {name: list(one) for name, one in sorted({CREATION: creation, **named}.items())}


def _contest(record: RecordState, change: Change, origin: str, merged: Merged) -> None:
    """Keep what a change leaves held, and close what it decides (9, 13)."""
    for name, value in merged.held.items():
        known = record.held.get((name, origin))
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
            against=known.against if known else _stands(record.written, name, value),
        )
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
    record.contests_changed |= bool(merged.held)


def _stands(written: Mapping[str, FieldWrite], name: str, value: Json) -> FieldWrite | None:
    """Return the write that a held value is held against: a deletion, against the last of all."""
    if name == DELETED and value is True:
        return max(written.values(), key=lambda one: one.version, default=None)
    return written.get(name)


def _filled(values: Mapping[str, Json]) -> set[str]:
    return {PLACE, *values} - STAMPS - {"district", "block"}


def _written(stored: Sequence[int | str]) -> FieldWrite:
    version, origin, seq = stored
    return FieldWrite(int(version), str(origin), int(seq))
