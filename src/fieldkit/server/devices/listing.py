"""The list of devices, with signs that two copies use one token."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, TypeAlias, TypedDict

from sqlalchemy import Connection, Select, and_, select

from fieldkit.protocol.messages.scope import Scope
from fieldkit.server.database.migrate import read_database
from fieldkit.server.database.statements import upsert_rows
from fieldkit.server.database.tables import (
    BOUND,
    CHANGE,
    CODE,
    DEVICE,
    ORIGIN,
    SCOPE,
    SEALED_WORK,
    SETTING,
)
from fieldkit.server.devices.authentication import WrongInput

_RECENT = 30 * 86_400
"""Two copies are reported only if both were active within this many seconds."""
SILENT_DAYS = 14
"""Days without a sync after which a device is silent, unless the server is set otherwise."""
_Numbers: TypeAlias = Select[tuple[int]]
_SILENT = "silent_days"
_MOST_DAYS = 3650


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
    program: str | None
    """Its version of fieldkit; None: an older one, which does not say."""
    unsent: int | None
    """Changes left on it after its last sync, as it said."""
    changes: int
    """The changes that the server has of it."""
    last_batch: int | None
    """When the last of them arrived."""
    origins: list[str]
    holds: list[HeldLog]
    """Logs that were another device's before: the laptop that used the code has shown that it
    holds them."""
    busy_at_once: list[str]
    """Origins that sent changes in overlapping periods: two copies of one laptop are in use."""
    sealed: list[SealedPiece]
    """What it handed in after it was revoked, and nobody has decided on yet."""


class SealedPiece(TypedDict):
    """Sealed work; times are seconds since 1970 UTC."""

    number: int
    changes: int
    since: int | None
    """When the first change was saved, by the device's clock."""
    received_at: int


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
            return list_devices(connection, now)
    finally:
        engine.dispose()


def list_devices(
    connection: Connection, now: int, within: Scope | None = None, number: int | None = None
) -> list[Enrolment]:
    """List devices by number: all, those whose area lies within a scope, or one of these."""
    query = (
        select(DEVICE, SCOPE.c.district, SCOPE.c.block)
        .join(SCOPE, and_(SCOPE.c.device == DEVICE.c.id, SCOPE.c.epoch == DEVICE.c.epoch))
        .order_by(DEVICE.c.id)
    )
    if within is not None and within.district is not None:
        query = query.where(SCOPE.c.district == within.district)
    if within is not None and within.block is not None:
        query = query.where(SCOPE.c.block == within.block)
    if number is not None:
        query = query.where(DEVICE.c.id == number)
    rows = connection.execute(query).all()
    its = query.with_only_columns(DEVICE.c.id).order_by(None)
    origins, changes = _logs(connection, its)
    holds, spans = _held_before(connection, its), _spans(connection, its)
    sealed = _sealed(connection, its)
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
            program=row.program,
            unsent=row.unsent,
            changes=changes[row.id],
            last_batch=max((span.ended for span in spans.get(row.id, [])), default=None),
            origins=origins.get(row.id, []),
            holds=holds.get(row.id, []),
            busy_at_once=_busy_at_once(spans.get(row.id, []), now - _RECENT),
            sealed=sealed.get(row.id, []),
        )
        for row in rows
    ]


def silent_days(connection: Connection) -> int:
    """Return after how many days without a sync a device is silent."""
    query = select(SETTING.c.value).where(SETTING.c.name == _SILENT)
    days: int | None = connection.execute(query).scalar_one_or_none()
    return SILENT_DAYS if days is None else days


def set_silent_days(connection: Connection, days: int) -> None:
    """Set after how many days without a sync a device is silent.

    Raises:
        WrongInput: it is no sensible number of days.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise WrongInput(f"The days must be from 1 to {_MOST_DAYS}.")
    upsert_rows(connection, SETTING, [{"name": _SILENT, "value": days}])


def _logs(connection: Connection, its: _Numbers) -> tuple[dict[int, list[str]], Counter[int]]:
    """Read, by device, its logs, the last one first, and how many changes the server has."""
    origins: dict[int, list[str]] = {}
    changes: Counter[int] = Counter()
    query = select(ORIGIN.c.device, ORIGIN.c.origin, ORIGIN.c.last_seq)
    query = query.where(ORIGIN.c.device.in_(its))
    for row in connection.execute(query.order_by(ORIGIN.c.last_seen.desc())):
        origins.setdefault(row.device, []).append(row.origin)
        changes[row.device] += row.last_seq
    enrolled_from = select(CODE.c.used_by, CODE.c.used_from).where(
        CODE.c.used_from.is_not(None), CODE.c.used_by.in_(its)
    )
    for device, origin in connection.execute(enrolled_from):
        origins.setdefault(device, [origin])  # no changes received from it yet
    return origins, changes


def _sealed(connection: Connection, its: _Numbers) -> dict[int, list[SealedPiece]]:
    """Read, by device, the sealed work on which nobody has decided."""
    work = SEALED_WORK.c
    query = select(work.device, work.number, work.changes, work.since, work.received_at)
    query = query.where(work.device.in_(its), work.decided_at.is_(None)).order_by(work.number)
    found: dict[int, list[SealedPiece]] = {}
    for row in connection.execute(query):
        piece = SealedPiece(
            number=row.number, changes=row.changes, since=row.since, received_at=row.received_at
        )
        found.setdefault(row.device, []).append(piece)
    return found


def _held_before(connection: Connection, its: _Numbers) -> dict[int, list[HeldLog]]:
    """Read, by device, its logs that were bound to another one first."""
    logs = select(BOUND.c.origin).where(BOUND.c.device.in_(its))
    query = (
        select(BOUND.c.origin, DEVICE.c.id, DEVICE.c.name)
        .join(DEVICE, DEVICE.c.id == BOUND.c.device)
        .where(BOUND.c.origin.in_(logs))
        .order_by(BOUND.c.at, BOUND.c.device)
    )
    first: dict[str, HeldLog] = {}
    held: dict[int, list[HeldLog]] = {}
    for row in connection.execute(query):
        one = HeldLog(origin=row.origin, id=row.id, name=row.name)
        if one is not first.setdefault(row.origin, one):
            held.setdefault(row.id, []).append(first[row.origin])
    return held


def _spans(connection: Connection, its: _Numbers) -> dict[int, list[_Span]]:
    """Read, by device, when the first and the last change of each of its origins arrived."""
    first, last = CHANGE.alias(), CHANGE.alias()
    query = (
        select(ORIGIN.c.device, ORIGIN.c.origin, first.c.received_at, last.c.received_at)
        .join(first, and_(first.c.origin == ORIGIN.c.origin, first.c.seq == 1))
        .join(last, and_(last.c.origin == ORIGIN.c.origin, last.c.seq == ORIGIN.c.last_seq))
        .where(ORIGIN.c.device.in_(its))
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
