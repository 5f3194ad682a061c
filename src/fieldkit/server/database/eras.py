"""The eras of the server's database, and the marks by which lost data is noticed (rules 41, 42).

Every start of a server begins an era with a random name. All feed positions and record versions of
an era are above its floor, which is above all that was given out before. When it ends, the position
of each district and the number of batches taken are stored. Every answer carries a mark: the era,
and the batches taken so far. A laptop sends back the mark it was given last; if this database never
reached that mark, the laptop was served by data that a restore has lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, delete, false, func, insert, or_, select, text, update

from fieldkit.protocol.messages.sync import MOST_CHANGES, Mark, SyncRequest
from fieldkit.server.database.connection import lift_timeouts
from fieldkit.server.database.statements import insert_rows
from fieldkit.server.database.tables import COUNTER, ERA, LEAP

_MOST_KEPT = 1000
"""Eras kept. A laptop that was last served in an older one pulls everything again."""
_SINCE = 1_767_225_600
"""The second that floors are counted from: 1 January 2026."""
_A_SECOND = 1_000_000
"""More positions than a server assigns in a second."""


@dataclass(frozen=True, slots=True)
class Era:
    """The time from one start of a server to the next."""

    name: str
    floor: int
    """All versions and positions of this era are above it."""


def read_era(connection: Connection) -> Era:
    """Read the present era."""
    query = select(ERA.c.name, ERA.c.floor).where(ERA.c.batches.is_(None))
    return Era(*connection.execute(query).one())


def begin_first_era(connection: Connection) -> None:
    """Begin the first era of a new database."""
    connection.execute(insert(ERA).values(name=secrets.token_hex(4), floor=0))


def begin_era(connection: Connection, now: int) -> None:
    """End the present era at the start of a server, and begin another one.

    A restored server cannot know that it was restored. Numbers that it gives out must differ from
    those that were lost: else an edit of a lost row would seem to have seen another value, and a
    cursor would pass entries it never read.
    """
    lift_timeouts(connection)
    if connection.dialect.name == "postgresql":
        # Waits for the batches under way, of other processes too; new ones wait for this.
        connection.execute(text(f"LOCK TABLE {COUNTER.name} IN EXCLUSIVE MODE"))
    before, batches = read_era(connection), _count_batches(connection)
    counters = connection.execute(select(COUNTER.c.district, COUNTER.c.position)).all()
    # A batch raises a version by no more than its number of changes.
    highest = max([before.floor, *(one.position for one in counters)]) + MOST_CHANGES * batches
    floor = number_above(highest, now)
    leaps = [{"district": one.district, "below": one.position, "above": floor} for one in counters]
    insert_rows(connection, LEAP, leaps)
    connection.execute(update(COUNTER).values(position=floor))
    connection.execute(update(ERA).where(ERA.c.batches.is_(None)).values(batches=batches))
    connection.execute(insert(ERA).values(name=secrets.token_hex(4), floor=floor))
    _forget_old_eras(connection)


def number_above(highest: int, now: int) -> int:
    """Return a number above ``highest``, and above all that a lost era can have given out.

    That is so if the clock is right, and most probably if it is not.
    """
    return max(highest + 1 + int(secrets.token_hex(4), 16), (now - _SINCE) * _A_SECOND)


def count_batch(connection: Connection, district: int) -> None:
    """Count a batch, under the lock of this district's counter.

    Every change to what laptops are sent is counted, in the transaction that changes it.
    """
    its = COUNTER.c.district == district
    connection.execute(update(COUNTER).where(its).values(batches=COUNTER.c.batches + 1))


def read_mark(connection: Connection) -> Mark:
    """Return the mark of all that this transaction sees."""
    return Mark(era=read_era(connection).name, batches=_count_batches(connection))


def served_by_lost_data(connection: Connection, request: SyncRequest) -> bool:
    """Say whether this database never reached what the laptop was served last.

    A laptop that says so wrongly pulls everything again; nobody else is concerned.
    """
    mark = mark_of(request)
    if mark.era and not _reached(connection, mark):
        return True
    cursors = list(request.cursors.items())
    if request.focus is not None:
        cursors.append((request.focus.district, request.focus.position))
    rows = connection.execute(select(COUNTER.c.district, COUNTER.c.position)).all()
    last = {row.district: row.position for row in rows}
    beyond = any(at > last.get(district, 0) for district, at in cursors)
    return beyond or _in_leap(connection, cursors)


def mark_of(request: SyncRequest) -> Mark:
    """Return the mark of a request; that of an older laptop is in its ``incarnation``."""
    if request.mark is not None and request.mark.era:
        return request.mark
    era, _, batches = request.incarnation.partition(":")
    return Mark(era=era, batches=int(batches) if batches.isdecimal() else 0)


def as_incarnation(mark: Mark, *, complete: bool) -> str:
    """Return the mark for an older laptop, which compares all its logs whenever this changes.

    ``complete``: it has pulled all there is. Then its cursors alone tell whether it was served by
    lost data: every batch that concerns it moved them. Half way they do not: the entry of a record
    that was changed since moves back in a restore, to before a cursor that looks right.
    """
    return mark.era if complete else f"{mark.era}:{mark.batches}"


def _reached(connection: Connection, mark: Mark) -> bool:
    query = select(ERA.c.batches).where(ERA.c.name == mark.era)
    row = connection.execute(query).one_or_none()
    if row is None:
        return False
    return mark.batches <= (_count_batches(connection) if row.batches is None else row.batches)


def _count_batches(connection: Connection) -> int:
    counted = connection.execute(select(func.sum(COUNTER.c.batches))).scalar_one()
    return int(counted or 0)


def _in_leap(connection: Connection, cursors: Iterable[tuple[int, int]]) -> bool:
    """Say whether one of these cursors (district, position) is in a range that a start skipped.

    Only a lost era can have assigned it.
    """
    passed = [
        (LEAP.c.district == district) & (LEAP.c.below < at) & (LEAP.c.above > at)
        for district, at in cursors
    ]
    query = select(LEAP.c.district).where(or_(false(), *passed)).limit(1)
    return connection.execute(query).first() is not None


def _forget_old_eras(connection: Connection) -> None:
    newest = select(ERA.c.floor).order_by(ERA.c.floor.desc()).offset(_MOST_KEPT).limit(1)
    floor = cast(int | None, connection.execute(newest).scalar_one_or_none())
    if floor is not None:
        connection.execute(delete(ERA).where(ERA.c.floor <= floor))
        connection.execute(delete(LEAP).where(LEAP.c.above <= floor))
