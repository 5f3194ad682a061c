"""Taking one batch in: one transaction, every change kept, each with its verdict.

The rules (numbers of the protocol): a batch locks its origin (6); what was taken before is checked
by its hash and answered as it was then, a gap is refused (7); what cannot be read is a verdict for
that change alone (16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update

from fieldkit.records import Change, Json, first_head
from fieldkit.records.bounds import LONGEST_NAME, NEVER_KEPT, hides_aadhaar
from fieldkit.server.tables import CHANGE, ORIGIN
from fieldkit.server.problems import refusal, unfitting
from fieldkit.server.rows import Rows, Unfitting
from fieldkit.sync.codec import Unreadable, chain
from fieldkit.sync.messages import Batch, ChangeItem, SyncAnswer, SyncRequest, Verdict

APPLIED, REJECTED = "applied", "rejected"


@dataclass(frozen=True, slots=True)
class Sender:
    """The enrolment a request comes under."""

    device: int
    district: int


@dataclass(frozen=True, slots=True)
class Log:
    """How far an origin's log has come here."""

    origin: str
    district: int
    last_seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a batch on its way into the log."""

    seq: int
    item: object
    """As it came."""
    body: bytes
    """Its canonical form."""
    head: bytes
    change: Change | None = None
    """None if it cannot be read."""
    refused: Unfitting | None = None


def sync(connection: Connection, sender: Sender, request: SyncRequest, now: int) -> SyncAnswer:
    """Take the request's batch in and say how the origin's log then stands.

    Runs in the caller's transaction, which must be rolled back on any error.

    Raises:
        Refusal: the log does not fit (gap, altered), or the batch has no canonical form.
    """
    log = _lock(connection, request.origin, sender, now)
    verdicts: list[Verdict] = []
    if request.last_seq <= log.last_seq:
        _compare(connection, log, request.last_seq, bytes.fromhex(request.head))
    if request.batch is not None:
        log, verdicts = _take(connection, log, request.batch, now)
    connection.execute(
        update(ORIGIN)
        .where(ORIGIN.c.origin == log.origin)
        .values(last_seq=log.last_seq, head=log.head, last_seen=now, device=sender.device)
    )
    return SyncAnswer(seq=log.last_seq, head=log.head.hex(), verdicts=verdicts)


def _lock(connection: Connection, origin: str, sender: Sender, now: int) -> Log:
    """Read the origin's row, keeping other batches of it waiting; make it if it is new."""
    row = connection.execute(
        select(ORIGIN).where(ORIGIN.c.origin == origin).with_for_update()
    ).one_or_none()
    if row is not None:
        return Log(origin, row.district, row.last_seq, row.head)
    log = Log(origin, sender.district, 0, first_head(origin))
    connection.execute(
        insert(ORIGIN).values(
            origin=origin,
            district=log.district,
            device=sender.device,
            last_seq=0,
            head=log.head,
            last_seen=now,
        )
    )
    return log


def _head_at(connection: Connection, log: Log, seq: int) -> bytes:
    """Return the head of the log after ``seq`` changes."""
    if seq == log.last_seq:
        return log.head
    if seq == 0:
        return first_head(log.origin)
    query = select(CHANGE.c.head).where(CHANGE.c.origin == log.origin, CHANGE.c.seq == seq)
    return cast(bytes, connection.execute(query).scalar_one())


def _compare(connection: Connection, log: Log, seq: int, head: bytes) -> None:
    """Refuse a log that differs from what was taken in before."""
    if _head_at(connection, log, seq) != head:
        raise _altered(log)


def _take(connection: Connection, log: Log, batch: Batch, now: int) -> tuple[Log, list[Verdict]]:
    """Check that the batch continues the log, and take in what of it is new."""
    if batch.first > log.last_seq + 1:
        raise unfitting("gap", "Changes are missing before this batch.", log.last_seq + 1, log.head)
    before = bytes.fromhex(batch.before)
    _compare(connection, log, batch.first - 1, before)
    entries = _entries(batch, before)
    known = sum(entry.seq <= log.last_seq for entry in entries)
    verdicts = _replayed(connection, log, entries[:known])
    new = entries[known:]
    if new:
        verdicts += _enter(connection, log, [_read(entry) for entry in new], now)
        log = replace(log, last_seq=new[-1].seq, head=new[-1].head)
    return log, verdicts


