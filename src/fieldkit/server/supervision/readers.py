"""Which devices may read a record, or had an area where it once stood: where its data went."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.supervision import (
    MOST_READERS,
    ReaderItem,
    ReadersAnswer,
    ReadersRequest,
)
from fieldkit.server.database.connection import reading
from fieldkit.server.database.rows import read_places
from fieldkit.server.database.tables import DEVICE, MOVED, SCOPE
from fieldkit.server.devices.authentication import confirm_device
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device, Place
from fieldkit.server.supervision.authority import logged


class _Group(NamedTuple):
    """Devices of one role and area."""

    now: bool
    role: str
    district: int | None
    block: int | None


def readers(engine: Engine, sender: Device, request: ReadersRequest, now: int) -> ReadersAnswer:
    """Return how many devices of each role and area may read a record of the sender's area.

    Raises:
        Refusal: 404, the record is outside the scope or does not exist; both look the same.
    """
    key = (request.kind, request.id)
    with logged("readers", sender), reading(engine) as connection:
        confirm_device(connection, sender)
        place = read_places(connection, [key]).get(key)
        if place is None or not sender.scope.reads(*place):
            raise refusal(
                "not-here",
                404,
                "There is no such record in the area of this laptop.",
                "Sync, then look again.",
            )
        moved = select(MOVED.c.district, MOVED.c.block)
        moved = moved.where(MOVED.c.kind == request.kind, MOVED.c.record_id == request.id)
        before = [(row.district, row.block) for row in connection.execute(moved)]
        found = _readers(connection, place, before)
    items = [
        ReaderItem(
            role=group.role,
            district=group.district,
            block=group.block,
            devices=len(seen),
            now=group.now,
            last_seen=max((at for at in seen if at is not None), default=None),
        )
        for group, seen in sorted(found.items(), key=lambda one: _order(one[0]))
    ]
    return ReadersAnswer(now=now, readers=items[:MOST_READERS])


def _order(group: _Group) -> tuple[bool, str, int, int]:
    return not group.now, group.role, group.district or 0, group.block or 0


def _readers(
    connection: Connection, place: Place, before: Collection[Place]
) -> dict[_Group, list[int | None]]:
    """Return the last syncs of the devices that read a place now, or once had it or one before."""
    query = select(DEVICE, SCOPE.c.epoch.label("of"), SCOPE.c.district, SCOPE.c.block).join(
        SCOPE, SCOPE.c.device == DEVICE.c.id
    )
    groups: dict[int, _Group] = {}
    seen: dict[int, int | None] = {}
    for row in connection.execute(query.order_by(DEVICE.c.id, SCOPE.c.epoch)):
        scope = Scope(role=row.role, district=row.district, block=row.block)
        reads = scope.reads(*place)
        present = reads and row.of == row.epoch and row.revoked_at is None
        if present or reads or any(scope.reads(*one) for one in before):
            # In order of epochs: the last area that counts stands for the device.
            groups[row.id] = _Group(present, row.role, row.district, row.block)
            seen[row.id] = row.last_seen
    found: dict[_Group, list[int | None]] = {}
    for number, group in groups.items():
        found.setdefault(group, []).append(seen[number])
    return found
