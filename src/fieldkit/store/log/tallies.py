"""What is kept beside the log so that no screen reads through it: today's entries, the last saved.

Both are written in the transaction of the save they are about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, text

from fieldkit.store import tables
from fieldkit.store.clock import DAY, start_of_day

RECENT = 20
"""Records kept as last saved, for each operator and kind."""
_entered, _recent = tables.entered, tables.recent


def count_entered(connection: Connection, at: int, kinds: Iterable[str]) -> None:
    """Count new records, each by its kind, for the day of ``at``."""
    day = start_of_day(at)
    rows = [{"day": day, "kind": kind, "many": many} for kind, many in Counter(kinds).items()]
    if rows:
        connection.execute(_COUNT, rows)


def entered_on(connection: Connection, day: int) -> Mapping[str, int]:
    """Return how many records of each kind were entered on the day that starts at ``day``."""
    query = select(_entered.c.kind, _entered.c.many).where(_entered.c.day == day)
    return {row.kind: row.many for row in connection.execute(query)}


def entered_daily(connection: Connection, kind: str, today: int, days: int) -> Sequence[int]:
    """Return how many records of a kind were entered on each of the last days, today last.

    ``today``: the moment it began.
    """
    first = today - (days - 1) * DAY  # no summer time in India
    query = select(_entered.c.day, _entered.c.many).where(
        _entered.c.day.between(first, today), _entered.c.kind == kind
    )
    found = {row.day: row.many for row in connection.execute(query)}
    return [found.get(first + n * DAY, 0) for n in range(days)]


def note_saved(connection: Connection, operator: str, saved: Iterable[tuple[str, str]]) -> None:
    """Note which records (kind and id) an operator saved, the latest last."""
    by_kind: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for kind, record_id in saved:
        by_kind[kind].pop(record_id, None)
        by_kind[kind][record_id] = None
    rows = [
        {"operator": operator, "kind": kind, "record_id": record_id}
        for kind, ids in by_kind.items()
        for record_id in list(ids)[-RECENT:]
    ]
    if rows:
        connection.execute(_NOTE, rows)
        kinds = [{"operator": operator, "kind": kind} for kind in by_kind]
        connection.execute(_FORGET_OLDEST, kinds)


def last_saved_ids(
    connection: Connection, operator: str | None, kind: str | None
) -> Sequence[tuple[str, str]]:
    """Return kind and id of the records last saved, the latest first; ``operator``: by whom."""
    query = select(_recent.c.kind, _recent.c.record_id).order_by(_recent.c.turn.desc())
    if operator is not None:
        query = query.where(_recent.c.operator == operator)
    if kind is not None:
        query = query.where(_recent.c.kind == kind)
    found = {(row.kind, row.record_id): None for row in connection.execute(query)}
    return list(found)


def rename_saved(connection: Connection, names: Mapping[str, str]) -> None:
    """Give records that were renumbered their new numbers among the last saved."""
    if names:
        rows = [{"old": old, "new": new} for old, new in names.items()]
        connection.execute(_RENAME, rows)


_COUNT = text(
    "INSERT INTO entered (day, kind, many) VALUES (:day, :kind, :many) "
    "ON CONFLICT (day, kind) DO UPDATE SET many = many + excluded.many"
)
_NOTE = text(
    "INSERT OR REPLACE INTO recent (operator, kind, record_id) "
    "VALUES (:operator, :kind, :record_id)"
)
"""A row that is replaced takes a new ``turn``, the highest."""
_FORGET_OLDEST = text(
    "DELETE FROM recent WHERE operator = :operator AND kind = :kind AND turn <= ("
    "SELECT turn FROM recent WHERE operator = :operator AND kind = :kind "
    f"ORDER BY turn DESC LIMIT 1 OFFSET {RECENT})"
)
_RENAME = text("UPDATE OR REPLACE recent SET record_id = :new WHERE record_id = :old")
