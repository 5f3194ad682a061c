"""Records that refer to others, deleted ones too: all that is held about somebody."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from fieldkit.records import Record, kinds
from fieldkit.store.log.changes import in_parts


def referring(connection: Connection, kind: str, ids: Collection[str]) -> list[Record]:
    """Return the records that refer to one of these of a kind, in order of kind and number."""
    found: dict[tuple[str, str], Record] = {}
    for name, other in kinds().items():
        fields = [field for field, one in other.references().items() if kind in one.kinds]
        table = other.table()
        for some in in_parts(sorted(ids)) if fields else ():
            refers = or_(*(table.c[field].in_(some) for field in fields))
            for row in connection.execute(select(table).where(refers).order_by(table.c.id)):
                found[name, row.id] = other.of(dict(row._mapping))
    return list(found.values())
