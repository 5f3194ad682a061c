"""The stored logs of origins: locks them, checks requests against them, finds what they inherit.

A log is bound to the devices that proved that they hold it; only these extend it, or name it as
parent of another one. A log without changes is anybody's (rule 37).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Row, and_, select, update

from fieldkit.protocol.change import first_head
from fieldkit.protocol.merge import Ancestry
from fieldkit.protocol.messages.sync import Parent, SyncRequest
from fieldkit.server.database.rows import Key, origin_of
from fieldkit.server.database.statements import about_records, insert_missing_rows
from fieldkit.server.database.tables import BOUND, CHANGE, ORIGIN
from fieldkit.server.devices.bindings import bind
from fieldkit.server.problems import Refusal, log_mismatch, refusal
from fieldkit.server.scope import Device


@dataclass(frozen=True, slots=True)
class Log:
    """The stored part of an origin's log."""

    origin: str
    district: int
    """The district of its records that name none."""
    bound: bool
    """Whether it is bound to the device that asks, or to none yet."""
    parent: tuple[str, int] | None
    last_seq: int
    head: bytes
    new: bool = False
    """It has no row: nothing of it was ingested yet."""


def lock(connection: Connection, origin: str, device: Device) -> Log:
    """Read a log and lock its row, so that other batches of it wait (rule 6)."""
    return _read(connection, origin, device, lock=True)


def _read(connection: Connection, origin: str, device: Device, *, lock: bool = False) -> Log:
    its = and_(BOUND.c.origin == ORIGIN.c.origin, BOUND.c.device == device.id)
    query = (
        select(ORIGIN, BOUND.c.device.label("bound"))
        .outerjoin(BOUND, its)
        .where(ORIGIN.c.origin == origin)
    )
    row = connection.execute(query.with_for_update(of=ORIGIN) if lock else query).one_or_none()
    if row is None:
        district = device.scope.district or 0
        return Log(origin, district, True, None, 0, first_head(origin), new=True)
    return _log_of(row, bound=row.bound is not None or not row.last_seq)


def stored_log(connection: Connection, origin: str) -> Log:
    """Read a log that has changes, without locking it, for one of its own changes."""
    row = connection.execute(select(ORIGIN).where(ORIGIN.c.origin == origin)).one()
    return _log_of(row, bound=True)


def _log_of(row: Row[tuple[object, ...]], *, bound: bool) -> Log:
    parent = None if row.parent is None else (row.parent, row.parent_seq)
    return Log(row.origin, row.district, bound, parent, row.last_seq, row.head)


def begin(connection: Connection, log: Log, device: Device, now: int) -> None:
    """Insert the row of a new log, unless a concurrent request has."""
    row = {
        "origin": log.origin,
        "district": log.district,
        "device": device.id,
        "parent": None,
        "parent_seq": None,
        "last_seq": 0,
        "head": log.head,
        "last_seen": now,
    }
    insert_missing_rows(connection, ORIGIN, [row])


def note(connection: Connection, log: Log, device: Device, now: int) -> None:
    """Store the end of a log, and the device that sent it."""
    parent, parent_seq = log.parent or (None, None)
    connection.execute(
        update(ORIGIN)
        .where(ORIGIN.c.origin == log.origin)
        .values(
            last_seq=log.last_seq,
            head=log.head,
            last_seen=now,
            device=device.id,
            parent=parent,
            parent_seq=parent_seq,
        )
    )


def head_at(connection: Connection, log: Log, seq: int) -> bytes:
    """Return the head of the log after ``seq`` changes; it must have that many."""
    if seq == log.last_seq:
        return log.head
    if seq == 0:
        return first_head(log.origin)
    query = select(CHANGE.c.head).where(CHANGE.c.origin == log.origin, CHANGE.c.seq == seq)
    return cast(bytes, connection.execute(query).scalar_one())


