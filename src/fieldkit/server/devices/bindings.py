"""The devices that each log is bound to (rule 37).

The first change taken of a log binds it to its device. A device that enrols shows heads of the logs
it holds; each that the server has binds it too (rule 38).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, or_, select

from fieldkit.protocol.messages.sync import ShownHead
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import BOUND, CHANGE


def bind(connection: Connection, origins: Collection[str], device: int, now: int) -> None:
    """Bind these logs to a device, besides those they are bound to."""
    rows = [{"origin": one, "device": device, "at": now} for one in sorted(origins)]
    insert_missing_rows(connection, BOUND, rows)


def bound_among(connection: Connection, origins: Collection[str], device: int) -> set[str]:
    """Return which of these logs are bound to a device."""
    query = select(BOUND.c.origin).where(BOUND.c.device == device, BOUND.c.origin.in_(origins))
    return set(connection.execute(query).scalars())


def share_a_log(connection: Connection, one: int, other: int) -> bool:
    """Say whether a log is bound to both devices: one holds a copy of the other's data."""
    its = select(BOUND.c.origin).where(BOUND.c.device == one)
    query = select(BOUND.c.origin).where(BOUND.c.device == other, BOUND.c.origin.in_(its))
    return connection.execute(query.limit(1)).first() is not None


def bind_shown(connection: Connection, shown: Sequence[ShownHead], device: int, now: int) -> None:
    """Bind each log of which a device shows a head that the server holds at that seq."""
    heads: defaultdict[str, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for one in shown:
        heads[one.origin][one.seq].add(bytes.fromhex(one.head))
    if not heads:
        return
    places = (
        and_(CHANGE.c.origin == origin, CHANGE.c.seq.in_(list(seqs)))
        for origin, seqs in heads.items()
    )
    held = connection.execute(
        select(CHANGE.c.origin, CHANGE.c.seq, CHANGE.c.head).where(or_(*places))
    )
    bind(
        connection,
        {row.origin for row in held if row.head in heads[row.origin][row.seq]},
        device,
        now,
    )
