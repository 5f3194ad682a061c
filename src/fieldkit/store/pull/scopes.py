"""The laptop's scope: stores it, reads how far it is pulled, and retires records outside it."""

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

from fieldkit.protocol.messages.scope import WHOLE_UT, Scope
from fieldkit.protocol.messages.sync import Mark
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.pull.answers import FocusAt, PullState
from fieldkit.store.pull.apply import retire
from fieldkit.store.pull.kept_answers import forget

_AT_ONCE = 200
"""Records retired in one transaction."""
_device, _cursor, _base = tables.device, tables.cursor, tables.beneath


def pull_state(connection: Connection) -> PullState:
    """Return how far this laptop has pulled, and its scope."""
    row = connection.execute(select(_device)).one_or_none()
    if row is None:
        return PullState({}, None, 0, None, "", None, more=True)
    cursors = connection.execute(select(_cursor).order_by(_cursor.c.district))
    focus = (row.focus_district, row.focus_block, row.focus_position)
    return PullState(
        cursors={one.district: one.position for one in cursors},
        focus=None if row.focus_district is None else FocusAt(*focus),
        epoch=row.declared or 0,
        mark=None if row.era is None else Mark(era=row.era, batches=row.batches),
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


def set_scope(connection: Connection, scope: Scope, *, keep_cursors: bool = False) -> None:
    """Store a new scope and, unless ``keep_cursors``, pull its area from the start.

    The default place of new records changes if it is outside the new scope.
    """
    row = connection.execute(select(_device)).one_or_none()
    if row is None:
        return
    before = _scope(row)
    if before is None or before.model_dump() != scope.model_dump():
        forget(connection)
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
        values |= pull_from_start(connection, place, wide=scope.block is None)
    connection.execute(update(_device).values(values))


def enrol_scope(connection: Connection, scope: Scope, incarnation: str, *, marks: bool) -> None:
    """Store the scope of an enrolment; an unchanged scope at the same server keeps its cursors.

    ``marks``: the server gives marks, and so notices by itself that it is another one.
    """
    before = pull_state(connection)
    had = before.scope and before.scope.model_copy(update={"epoch": scope.epoch})
    same = marks if before.mark else before.incarnation == incarnation
    set_scope(connection, scope, keep_cursors=had == scope and same)
    if not marks:
        values = {"incarnation": incarnation, "era": None, "batches": None}
        connection.execute(update(_device).values(values))
    if before.scope is None:
        connection.execute(update(_device).values(declared=scope.epoch))
    elif had and (
        (had.district, had.block) != (scope.district, scope.block)
        or before.epoch != before.scope.epoch
    ):
        # What is held here is of an earlier area, which may not have been retired yet. Another
        # device counts its epochs from the start: none of them says so.
        connection.execute(update(_device).values(declared=0))


def pull_from_start(
    connection: Connection, place: tuple[int, int | None], *, wide: bool
) -> dict[str, int | None]:
    """Forget the cursors; return the columns by which the laptop's own block comes first.

    ``wide``: the scope holds more than one block.
    """
    connection.execute(delete(_cursor))
    focus = FocusAt(place[0], place[1], 0) if wide and place[1] is not None else None
    return {"more": 1, **focus_columns(focus)}


def focus_columns(focus: FocusAt | None) -> dict[str, int | None]:
    """Return the columns that store a focus."""
    return {
        "focus_district": focus.district if focus else None,
        "focus_block": focus.block if focus else None,
        "focus_position": focus.position if focus else None,
    }


def unsent(connection: Connection) -> bool:
    """Say whether anything waits for the server's acknowledgement."""
    log, origin = tables.change, tables.origin
    # Only looks for one change after the last acknowledged one of each log, so it is fast.
    beyond = select(log.c.seq).where(
        log.c.origin == origin.c.origin, log.c.seq > origin.c.acked_seq
    )
    query = select(origin.c.origin).where(beyond.exists()).limit(1)
    return connection.execute(query).first() is not None


def retire_some(connection: Connection, kind: str, scope: Scope, after: str) -> str | None:
    """Retire some records of a kind outside the scope, in order of id; None after the last.

    The server's place decides, not that of an overlay: a move that was not accepted neither keeps
    nor retires a record.
    """
    table = kinds()[kind].table()
    stored = _base.c.record_id.is_not(None)
    district, block = (
        case((stored, func.json_extract(_base.c.fields, f"$.{name}")), else_=table.c[name])
        for name in ("district", "block")
    )
    inside: list[ColumnElement[bool]] = [true()]
    if scope.district is not None:
        inside.append(func.coalesce(district, -1) == scope.district)
    if scope.block is not None:
        inside.append(or_(block.is_(None), block == scope.block))
    reads = or_(func.coalesce(district, -1) == WHOLE_UT, and_(*inside))
    query = (
        select(table.c.id)
        .outerjoin(_base, and_(_base.c.record_id == table.c.id, _base.c.kind == kind))
        .where(not_(reads), table.c.id > after)
        .order_by(table.c.id)
        .limit(_AT_ONCE)
    )
    ids = list(connection.execute(query).scalars())
    if ids:
        retire(connection, [(kind, record_id) for record_id in ids])
    return ids[-1] if len(ids) == _AT_ONCE else None


def retire_unknown(connection: Connection, scope: Scope) -> None:
    """Retire rows outside the scope of kinds that this version does not know."""
    query = select(_base).where(_base.c.kind.not_in(sorted(kinds())))
    for row in connection.execute(query).all():
        fields = json.loads(row.fields)
        if not scope.reads(fields.get("district"), fields.get("block")):
            retire(connection, [(row.kind, row.record_id)])
