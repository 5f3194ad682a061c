"""Who this database is: its origin, its place, its server, and the numbers it gives out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, desc, func, insert, select, update

from fieldkit.records import first_head, new_origin
from fieldkit.store import tables


@dataclass(frozen=True, slots=True)
class Device:
    """The identity of this database."""

    origin: str
    name: str
    district: int
    block: int | None
    server: str | None


def read_device(connection: Connection) -> Device | None:
    """Return the device, or None before the first run."""
    table = tables.device
    row = connection.execute(
        select(table.c.origin, table.c.name, table.c.district, table.c.block, table.c.server)
    ).one_or_none()
    return Device(*row) if row else None


def make_device(connection: Connection, name: str, district: int, block: int | None) -> None:
    """Give a new database its identity, or an existing one another name and place."""
    if read_device(connection) is None:
        origin = new_origin()
        connection.execute(
            insert(tables.device).values(
                id=1, origin=origin, counter=0, name=name, district=district, block=block
            )
        )
        _bear(connection, origin, parent=None)
    else:
        connection.execute(update(tables.device).values(name=name, district=district, block=block))


def renew_origin(connection: Connection) -> None:
    """Give a restored database a new identity.

    The old origin is frozen: its unsent tail is still sent under it, nothing is added to it.
    The counter goes on, so that no record number is ever given out twice.
    """
    old = connection.execute(select(tables.device.c.origin)).scalar_one_or_none()
    if old is not None:
        origin = new_origin()
        connection.execute(update(tables.device).values(origin=origin))
        _bear(connection, origin, parent=old)


def _bear(connection: Connection, origin: str, parent: str | None) -> None:
    born = connection.execute(select(func.count()).select_from(tables.origin)).scalar_one()
    connection.execute(
        insert(tables.origin).values(
            origin=origin, born=born, parent=parent, sent_seq=0, acked_seq=0
        )
    )


def take_numbers(connection: Connection, many: int, *, beyond: int = 0) -> int:
    """Take ``many`` record numbers, all above ``beyond``; return the first of them."""
    table = tables.device
    counter: int = connection.execute(select(table.c.counter)).scalar_one()
    start = max(counter, beyond)
    if start + many > counter:
        connection.execute(update(table).values(counter=start + many))
    return start + 1


def chain_end(connection: Connection, origin: str) -> tuple[int, bytes]:
    """Return the last seq and head of an origin's log."""
    table = tables.change
    row = connection.execute(
        select(table.c.seq, table.c.head)
        .where(table.c.origin == origin)
        .order_by(desc(table.c.seq))
        .limit(1)
    ).one_or_none()
    return (row.seq, row.head) if row else (0, first_head(origin))
