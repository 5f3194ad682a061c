"""The append-only log of changes: its end, its growth, and what the server still lacks of it.

A field of a change that the server has not merged (rejected, late or waiting) is *owed* until a
later change of the record writes it again, or deletes the record (24), or the change is given up. A
conflict is open until the server sends the record's row without it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    TableValuedAlias,
    and_,
    bindparam,
    case,
    desc,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased

from fieldkit.protocol.change import DECIDED, Change, Op, first_head
from fieldkit.store import tables
from fieldkit.store.log.states import UNMERGED

_AT_ONCE = 500
"""Ids asked for in one query."""
_log, _origin, _conflict = tables.change, tables.origin, tables.conflict


def chain_end(connection: Connection, origin: str) -> tuple[int, bytes]:
    """Return the last seq and head of an origin's log."""
    row = connection.execute(_CHAIN_END, {"of": origin}).one_or_none()
    return (row.seq, row.head) if row else (0, first_head(origin))


def head_after(connection: Connection, origin: str, seq: int) -> bytes:
    """Return the head of an origin's log after the change ``seq``."""
    head: bytes | None = connection.execute(
        select(_log.c.head).where(_log.c.origin == origin, _log.c.seq == seq)
    ).scalar_one_or_none()
    return head or first_head(origin)


def append(
    connection: Connection,
    origin: str,
    logged: Sequence[tuple[Change, int | None]],
    head: bytes,
) -> bytes:
    """Append changes after ``head``, the end of the chain; return the new head.

    Each comes with the seconds by which its clock was wrong, or None.
    """
    rows = []
    for change, skew in logged:
        head = change.head(head)
        rows.append(
            {
                "origin": origin,
                "seq": change.seq,
                "kind": change.kind,
                "record_id": change.record_id,
                "op": str(change.op),
                "fields": json.dumps(dict(change.fields), ensure_ascii=False),
                "base": change.base,
                "at": change.at,
                "operator": change.operator,
                "head": head,
                "skew": skew,
            }
        )
    connection.execute(_APPEND, rows)
    return head


def change_of(row: Row[tuple[object, ...]]) -> Change:
    """Return the change a row of the log holds."""
    return Change(
        seq=row.seq,
        kind=row.kind,
        record_id=row.record_id,
        op=Op(row.op),
        fields=json.loads(row.fields),
        base=row.base,
        at=row.at,
        operator=row.operator,
    )


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change made here, as far as it matters for the row it was made on."""

    row: Row[tuple[object, ...]]

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id of the record."""
        return self.row.kind, self.row.record_id

    @property
    def at(self) -> tuple[str, int]:
        """Origin and seq."""
        return self.row.origin, self.row.seq

    @property
    def acked(self) -> bool:
        """Whether the server holds it."""
        return bool(self.row.seq <= self.row.acked_seq)

    @property
    def unmerged(self) -> bool:
        """Whether the server has it and has not merged it, and it was not given up."""
        return bool(self.row.verdict in UNMERGED and self.acked and not self.row.closed)

    @property
    def in_part(self) -> bool:
        """Whether only the owed fields of it count.

        The server merges a change that was late or waiting without the fields written since.
        """
        return self.unmerged or self.row.settled is not None

    @property
    def taken(self) -> bool:
        """Whether the server took every field of it."""
        return self.acked and self.row.verdict is None

    def made_later_than(self, version: int) -> bool:
        """Say whether it made a later version than ``version``, as far as is known here."""
        merged = self.acked and self.row.verdict not in UNMERGED
        return merged and (self.row.version or 1) > version

    def overlays(self, version: int, *, gone: bool = False) -> bool:
        """Say whether it is applied over the server's row of ``version`` (rules 21, 24).

        A waiting change is; an acknowledged one is until a row of at least its version arrives or
        the record is gone; of one that is not merged, the owed fields are.
        """
        waits = not self.acked and not self.row.closed
        return waits or self.unmerged or (not gone and self.made_later_than(version))

    def change(self) -> Change:
        """Return the change itself."""
        return change_of(self.row)


def own_changes(
    connection: Connection, ids: Iterable[str]
) -> dict[tuple[str, str], list[OwnChange]]:
    """Return the changes logged here for these records, in order, by kind and id."""
    found: defaultdict[tuple[str, str], list[OwnChange]] = defaultdict(list)
    for some in in_parts(sorted(set(ids))):
        for row in connection.execute(_OWN, {"ids": some}):
            found[row.kind, row.record_id].append(OwnChange(row))
    return dict(found)


