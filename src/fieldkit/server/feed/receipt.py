"""The server's part of a receipt: how much of each origin's log it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, func, or_, select

from fieldkit.protocol.change import first_head
from fieldkit.protocol.messages import ReceivedLog
from fieldkit.server.database.tables import CHANGE, DEVICE, ORIGIN, SCOPE
from fieldkit.server.scope import Device

_OVERSEE = frozenset({"supervisor", "administrator"})


def receipt(connection: Connection, device: Device, origins: Sequence[str]) -> list[ReceivedLog]:
    """Return the end of each origin's stored log, and its changes counted by kind.

    Origins of other devices are left out, except for a supervisor or administrator whose scope
    contains the whole scope of that device.
    """
    found = {
        row.origin: row
        for row in connection.execute(
            select(ORIGIN.c.origin, ORIGIN.c.last_seq, ORIGIN.c.head, SCOPE.c.district,
                   SCOPE.c.block, ORIGIN.c.device)
            .join(DEVICE, DEVICE.c.id == ORIGIN.c.device)
            .join(SCOPE, and_(SCOPE.c.device == DEVICE.c.id, SCOPE.c.epoch == DEVICE.c.epoch))
            .where(ORIGIN.c.origin.in_(origins))
        )
    }  # fmt: skip
    theirs = {
        name
        for name, row in found.items()
        if row.device != device.id and not _oversees(device, row.district, row.block)
    }
    kinds = _kinds(connection, {name: found[name].last_seq for name in found.keys() - theirs})
    return [
        ReceivedLog(
            origin=name,
            seq=found[name].last_seq if name in found else 0,
            head=(found[name].head if name in found else first_head(name)).hex(),
            kinds=kinds.get(name, {}),
        )
        for name in dict.fromkeys(origins)
        if name not in theirs
    ]


def _oversees(device: Device, district: int | None, block: int | None) -> bool:
    mine = device.scope
    if mine.role not in _OVERSEE:
        return False
    return mine.district is None or (
        mine.district == district and (mine.block is None or mine.block == block)
    )


def _kinds(connection: Connection, logs: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Count the changes of these logs by kind, up to the seq each was read at."""
    counted: dict[str, dict[str, int]] = {}
    if not logs:
        return counted
    read = or_(*(and_(CHANGE.c.origin == name, CHANGE.c.seq <= seq) for name, seq in logs.items()))
    query = (
        select(CHANGE.c.origin, CHANGE.c.kind, func.count())
        .where(read)
        .group_by(CHANGE.c.origin, CHANGE.c.kind)
    )
    for origin, kind, many in connection.execute(query):
        counted.setdefault(origin, {})[kind or ""] = many
    return counted
