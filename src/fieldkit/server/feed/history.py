"""The history of one record: its changes from all laptops, read on request (rule 26)."""

from __future__ import annotations

import json
from itertools import accumulate

from sqlalchemy import Connection, Row, and_, func, or_, select

from fieldkit.protocol.messages.finding import CONFLICT
from fieldkit.protocol.messages.sync import MOST_CHANGES, HistoryAnswer, HistoryItem, HistoryRequest
from fieldkit.server.database.rows import read_places
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

_MOST_BYTES = 512 * 1024
"""Bytes of the changes in one answer, which the laptop accepts however badly they compress."""

_ORDER = (
    CHANGE.c.version,
    func.coalesce(CHANGE.c.settled_at, CHANGE.c.received_at),
    # A change whose every field is held makes no version; it sorts after the one that made its.
    CHANGE.c.verdict == CONFLICT,
    CHANGE.c.origin,
    CHANGE.c.seq,
)


def history(connection: Connection, device: Device, request: HistoryRequest) -> HistoryAnswer:
    """Return the changes of a record in the device's scope, without those that were not merged.

    Raises:
        Refusal: 404, the record is outside the scope or does not exist; both look the same.
    """
    key = (request.kind, request.id)
    place = read_places(connection, [key]).get(key)
    if place is None or not device.scope.reads(*place):
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
            CHANGE.c.version.is_not(None),
        )
        .order_by(*(column.desc() for column in _ORDER))
        .limit(MOST_CHANGES + 1)
    ).all()
    sizes = accumulate(row.size for row in newest[:MOST_CHANGES])
    sent = newest[: sum(size <= _MOST_BYTES for size in sizes)]
    return HistoryAnswer(
        changes=_items(connection, [(row.origin, row.seq) for row in reversed(sent)]),
        more=len(sent) < len(newest),
    )


def _items(connection: Connection, sent: list[tuple[str, int]]) -> list[HistoryItem]:
    """Read these changes, in this order."""
    seqs: dict[str, list[int]] = {}
    for origin, seq in sent:
        seqs.setdefault(origin, []).append(seq)
    its = [and_(CHANGE.c.origin == one, CHANGE.c.seq.in_(of)) for one, of in seqs.items()]
    rows = connection.execute(select(CHANGE).where(or_(*its))) if its else ()
    items = {(row.origin, row.seq): _item(row) for row in rows}
    return [items[one] for one in sent]


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