def proves(connection: Connection, log: Log, request: SyncRequest) -> bool:
    """Say whether a request shows a head of the log; an older laptop proves by it that it has it.

    Raises:
        Refusal: the request is ahead of the log, so that the next one has to show a head.
    """
    batch, seq, head = request.batch, request.last_seq, request.head
    if batch is not None and (batch.first > 1 or seq > log.last_seq):
        seq, head = batch.first - 1, batch.before
    if seq > log.last_seq:
        raise gap(log)
    return seq > 0 and head_at(connection, log, seq) == bytes.fromhex(head)


def check_whole(connection: Connection, log: Log, request: SyncRequest) -> bool:
    """Say whether the laptop's whole log agrees with the stored one, as far as is known."""
    if request.last_seq > log.last_seq:
        return True
    return head_at(connection, log, request.last_seq) == bytes.fromhex(request.head)


def inherit(
    connection: Connection, log: Log, device: Device, parent: Parent | None, now: int
) -> tuple[str, int] | None:
    """Return the origin and seq that a log inherits.

    Raises:
        Refusal: 409, the parent log is not stored that far, or differs; 403, it is another
            device's.
    """
    if parent is None or log.parent == (parent.origin, parent.seq):
        return log.parent
    held = _read(connection, parent.origin, device)
    shown = parent.seq <= held.last_seq and (
        head_at(connection, held, parent.seq) == bytes.fromhex(parent.head)
    )
    if not held.bound and shown and parent.seq and now < device.proves_until:
        bind(connection, [held.origin], device.id, now)
    elif not held.bound:
        raise not_yours(held)
    if not shown:
        raise _ahead("parent", "The log that this one goes on from comes first.", held)
    # Of a log's beginning nothing is inherited, and everybody knows its head.
    return (parent.origin, parent.seq) if parent.seq else log.parent


def ancestry(connection: Connection, log: Log) -> Ancestry:
    """Return the origins whose writes count as this log's own (rule 4)."""
    inherited: dict[str, int] = {}
    past = log.parent
    while past is not None and past[0] not in inherited:
        inherited[past[0]] = past[1]
        query = select(ORIGIN.c.parent, ORIGIN.c.parent_seq).where(ORIGIN.c.origin == past[0])
        row = connection.execute(query).one_or_none()
        past = None if row is None or row.parent is None else (row.parent, row.parent_seq)
    return Ancestry(inherited, log.origin)


def created_before(connection: Connection, past: Ancestry, keys: Collection[Key]) -> set[Key]:
    """Return which of these records a log of the lineage made under its own prefix (rule 36)."""
    asked = {key for key in keys if origin_of(key) in past.inherited}
    if not asked:
        return set()
    query = select(CHANGE.c.kind, CHANGE.c.record_id, CHANGE.c.origin, CHANGE.c.seq).where(
        about_records(connection, CHANGE, asked), CHANGE.c.origin.in_(past.inherited)
    )
    return {
        key
        for row in connection.execute(query)
        for key in [(row.kind, row.record_id)]
        if key in asked and row.origin == origin_of(key) and row.seq <= past.inherited[row.origin]
    }


def gap(log: Log) -> Refusal:
    """Return the refusal of a batch that starts beyond the end of the log."""
    return _ahead("gap", "Changes are missing before this batch.", log)


def not_yours(log: Log) -> Refusal:
    """Return the refusal of a device that the log is not bound to."""
    refused = refusal(
        "not-yours",
        403,
        "This log belongs to another laptop.",
        "If it is this laptop's, enrol it again with a new code.",
    )
    return Refusal(refused.problem.model_copy(update={"origin": log.origin}))


def _ahead(word: str, title: str, log: Log) -> Refusal:
    """Return the refusal of a request ahead of a log.

    Only a device of the log gets its head, which proves possession of the log.
    """
    refused = log_mismatch(word, title, log.last_seq + 1, log.head)
    return refused if log.bound else _without_head(refused)


def altered(log: Log) -> Refusal:
    """Return the refusal of a log that differs from the stored one at an unknown place."""
    title = "This log differs from the one taken in before."
    return _without_head(log_mismatch("altered", title, log.last_seq + 1, log.head))


def _without_head(refused: Refusal) -> Refusal:
    return Refusal(refused.problem.model_copy(update={"head": None}))
