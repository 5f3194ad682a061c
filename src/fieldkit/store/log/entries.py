"""What was entered here, as the log of changes says it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fieldkit.protocol.change import Op
from fieldkit.store import tables

_change = tables.change


@dataclass(frozen=True, slots=True)
class Entered:
    """A record that was entered here."""

    kind: str
    id: str
    at: int
    """When, by the laptop's clock."""


def entered_since(
    connection: Connection, since: int, operator: str | None, until: int | None = None
) -> list[Entered]:
    """Return the records entered from ``since`` on, the last first; ``operator``: by whom."""
    at = func.max(_change.c.at).label("at")
    query = (
        select(_change.c.kind, _change.c.record_id, at)
        .where(_change.c.at >= since, _change.c.op == Op.CREATE)
        .group_by(_change.c.kind, _change.c.record_id)
        .order_by(at.desc(), func.max(_change.c.seq).desc())
    )
    if operator is not None:
        query = query.where(_change.c.operator == operator)
    if until is not None:
        query = query.where(_change.c.at < until)
    return [Entered(row.kind, row.record_id, row.at) for row in connection.execute(query)]
