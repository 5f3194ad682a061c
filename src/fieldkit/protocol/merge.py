"""Merge one change into a record: a pure function, the same on laptop and server.

A field is in conflict if another origin wrote it after the change's base and the values differ:
the record keeps its value, the change's value is held (rule 9). District and block merge as one
field (rule 11). A deletion conflicts with every field written since, and an edit conflicts with a
deletion (rule 12). Where an edit and a merge with another record had not seen each other, both
apply, and that the records are apart is held (rule 29). Stamps and the version are never merged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import DECIDED, Change, Json, Op, canonical

PLACE = "district+block"
"""The name under which district and block merge as one field, with value ``[district, block]``.

No field of a kind can have this name."""
DELETED = "deleted"
_PLACE_FIELDS = ("district", "block")
STAMPS = frozenset({"created_at", "created_by", "updated_at"})
_NEVER_MERGED = STAMPS | {"id", "version", DECIDED}

Values: TypeAlias = Mapping[str, Json]
"""A record's fields as JSON, unknown fields included; empty if the record does not exist."""


class FieldWrite(NamedTuple):
    """The change that last wrote a field."""

    version: int
    """The record's version after that change."""
    origin: str
    seq: int


@dataclass(frozen=True, slots=True)
class Ancestry:
    """An origin and the logs it continues, whose writes count as its own (rule 4)."""

    inherited: Mapping[str, int]
    """The last inherited seq of each ancestor origin."""
    origin: str

    def includes(self, written: FieldWrite) -> bool:
        """Say whether this origin made a write itself or inherited it."""
        last = sys.maxsize if written.origin == self.origin else self.inherited.get(written.origin)
        return last is not None and written.seq <= last


@dataclass(frozen=True, slots=True)
class Merged:
    """A record after a change, and the part of the change that did not apply."""

    values: dict[str, Json]
    written: dict[str, FieldWrite]
    version: int
    """Higher than before if any field took a new value, else unchanged."""
    applied: frozenset[str]
    """The fields that took a new value (``PLACE`` for district and block)."""
    held: Mapping[str, Json]
    """The change's values that are in conflict, by field."""
    closes: frozenset[tuple[str, int]] = frozenset()
    """The held changes (origin, seq) that a decision closes: those it names, if it applied in full
    (rule 13)."""
    apart: frozenset[FieldWrite] = frozenset()
    """The writes that a merge with another record had not seen: for each the empty value of
    ``merged_into`` is held, under its own origin and seq (rule 29)."""


def merge(
    values: Values,
    written: Mapping[str, FieldWrite],
    change: Change,
    ancestry: Ancestry,
    version: int,
    *,
    above: int = 0,
    unseen: bool = False,
) -> Merged:
    """Merge ``change`` into a record at ``version`` (0: the record does not exist).

    ``above``: new versions are numbered above this, so that no version that the server gave out
    before it was restored from a backup is given out again (rule 5). ``unseen``: the author has not
    seen this record but another of its number, so every value that differs is held (rule 43).
    Never fails and never drops a value: each field of the change is applied, equal or held.
    """
    base = change.base or 0
    after = max(version, above) + 1
    if not values and not written and _is_plain_creation(change):
        return _new_record(change, FieldWrite(after, ancestry.origin, change.seq))

    def contested(field: str) -> bool:
        last = written.get(field)
        later = last is not None and last.version > base and not ancestry.includes(last)
        return unseen or later

    now, by = dict(values), dict(written)
    applied: set[str] = set()
    held: dict[str, Json] = {}
    for field, value in written_fields(values, change):
        if same_value(value, value_of(values, field)):
            continue
        against = written if field == DELETED and value is True else (field,)
        if any(contested(one) for one in against):
            held[field] = value
            continue
        set_field(now, field, value)
        by[field] = FieldWrite(after, ancestry.origin, change.seq)
        applied.add(field)
    if values.get(DELETED) is True and _is_edit(change) and contested(DELETED):
        held[DELETED] = False
    closes = frozenset() if held else _named_by_decision(change)
    apart: frozenset[FieldWrite] = frozenset()
    if MERGED in applied and now.get(MERGED):
        others = written.keys() - {MERGED, DELETED}
        apart = frozenset(written[name] for name in others if contested(name))
    elif applied - {DELETED} and _edits_merged(values, change) and contested(MERGED):
        held[MERGED] = None
    _stamp(now, change, new=not values, changed=bool(applied))
    created = not values and not applied
    return Merged(
        values=now,
        written=by,
        version=after if applied or created else version,
        applied=frozenset(applied),
        held=held,
        closes=closes,
        apart=apart,
    )


