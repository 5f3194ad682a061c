"""Makes records of the older fields that the database holds, once for each conversion."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, or_, select

from fieldkit.protocol.merge import Ancestry
from fieldkit.records import Record, kinds
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.server.database.connection import lift_timeouts, reading, writing
from fieldkit.server.database.eras import read_era
from fieldkit.server.database.rows import Key, read_records
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import SETTING
from fieldkit.server.ingest.records.locked_records import MissingLocks, lock_records

_AT_ONCE = 1000
"""Records looked through in one transaction."""


def convert_older_fields(engine: Engine, now: int) -> None:
    """Make records of all older fields whose conversion has not been done in this database."""
    with reading(engine) as connection:
        done = set(connection.execute(select(SETTING.c.name)).scalars())
    for name, conversion in _conversions():
        if name not in done:
            _convert(engine, conversion, now)
            with writing(engine) as connection:
                insert_missing_rows(connection, SETTING, [{"name": name, "value": now}])


def _conversions() -> Iterator[tuple[str, Conversion]]:
    """Yield every conversion with the name under which the database notes it."""
    for kind in kinds().values():
        for one in kind.converts:
            yield f"{kind.kind()}.{one.name}.{one.of}", one


def _convert(engine: Engine, conversion: Conversion, now: int) -> None:
    """Go through the records that have the older fields, in order of their ids."""
    kind, last, also = kinds()[conversion.of], "", frozenset[int]()
    while True:
        try:
            with writing(engine) as connection:
                lift_timeouts(connection)
                if not (last := _convert_some(connection, kind, conversion, last, also, now)):
                    return
        except MissingLocks as missing:
            also |= missing.districts


def _convert_some(
    connection: Connection,
    kind: type[Record],
    conversion: Conversion,
    last: str,
    also: frozenset[int],
    now: int,
) -> str:
    """Convert the next records after an id; return the id of the last one, empty at the end."""
    columns = kind.table().c
    filled = or_(*(columns[name].is_not(None) for name in sorted(conversion.needs)))
    query = select(columns.id, columns.district).where(
        columns.id > last, columns.deleted.is_(False), filled
    )
    found = connection.execute(query.order_by(columns.id).limit(_AT_ONCE)).all()
    if not found:
        return ""
    keys: list[Key] = [(kind.kind(), row.id) for row in found]
    districts = {row.district for row in found} | also
    era = read_era(connection)
    locked = lock_records(connection, [], districts, era, Ancestry({}, ""), {})
    older = read_records(connection, keys)
    locked.check({one.place[0] for one in older.values()})
    locked.write(now, older)
    return keys[-1][1]
