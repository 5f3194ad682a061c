"""What the server holds, for people who look after it."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy import Connection, func, inspect, select

from fieldkit.records import kinds
from fieldkit.server.operation.migrate import read_database
from fieldkit.server.tables import ORIGIN, UNKNOWN


class DeviceStatus(TypedDict):
    """How far one laptop's log has come."""

    origin: str
    last_seq: int
    head: str
    """In hexadecimal."""
    last_seen: int
    """Seconds since 1970 UTC."""


class ServerStatus(TypedDict):
    """Live records of each kind, and the laptops."""

    records: dict[str, int]
    devices: list[DeviceStatus]


def status(database: str) -> ServerStatus:
    """Count what the database at this URL holds.

    Raises:
        Unusable: it is not there, or cannot be opened.
    """
    engine = read_database(database)
    try:
        with engine.connect() as connection:
            records = _records(connection)
            devices = [
                DeviceStatus(
                    origin=row.origin,
                    last_seq=row.last_seq,
                    head=row.head.hex(),
                    last_seen=row.last_seen,
                )
                for row in connection.execute(select(ORIGIN).order_by(ORIGIN.c.origin))
            ]
    finally:
        engine.dispose()
    return ServerStatus(records=records, devices=devices)


def _records(connection: Connection) -> dict[str, int]:
    """Count the live records; a server not updated yet lacks tables and keeps them as unknown."""
    records = dict.fromkeys(kinds(), 0)
    there = set(inspect(connection).get_table_names())
    for name, kind in kinds().items():
        table = kind.table()
        if table.name in there:
            query = select(func.count()).select_from(table).where(table.c.deleted.is_(False))
            records[name] = connection.execute(query).scalar_one()
    others = (
        select(UNKNOWN.c.kind, func.count())
        .where(UNKNOWN.c.deleted.is_(False))
        .group_by(UNKNOWN.c.kind)
    )
    for name, many in connection.execute(others):
        records[name] = records.get(name, 0) + many
    return records
