"""What revoked laptops hand in: kept as it is, until a supervisor admits or discards it.

It is a bundle; admitted, it is ingested by the very function of ``POST /v1/sync``, under the scope
that the device had when it was revoked. So what is admitted twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from fieldkit.keys.sealing import from_text
from fieldkit.protocol.bundle import AnsweredRequest, Bundle, digest_of
from fieldkit.protocol.messages.supervision import MOST_SEALED
from fieldkit.protocol.messages.sync import SyncAnswer, SyncRequest
from fieldkit.server.database.connection import reading, writing
from fieldkit.server.database.tables import SEALED_WORK
from fieldkit.server.devices.authentication import DatabaseRow, device_when_revoked, lock_device
from fieldkit.server.devices.keys import device_keys, server_keys
from fieldkit.server.ingest.bundles.bundle import answer_requests, opened
from fieldkit.server.ingest.sync import sync
from fieldkit.server.problems import refusal
from fieldkit.server.request_log import log_event
from fieldkit.server.scope import Device

_MOST_KEPT = 100
"""Most pieces of work ever taken of one revoked device, decided or not."""
_work = SEALED_WORK.c


class Admitted(NamedTuple):
    """What became of sealed work that was admitted."""

    verdicts: Counter[str]
    left: int
    """Changes that were not taken."""
    done: Sequence[int]
    """The numbers of the pieces that were taken as far as they ever can be."""


def hand_in(engine: Engine, device: Device, data: bytes, now: int) -> str:
    """Keep what a revoked device sealed; return its digest. The same bytes are kept once.

    Raises:
        Refusal: it is no bundle of this device for this server, or the device has handed in too
            much.
    """
    with reading(engine) as connection:
        bundle = _opened(connection, device.id, data)
    times, changes = list(_times(bundle)), _changes(bundle.requests)
    digest = digest_of(data)
    with writing(engine) as connection:
        lock_device(connection, device.id)
        its = select(_work.decided_at, _work.digest).where(_work.device == device.id)
        before = connection.execute(its).all()
        if bytes.fromhex(digest) in {row.digest for row in before}:
            return digest
        waiting = sum(row.decided_at is None for row in before)
        if waiting >= MOST_SEALED or len(before) >= _MOST_KEPT:
            raise refusal(
                "too-much-sealed",
                409,
                "This laptop has handed in too much.",
                "Its supervisor admits or discards what waits; if nothing does, it enrols again.",
            )
        row = {
            "device": device.id,
            "digest": bytes.fromhex(digest),
            "changes": changes,
            "since": min(times, default=None),
            "received_at": now,
            "body": data,
        }
        connection.execute(insert(SEALED_WORK).values(row))
    log_event("sealed", device=device.id, changes=changes)
    return digest


def undecided(connection: Connection, device: int, numbers: Collection[int]) -> list[DatabaseRow]:
    """Return the pieces of work of a device that have these numbers and wait for a decision."""
    query = select(SEALED_WORK).where(
        _work.device == device, _work.number.in_(numbers), _work.decided_at.is_(None)
    )
    return list(connection.execute(query.order_by(_work.number)).all())


def admit(engine: Engine, device: int, pieces: Sequence[DatabaseRow], now: int) -> Admitted:
    """Ingest sealed work for the device that sealed it, one piece after the other.

    The pieces go in the order in which the laptop wrote them: by stick, a later one may come first.
    A change that is in several of them counts once.

    Raises:
        Refusal: 503, the server is busy; what was ingested stays, and is not ingested again.
    """
    verdicts, left, done = dict[tuple[str, int], str](), 0, list[int]()
    for piece, bundle in _as_written(engine, device, pieces):
        with reading(engine) as connection:
            sender = device_when_revoked(connection, device)
        parts = answer_requests(engine, sender, bundle, now, _without_page)
        found = _verdicts(parts)
        verdicts |= found
        missing = _changes(bundle.requests) - len(found)
        left += missing
        if not missing:
            done.append(piece.number)
    return Admitted(Counter(verdicts.values()), left, done)


def _as_written(
    engine: Engine, device: int, pieces: Sequence[DatabaseRow]
) -> list[tuple[DatabaseRow, Bundle]]:
    """Open pieces of work; return them in the order in which the laptop wrote them."""
    with reading(engine) as connection:
        found = [(piece, _opened(connection, device, piece.body)) for piece in pieces]
    return sorted(found, key=lambda one: one[1].header.number)


def note_decision(
    connection: Connection, numbers: Collection[int], now: int, *, admitted: bool
) -> None:
    """Note a decision, and drop the work itself, which is not needed any more."""
    its = update(SEALED_WORK).where(_work.number.in_(numbers), _work.decided_at.is_(None))
    connection.execute(its.values(decided_at=now, admitted=admitted, body=b""))


def _opened(connection: Connection, device: int, data: bytes) -> Bundle:
    """Open a bundle, which this device must have signed."""
    bundle = opened(server_keys(connection), data)
    if from_text(bundle.header.device) not in device_keys(connection, device):
        raise refusal(
            "bundle-unknown",
            403,
            "Another laptop wrote this bundle.",
            "Only the laptop that wrote it can hand it in.",
        )
    return bundle


def _without_page(engine: Engine, device: Device, request: SyncRequest, now: int) -> SyncAnswer:
    return sync(engine, device, request.model_copy(update={"most": 0}), now)


def _verdicts(parts: Sequence[AnsweredRequest]) -> dict[tuple[str, int], str]:
    """Return by origin and seq the verdicts on the changes that the server now holds."""
    found: dict[tuple[str, int], str] = {}
    for part in parts:
        if isinstance(part.answer, SyncAnswer) and part.changes:
            others = {one.seq: one.verdict for one in part.answer.verdicts}
            last = min(part.answer.seq, part.first + part.changes - 1)
            for seq in range(part.first, last + 1):
                found[part.asked.origin, seq] = others.get(seq, "applied")
    return found


def _changes(requests: Sequence[SyncRequest]) -> int:
    return sum(len(one.batch.changes) for one in requests if one.batch)


def _times(bundle: Bundle) -> Iterator[int]:
    """Yield when the changes were saved, as far as that can be read."""
    for request in bundle.requests:
        for change in request.batch.changes if request.batch else ():
            at = change.get("at") if isinstance(change, dict) else None
            if isinstance(at, int) and at >= 0:
                yield at