def untaken(changes: Sequence[OwnChange]) -> bool:
    """Say whether the server has all of these and took none, the record's entry among them."""
    entered = any(one.row.op == Op.CREATE for one in changes)
    return entered and all(one.acked and one.row.verdict == "rejected" for one in changes)


def owed_fields(
    connection: Connection, own: Mapping[tuple[str, str], Sequence[OwnChange]]
) -> dict[tuple[str, int], set[str]]:
    """Return which fields of changes that count only in part are owed, by the change."""
    ids = sorted({key[1] for key, changes in own.items() if any(one.in_part for one in changes)})
    found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for some in in_parts(ids):
        for row in connection.execute(OWED, {"ids": some}):
            found[row.origin, row.seq].add(row.field)
    return dict(found)


def count_conflicts(connection: Connection) -> int:
    """Return how many conflicts are open: those reported, and those whose rows are to come."""
    reported = select(func.count()).select_from(_conflict).where(_conflict.c.decided == 0)
    coming = select(func.count()).where(
        _log.c.verdict == "conflict", _log.c.closed.is_(None), ~_told.exists()
    )
    return int(connection.execute(reported).scalar_one() + connection.execute(coming).scalar_one())


def in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ``ids`` in parts small enough for one query."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _fields() -> TableValuedAlias:
    """Give the names of a change's fields; a deletion's is ``deleted``."""
    named = case(
        (_log.c.op == Op.DELETE, '{"deleted": true}'),
        (_log.c.op == Op.DECIDE, func.json_remove(_log.c.fields, f"$.{DECIDED}")),
        else_=_log.c.fields,
    )
    return func.json_each(named).table_valued("key", name="field")


def _last_word(fields: TableValuedAlias) -> ColumnElement[bool]:
    """SQL condition: no later change made here contains the field, or deletes the record.

    A deletion that is itself held in a conflict, or was given up, does not count.
    """
    later, its, own = aliased(_log), aliased(_origin), aliased(_origin)
    names = func.json_each(later.c.fields).table_valued("key", name="later_field")
    again = select(names.c.key).where(names.c.key == fields.c.key).correlate(later, fields)
    deletes = and_(
        or_(later.c.op == Op.DELETE, func.json_extract(later.c.fields, "$.deleted") == 1),
        or_(later.c.verdict.is_(None), later.c.verdict != "conflict"),
        later.c.closed.is_(None),
    )
    newer = (
        select(later.c.seq)
        .join(its, its.c.origin == later.c.origin)
        .join(own, own.c.origin == _log.c.origin)
        .where(
            later.c.record_id == _log.c.record_id,
            tuple_(its.c.born, later.c.seq) > tuple_(own.c.born, _log.c.seq),
            or_(deletes, again.exists()),
        )
        .correlate(_log, fields)
    )
    return ~newer.exists()


_field = _fields()
_lacked = select(_field.c.key).where(_last_word(_field)).correlate(_log).exists()
_told = (
    select(_conflict.c.field)
    .where(_conflict.c.record_id == _log.c.record_id, _conflict.c.origin == _log.c.origin)
    .correlate(_log)
)
OPEN_VERDICT = and_(
    _log.c.verdict.is_not(None),
    _log.c.closed.is_(None),
    or_(
        and_(_log.c.verdict.in_(UNMERGED), _lacked),
        and_(
            _log.c.verdict == "conflict",
            or_(~_told.exists(), _told.where(_conflict.c.decided == 0).exists()),
        ),
    ),
)
"""SQL condition: the server did not accept the change in full and still lacks a field of it. A
conflict waits for its row, then for a decision."""
OWED = (
    select(_log.c.record_id, _log.c.kind, _log.c.origin, _log.c.seq, _log.c.base, _log.c.verdict)
    .add_columns(_field.c.key.label("field"))
    .join(_field, true())
    .where(
        _log.c.record_id.in_(bindparam("ids", expanding=True)),
        or_(
            and_(_log.c.verdict.in_(UNMERGED), _log.c.closed.is_(None)),
            _log.c.settled.is_not(None),
        ),
        _last_word(_field),
    )
)
"""Asks for what the records ``ids`` owe: record, kind, origin, seq, base, verdict and field."""
_OWN = (
    select(_log, _origin.c.acked_seq)
    .join(_origin, _origin.c.origin == _log.c.origin)
    .where(_log.c.record_id.in_(bindparam("ids", expanding=True)))
    .order_by(_origin.c.born, _log.c.seq)
)
_APPEND = insert(_log)
_CHAIN_END = (
    select(_log.c.seq, _log.c.head)
    .where(_log.c.origin == bindparam("of"))
    .order_by(desc(_log.c.seq))
    .limit(1)
)
