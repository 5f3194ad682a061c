"""The append-only log of changes: its end, its growth, and a change read back from it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Row, bindparam, desc, insert, select

from fieldkit.records import Change, Op, first_head
from fieldkit.store import tables

_log = tables.change


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


_APPEND = insert(_log)
_CHAIN_END = (
    select(_log.c.seq, _log.c.head)
    .where(_log.c.origin == bindparam("of"))
    .order_by(desc(_log.c.seq))
    .limit(1)
)
