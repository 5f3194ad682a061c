"""Decide a conflict: one of its two values, or a third, becomes the record's value."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import Connection

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json, Op
from fieldkit.protocol.merge import DELETED, PLACE
from fieldkit.records import Finding, Record, Unfit, Value, kinds
from fieldkit.reference import district_of
from fieldkit.store.errors import Refused
from fieldkit.store.read.review.conflicts import OpenConflict, find_conflict
from fieldkit.store.rows.issues import mark_decided
from fieldkit.store.write.edits import Edit
from fieldkit.store.write.save import Author, Saved, save


class Keep(Enum):
    """Which of the two values of a conflict is kept; never parsed from typed text."""

    MINE = "mine"
    THEIRS = "theirs"


def decide(
    connection: Connection, conflict: str | OpenConflict, keep: Keep | str, author: Author
) -> Saved:
    """Log a decision, in the caller's transaction, and note that the conflict has one.

    Raises:
        Refused: the value does not fit, or a rule stands against it.
        Settled: the conflict is no longer open.
    """
    now = find_conflict(connection, conflict)
    seen = now if isinstance(conflict, str) else conflict
    (fate,) = save(connection, [_decision(seen, keep)], author)
    if isinstance(fate, Refused):
        raise fate
    mark_decided(connection, [seen.record_id])
    return fate


def _decision(conflict: OpenConflict, keep: Keep | str) -> Edit:
    """Return the edit that decides a conflict."""
    kind, field = kinds()[conflict.kind], conflict.field
    try:
        fields = _typed(kind, field, keep) if isinstance(keep, str) else values_of(conflict, keep)
    except Unfit as unfit:
        unreadable = Finding(
            conflict.kind, conflict.record_id, field, "unreadable", text=str(unfit)
        )
        raise Refused([(0, unreadable)]) from None
    return Edit(
        kind,
        fields,
        id=conflict.record_id,
        base=conflict.version,
        op=Op.DECIDE,
        decided=tuple((conflict.origin, seq) for seq in conflict.seqs),
    )


def values_of(conflict: OpenConflict, keep: Keep) -> dict[str, Value]:
    """Return one of the two values, by field; of a place, district and block.

    Raises:
        Unfit: this version cannot read it.
    """
    value = conflict.mine if keep is Keep.MINE else conflict.theirs
    return _values(kinds()[conflict.kind], conflict.field, value)


def _values(kind: type[Record], field: str, value: Json) -> dict[str, Value]:
    """Read one of the two values by the field's declaration."""
    if field == PLACE and isinstance(value, list):
        return _values(kind, "district", value[0]) | _values(kind, "block", value[1])
    if field == DELETED:
        return {field: value is True}
    try:
        if field in kind.fields():
            return {field: kind.fields()[field].format.read(value)}
    except Unfit:
        raise Unfit(
            "A newer version of fieldkit wrote this value. Update fieldkit, then settle it."
        ) from None
    if isinstance(value, list | dict | float):
        raise Unfit(
            "A newer version of fieldkit wrote this value. Update fieldkit, then settle it."
        )
    return {field: value}


def _typed(kind: type[Record], field: str, typed: str) -> dict[str, Value]:
    """Read another value as one types it; of a place, its block: the district follows from it.

    A doubtful value counts as confirmed: the person has seen or typed it.
    """
    if field == PLACE:
        block = kind.fields()["block"].format.parse(typed)
        district = district_of(block) if isinstance(block, int) else None
        if district is None:
            raise Unfit("Choose a block.")
        return {"district": district, "block": block}
    if field in {DELETED, MERGED} or field not in kind.fields():
        raise Unfit("Choose one of the two: mine or theirs.")
    return {field: kind.fields()[field].format.parse(typed, confirmed=True)}
