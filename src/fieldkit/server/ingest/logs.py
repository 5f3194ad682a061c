"""The stored logs of origins: locks them, checks requests against them, finds what they inherit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Connection, Row, select, update

from fieldkit.protocol.change import first_head
from fieldkit.protocol.merge import Ancestry
from fieldkit.protocol.messages import Parent, SyncRequest
from fieldkit.server.database.statements import insert_missing_rows
from fieldkit.server.database.tables import CHANGE, ORIGIN
from fieldkit.server.problems import Refusal, log_mismatch, refusal
from fieldkit.server.scope import Device


@dataclass(frozen=True, slots=True)
class Log:
    """The stored part of an origin's log."""

    origin: str
    district: int
    """The district of its records that name none."""
    device: int
    parent: tuple[str, int] | None
    last_seq: int
    head: bytes
    new: bool = False
    """It has no row: nothing of it was ingested yet."""


def lock(connection: Connection, origin: str, device: Device) -> Log:
    """Read a log and lock its row, so that other batches of it wait (rule 6)."""
    query = select(ORIGIN).where(ORIGIN.c.origin == origin).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        district = device.scope.district or 0
        return Log(origin, district, device.id, None, 0, first_head(origin), new=True)
    return _log_of(row)


def stored_log(connection: Connection, origin: str) -> Log:
    """Read a log that has changes, without locking it."""
    return _log_of(connection.execute(select(ORIGIN).where(ORIGIN.c.origin == origin)).one())


def _log_of(row: Row[tuple[object, ...]]) -> Log:
    parent = None if row.parent is None else (row.parent, row.parent_seq)
    return Log(row.origin, row.district, row.device, parent, row.last_seq, row.head)


def begin(connection: Connection, log: Log, now: int) -> None:
    """Insert the row of a new log, unless a concurrent request has."""
    row = {
        "origin": log.origin,
        "district": log.district,
        "device": log.device,
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


def check_whole(connection: Connection, log: Log, device: Device, request: SyncRequest) -> bool:
    """Say whether the laptop's whole log agrees with the stored one, as far as is known.

    Raises:
        Refusal: the log is another device's, or the request does not prove that it has the log.
    """
    if log.last_seq and device.id != log.device:
        if request.last_seq == 0:
            raise refusal(
                "not-yours",
                403,
                "This log belongs to another laptop.",
                "Tell whoever looks after the server.",
            )
        if request.batch is None and request.last_seq > log.last_seq:
            raise gap(log, device)
    if request.last_seq > log.last_seq:
        return True
    return head_at(connection, log, request.last_seq) == bytes.fromhex(request.head)


def inherit(
    connection: Connection, log: Log, device: Device, parent: Parent | None
) -> tuple[str, int] | None:
    """Return the origin and seq that a log inherits.

    Raises:
        Refusal: 409, the parent log is not stored that far, or differs.
    """
    if parent is None or log.parent == (parent.origin, parent.seq):
        return log.parent
    query = select(ORIGIN).where(ORIGIN.c.origin == parent.origin)
    row = connection.execute(query).one_or_none()
    held = Log(parent.origin, 0, device.id, None, 0, first_head(parent.origin))
    if row is not None:
        held = replace(held, device=row.device, last_seq=row.last_seq, head=row.head)
    fits = parent.seq <= held.last_seq
    if fits and head_at(connection, held, parent.seq) == bytes.fromhex(parent.head):
        return parent.origin, parent.seq
    raise _ahead("parent", "The log that this one goes on from comes first.", held, device)


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


def gap(log: Log, device: Device) -> Refusal:
    """Return the refusal of a batch that starts beyond the end of the log."""
    return _ahead("gap", "Changes are missing before this batch.", log, device)


def _ahead(word: str, title: str, log: Log, device: Device) -> Refusal:
    """Return the refusal of a request ahead of a log.

    Only the log's own device gets its head, which proves possession of the log.
    """
    refused = log_mismatch(word, title, log.last_seq + 1, log.head)
    return refused if device.id == log.device else _without_head(refused)


def altered(log: Log) -> Refusal:
    """Return the refusal of a log that differs from the stored one at an unknown place."""
    title = "This log differs from the one taken in before."
    return _without_head(log_mismatch("altered", title, log.last_seq + 1, log.head))


def _without_head(refused: Refusal) -> Refusal:
    return Refusal(refused.problem.model_copy(update={"head": None}))
