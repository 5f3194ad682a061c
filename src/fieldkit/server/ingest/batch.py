"""Ingests the new changes of a batch under the locks of their districts, each with a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.merge import Ancestry
from fieldkit.protocol.messages.finding import REJECTED, WAITING, Verdict
from fieldkit.records import kinds
from fieldkit.server.database.eras import Era
from fieldkit.server.database.rows import Key, ReadCache, UnfitChange, origin_of, read_change
from fieldkit.server.database.statements import about_records, insert_rows
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.ingest import unsettled
from fieldkit.server.ingest.logged.incoming import Entry, log_row, read_shape
from fieldkit.server.ingest.logged.logs import Log, ancestry, created_before
from fieldkit.server.ingest.logged.outcomes import Outcome, WaitingChange, attempt, merge_waiting
from fieldkit.server.ingest.records.batch_records import read_times
from fieldkit.server.ingest.records.locked_records import districts_of, lock_records
from fieldkit.server.ingest.records.record_state import OutOfScope, RecordState, Writer
from fieldkit.server.ingest.unsettled import Allowance, Unsettled
from fieldkit.server.scope import Device, Rights

Waiting = defaultdict[Key, list[WaitingChange]]
"""The changes that wait for each missing record, in order of arrival."""


@dataclass(slots=True)
class BatchResult:
    """The outcome of the new changes of a batch, in order."""

    versions: list[int | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    own: dict[Key, int] = field(default_factory=dict)
    """The version of each record whose row the laptop can derive from its own changes alone."""


@dataclass(slots=True)
class _Work:
    """A batch in progress."""

    writer: Writer
    created_before: Set[Key]
    """Records with the id of another log that this one may create: it goes on from that log."""
    floor: int
    records: Mapping[Key, RecordState]
    waiting: Waiting
    refused: set[Key]
    """Missing records whose creation was rejected; edits of them are rejected too."""
    allowance: Allowance
    out_of_scope: list[int] = field(default_factory=list)


def ingest_changes(
    connection: Connection,
    log: Log,
    device: Device,
    entries: Sequence[Entry],
    era: Era,
    cursors: Mapping[int, int],
    also: Collection[int],
    now: int,
) -> BatchResult:
    """Ingest new changes, and write them to the log.

    ``cursors``: how far the laptop has pulled each district's feed. ``also``: districts to lock
    besides those named by the changes.

    Raises:
        MissingLocks: roll this transaction back and start over with more locks.
    """
    _read_changes(entries)
    changes = [entry.change for entry in entries if entry.change and not entry.refused]
    rights = unsettled.rights_of(connection, device, now)
    writer = Writer(ancestry(connection, log), device.scope.role, rights, log.district)
    wanted = districts_of(connection, log.district, changes) | set(also)
    keys = dict.fromkeys((change.kind, change.record_id) for change in changes)
    locked = lock_records(connection, keys, wanted, era, writer.ancestry, cursors)
    records = locked.states
    read_times(connection, _outside(records.values(), rights, changes))
    earlier = unsettled.about(connection, [key for key, one in records.items() if not one.values])
    waiting = _waiting(connection, changes, earlier, now)
    locked.check(_named_districts(waiting))
    refused = _refused_before(connection, writer.ancestry, changes, records, earlier)
    made = {(one.kind, one.record_id) for one in changes if one.op is Op.CREATE}
    again = created_before(connection, writer.ancestry, made)
    work = _Work(
        writer, again, era.floor, records, waiting, refused, Allowance(connection, device.id)
    )
    known = [one for some in waiting.values() for one in some]
    outcomes = [_ingest(work, entry) for entry in entries]
    # The log first: the author of a value in conflict is read from it.
    rows = [log_row(entry, one, now) for entry, one in zip(entries, outcomes, strict=True)]
    insert_rows(connection, CHANGE, rows)
    unsettled.add(connection, device.id, _open_changes(entries, outcomes))
    unsettled.settle(connection, [one.outcome for one in known if one.tried], now)
    others = locked.write(now)
    return BatchResult(
        [one.version for one in outcomes],
        [one.verdict for one in outcomes if one.verdict],
        work.out_of_scope,
        {
            key: one.version
            for key, one in records.items()
            if one.changed and not one.must_return and key not in others
        },
    )


def _read_changes(entries: Sequence[Entry]) -> None:
    """Read changes with their values."""
    here = kinds()
    so_far: defaultdict[str, ReadCache] = defaultdict(dict)
    for entry in entries:
        if change := read_shape(entry):
            known, read = here.get(change.kind), so_far[change.kind]
            try:
                entry.change = read_change(change, known, len(entry.body), read)
            except UnfitChange as refused:
                entry.refused = refused


def _outside(
    records: Iterable[RecordState], rights: Rights, changes: Iterable[Change]
) -> list[RecordState]:
    """Return the records that are, or come to be, outside the device's present scope."""
    moving = {
        (one.kind, one.record_id) for one in changes if {"district", "block"} & one.fields.keys()
    }
    return [
        one
        for one in records
        if one.before and (one.key in moving or not rights.reaches(one.before.place))
    ]


