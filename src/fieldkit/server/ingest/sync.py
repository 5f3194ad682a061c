"""One sync request of a laptop: ingests its batch and answers with a page of others' changes.

There are two transactions. The first ingests the batch: it locks the log's row, then the counters
of all districts concerned in order of code, then reads (rule 6); every change is stored with its
verdict. The second reads the page after the first has committed. A clash of the first with another
batch is retried here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fieldkit.protocol.messages.finding import Verdict
from fieldkit.protocol.messages.sync import Settled, SyncAnswer, SyncRequest, Unsettled
from fieldkit.server import request_log
from fieldkit.server.database.connection import may_retry, reading, writing
from fieldkit.server.database.eras import (
    Era,
    as_incarnation,
    read_era,
    read_mark,
    served_by_lost_data,
)
from fieldkit.server.database.rows import Key
from fieldkit.server.devices.authentication import confirm_device
from fieldkit.server.devices.bindings import bind
from fieldkit.server.feed.page import PageResult, read_page
from fieldkit.server.feed.sentences import verdicts_for
from fieldkit.server.ingest.batch import BatchResult, ingest_changes
from fieldkit.server.ingest.logged import logs
from fieldkit.server.ingest.logged.incoming import Entry, Known, entries_of, known_of, read_shape
from fieldkit.server.ingest.logged.logs import Log
from fieldkit.server.ingest.records.locked_records import MissingLocks
from fieldkit.server.ingest.settling import retry_waiting, verdicts_changed
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

_TRIES = 5


@dataclass(frozen=True, slots=True)
class _LogRequest:
    """A request, and the log it is about."""

    device: Device
    request: SyncRequest
    log: Log
    era: Era
    now: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The state of a log after its request, and what became of the batch."""

    log: Log
    request: SyncRequest
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
        Refusal: the log does not fit (gap, altered, parent, not-yours), the laptop was served by
            data that is lost, the batch has no canonical form, the device was revoked meanwhile, or
            others kept the server busy (503).
    """
    outcome = _ingest(engine, device, request, now)
    for seq in outcome.out_of_scope:
        request_log.log_event("out_of_scope", origin=request.origin, seq=seq)
    request = outcome.request
    result, settled = PageResult(None, request.cursors, request.focus, False), list[Settled]()
    listed = request.unsettled or Unsettled()
    if outcome.fits and listed.waiting:
        retry_waiting(engine, request.origin, listed.waiting, now)
    with reading(engine) as connection:
        mark = read_mark(connection)
        if outcome.fits:
            settled = verdicts_changed(connection, request.origin, listed)
        if outcome.fits and request.most:
            result = read_page(connection, device.scope, request, outcome.own)
    complete = result.page is not None and not result.more
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
        mark=None if request.mark is None else mark,
        incarnation="" if request.mark else as_incarnation(mark, complete=complete),
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
        except DBAPIError as error:
            if not may_retry(error):
                raise
    raise refusal("busy", 503, "The server cannot save changes now.", "Sync later.")


def _try_ingest(
    connection: Connection, device: Device, request: SyncRequest, also: Collection[int], now: int
) -> _Outcome:
    request = _from_the_start_if_lost(connection, request)
    log = logs.lock(connection, request.origin, device)
    if log.new and request.batch is not None:
        logs.begin(connection, log, device, now)
        log = logs.lock(connection, log.origin, device)
    asked = _LogRequest(device, request, log, read_era(connection), now)
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
        outcome = _Outcome(log, request, log.last_seq, log.head)
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
            connection, log, asked.device, new, asked.era, request.cursors, also, asked.now
        )
        log = replace(log, last_seq=new[-1].seq, head=new[-1].head)
    replayed = {(change.kind, change.record_id) for change in map(read_shape, old) if change}
    return _Outcome(
        log,
        request,
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
    return _Outcome(log, asked.request, 0, head, fork=1, fits=False)


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
        asked.request,
        seq,
        logs.head_at(connection, asked.log, seq),
        known.versions,
        known.verdicts,
        fork=known.fork,
        fits=False,
    )


def _from_the_start_if_lost(connection: Connection, request: SyncRequest) -> SyncRequest:
    """Return the request, or if the laptop was served by lost data, one that pulls all (rule 42).

    Raises:
        Refusal: 409, a laptop that knows marks begins again by itself.
    """
    if not served_by_lost_data(connection, request):
        return request
    request_log.log_event("lost", origin=request.origin)
    if request.mark is not None:
        raise refusal(
            "lost",
            409,
            "The server has lost what it sent to this laptop.",
            "It was restored from a backup. Compare all logs, and pull from the start.",
        )
    return request.model_copy(update={"cursors": {}, "focus": None})
