"""The districts' feeds: the records of each place, ordered by last change (rules 18, 19).

Positions come from a counter per district. A batch locks its row before it reads any record
(rule 6), so positions commit in order, and a reader that has seen one has seen all before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeAlias, cast

from sqlalchemy import Connection, bindparam, delete, select, update

from fieldkit.server.database.rows import Key
from fieldkit.server.database.statements import (
    insert_missing_rows,
    insert_rows,
    run_queries,
    select_records,
    takes_arrays,
)
from fieldkit.server.database.tables import COUNTER, FEED, LEAP
from fieldkit.server.scope import Place

_Entry: TypeAlias = tuple[int, int, int | None, str, str]
_ADVANCE = (
    update(COUNTER).where(COUNTER.c.district == bindparam("of")).values(position=bindparam("to"))
)


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
        {"of": district, "to": position}
        for district, position in last.items()
        if position != counters[district]
    ]
    connection.execute(_ADVANCE, changed)


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
