"""One request of a laptop: its batch is taken in, and it is brought what others have done.

Two transactions. The first takes the batch: it locks the log's row, then the counters of all
districts concerned in order of code, then reads (6); every change is kept with its verdict. The
second reads the page, after the first has committed. A clash of the first with another batch's is
tried again here.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fieldkit.protocol.finding import Verdict
from fieldkit.protocol.messages import SyncAnswer, SyncRequest
from fieldkit.server import request_log
from fieldkit.server.database.connection import may_retry, reading, writing
from fieldkit.server.database.rows import Key
from fieldkit.server.feed.page import Turned, turn
from fieldkit.server.feed.positions import Era, above, era, heal, lost, positions
from fieldkit.server.feed.sentences import spoken_verdicts
from fieldkit.server.ingest import logs as origins
from fieldkit.server.ingest.batch import Elsewhere, Entered, enter
from fieldkit.server.ingest.incoming import Entry, Known, entries_of, known_of, read_shape
from fieldkit.server.ingest.logs import Log
from fieldkit.server.problems import refusal
from fieldkit.server.scope import Device

_TRIES = 5
_HEALED_SECONDS = 600
_FARTHEST = 86_400
"""Seconds by which a lost era's clock can have been ahead: a cursor from farther is nobody's."""


class _Restored(Exception):
    """Laptops know of more than this database holds: it is an older copy of itself (5)."""

    def __init__(self, lost: Era, seen: Collection[int]) -> None:
        super().__init__("restored")
        self.lost = lost
        self.seen = seen


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, and the log it is about."""

    device: Device
    request: SyncRequest
    log: Log
    era: Era
    now: int


