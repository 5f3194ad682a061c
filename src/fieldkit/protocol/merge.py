"""Merging one change into a record: pure, and the same wherever it is done.

Numbers in brackets are the rules of the protocol. A field is in conflict if another origin wrote it
after the change's base and the value differs: what stands stays, what came is held (9). District
and block merge as one field (11). A deletion is held against every field of the record,
and an edit against the deletion (12). Stamps and the version are never merged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from fieldkit.protocol.change import DECIDED, Change, Json, Op, canonical

PLACE = "district+block"
"""The one field that district and block merge as; its value is ``[district, block]``. No field of a
kind can have this name."""
DELETED = "deleted"
_PLACE_FIELDS = ("district", "block")
STAMPS = frozenset({"created_at", "created_by", "updated_at"})
_NEVER_MERGED = STAMPS | {"id", "version", DECIDED}

Values: TypeAlias = Mapping[str, Json]
"""A record's fields as JSON, unknown ones included; an empty mapping where there is no record."""


class Written(NamedTuple):
    """By which change a field was last written."""

    version: int
    """The record's version that this made."""
    origin: str
    seq: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """An origin and the pasts it has inherited: writes of these are its own (4)."""

    inherited: Mapping[str, int]
    """The last seq inherited, by the name of each ancestor."""
    origin: str

    def holds(self, written: Written) -> bool:
        """Say whether a write is this origin's own, or its past's."""
        last = sys.maxsize if written.origin == self.origin else self.inherited.get(written.origin)
        return last is not None and written.seq <= last


@dataclass(frozen=True, slots=True)
class Merged:
    """A record after a change, and what of the change did not apply."""

    values: dict[str, Json]
    written: dict[str, Written]
    version: int
    """One more than before if any field took a new value, else as before."""
    applied: frozenset[str]
    """The fields that took a new value (``PLACE`` for district and block)."""
    held: Mapping[str, Json]
    """The values that conflict, by field."""
    closes: frozenset[tuple[str, int]] = frozenset()
    """The held (origin, seq)s a decision closes: those it saw, and only if it applied (13)."""


def merge(
    values: Values,
    written: Mapping[str, Written],
    change: Change,
    lineage: Lineage,
    version: int,
    *,
    floor: int = 0,
) -> Merged:
    """Merge ``change`` into a record that stands at ``version`` (0: there is none).

    ``floor``: new versions are above it, so that those of a lost era are never taken for them (5).
    Never fails and never drops a value: each field of the change is applied, equal or held.
    """
    base = change.base or 0
    after = max(version, floor) + 1
    if not values and not written and _is_plain(change):
        return _begun(change, Written(after, lineage.origin, change.seq))

    def contested(field: str) -> bool:
        last = written.get(field)
        return last is not None and last.version > base and not lineage.holds(last)

    now, by = dict(values), dict(written)
    applied: set[str] = set()
    held: dict[str, Json] = {}
    for field, value in claims(values, change):
        if same(value, value_of(values, field)):
            continue
        against = written if field == DELETED and value is True else (field,)
        if any(contested(one) for one in against):
            held[field] = value
            continue
        put(now, field, value)
        by[field] = Written(after, lineage.origin, change.seq)
        applied.add(field)
    if values.get(DELETED) is True and _edits(change) and contested(DELETED):
        held[DELETED] = False
    _stamp(now, change, new=not values, changed=bool(applied))
    created = not values and not applied
    return Merged(
        values=now,
        written=by,
        version=after if applied or created else version,
        applied=frozenset(applied),
        held=held,
        closes=frozenset() if held else _decided(change),
    )


def _is_plain(change: Change) -> bool:
    """Say whether a change is the entry of a record whose fields merge as what they are."""
    fields = change.fields
    return change.op is Op.CREATE and fields.get(DELETED, False) is False and PLACE not in fields


def _begun(change: Change, mine: Written) -> Merged:
    """Begin a record that is not there: what merging comes to where there is nothing to contest."""
    now: dict[str, Json] = {
        name: value
        for name, value in change.fields.items()
        if value is not None and name not in _NEVER_MERGED and name != DELETED
    }
    applied = frozenset(PLACE if name in _PLACE_FIELDS else name for name in now)
    _stamp(now, change, new=True, changed=True)
    return Merged(now, dict.fromkeys(applied, mine), mine.version, applied, held={})


def lay(values: Values, change: Change) -> dict[str, Json]:
    """Lay a change over a row as if nobody else had written: what its author sees (21)."""
    now = dict(values)
    for field, value in claims(values, change):
        put(now, field, value)
    _stamp(now, change, new=not values, changed=True)
    return now


def claims(values: Values, change: Change) -> Iterator[tuple[str, Json]]:
    """Give the fields a change writes, district and block as one, a deletion as ``deleted``."""
    fields = change.fields
    if any(name in fields for name in _PLACE_FIELDS):
        yield PLACE, [fields.get(name, values.get(name)) for name in _PLACE_FIELDS]
    for name, value in fields.items():
        if name not in _NEVER_MERGED and name not in _PLACE_FIELDS:
            yield name, value
    if change.op is Op.DELETE and DELETED not in fields:
        yield DELETED, True


def value_of(values: Values, field: str) -> Json:
    """Return what a record holds in a field; one that was never filled is empty."""
    if field == PLACE:
        return [values.get(name) for name in _PLACE_FIELDS]
    if field == DELETED:
        return values.get(DELETED, False)
    return values.get(field)


def put(values: dict[str, Json], field: str, value: Json) -> None:
    """Write one field of a row; an emptied one is left out."""
    if field == PLACE and isinstance(value, list):
        for name, part in zip(_PLACE_FIELDS, value, strict=True):
            put(values, name, part)
    elif value is None:
        values.pop(field, None)
    else:
        values[field] = value


def same(one: Json, other: Json) -> bool:
    """Say whether two values are the same to the chain: 1, 1.0 and true are three values."""
    return one is other or (one == other and canonical(one) == canonical(other))


def _edits(change: Change) -> bool:
    """Say whether a change means the record to live on, without having decided that."""
    return change.op is not Op.DELETE and DELETED not in change.fields


def _decided(change: Change) -> frozenset[tuple[str, int]]:
    """Read which held values a decision saw; what has no such shape decides nothing."""
    seen = change.fields.get(DECIDED) if change.op is Op.DECIDE else None
    pairs = seen if isinstance(seen, list) else []
    return frozenset(
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], int)
    )


def _stamp(values: dict[str, Json], change: Change, *, new: bool, changed: bool) -> None:
    """Note who made the record and when it last changed; a file may bring its own stamps."""
    given = change.fields
    if new:
        put(values, "created_at", given.get("created_at", change.at))
        put(values, "created_by", given.get("created_by", change.operator or None))
    if new or changed:
        put(values, "updated_at", given.get("updated_at", change.at))
