"""Updates the stored conflicts and findings of records as their own changes progress."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from fieldkit.protocol.change import DECIDED, Op
from fieldkit.protocol.merge import PLACE
from fieldkit.records.declaration.review import SAME_PERSON
from fieldkit.store import tables
from fieldkit.store.log.changes import OwnChange, in_parts, own_changes
from fieldkit.store.read.server_rows import Key

_conflict, _finding = tables.conflict, tables.finding


def forget_issues(
    connection: Connection,
    keys: Iterable[Key],
    had: Mapping[Key, Collection[tuple[str, str]]] | None = None,
) -> None:
    """Delete the conflicts and findings of records; ``had``: only of those in it."""
    gone = [
        {"of_kind": kind, "of": record_id}
        for kind, record_id in keys
        if had is None or (kind, record_id) in had
    ]
    for table in (_conflict, _finding) if gone else ():
        connection.execute(
            delete(table).where(
                table.c.kind == bindparam("of_kind"), table.c.record_id == bindparam("of")
            ),
            gone,
        )


def forget_same_person(connection: Connection, kind: str, one: str, other: str) -> None:
    """Delete the findings that two records may be the same person: somebody says they are not."""
    for number, its in ((one, other), (other, one)):
        found = select(_finding).where(
            _finding.c.record_id == number, _finding.c.kind == kind, _finding.c.rule == SAME_PERSON
        )
        for row in connection.execute(found).all():
            if [kind, its] in json.loads(row.related or "[]"):
                connection.execute(
                    delete(_finding).where(
                        _finding.c.record_id == number,
                        _finding.c.kind == kind,
                        _finding.c.rule == SAME_PERSON,
                        _finding.c.field == row.field,
                    )
                )


def mark_decided(connection: Connection, ids: Iterable[str]) -> None:
    """Mark the open conflicts that have a pending or accepted decision of this laptop (rule 13).

    A conflict is open again if the decision was rejected or is itself in conflict, or if the server
    still reports it after accepting the decision, as after a restore from a backup.
    """
    own = own_changes(connection, ids)
    for some in in_parts(sorted({record_id for _, record_id in own})):
        rows = connection.execute(select(_conflict).where(_conflict.c.record_id.in_(some))).all()
        for row in rows:
            decided = any(
                _decides(one, row.field, row.origin, json.loads(row.seqs))
                for one in own[row.kind, row.record_id]
                if row.decided or not one.acked
            )
            if decided != bool(row.decided):
                connection.execute(
                    update(_conflict)
                    .where(
                        _conflict.c.record_id == row.record_id,
                        _conflict.c.kind == row.kind,
                        _conflict.c.field == row.field,
                        _conflict.c.origin == row.origin,
                    )
                    .values(decided=int(decided))
                )


def _decides(one: OwnChange, field: str, origin: str, seqs: Sequence[int]) -> bool:
    """Say whether a change decides a conflict: it sets the field and names all held changes."""
    if one.row.op != Op.DECIDE or one.row.verdict is not None:
        return False
    fields = one.change().fields
    seen = fields.get(DECIDED)
    named = (
        {tuple(pair) for pair in seen if isinstance(pair, list)}
        if isinstance(seen, list)
        else set()
    )
    return ("district" if field == PLACE else field) in fields and all(
        (origin, seq) in named for seq in seqs
    )


def set_closed(connection: Connection, one: OwnChange, *, closed: bool) -> None:
    """Mark a returned change as closed, or as open again."""
    if closed != bool(one.row.closed):
        connection.execute(
            update(tables.change)
            .where(tables.change.c.origin == one.row.origin, tables.change.c.seq == one.row.seq)
            .values(closed=1 if closed else None)
        )