@dataclass(frozen=True, slots=True)
class _Taken:
    """How a log stands after its request."""

    log: Log
    era: Era
    seq: int
    head: bytes
    versions: list[int | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    own: Mapping[Key, int] = field(default_factory=dict)
    fork: int | None = None
    fits: bool = True
    """Whether the laptop's log may have a page: it differs nowhere from the one here."""


def sync(engine: Engine, device: Device, request: SyncRequest, now: int) -> SyncAnswer:
    """Take the request's batch in, and answer it with a page of the device's scope.

    Raises:
        Refusal: the log does not fit (gap, altered, parent, not-yours), the batch has no canonical
            form, or others kept the server busy (503).
    """
    taken = _taken(engine, device, request, now)
    for seq in taken.out_of_scope:
        request_log.log_event("out_of_scope", origin=request.origin, seq=seq)
    turned = Turned(None, request.cursors, request.focus, False)
    if taken.fits and request.most:
        with reading(engine) as connection:
            turned = turn(connection, device.scope, request, taken.own)
    return SyncAnswer(
        seq=taken.seq,
        head=taken.head.hex(),
        fork=taken.fork,
        versions=taken.versions,
        verdicts=taken.verdicts
        if request.codes
        else spoken_verdicts(taken.verdicts, request.batch),
        page=turned.page,
        cursors=dict(turned.cursors),
        focus=turned.focus,
        more=turned.more,
        epoch=device.epoch,
        scope=device.scope if request.epoch != device.epoch else None,
        incarnation=taken.era.incarnation,
        now=now,
    )


def _taken(engine: Engine, device: Device, request: SyncRequest, now: int) -> _Taken:
    """Take the batch in, again where another request's came between."""
    also: frozenset[int] = frozenset()
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                return _take(connection, device, request, also, now)
        except Elsewhere as elsewhere:
            also |= elsewhere.districts
        except _Restored as restored:
            with writing(engine) as connection:
                name = secrets.token_hex(8)
                lost = restored.lost.incarnation
                heal(connection, lost, request.incarnation, name, restored.seen, now)
            request_log.log_event("restored", origin=request.origin, device=device.id)
        except DBAPIError as error:
            if not may_retry(error):
                raise
    raise refusal("busy", 503, "The server cannot keep changes now.", "Sync later.")


def _take(
    connection: Connection, device: Device, request: SyncRequest, also: Collection[int], now: int
) -> _Taken:
    log = origins.lock(connection, request.origin, device)
    here = era(connection)
    _look_back(connection, log, request, here, now)
    fits = origins.check_whole(connection, log, device, request)
    if request.batch is not None:
        if log.new:
            origins.begin(connection, log, now)
            log = origins.lock(connection, log.origin, device)
        taken = _take_batch(connection, _Asked(device, request, log, here, now), fits, also)
    elif fits:
        if log.new:
            origins.inherit(connection, log, device, request.parent)
        taken = _Taken(log, here, log.last_seq, log.head)
    else:
        raise origins.altered(log)
    if taken.fits and not taken.log.new:
        origins.note(connection, taken.log, device, now)
    return taken


def _take_batch(connection: Connection, asked: _Asked, fits: bool, also: Collection[int]) -> _Taken:
    """Check that the batch continues the log, and take in what of it is new (7).

    ``fits``: whether the laptop's log as a whole does, as far as can be told.
    """
    log, request, batch = asked.log, asked.request, asked.request.batch
    assert batch is not None
    if batch.first > log.last_seq + 1:
        raise origins.gap(log, asked.device)
    if origins.head_at(connection, log, batch.first - 1) != bytes.fromhex(batch.before):
        raise origins.altered(log)
    entries = entries_of(batch)
    known = known_of(connection, log, [one for one in entries if one.seq <= log.last_seq])
    if known.fork is not None or not fits:
        return _forked(connection, asked, entries, known)
    log = replace(log, parent=origins.inherit(connection, log, asked.device, request.parent))
    old, new = entries[: len(known.versions)], entries[len(known.versions) :]
    entered = Entered()
    if new:
        scopes = asked.device.since(request.epoch)
        cursors = request.cursors
        entered = enter(connection, log, new, scopes, asked.era, cursors, also, asked.now)
        log = replace(log, last_seq=new[-1].seq, head=new[-1].head)
    replayed = {(change.kind, change.record_id) for change in map(read_shape, old) if change}
    return _Taken(
        log,
        asked.era,
        log.last_seq,
        log.head,
        known.versions + entered.versions,
        known.verdicts + entered.verdicts,
        entered.out_of_scope,
        {key: version for key, version in entered.own.items() if key not in replayed},
    )


def _forked(
    connection: Connection, asked: _Asked, entries: Sequence[Entry], known: Known
) -> _Taken:
    """Acknowledge what precedes the first difference; one beyond this batch is found later (3)."""
    if known.fork is None and entries[-1].seq >= asked.request.last_seq:
        raise origins.altered(asked.log)
    seq = entries[-1].seq if known.fork is None else known.fork - 1
    return _Taken(
        asked.log,
        asked.era,
        seq,
        origins.head_at(connection, asked.log, seq),
        known.versions,
        known.verdicts,
        fork=known.fork,
        fits=False,
    )


def _look_back(connection: Connection, log: Log, request: SyncRequest, here: Era, now: int) -> None:
    """Notice that the laptop knows of more than there is: this database was put back (5).

    It knows of more if it names an incarnation that never was here: put back twice to one backup.
    """
    if not request.incarnation or request.incarnation in here.past:
        return
    last = positions(connection)
    cursors = list(request.cursors.items())
    if request.focus is not None:
        cursors.append((request.focus.district, request.focus.position))
    beyond = [at for district, at in cursors if at > last.get(district, 0)]
    if any(at > max([*last.values(), above(here.floor, now + _FARTHEST)]) for at in beyond):
        raise refusal("unreadable", 400, "These cursors are none of this server's.")
    # One healing is enough: a device that asks for another soon after has no part in it.
    more = beyond or request.acked > log.last_seq or request.incarnation != here.incarnation
    if (more or lost(connection, cursors)) and not 0 <= now - here.since < _HEALED_SECONDS:
        raise _Restored(here, beyond)
