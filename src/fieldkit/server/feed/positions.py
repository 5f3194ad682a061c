"""The districts' feeds: the records of each place, ordered by last change (rules 18, 19).

Positions come from a counter per district. A batch locks its row before it reads any record
(rule 6), so positions commit in order, and a reader that has seen one has seen all before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from sqlalchemy import Connection, delete, false, func, or_, select, update

from fieldkit.server.database.connection import lift_timeouts
from fieldkit.server.database.rows import Key
from fieldkit.server.database.statements import (
    insert_missing_rows,
    insert_rows,
    run_queries,
    select_records,
    takes_arrays,
    upsert_rows,
)
from fieldkit.server.database.tables import COUNTER, FEED, LEAP, SERVER
from fieldkit.server.scope import Place

_Entry: TypeAlias = tuple[int, int, int | None, str, str]
_Server: TypeAlias = tuple[int, str, int, int, list[str]]
_SERVER = select(*SERVER.columns)
_MOST_PAST = 1000
_SINCE = 1_767_225_600
"""The second that floors are counted from: 1 January 2026."""
_A_SECOND = 1_000_000
"""More positions than a server assigns in a second."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The server's generation: it changes when a restore is detected (rule 5)."""

    name: str
    floor: int
    """All versions and positions of this generation are above it."""
    since: int
    """When it began, by this server's clock; 0 for the first."""
    past: frozenset[str]
    """The names of earlier generations, lost ones included."""


def read_generation(connection: Connection) -> Generation:
    """Read the server's present generation."""
    row = run_queries(connection, [(_SERVER, {})])[0][0]
    _, incarnation, floor, since, past = cast(_Server, row)
    return Generation(incarnation, floor, since, frozenset(past))


def start(connection: Connection, now: int) -> None:
    """Skip ahead at server start: all numbers assigned from now on are above earlier ones (rule 5).

    A restored server notices the restore only when a laptop that knows more syncs. Versions and
    positions assigned before that must differ from those of the lost generation: else an edit of a
    lost row would seem to have seen another value, and a cursor would pass entries it never read.
    So each start skips to numbers above all assigned before, and stores the skipped ranges.
    """
    lift_timeouts(connection)
    row = connection.execute(select(SERVER).with_for_update()).one()
    floor = number_above(row.floor, now)
    query = select(COUNTER).where(COUNTER.c.position < floor).order_by(COUNTER.c.district)
    skips = [
        {"district": one.district, "below": one.position, "above": floor}
        for one in connection.execute(query.with_for_update())
    ]
    insert_rows(connection, LEAP, skips)
    connection.execute(update(COUNTER).where(COUNTER.c.position < floor).values(position=floor))
    connection.execute(update(SERVER).values(floor=floor))


def number_above(floor: int, now: int) -> int:
    """Return a number above all assigned until ``now``, provided that clocks were right."""
    return max(floor + 1, (now - _SINCE) * _A_SECOND)


def in_skipped_range(connection: Connection, cursors: Iterable[tuple[int, int]]) -> bool:
    """Say whether one of these cursors (district, position) is in a range that a start skipped.

    Only a lost generation can have assigned it.
    """
    passed = [
        (LEAP.c.district == district) & (LEAP.c.below < at) & (LEAP.c.above > at)
        for district, at in cursors
    ]
    query = select(LEAP.c.district).where(or_(false(), *passed)).limit(1)
    return connection.execute(query).first() is not None


def positions(connection: Connection) -> dict[int, int]:
    """Return the last position of every district."""
    rows = connection.execute(select(COUNTER.c.district, COUNTER.c.position))
    return {row.district: row.position for row in rows}


def lock_counters(connection: Connection, districts: Collection[int], floor: int) -> dict[int, int]:
    """Lock the counters of these districts in order of code; insert missing ones (rule 6).

    Until the transaction ends, no other batch reads or writes records of these districts.
    """
    query = select(COUNTER.c.district, COUNTER.c.position).where(COUNTER.c.district.in_(districts))
    query = query.order_by(COUNTER.c.district).with_for_update()
    locked = {row.district: row.position for row in connection.execute(query)}
    new = sorted(set(districts) - locked.keys())
    if not new:
        return locked
    insert_missing_rows(connection, COUNTER, [{"district": one, "position": floor} for one in new])
    if floor:
        skips = [{"district": one, "below": 0, "above": floor} for one in new]
        insert_missing_rows(connection, LEAP, skips)
    return {row.district: row.position for row in connection.execute(query)}


