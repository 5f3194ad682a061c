"""The server's part of a receipt: how much of each origin's log it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, func, or_, select

from fieldkit.protocol.change import first_head, salted_head
from fieldkit.protocol.messages.sync import ReceivedLog
from fieldkit.server.database.tables import CHANGE, DEVICE, ORIGIN, SCOPE
from fieldkit.server.devices.bindings import bound_among
from fieldkit.server.scope import Device


def receipt(
    connection: Connection, device: Device, origins: Sequence[str], salt: str
) -> list[ReceivedLog]:
    """Return the end of each origin's stored log, and its changes counted by kind.

    Origins of other devices are left out, except for a supervisor or administrator whose scope
    contains the whole scope of the device that sent it last; these get a salted hash of its head,
    as a device that knows the head could pass for the log's own laptop (rule 40).
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
    others = found.keys() - bound_among(connection, found, device.id)
    theirs = {
        name
        for name in others
        if not salt or not device.oversees(found[name].district, found[name].block)
    }
    kinds = _kinds(connection, {name: found[name].last_seq for name in found.keys() - theirs})
    ends = {name: (row.last_seq, row.head) for name, row in found.items()}
    return [
        _received(name, ends.get(name), kinds.get(name, {}), salt if name in others else "")
        for name in dict.fromkeys(origins)
        if name not in theirs
    ]


def _received(
    origin: str, end: tuple[int, bytes] | None, kinds: dict[str, int], salt: str
) -> ReceivedLog:
    """Return the end of one log; with a salt, a hash instead of its head."""
    seq, head = end or (0, first_head(origin))
    shown = salted_head(salt, origin, seq, head) if salt else head.hex()
    return ReceivedLog(origin=origin, seq=seq, head=shown, salted=bool(salt), kinds=kinds)


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