def _entries(batch: Batch, before: bytes) -> list[Entry]:
    """Number the changes of a batch and extend the chain by each."""
    try:
        links = chain(before, batch.changes)
    except Unreadable:
        raise refusal("unreadable", 400, "This batch cannot be read.") from None
    return [
        Entry(seq, item, body, head)
        for seq, (item, (body, head)) in enumerate(
            zip(batch.changes, links, strict=True), start=batch.first
        )
    ]


def _replayed(connection: Connection, log: Log, entries: Sequence[Entry]) -> list[Verdict]:
    """Answer what was taken in before as it was answered then."""
    if not entries:
        return []
    rows = connection.execute(
        select(CHANGE.c.seq, CHANGE.c.head, CHANGE.c.verdict, CHANGE.c.field, CHANGE.c.reason)
        .where(
            CHANGE.c.origin == log.origin,
            CHANGE.c.seq.between(entries[0].seq, entries[-1].seq),
        )
        .order_by(CHANGE.c.seq)
    ).all()
    if [row.head for row in rows] != [entry.head for entry in entries]:
        raise _altered(log)
    return [
        Verdict(seq=row.seq, verdict=row.verdict, field=row.field, reason=row.reason)
        for row in rows
        if row.verdict != APPLIED
    ]


def _altered(log: Log) -> Exception:
    return unfitting(
        "altered", "This log differs from the one taken in before.", log.last_seq + 1, log.head
    )


def _read(entry: Entry) -> Entry:
    """Read one change of a batch; one that has no shape at all is kept and rejected."""
    try:
        item = ChangeItem.model_validate(entry.item)
        if item.seq != entry.seq:
            raise Unfitting("This change is out of its place.")
        if hides_aadhaar([item.id, item.operator]):
            raise Unfitting(NEVER_KEPT)
        entry.body.decode()
    except ValidationError as error:
        place = error.errors(include_input=False, include_url=False)[0]["loc"]
        name = str(place[1]) if len(place) > 1 and place[0] == "fields" else None
        return replace(entry, refused=Unfitting("The server cannot read this change.", name))
    except UnicodeDecodeError:
        return replace(entry, refused=Unfitting("This holds halves of characters."))
    except Unfitting as refused:
        return replace(entry, refused=refused)
    fields = cast(dict[str, Json], item.fields)
    change = Change(
        item.seq, item.kind, item.id, item.op, fields, item.base, item.at, item.operator
    )
    return replace(entry, change=change)


def _enter(connection: Connection, log: Log, entries: Sequence[Entry], now: int) -> list[Verdict]:
    """Apply new changes in order and enter them in the log; return what was rejected."""
    rows = Rows(connection, [entry.change for entry in entries if entry.change], log.district)
    lines: list[dict[str, object]] = []
    verdicts: list[Verdict] = []
    for entry in entries:
        line = _line(log, entry, now)
        try:
            if entry.refused is not None:
                raise entry.refused
            if entry.change is not None:
                line["version"], line["district"] = rows.apply(entry.change)
        except Unfitting as refused:
            verdict = _rejected(entry, refused)
            verdicts.append(verdict)
            line |= {"verdict": REJECTED, "field": verdict.field, "reason": verdict.reason}
            if hides_aadhaar(cast(Json, entry.item)):
                line |= {"record_id": None, "body": b""}
        lines.append(line)
    rows.write()
    connection.execute(insert(CHANGE), lines)
    return verdicts


def _rejected(entry: Entry, refused: Unfitting) -> Verdict:
    name = refused.field if refused.field and not hides_aadhaar(refused.field) else ""
    return Verdict(
        seq=entry.seq,
        verdict=REJECTED,
        field=name[:LONGEST_NAME] or None,
        reason=refused.reason[:500],
    )


def _line(log: Log, entry: Entry, now: int) -> dict[str, object]:
    """Return the row of the log for one change, as if it had been applied."""
    return {
        "origin": log.origin,
        "seq": entry.seq,
        "district": log.district,
        "kind": entry.change.kind if entry.change else None,
        "record_id": entry.change.record_id if entry.change else None,
        "body": entry.body,
        "head": entry.head,
        "verdict": APPLIED,
        "field": None,
        "reason": "",
        "version": None,
        "received_at": now,
    }