def feed_entries(
    connection: Connection, keys: Collection[Key]
) -> dict[Key, list[tuple[int, int, int | None]]]:
    """Return the entries (district, position, block) of these records; every record has one."""
    found: defaultdict[Key, list[tuple[int, int, int | None]]] = defaultdict(list)
    if not keys:
        return {}
    wanted = set(keys)
    given = {"kinds": sorted({kind for kind, _ in wanted}), "ids": [one for _, one in wanted]}
    for row in run_queries(
        connection, [(select_records(FEED, array=takes_arrays(connection)), given)]
    )[0]:
        district, position, block, kind, record_id = cast(_Entry, row)
        if (kind, record_id) in wanted:
            found[kind, record_id].append((district, position, block))
    return dict(found)


def append_entries(
    connection: Connection,
    counters: Mapping[int, int],
    records: Mapping[Key, tuple[Place, Place | None]],
) -> None:
    """Append an entry for each record at its place, and at the place it left (rules 18, 19).

    ``records``: the place now, and before the batch or None if it is new. Needs locked counters.
    """
    last = dict(counters)
    rows: list[dict[str, object]] = []
    stale = [key for key, (_, before) in records.items() if before is not None]
    _remove(connection, stale, {key: set(places) for key, places in records.items()})
    for (kind, record_id), (now, before) in records.items():
        for district, block in dict.fromkeys((before or now, now)):
            last[district] += 1
            rows.append(
                {
                    "district": district,
                    "position": last[district],
                    "block": block,
                    "kind": kind,
                    "record_id": record_id,
                }
            )
    insert_rows(connection, FEED, rows)
    changed = [
        {"district": district, "position": position}
        for district, position in last.items()
        if position != counters[district]
    ]
    upsert_rows(connection, COUNTER, changed)


def _remove(
    connection: Connection, keys: Collection[Key], places: Mapping[Key, Collection[Place | None]]
) -> None:
    """Remove the entries of records at these places."""
    old: defaultdict[int, list[int]] = defaultdict(list)
    for key, found_entries in feed_entries(connection, keys).items():
        for district, position, block in found_entries:
            if (district, block) in places[key]:
                old[district].append(position)
    for district, stale in old.items():
        connection.execute(
            delete(FEED).where(FEED.c.district == district, FEED.c.position.in_(stale))
        )


def begin_generation(
    connection: Connection, lost: str, reported: str, name: str, seen: Iterable[int], now: int
) -> None:
    """Begin the generation ``name`` after ``lost``, as the database was restored (rule 5).

    ``reported``: the generation the laptop knows; it differs from ``lost`` if that one was lost
    entirely. ``seen``: cursors of the lost generation that were reported.

    All feed entries move above every position that the lost generation can have assigned, so that
    no cursor is past entries made since the restore.
    """
    lift_timeouts(connection)
    row = connection.execute(select(SERVER).with_for_update()).one()
    if row.incarnation != lost:
        return  # a concurrent request did it
    query = select(COUNTER.c.position).order_by(COUNTER.c.district).with_for_update()
    floor = number_above(max((row.floor, *connection.execute(query).scalars(), *seen)), now)
    rank = func.row_number().over(partition_by=FEED.c.district, order_by=FEED.c.position)
    ranked = select(FEED.c.district, FEED.c.position, rank.label("rank")).subquery()
    connection.execute(
        update(FEED)
        .where(FEED.c.district == ranked.c.district, FEED.c.position == ranked.c.position)
        .values(position=floor + ranked.c.rank)
    )
    last = select(func.max(FEED.c.position)).where(FEED.c.district == COUNTER.c.district)
    reached = func.coalesce(last.scalar_subquery(), floor)
    connection.execute(update(COUNTER).values(position=reached))
    past = list(dict.fromkeys((*row.past, lost, reported)))[-_MOST_PAST:]
    connection.execute(update(SERVER).values(incarnation=name, floor=floor, since=now, past=past))
    connection.execute(delete(LEAP))  # every earlier cursor is below the new floor
