"""Where live records are, and since when, without their fields: to order and narrow long lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from fieldkit.records import Record, kinds
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.server_rows import Key


class Placed(NamedTuple):
    """Where a record is, and when it was entered and changed."""

    district: int
    block: int | None
    created_at: int
    updated_at: int


def placed(connection: Connection, wanted: Mapping[str, Collection[str]]) -> dict[Key, Placed]:
    """Return this of the live ones of these records, whose numbers are given by kind."""
    found: dict[Key, Placed] = {}
    for name, kind in kinds().items():
        for some in in_parts(sorted(wanted.get(name, ()))):
            for row in connection.execute(_query(kind), {"ids": some}):
                at = row.created_at or 0
                found[name, row.id] = Placed(row.district, row.block, at, row.updated_at or at)
    return found


@cache
def _query(kind: type[Record]) -> Select[tuple[object, ...]]:
    columns = kind.table().c
    return select(
        columns.id, columns.district, columns.block, columns.created_at, columns.updated_at
    ).where(columns.id.in_(bindparam("ids", expanding=True)), columns.deleted.is_(False))
