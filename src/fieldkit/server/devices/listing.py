"""The list of devices for the administrator, with signs that two copies use one token."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from sqlalchemy import Connection, and_, select

from fieldkit.server.database.migrate import read_database
from fieldkit.server.database.tables import BOUND, CHANGE, CODE, DEVICE, ORIGIN, SCOPE

_RECENT = 30 * 86_400
"""Two copies are reported only if both were active within this many seconds."""


class Enrolment(TypedDict):
    """One device; times are seconds since 1970 UTC."""

    id: int
    name: str
    role: str
    district: int | None
    block: int | None
    """Without district and block: the whole territory."""
    enrolled_at: int
    last_seen: int | None
    skew: int | None
    """Seconds by which its clock was ahead when last seen."""
    revoked_at: int | None
    origins: list[str]
    holds: list[HeldLog]
    """Logs that were another device's before: the laptop that used the code has shown that it
    holds them."""
    busy_at_once: list[str]
    """Origins that sent changes in overlapping periods: two copies of one laptop are in use."""


class HeldLog(TypedDict):
    """A log of which another device had proved before that it holds it."""

    origin: str
    id: int
    """That device."""
    name: str


class _Span(NamedTuple):
    """The period in which an origin's changes arrived."""

    origin: str
    began: int
    ended: int


def devices(database: str, now: int) -> list[Enrolment]:
    """List the devices in the database at this URL.

    Raises:
        Unusable: it does not exist, or cannot be opened.
    """
    engine = read_database(database)
    try:
        with engine.connect() as connection:
            return _devices(connection, now)
    finally:
        engine.dispose()


def _devices(connection: Connection, now: int) -> list[Enrolment]:
    origins: dict[int, list[str]] = {}
    for row in connection.execute(
        select(ORIGIN.c.device, ORIGIN.c.origin).order_by(ORIGIN.c.last_seen.desc())
    ):
        origins.setdefault(row.device, []).append(row.origin)
    enrolled_from = select(CODE.c.used_by, CODE.c.used_from).where(CODE.c.used_from.is_not(None))
    for row in connection.execute(enrolled_from):
        origins.setdefault(row.used_by, [row.used_from])  # no changes received from it yet
    holds = _held_before(connection)
    spans = _spans(connection)
    query = (
        select(DEVICE, SCOPE.c.district, SCOPE.c.block)
        .join(SCOPE, and_(SCOPE.c.device == DEVICE.c.id, SCOPE.c.epoch == DEVICE.c.epoch))
        .order_by(DEVICE.c.id)
    )
    return [
        Enrolment(
            id=row.id,
            name=row.name,
            role=row.role,
            district=row.district,
            block=row.block,
            enrolled_at=row.enrolled_at,
            last_seen=row.last_seen,
            skew=row.skew,
            revoked_at=row.revoked_at,
            origins=origins.get(row.id, []),
            holds=holds.get(row.id, []),
            busy_at_once=_busy_at_once(spans.get(row.id, []), now - _RECENT),
        )
        for row in connection.execute(query)
    ]


def _held_before(connection: Connection) -> dict[int, list[HeldLog]]:
    """Read, by device, its logs that were bound to another one first."""
    query = (
        select(BOUND.c.origin, DEVICE.c.id, DEVICE.c.name)
        .join(DEVICE, DEVICE.c.id == BOUND.c.device)
        .order_by(BOUND.c.at, BOUND.c.device)
    )
    first: dict[str, HeldLog] = {}
    held: dict[int, list[HeldLog]] = {}
    for row in connection.execute(query):
        one = HeldLog(origin=row.origin, id=row.id, name=row.name)
        if one is not first.setdefault(row.origin, one):
            held.setdefault(row.id, []).append(first[row.origin])
    return held


def _spans(connection: Connection) -> dict[int, list[_Span]]:
    """Read, by device, when the first and the last change of each of its origins arrived."""
    first, last = CHANGE.alias(), CHANGE.alias()
    query = (
        select(ORIGIN.c.device, ORIGIN.c.origin, first.c.received_at, last.c.received_at)
        .join(first, and_(first.c.origin == ORIGIN.c.origin, first.c.seq == 1))
        .join(last, and_(last.c.origin == ORIGIN.c.origin, last.c.seq == ORIGIN.c.last_seq))
    )
    spans: dict[int, list[_Span]] = {}
    for device, origin, began, ended in connection.execute(query):
        spans.setdefault(device, []).append(_Span(origin, began, ended))
    return spans


def _busy_at_once(spans: list[_Span], since: int) -> list[str]:
    """Return the origins whose period overlaps another's.

    One laptop sends all of an origin before it begins the next, so its periods do not overlap.
    """
    return sorted(
        one.origin
        for one in spans
        if any(
            one is not other
            and one.began < other.ended
            and other.began < one.ended
            and min(one.ended, other.ended) >= since
            for other in spans
        )
    )