def _waiting(
    connection: Connection,
    changes: Iterable[Change],
    earlier: Mapping[Key, Sequence[Unsettled]],
    now: int,
) -> Waiting:
    """Read the changes that wait for records which this batch creates."""
    created = {(one.kind, one.record_id) for one in changes if one.op is Op.CREATE}
    listed = [one for key in created for one in earlier.get(key, ()) if one.verdict == WAITING]
    found: Waiting = defaultdict(list)
    read = unsettled.read_waiting(connection, listed, now)
    for one, waiting in zip(listed, read, strict=True):
        found[one.key].append(waiting)
    return found


def _named_districts(waiting: Waiting) -> set[int]:
    """Return the districts to which waiting changes move their records."""
    changes = (one.change for some in waiting.values() for one in some if one.change)
    named = (one.fields.get("district") for one in changes)
    return {one for one in named if isinstance(one, int)}


def _ingest(work: _Work, entry: Entry) -> Outcome:
    """Merge one change, or note why not."""
    outcome = Outcome(work.writer.ancestry.origin, entry.seq, work.writer.district)
    change = entry.change
    record = work.records.get((change.kind, change.record_id)) if change else None
    try:
        if entry.refused is not None:
            raise entry.refused
        if change is not None and record is not None:
            _merge(work, record, change, outcome)
            record.must_return |= not _unchanged(entry.item, change)
    except UnfitChange as refused:
        outcome.reject(refused)
        if isinstance(refused, OutOfScope):
            work.out_of_scope.append(entry.seq)
        if record is not None:
            record.must_return = True
            if change is not None and change.op is Op.CREATE and not record.values:
                work.refused.add(record.key)
    return outcome


def _merge(work: _Work, record: RecordState, change: Change, outcome: Outcome) -> None:
    """Merge one change, and then those that waited for its record.

    Raises:
        UnfitChange: it cannot be accepted.
    """
    there = bool(record.values)
    if change.op is Op.CREATE and not there and not _may_create(work, record.key):
        raise UnfitChange("other_number")
    if change.op is not Op.CREATE and not there and record.key in work.refused:
        raise UnfitChange("entry_refused")
    attempt(record, change, work.writer, outcome, work.floor)
    if outcome.open:
        if not work.allowance.count_one():
            raise UnfitChange("unsettled_full")
        record.must_return = True
        if change.op is Op.CREATE:
            work.refused.discard(record.key)
        elif not there:
            work.waiting[record.key].append(WaitingChange(change, work.writer, outcome))
    elif not there:
        merge_waiting(record, work.waiting.pop(record.key, ()), work.floor)


def _may_create(work: _Work, key: Key) -> bool:
    """Say whether the id of a new record is this log's own, or was in what it inherits (rule 36).

    Otherwise a device could take the ids of others in advance.
    """
    return origin_of(key) == work.writer.ancestry.origin or key in work.created_before


def _open_changes(
    entries: Iterable[Entry], outcomes: Iterable[Outcome]
) -> list[tuple[Change, Outcome]]:
    """Return the changes that are late or waiting."""
    pairs = zip(entries, outcomes, strict=True)
    return [(entry.change, one) for entry, one in pairs if entry.change and one.open]


def _refused_before(
    connection: Connection,
    ancestry: Ancestry,
    changes: Iterable[Change],
    records: Mapping[Key, RecordState],
    earlier: Mapping[Key, Sequence[Unsettled]],
) -> set[Key]:
    """Return the missing records whose creation this log, or one before it, has seen rejected.

    A record numbered by this log whose creation is not late was rejected: all earlier changes of
    the log were answered.
    """
    lineage = {*ancestry.inherited, ancestry.origin}
    missing = {
        (one.kind, one.record_id)
        for one in changes
        if one.op is not Op.CREATE and not records[one.kind, one.record_id].values
    }
    late = {
        key
        for key, some in earlier.items()
        if any(one.creates and one.origin in lineage for one in some)
    }
    own = {key for key in missing - late if origin_of(key) in lineage}
    if not own:
        return set()
    created = {(one.kind, one.record_id) for one in changes if one.op is Op.CREATE}
    never = {key for key in own - created if origin_of(key) == ancestry.origin}
    query = select(CHANGE.c.kind, CHANGE.c.record_id).where(
        about_records(connection, CHANGE, own),
        CHANGE.c.verdict == REJECTED,
        CHANGE.c.origin.in_(lineage),
    )
    rejected = {(row.kind, row.record_id) for row in connection.execute(query)}
    return never | (rejected & own)


def _unchanged(as_sent: object, change: Change) -> bool:
    """Say whether the values of a change are the same after reading as the laptop sent them."""
    fields = as_sent.get("fields") if isinstance(as_sent, dict) else None
    return (
        isinstance(fields, dict)
        and fields == change.fields
        and list(map(type, fields.values())) == list(map(type, change.fields.values()))
    )
