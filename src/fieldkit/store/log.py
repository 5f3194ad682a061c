"""The append-only log of changes: its end, its growth, and what the server still lacks of it.

A field of a rejected change is *owed* until a later change of the record sends it again, or deletes
the record. That follows from the log alone: only the verdicts are stored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

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

from fieldkit.records import Change, Op, first_head
from fieldkit.store import tables

_log, _origin = tables.change, tables.origin


def chain_end(connection: Connection, origin: str) -> tuple[int, bytes]:
    """Return the last seq and head of an origin's log."""
    row = connection.execute(_CHAIN_END, {"of": origin}).one_or_none()
    return (row.seq, row.head) if row else (0, first_head(origin))


def append(connection: Connection, origin: str, changes: Sequence[Change], head: bytes) -> None:
    """Add changes behind ``head``, the chain's end; their seqs follow on it."""
    rows = []
    for change in changes:
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
            }
        )
    connection.execute(_APPEND, rows)


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


def _fields() -> TableValuedAlias:
    """Give the names of a change's fields; a deletion's is ``deleted``."""
    named = case((_log.c.op == Op.DELETE, '{"deleted": true}'), else_=_log.c.fields)
    return func.json_each(named).table_valued("key", name="field")


def _last_word(fields: TableValuedAlias) -> ColumnElement[bool]:
    """Say of one of a change's fields that no later change made here has it, and none deletes."""
    later, its, own = aliased(_log), aliased(_origin), aliased(_origin)
    names = func.json_each(later.c.fields).table_valued("key", name="later_field")
    again = select(names.c.key).where(names.c.key == fields.c.key).correlate(later, fields)
    newer = (
        select(later.c.seq)
        .join(its, its.c.origin == later.c.origin)
        .join(own, own.c.origin == _log.c.origin)
        .where(
            later.c.record_id == _log.c.record_id,
            tuple_(its.c.born, later.c.seq) > tuple_(own.c.born, _log.c.seq),
            or_(later.c.op == Op.DELETE, again.exists()),
        )
        .correlate(_log, fields)
    )
    return ~newer.exists()


_field = _fields()
OPEN_VERDICT = and_(
    _log.c.verdict.is_not(None),
    select(_field.c.key).where(_last_word(_field)).correlate(_log).exists(),
)
"""Of a change: the server has not simply taken it, and lacks a field of it still."""
OWED = (
    select(_log.c.record_id, _log.c.kind, _field.c.key, _log.c.base)
    .join(_field, true())
    .where(
        _log.c.record_id.in_(bindparam("ids", expanding=True)),
        _log.c.verdict == "rejected",
        _last_word(_field),
    )
)
"""Asks for (record, kind, field, base) of what the records ``ids`` owe."""
_APPEND = insert(_log)
_CHAIN_END = (
    select(_log.c.seq, _log.c.head)
    .where(_log.c.origin == bindparam("of"))
    .order_by(desc(_log.c.seq))
    .limit(1)
)