def _is_plain_creation(change: Change) -> bool:
    """Say whether a change creates a record and needs no special case of :func:`merge`."""
    fields = change.fields
    return change.op is Op.CREATE and fields.get(DELETED, False) is False and PLACE not in fields


def _new_record(change: Change, write: FieldWrite) -> Merged:
    """Merge a creation into nothing, where no conflict is possible: a shortcut for speed."""
    now: dict[str, Json] = {
        name: value
        for name, value in change.fields.items()
        if value is not None and name not in _NEVER_MERGED and name != DELETED
    }
    applied = frozenset(PLACE if name in _PLACE_FIELDS else name for name in now)
    _stamp(now, change, new=True, changed=True)
    return Merged(now, dict.fromkeys(applied, write), write.version, applied, held={})


def overlay(values: Values, change: Change) -> dict[str, Json]:
    """Apply a change without looking for conflicts: the row that its author sees (rule 21)."""
    now = dict(values)
    for field, value in written_fields(values, change):
        set_field(now, field, value)
    _stamp(now, change, new=not values, changed=True)
    return now


def written_fields(values: Values, change: Change) -> Iterator[tuple[str, Json]]:
    """Yield the fields and values a change writes: the place as one, a deletion as ``deleted``.

    A creation says the whole place: its record has no block where it contains a district alone.
    """
    fields = change.fields
    if any(name in fields for name in _PLACE_FIELDS):
        had: Values = {} if change.op is Op.CREATE else values
        yield PLACE, [fields.get(name, had.get(name)) for name in _PLACE_FIELDS]
    for name, value in fields.items():
        if name not in _NEVER_MERGED and name not in _PLACE_FIELDS:
            yield name, value
    if change.op is Op.DELETE and DELETED not in fields:
        yield DELETED, True


def value_of(values: Values, field: str) -> Json:
    """Return a record's value of a field, null if it has none (``deleted``: false)."""
    if field == PLACE:
        return [values.get(name) for name in _PLACE_FIELDS]
    if field == DELETED:
        return values.get(DELETED, False)
    return values.get(field)


def set_field(values: dict[str, Json], field: str, value: Json) -> None:
    """Set one field of a row; null removes it."""
    if field == PLACE and isinstance(value, list):
        for name, part in zip(_PLACE_FIELDS, value, strict=True):
            set_field(values, name, part)
    elif value is None:
        values.pop(field, None)
    else:
        values[field] = value


def same_value(one: Json, other: Json) -> bool:
    """Say whether two values have the same canonical form: 1, 1.0 and true all differ."""
    return one is other or (one == other and canonical(one) == canonical(other))


def _is_edit(change: Change) -> bool:
    """Say whether a change edits the record and neither deletes nor restores it."""
    return change.op is not Op.DELETE and DELETED not in change.fields


def _edits_merged(values: Values, change: Change) -> bool:
    """Say whether a change edits a record that is merged into another, and does not say so."""
    return bool(values.get(MERGED)) and MERGED not in change.fields


def _named_by_decision(change: Change) -> frozenset[tuple[str, int]]:
    """Return the held changes that a decision names; members of another shape are ignored."""
    named = change.fields.get(DECIDED) if change.op is Op.DECIDE else None
    pairs = named if isinstance(named, list) else []
    return frozenset(
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], int)
    )


def _stamp(values: dict[str, Json], change: Change, *, new: bool, changed: bool) -> None:
    """Set who created the record and when it last changed; imported fields take precedence."""
    given = change.fields
    if new:
        set_field(values, "created_at", given.get("created_at", change.at))
        set_field(values, "created_by", given.get("created_by", change.operator or None))
    if new or changed:
        set_field(values, "updated_at", given.get("updated_at", change.at))
