"""Reads the open conflicts of records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TypeAlias

from pydantic import SkipValidation
from sqlalchemy import Connection, Row, Table, select

from fieldkit.protocol.merge import FieldWrite
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.server.database.rows import Key
from fieldkit.server.database.statements import about_records
from fieldkit.server.database.tables import CONFLICT

_Line: TypeAlias = Row[tuple[object, ...]]


class Held(Conflict):
    """An open conflict while a batch is applied to its record."""

    seen: int = 0
    """The version the first held change was based on, if ``base`` is still to be looked up."""
    written: SkipValidation[FieldWrite | None] = None
    """The write that is held, if ``by`` and ``at`` are still to be looked up."""
    against: SkipValidation[FieldWrite | None] = None
    """The write of the current value, if ``stands_by`` is still to be looked up."""


def conflicts(connection: Connection, keys: Collection[Key]) -> defaultdict[Key, list[Held]]:
    """Read the open conflicts of these records."""
    held: defaultdict[Key, list[Held]] = defaultdict(list)
    for row in rows_about(connection, CONFLICT, keys):
        held[row.kind, row.record_id].append(
            Held(
                field=row.field,
                origin=row.origin,
                seqs=row.seqs,
                held=row.held,
                base=row.base,
                by=row.by,
                at=row.at,
                stands_by=row.stands_by,
                stands_at=row.stands_at,
            )
        )
    return held


def rows_about(connection: Connection, table: Table, keys: Collection[Key]) -> list[_Line]:
    """Read the rows of a table about these records, matched by kind and id."""
    if not keys:
        return []
    query = select(table).where(about_records(connection, table, keys))
    return [row for row in connection.execute(query) if (row.kind, row.record_id) in keys]
