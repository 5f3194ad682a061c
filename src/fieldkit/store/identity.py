"""Who this database is: its origin, its place, its server, and the numbers it gives out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from fieldkit.records import new_origin
from fieldkit.store import tables

# Held ready: building a statement takes longer than running it, and every save runs these.
_device = tables.device.c
_DEVICE = select(_device.origin, _device.name, _device.district, _device.block, _device.server)
_COUNTER = select(_device.counter)
_COUNT_ON = update(tables.device).values(counter=bindparam("to"))


_FURTHEST = 1_000_000
"""How far beyond the counter a file may bring record numbers of this database itself: by more, and
a slip would use the numbers up."""


@dataclass(frozen=True, slots=True)
class Device:
    """The identity of this database."""

    origin: str
    name: str
    district: int
    block: int | None
    server: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence kept for the person until they have seen it."""

    id: int
    at: int
    text: str


def read_device(connection: Connection) -> Device | None:
    """Return the device, or None before the first run."""
    row = connection.execute(_DEVICE).one_or_none()
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


def highest_brought(connection: Connection) -> int:
    """Return the highest record number of this database that a file may bring."""
    counter: int = connection.execute(_COUNTER).scalar_one()
    return counter + _FURTHEST


def take_numbers(connection: Connection, many: int, *, beyond: int = 0) -> int:
    """Take ``many`` record numbers, all above ``beyond``; return the first of them."""
    counter: int = connection.execute(_COUNTER).scalar_one()
    start = max(counter, beyond)
    if start + many > counter:
        connection.execute(_COUNT_ON, {"to": start + many})
    return start + 1
