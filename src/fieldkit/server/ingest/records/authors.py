"""Checks that a device's role may make a change. Pure functions, no I/O."""

from __future__ import annotations

from fieldkit.protocol.change import DECIDED, Change, Json, Op
from fieldkit.protocol.merge import Ancestry, FieldWrite
from fieldkit.protocol.messages.scope import Role
from fieldkit.records.declaration.permission import Author, denial
from fieldkit.server.database.rows import UnfitChange, origin_of
from fieldkit.server.ingest.records.record_state import RecordState


class BeyondRole(UnfitChange):
    """A change that the device's role may not make."""


def check_role(role: Role, record: RecordState, change: Change, ancestry: Ancestry) -> None:
    """Check a change of a record before it is merged.

    Raises:
        BeyondRole: the role may not make it.
    """
    author = Author(
        role,
        _entered(record, ancestry),
        _settles_others(change, ancestry),
        _unseen(record, change, ancestry),
    )
    if found := denial(author, change, record.values):
        raise BeyondRole(found.rule, found.field or None, **found.params(role))


def _entered(record: RecordState, ancestry: Ancestry) -> bool:
    """Say whether this log, or one that it continues, created the record."""
    if origin_of(record.key) == ancestry.origin:
        return True
    return record.creation is not None and ancestry.includes(record.creation)


def _settles_others(change: Change, ancestry: Ancestry) -> bool:
    """Say whether a decision names a held value that is not of this log."""
    named = change.fields.get(DECIDED, []) if change.op is Op.DECIDE else []
    return not isinstance(named, list) or not all(_is_own(one, ancestry) for one in named)


def _is_own(named: Json, ancestry: Ancestry) -> bool:
    match named:
        case [str(origin), int(seq)]:
            return ancestry.includes(FieldWrite(0, origin, seq))
    return False


def _unseen(record: RecordState, change: Change, ancestry: Ancestry) -> frozenset[str]:
    """Return the fields of a change that others have written since its base."""
    base = change.base or 0
    return frozenset(
        name
        for name in change.fields
        if (last := record.written.get(name)) is not None
        and last.version > base
        and not ancestry.includes(last)
    )
