"""The status of a server, for the administrator: records by kind, and the log of each origin."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy import Connection, func, inspect, select

from fieldkit.records import kinds
from fieldkit.server.database.migrate import read_database
from fieldkit.server.database.tables import ORIGIN, UNKNOWN


class DeviceStatus(TypedDict):
    """The end of one origin's log."""

    origin: str
    last_seq: int
    head: str
    """In hexadecimal."""
    last_seen: int
    """Seconds since 1970 UTC."""


class ServerStatus(TypedDict):
    """The number of records of each kind that are not deleted, and the origins."""

    records: dict[str, int]
    devices: list[DeviceStatus]


def status(database: str) -> ServerStatus:
    """Read the status from the database at this URL.

    Raises:
        Unusable: it does not exist, or cannot be opened.
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
    """Count the records that are not deleted.

    A database that is not migrated yet has no table for new kinds and keeps them as unknown.
    """
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
