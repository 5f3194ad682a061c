"""What this laptop may see: the scope, how far it has been pulled, and the retiring of the old."""

from __future__ import annotations

import json

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    not_,
    or_,
    select,
    true,
    update,
)

from fieldkit.protocol.scope import Scope
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.pull.answers import FocusAt, PullState
from fieldkit.store.pull.apply import retire

_AT_ONCE = 200
"""Records retired in one transaction."""
_device, _cursor, _beneath = tables.device, tables.cursor, tables.beneath


def pull_state(connection: Connection) -> PullState:
    """Return how far this laptop has pulled, and as whom."""
    row = connection.execute(select(_device)).one_or_none()
    if row is None:
        return PullState({}, None, 0, "", None, more=True)
    cursors = connection.execute(select(_cursor).order_by(_cursor.c.district))
    focus = (row.focus_district, row.focus_block, row.focus_position)
    return PullState(
        cursors={one.district: one.position for one in cursors},
        focus=None if row.focus_district is None else FocusAt(*focus),
        epoch=row.declared or 0,
        incarnation=row.incarnation or "",
        scope=_scope(row),
        more=row.more is None or bool(row.more),
    )


def _scope(row: Row[tuple[object, ...]]) -> Scope | None:
    if row.role is None:
        return None
    return Scope(
        role=row.role, district=row.scope_district, block=row.scope_block, epoch=row.epoch or 0
    )


def take_scope(connection: Connection, scope: Scope, *, keep_cursors: bool = False) -> None:
    """Keep a new scope, and begin its area from the start.

    The place of new records follows it where it no longer holds the laptop's own.
    """
    row = connection.execute(select(_device)).one_or_none()
    if row is None:
        return
    place = (row.district, row.block)
    if not scope.holds(*place):
        place = (row.district if scope.district is None else scope.district, scope.block)
    values: dict[str, object] = {
        "role": scope.role,
        "scope_district": scope.district,
        "scope_block": scope.block,
        "epoch": scope.epoch,
        "district": place[0],
        "block": place[1],
    }
    if not keep_cursors:
        wider = scope.block is None and place[1] is not None
        focus = FocusAt(place[0], place[1], 0) if wider else None
        values |= {"more": 1, **focus_of(focus)}
        connection.execute(delete(_cursor))
    connection.execute(update(_device).values(values))


def enter(connection: Connection, scope: Scope, incarnation: str) -> None:
    """Keep what an enrolment opens; the same as before at the same server fetches nothing again."""
    before = pull_state(connection)
    had = before.scope and before.scope.model_copy(update={"epoch": scope.epoch})
    take_scope(connection, scope, keep_cursors=had == scope and before.incarnation == incarnation)
    connection.execute(update(_device).values(incarnation=incarnation))
    if before.scope is None:
        connection.execute(update(_device).values(declared=scope.epoch))


def focus_of(focus: FocusAt | None) -> dict[str, int | None]:
    """Return the columns that keep a focus."""
    return {
        "focus_district": focus.district if focus else None,
        "focus_block": focus.block if focus else None,
        "focus_position": focus.position if focus else None,
    }


def unsent(connection: Connection) -> bool:
    """Say whether anything waits for the server's acknowledgement."""
    log, origin = tables.change, tables.origin
    # One look behind the last acknowledged change of each log, however long they are.
    behind = select(log.c.seq).where(
        log.c.origin == origin.c.origin, log.c.seq > origin.c.acked_seq
    )
    query = select(origin.c.origin).where(behind.exists()).limit(1)
    return connection.execute(query).first() is not None


def retire_some(connection: Connection, kind: str, scope: Scope, after: str) -> str | None:
    """Retire some records of a kind outside the scope, in order of id; None after the last.

    The server's place decides, not one that own work lays over it: a move that was not taken
    neither keeps a record here nor sends it away.
    """
    table = kinds()[kind].table()
    stored = _beneath.c.record_id.is_not(None)
    district, block = (
        case((stored, func.json_extract(_beneath.c.fields, f"$.{name}")), else_=table.c[name])
        for name in ("district", "block")
    )
    inside: list[ColumnElement[bool]] = [true()]
    if scope.district is not None:
        inside.append(func.coalesce(district, -1) == scope.district)
    if scope.block is not None:
        inside.append(or_(block.is_(None), block == scope.block))
    query = (
        select(table.c.id)
        .outerjoin(_beneath, and_(_beneath.c.record_id == table.c.id, _beneath.c.kind == kind))
        .where(not_(and_(*inside)), table.c.id > after)
        .order_by(table.c.id)
        .limit(_AT_ONCE)
    )
    ids = list(connection.execute(query).scalars())
    if ids:
        retire(connection, [(kind, record_id) for record_id in ids])
    return ids[-1] if len(ids) == _AT_ONCE else None


def retire_unknown(connection: Connection, scope: Scope) -> None:
    """Retire the rows of kinds that this version does not know, where they are outside."""
    query = select(_beneath).where(_beneath.c.kind.not_in(sorted(kinds())))
    for row in connection.execute(query).all():
        fields = json.loads(row.fields)
        if not scope.holds(fields.get("district"), fields.get("block")):
            retire(connection, [(row.kind, row.record_id)])
