"""The districts' feeds: where each record stands, in the order of the last changes (18, 19).

Positions come from a counter per district, whose row a batch locks before it reads any record (6):
so they commit in order, and a reader that has seen one has seen all before it.
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
"""The second that floors are counted from: the first of 2026."""
_A_SECOND = 1_000_000
"""More than a server gives out in a second."""


@dataclass(frozen=True, slots=True)
class Era:
    """The server's incarnation; all it gives out is above the floor (5)."""

    incarnation: str
    floor: int
    since: int
    """When it began, by this server's clock; 0 for the first."""
    past: frozenset[str]
    """The names of the incarnations before, those of eras that were lost included."""


def era(connection: Connection) -> Era:
    """Read the server's incarnation."""
    row = run_queries(connection, [(_SERVER, {})])[0][0]
    _, incarnation, floor, since, past = cast(_Server, row)
    return Era(incarnation, floor, since, frozenset(past))


def start(connection: Connection, now: int) -> None:
    """Begin to serve: from now on, all that is given out is above what ever was (5).

    Nobody tells a server that it was put back until a laptop comes that knows more. What it gives
    out before must not be taken for what the lost era gave out: an edit of a row that is lost would
    have "seen" another's value, and a cursor of that era be past what it never brought. So each
    start leaps to where nothing was given out before its time, and remembers what it passed over.
    """
    lift_timeouts(connection)
    row = connection.execute(select(SERVER).with_for_update()).one()
    floor = above(row.floor, now)
    query = select(COUNTER).where(COUNTER.c.position < floor).order_by(COUNTER.c.district)
    leaps = [
        {"district": one.district, "below": one.position, "above": floor}
        for one in connection.execute(query.with_for_update())
    ]
    insert_rows(connection, LEAP, leaps)
    connection.execute(update(COUNTER).where(COUNTER.c.position < floor).values(position=floor))
    connection.execute(update(SERVER).values(floor=floor))


def above(floor: int, now: int) -> int:
    """Return a number above all that is given out by now, if clocks were right."""
    return max(floor + 1, (now - _SINCE) * _A_SECOND)


def lost(connection: Connection, cursors: Iterable[tuple[int, int]]) -> bool:
    """Say whether one of these cursors (district, position) can only be of a lost era."""
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
    """Lock the counters of these districts in order of code, making those that are new (6).

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
        leaps = [{"district": one, "below": 0, "above": floor} for one in new]
        insert_missing_rows(connection, LEAP, leaps)
    return {row.district: row.position for row in connection.execute(query)}


def entries(
    connection: Connection, keys: Collection[Key]
) -> dict[Key, list[tuple[int, int, int | None]]]:
    """Return the entries (district, position, block) of these records; each that is has one."""
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


def renew(
    connection: Connection,
    counters: Mapping[int, int],
    records: Mapping[Key, tuple[Place, Place | None]],
) -> None:
    """Give each record a new entry where it stands, and where it stood before it moved (18, 19).

    ``records``: its place now, and before the batch, None if it is new. The counters are locked.
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
    """Remove the entries of records at these places of theirs."""
    old: defaultdict[int, list[int]] = defaultdict(list)
    for key, standing in entries(connection, keys).items():
        for district, position, block in standing:
            if (district, block) in places[key]:
                old[district].append(position)
    for district, stale in old.items():
        connection.execute(
            delete(FEED).where(FEED.c.district == district, FEED.c.position.in_(stale))
        )


def heal(
    connection: Connection, lost: str, met: str, name: str, seen: Iterable[int], now: int
) -> None:
    """Begin a new incarnation after ``lost``: this is an older copy of what laptops know (5).

    ``met``: the incarnation that the laptop knows, another one if it was lost as a whole.

    Everything in the feeds takes a position above all that the lost era can have given out, so
    that nobody's cursor is past what was given out between the restoring and now. ``seen``: what
    cursors of the lost era were met.
    """
    lift_timeouts(connection)
    row = connection.execute(select(SERVER).with_for_update()).one()
    if row.incarnation != lost:
        return  # another request has just done it
    query = select(COUNTER.c.position).order_by(COUNTER.c.district).with_for_update()
    floor = above(max((row.floor, *connection.execute(query).scalars(), *seen)), now)
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
    past = list(dict.fromkeys((*row.past, lost, met)))[-_MOST_PAST:]
    connection.execute(update(SERVER).values(incarnation=name, floor=floor, since=now, past=past))
    connection.execute(delete(LEAP))  # no cursor of before counts any more
