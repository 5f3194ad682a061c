"""One sync request of a laptop: ingests its batch and answers with a page of others' changes.

There are two transactions. The first ingests the batch: it locks the log's row, then the counters
of all districts concerned in order of code, then reads (rule 6); every change is stored with its
verdict. The second reads the page after the first has committed. A clash of the first with another
batch is retried here.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fieldkit.protocol.finding import Verdict
from fieldkit.protocol.messages import Settled, SyncAnswer, SyncRequest, Unsettled
from fieldkit.server import request_log
from fieldkit.server.database.connection import may_retry, reading, writing
from fieldkit.server.database.rows import Key
from fieldkit.server.devices.authentication import confirm_device
from fieldkit.server.devices.bindings import bind
from fieldkit.server.feed.page import PageResult, read_page
from fieldkit.server.feed.positions import (
    Generation,
    begin_generation,
    in_skipped_range,
    number_above,
    positions,
    read_generation,
)
from fieldkit.server.feed.sentences import verdicts_for
from fieldkit.server.ingest import logs
from fieldkit.server.ingest.batch import BatchResult, ingest_changes
from fieldkit.server.ingest.incoming import Entry, Known, entries_of, known_of, read_shape
from fieldkit.server.ingest.locked_records import MissingLocks
from fieldkit.server.ingest.logs import Log
from fieldkit.server.ingest.settling import retry_waiting, verdicts_changed
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

_TRIES = 5
_RESTORE_SECONDS = 600
"""Seconds after the begin of a generation in which no other one begins."""
_MOST_SKEW = 86_400
"""Seconds that the clock of a lost generation can have been ahead: reject cursors beyond that."""


class _Restored(Exception):
    """A laptop knows more than this database holds: it was restored from a backup (rule 5)."""

    def __init__(self, lost: Generation, seen: Collection[int]) -> None:
        super().__init__("restored")
        self.lost = lost
        self.seen = seen


@dataclass(frozen=True, slots=True)
class _LogRequest:
    """A request, and the log it is about."""

    device: Device
    request: SyncRequest
    log: Log
    generation: Generation
    now: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The state of a log after its request, and what became of the batch."""

    log: Log
    generation: Generation
    seq: int
    head: bytes
    versions: list[int | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    own: Mapping[Key, int] = field(default_factory=dict)
    fork: int | None = None
    fits: bool = True
    """Whether the laptop's log agrees with the stored one, so that it may get a page."""


def sync(engine: Engine, device: Device, request: SyncRequest, now: int) -> SyncAnswer:
    """Ingest the request's batch, and answer with a page of the device's scope.

    Raises:
        Refusal: the log does not fit (gap, altered, parent, not-yours), the batch has no canonical
            form, the device was revoked meanwhile, or others kept the server busy (503).
    """
    outcome = _ingest(engine, device, request, now)
    for seq in outcome.out_of_scope:
        request_log.log_event("out_of_scope", origin=request.origin, seq=seq)
    result, settled = PageResult(None, request.cursors, request.focus, False), list[Settled]()
    listed = request.unsettled or Unsettled()
    if outcome.fits and listed.waiting:
        retry_waiting(engine, request.origin, listed.waiting, now)
    if outcome.fits and (request.most or listed.late or listed.waiting):
        with reading(engine) as connection:
            settled = verdicts_changed(connection, request.origin, listed)
            if request.most:
                result = read_page(connection, device.scope, request, outcome.own)
    return SyncAnswer(
        seq=outcome.seq,
        head=outcome.head.hex(),
        fork=outcome.fork,
        versions=outcome.versions,
        verdicts=verdicts_for(request, outcome.verdicts),
        settled=settled,
        page=result.page,
        cursors=dict(result.cursors),
        focus=result.focus,
        more=result.more,
        epoch=device.epoch,
        scope=device.scope if request.epoch != device.epoch else None,
        incarnation=outcome.generation.name,
        now=now,
    )


def _ingest(engine: Engine, device: Device, request: SyncRequest, now: int) -> _Outcome:
    """Ingest the batch; retry where another request interfered."""
    also: frozenset[int] = frozenset()
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                outcome = _try_ingest(connection, device, request, also, now)
                confirm_device(connection, device)
                return outcome
        except MissingLocks as missing:
            also |= missing.districts
        except _Restored as restored:
            with writing(engine) as connection:
                name = secrets.token_hex(8)
                lost = restored.lost.name
                begin_generation(connection, lost, request.incarnation, name, restored.seen, now)
            request_log.log_event("restored", origin=request.origin, device=device.id)
        except DBAPIError as error:
            if not may_retry(error):
                raise
    raise refusal("busy", 503, "The server cannot keep changes now.", "Sync later.")


def _try_ingest(
    connection: Connection, device: Device, request: SyncRequest, also: Collection[int], now: int
) -> _Outcome:
    log = logs.lock(connection, request.origin, device)
    if log.new and request.batch is not None:
        logs.begin(connection, log, device, now)
        log = logs.lock(connection, log.origin, device)
    current = read_generation(connection)
    _check_restored(connection, log, request, current, now)
    asked = _LogRequest(device, request, log, current, now)
    if not log.bound and (other := _forked_at_first(connection, asked)):
        return other
    bound = log.bound or (now < device.proves_until and logs.proves(connection, log, request))
    if not bound:
        raise logs.not_yours(log)
    fits = logs.check_whole(connection, log, request)
    if request.batch is not None:
        outcome = _ingest_batch(connection, asked, fits, also)
    elif fits:
        if log.new:
            logs.inherit(connection, log, device, request.parent, now)
        outcome = _Outcome(log, current, log.last_seq, log.head)
    else:
        raise logs.altered(log)
    if outcome.fits and not outcome.log.new:
        logs.note(connection, outcome.log, device, now)
        if not (log.bound and log.last_seq):
            bind(connection, [log.origin], device.id, now)
    return outcome


def _ingest_batch(
    connection: Connection, asked: _LogRequest, fits: bool, also: Collection[int]
) -> _Outcome:
    """Check that the batch continues the log, and ingest its new changes (rule 7).

    ``fits``: whether the laptop's whole log agrees with the stored one, as far as is known.
    """
    log, request, batch = asked.log, asked.request, asked.request.batch
    assert batch is not None
    if batch.first > log.last_seq + 1:
        raise logs.gap(log)
    if logs.head_at(connection, log, batch.first - 1) != bytes.fromhex(batch.before):
        raise logs.altered(log)
    entries = entries_of(batch)
    known = known_of(connection, log, [one for one in entries if one.seq <= log.last_seq])
    if known.fork is not None or not fits:
        return _forked(connection, asked, entries, known)
    log = replace(
        log, parent=logs.inherit(connection, log, asked.device, request.parent, asked.now)
    )
    old, new = entries[: len(known.versions)], entries[len(known.versions) :]
    result = BatchResult()
    if new:
        result = ingest_changes(
            connection,
            log,
            asked.device,
            new,
            asked.generation,
            request.cursors,
            also,
            asked.now,
        )
        log = replace(log, last_seq=new[-1].seq, head=new[-1].head)
    replayed = {(change.kind, change.record_id) for change in map(read_shape, old) if change}
    return _Outcome(
        log,
        asked.generation,
        log.last_seq,
        log.head,
        known.versions + result.versions,
        known.verdicts + result.verdicts,
        result.out_of_scope,
        {key: version for key, version in result.own.items() if key not in replayed},
    )


def _forked_at_first(connection: Connection, asked: _LogRequest) -> _Outcome | None:
    """Answer a device that has another first change than the log: it has another log (rule 39).

    None: its first change is the same, or not in this request.
    """
    log, batch = asked.log, asked.request.batch
    if batch is None or batch.first > 1:
        return None
    if entries_of(batch)[0].head == logs.head_at(connection, log, 1):
        return None
    head = logs.head_at(connection, log, 0)
    return _Outcome(log, asked.generation, 0, head, fork=1, fits=False)


def _forked(
    connection: Connection, asked: _LogRequest, entries: Sequence[Entry], known: Known
) -> _Outcome:
    """Acknowledge the changes before the first difference (rule 3).

    A difference beyond this batch is found by a later request.
    """
    if known.fork is None and entries[-1].seq >= asked.request.last_seq:
        raise logs.altered(asked.log)
    seq = entries[-1].seq if known.fork is None else known.fork - 1
    return _Outcome(
        asked.log,
        asked.generation,
        seq,
        logs.head_at(connection, asked.log, seq),
        known.versions,
        known.verdicts,
        fork=known.fork,
        fits=False,
    )


def _check_restored(
    connection: Connection, log: Log, request: SyncRequest, current: Generation, now: int
) -> None:
    """Raise if the laptop knows more than this database: it was restored from a backup (rule 5).

    A laptop that names an unknown generation also knows more: one backup was restored twice.
    """
    if not request.incarnation or request.incarnation in current.past:
        return
    last = positions(connection)
    cursors = list(request.cursors.items())
    if request.focus is not None:
        cursors.append((request.focus.district, request.focus.position))
    beyond = [at for district, at in cursors if at > last.get(district, 0)]
    most = max([*last.values(), number_above(current.floor, now + _MOST_SKEW)])
    if max(beyond, default=0) > most:
        raise refusal("unreadable", 400, "These cursors are none of this server's.")
    # A generation that has just begun covers all devices: do not begin another one.
    more = beyond or request.acked > log.last_seq or request.incarnation != current.name
    recent = 0 <= now - current.since < _RESTORE_SECONDS
    if (more or in_skipped_range(connection, cursors)) and not recent:
        raise _Restored(current, beyond)
