"""What was done to one record, on whichever laptop: asked for by a person who looks at it (26)."""

from __future__ import annotations

import json
from itertools import accumulate

from sqlalchemy import Connection, Row, and_, func, or_, select

from fieldkit.protocol.finding import CONFLICT, REJECTED
from fieldkit.protocol.messages import MOST_CHANGES, HistoryAnswer, HistoryItem, HistoryRequest
from fieldkit.server.database.rows import read_places
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

_ROOM = 512 * 1024
"""Bytes of the changes in one answer: however badly they compress, the laptop can take it."""

_ORDER = (
    CHANGE.c.version,
    CHANGE.c.received_at,
    # One whose every field is held makes no version: it stands behind the one that made its.
    CHANGE.c.verdict == CONFLICT,
    CHANGE.c.origin,
    CHANGE.c.seq,
)


def history(connection: Connection, device: Device, request: HistoryRequest) -> HistoryAnswer:
    """Tell the changes of a record that stands in the device's scope, rejected ones left out.

    Raises:
        Refusal: 404, it stands elsewhere, or nowhere: the answer does not tell which.
    """
    key = (request.kind, request.id)
    place = read_places(connection, [key]).get(key)
    if place is None or not device.scope.holds(*place):
        raise refusal(
            "not-here",
            404,
            "There is no such record in the area of this laptop.",
            "Sync, then look again.",
        )
    newest = connection.execute(
        select(CHANGE.c.origin, CHANGE.c.seq, func.length(CHANGE.c.body).label("size"))
        .where(
            CHANGE.c.kind == request.kind,
            CHANGE.c.record_id == request.id,
            CHANGE.c.verdict != REJECTED,
        )
        .order_by(*(column.desc() for column in _ORDER))
        .limit(MOST_CHANGES + 1)
    ).all()
    sizes = accumulate(row.size for row in newest[:MOST_CHANGES])
    told = newest[: sum(size <= _ROOM for size in sizes)]
    return HistoryAnswer(
        changes=_items(connection, [(row.origin, row.seq) for row in reversed(told)]),
        more=len(told) < len(newest),
    )


def _items(connection: Connection, told: list[tuple[str, int]]) -> list[HistoryItem]:
    """Read these changes, in this order."""
    seqs: dict[str, list[int]] = {}
    for origin, seq in told:
        seqs.setdefault(origin, []).append(seq)
    its = [and_(CHANGE.c.origin == one, CHANGE.c.seq.in_(of)) for one, of in seqs.items()]
    rows = connection.execute(select(CHANGE).where(or_(*its))) if its else ()
    items = {(row.origin, row.seq): _item(row) for row in rows}
    return [items[one] for one in told]


def _item(row: Row[tuple[object, ...]]) -> HistoryItem:
    change = json.loads(row.body)
    return HistoryItem(
        origin=row.origin,
        seq=row.seq,
        op=change["op"],
        fields=change["fields"],
        at=change["at"],
        operator=change["operator"],
        verdict=row.verdict,
        field=row.field,
        version=row.version,
    )
