"""The records that are sent back, of all kinds: an index of each kind holds them alone."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    exists,
    false,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from fieldkit.protocol.change import Op
from fieldkit.records import Record, kinds
from fieldkit.records.declaration.sent_back import Note, read_note
from fieldkit.store import tables


class SentBack(NamedTuple):
    """A record that is sent back."""

    kind: str
    id: str
    district: int
    block: int | None
    note: Note
    """Why, by whom and when."""
    corrected: Note | None
    """What was done since; None: nothing yet."""
    entered_here: bool
    """Whether it was entered at this laptop."""
    changed_at: int

    @property
    def since(self) -> int:
        """Since when the other side is waited for."""
        last = self.corrected or self.note
        return last.at or self.changed_at


def sent_back(connection: Connection) -> list[SentBack]:
    """Return all records that are sent back, the longest waiting first."""
    found = []
    for row in connection.execute(_all(), {"create": Op.CREATE.value}):
        note = read_note(row.sent_back)
        if note is not None:
            found.append(
                SentBack(
                    row.kind,
                    row.id,
                    row.district,
                    row.block,
                    note,
                    read_note(row.corrected),
                    bool(row.here),
                    row.updated_at or 0,
                )
            )
    return sorted(found, key=lambda one: (one.since, one.id))


@cache
def _all() -> CompoundSelect[tuple[object, ...]]:
    return union_all(*(_of(kind) for kind in kinds().values()))


def _of(kind: type[Record]) -> Select[tuple[object, ...]]:
    table, change = kind.table(), tables.change
    here = exists().where(change.c.record_id == table.c.id, change.c.op == bindparam("create"))
    return select(
        literal(kind.kind(), literal_execute=True).label("kind"),
        table.c.id,
        table.c.district,
        table.c.block,
        table.c.sent_back,
        table.c.corrected,
        table.c.updated_at,
        here.label("here"),
    ).where(table.c.sent_back.is_not(None), table.c.deleted == false())
