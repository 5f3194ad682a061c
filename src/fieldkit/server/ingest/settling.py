"""Settles single changes that are late or waiting, and tells their laptops (rules 34, 43)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fieldkit.protocol.change import Change
from fieldkit.protocol.merge import Ancestry, FieldWrite
from fieldkit.protocol.messages.finding import LATE, WAITING
from fieldkit.protocol.messages.sync import Settled
from fieldkit.protocol.messages.sync import Unsettled as Asked
from fieldkit.server.database.connection import may_retry, reading, writing
from fieldkit.server.database.eras import count_batch, read_era
from fieldkit.server.database.rows import UnfitChange
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.feed.positions import feed_entries, lock_counters
from fieldkit.server.ingest import unsettled
from fieldkit.server.ingest.logged.incoming import ANSWERS, verdict_of
from fieldkit.server.ingest.logged.logs import ancestry, stored_log
from fieldkit.server.ingest.logged.outcomes import Outcome, WaitingChange, attempt, merge_waiting
from fieldkit.server.ingest.records.batch_records import read_times
from fieldkit.server.ingest.records.locked_records import MissingLocks, districts_of, lock_records
from fieldkit.server.ingest.records.record_state import RecordState
from fieldkit.server.ingest.unsettled import Unsettled
from fieldkit.server.problems import refusal

_TRIES = 5


def verdicts_changed(connection: Connection, origin: str, asked: Asked) -> list[Settled]:
    """Return the changes of a log whose verdict is no longer the one that the laptop heard.

    Those asked about again are returned whatever their verdict.
    """
    heard = dict.fromkeys(asked.again, "")
    heard |= dict.fromkeys(asked.late, LATE) | dict.fromkeys(asked.waiting, WAITING)
    if not heard:
        return []
    query = ANSWERS.where(CHANGE.c.origin == origin, CHANGE.c.seq.in_(heard))
    return [
        Settled.model_validate({**verdict_of(row).model_dump(), "version": row.version})
        for row in connection.execute(query.order_by(CHANGE.c.seq))
        if row.verdict != heard[row.seq]
    ]


def retry_waiting(engine: Engine, origin: str, seqs: Collection[int], now: int) -> None:
    """Merge those of the waiting changes of a log whose record is there.

    A creation that is ingested merges what waits for it. Only where both arrived at the same time
    can one have missed the other.
    """
    with reading(engine) as connection:
        listed = unsettled.listed(connection, origin, seqs)
        there = feed_entries(connection, [one.key for one in listed])
    for one in listed:
        if one.verdict == WAITING and one.key in there:
            _settle(engine, one, now, _merge)


def take(engine: Engine, one: Unsettled, now: int) -> Outcome | None:
    """Merge a late change, as a supervisor decided (rule 34); None: it is not open any more."""
    return _settle(engine, one, now, _admit)


def leave(engine: Engine, one: Unsettled, now: int) -> None:
    """Reject a change, as a supervisor decided, and what waits for a record that it creates."""
    with writing(engine) as connection:
        lock_counters(connection, [one.district], read_era(connection).floor)
        if not unsettled.still_open(connection, one):
            return
        (left,) = unsettled.read_waiting(connection, [one], now)
        left.outcome.reject(UnfitChange("left_out"))
        outcomes = [left.outcome]
        if one.creates:
            creation = FieldWrite(0, one.origin, one.seq)
            for other in _waiting_for(connection, one, now):
                if other.writer.ancestry.includes(creation):
                    other.outcome.reject(UnfitChange("entry_refused"))
                    outcomes.append(other.outcome)
        unsettled.settle(connection, outcomes, now)
        count_batch(connection, one.district)


_Merge = Callable[[Connection, RecordState, WaitingChange, int], None]
"""Merges a change into its record, or notes in its outcome why not."""


def _merge(
    _connection: Connection, record: RecordState, waiting: WaitingChange, floor: int
) -> None:
    if record.values:
        merge_waiting(record, [waiting], floor)


def _admit(connection: Connection, record: RecordState, late: WaitingChange, floor: int) -> None:
    if late.change is None:
        return
    own = late.writer.ancestry
    heirs = _heirs(connection, record, late.change, own.origin)
    # What they wrote is the same author's: nothing of it is another's to conflict with.
    lineage = Ancestry({**own.inherited, **dict.fromkeys(heirs, sys.maxsize)}, own.origin)
    writer = replace(late.writer, ancestry=lineage)
    try:
        attempt(record, late.change, writer, late.outcome, floor, heirs=heirs)
    except UnfitChange as refused:
        late.outcome.reject(refused)


def _settle(engine: Engine, one: Unsettled, now: int, merge: _Merge) -> Outcome | None:
    """Settle a change in a transaction; start over where a batch interfered."""
    also: frozenset[int] = frozenset()
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                return _try_settle(connection, one, also, now, merge)
        except MissingLocks as missing:
            also |= missing.districts
        except DBAPIError as error:
            if not may_retry(error):
                raise
    raise refusal("busy", 503, "The server cannot save changes now.", "Sync later.")


def _try_settle(
    connection: Connection, one: Unsettled, also: Collection[int], now: int, merge: _Merge
) -> Outcome | None:
    """Lock the record, merge the change, and write what came of that."""
    (asked,) = unsettled.read_waiting(connection, [one], now)
    waiting = _waiting_for(connection, one, now) if one.creates else []
    changes = [each.change for each in (asked, *waiting) if each.change]
    districts = districts_of(connection, asked.writer.district, changes) | set(also)
    era = read_era(connection)
    lineage = asked.writer.ancestry
    locked = lock_records(connection, [one.key], districts, era, lineage, {})
    if not unsettled.still_open(connection, one):
        return None
    record, was_there = locked.states[one.key], bool(locked.states[one.key].values)
    read_times(connection, [record] if was_there else [])
    merge(connection, record, asked, era.floor)
    if record.values and not was_there:
        merge_waiting(record, waiting, era.floor)
    settled = [asked, *(each for each in waiting if each.tried)]
    unsettled.settle(connection, [each.outcome for each in settled], now)
    locked.write(now)
    return asked.outcome


def _waiting_for(connection: Connection, one: Unsettled, now: int) -> list[WaitingChange]:
    """Return the changes that wait for the record which a change creates."""
    others = unsettled.about(connection, [one.key]).get(one.key, [])
    waiting = [other for other in others if other.verdict == WAITING]
    return unsettled.read_waiting(connection, waiting, now)


def _heirs(connection: Connection, record: RecordState, change: Change, origin: str) -> set[str]:
    """Return the logs that inherited a change, among those that wrote the record."""
    writers = {written.origin for written in record.written.values()} - {origin}
    return {
        log
        for log in writers
        if ancestry(connection, stored_log(connection, log)).inherited.get(origin, 0) >= change.seq
    }
