"""Ingests the new changes of a batch under the locks of their districts, each with a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.finding import REJECTED, Verdict
from fieldkit.protocol.merge import Ancestry
from fieldkit.protocol.scope import Role, Scope
from fieldkit.records import kinds
from fieldkit.records.fields.dates import day_at
from fieldkit.server.database.rows import (
    Key,
    ReadCache,
    UnfitChange,
    origin_of,
    place_of,
    read_change,
    read_places,
)
from fieldkit.server.database.statements import about_records, insert_rows
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.feed.positions import (
    Generation,
    append_entries,
    lock_counters,
    read_generation,
)
from fieldkit.server.ingest import findings
from fieldkit.server.ingest.authors import check_role
from fieldkit.server.ingest.batch_records import read_states, write_states
from fieldkit.server.ingest.incoming import Entry, contested, log_row, read_shape, rejected
from fieldkit.server.ingest.logs import Log, ancestry, created_before
from fieldkit.server.ingest.record_state import OutOfScope, RecordState, apply_change
from fieldkit.server.scope import Place


class MissingLocks(Exception):
    """The state read before locking is outdated: start over, locking these districts too."""

    def __init__(self, districts: Collection[int]) -> None:
        super().__init__("not locked")
        self.districts = frozenset(districts)


@dataclass(slots=True)
class BatchResult:
    """The outcome of the new changes of a batch, in order."""

    versions: list[int | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    refused: set[Key] = field(default_factory=set)
    """Records whose creation was rejected; later edits of them are rejected too."""
    own: dict[Key, int] = field(default_factory=dict)
    """The version of each record whose row the laptop can derive from its own changes alone."""


@dataclass(frozen=True, slots=True)
class BatchContext:
    """What is common to all changes of a batch."""

    log: Log
    ancestry: Ancestry
    created_before: Set[Key]
    """Records with the id of another log that this one may create: it goes on from that log."""
    role: Role
    scopes: Sequence[Scope]
    floor: int
    now: int


def ingest_changes(
    connection: Connection,
    log: Log,
    entries: Sequence[Entry],
    role: Role,
    scopes: Sequence[Scope],
    generation: Generation,
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
    wanted = _districts(connection, log, changes) | set(also)
    counters = lock_counters(connection, wanted, generation.floor)
    if read_generation(connection).name != generation.name:
        raise MissingLocks(wanted)  # a restore was detected while this waited (rule 5)
    past = ancestry(connection, log)
    created = {(one.kind, one.record_id) for one in changes if one.op is Op.CREATE}
    again = created_before(connection, past, created)
    context = BatchContext(log, past, again, role, scopes, generation.floor, now)
    keys = dict.fromkeys((change.kind, change.record_id) for change in changes)
    records = read_states(connection, keys, context.ancestry, cursors)
    waiting = findings.waiting(connection, {record_id for _, record_id in keys})
    places = {one.before.place[0] for one in records.values() if one.before}
    _check_locked(counters, places.union(waiting.values()))
    result = BatchResult()
    result.refused |= _rejected_before(connection, log, changes, records)
    lines = [_apply(context, records, entry, result) for entry in entries]
    rows = write_states(connection, records)
    others = _review(connection, records, rows, waiting.keys(), now)
    _check_locked(counters, {district for district, _ in others.values()})
    _append_entries(connection, records, others, counters)
    insert_rows(connection, CHANGE, lines)
    result.own = {
        key: one.version
        for key, one in records.items()
        if one.changed and not one.must_return and key not in others
    }
    return result


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


def _districts(connection: Connection, log: Log, changes: Sequence[Change]) -> set[int]:
    """Return the districts these records are in or move to."""
    known = [(one.kind, one.record_id) for one in changes if one.op is not Op.CREATE]
    places = read_places(connection, dict.fromkeys(known))
    found = {district for district, _ in places.values()}
    for change in changes:
        named = change.fields.get("district")
        if isinstance(named, int):
            found.add(named)
        elif (change.kind, change.record_id) not in places:
            found.add(log.district)
    return found


def _check_locked(counters: Mapping[int, int], districts: Set[int]) -> None:
    """Check that the counters of these districts are locked."""
    if missing := districts - counters.keys():
        raise MissingLocks(missing)


def _apply(
    context: BatchContext,
    records: Mapping[Key, RecordState],
    entry: Entry,
    result: BatchResult,
) -> dict[str, object]:
    """Merge one change or reject it; return its row of the log."""
    district, version, verdict = context.log.district, None, None
    change, held = entry.change, frozenset[str]()
    try:
        if entry.refused is not None:
            raise entry.refused
        if change is not None:
            record = records[change.kind, change.record_id]
            if change.op is not Op.CREATE and not record.values and record.key in result.refused:
                raise UnfitChange("entry_refused")
            if change.op is Op.CREATE and not record.values and not _may_create(context, record):
                raise UnfitChange("other_number")
            check_role(context.role, record, change, context.ancestry)
            merged = apply_change(
                record, change, context.ancestry, context.scopes, district, context.floor
            )
            held = frozenset(merged.held)
            verdict, version = contested(entry, held), record.version
            district = place_of(record.values)[0]
            record.must_return |= not _unchanged(entry.item, change)
    except UnfitChange as refused:
        verdict = rejected(entry, refused)
        if isinstance(refused, OutOfScope):
            result.out_of_scope.append(entry.seq)
        if change is not None and (change.kind, change.record_id) in records:
            record = records[change.kind, change.record_id]
            record.must_return = True
            if not record.values:
                result.refused.add(record.key)
    result.versions.append(version)
    result.verdicts += [verdict] if verdict else []
    return log_row(context.log, entry, district, version, verdict, held, context.now)


def _may_create(context: BatchContext, record: RecordState) -> bool:
    """Say whether the id of a new record is this log's own, or was in what it inherits (rule 36).

    Otherwise a device could take the ids of others in advance.
    """
    return origin_of(record.key) == context.log.origin or record.key in context.created_before


def _rejected_before(
    connection: Connection,
    log: Log,
    changes: Sequence[Change],
    records: Mapping[Key, RecordState],
) -> set[Key]:
    """Return the missing records whose creation was rejected in an earlier batch.

    A missing record with an id of this log was rejected: all earlier changes were answered.
    """
    missing = {
        (change.kind, change.record_id)
        for change in changes
        if change.op is not Op.CREATE and not records[change.kind, change.record_id].values
    }
    made_here = {(change.kind, change.record_id) for change in changes if change.op is Op.CREATE}
    own = {key for key in missing - made_here if origin_of(key) == log.origin}
    if not missing - own:
        return own
    query = select(CHANGE.c.kind, CHANGE.c.record_id).where(
        about_records(connection, CHANGE, missing - own), CHANGE.c.verdict == REJECTED
    )
    found = {(row.kind, row.record_id) for row in connection.execute(query)}
    return own | (found & missing)


def _unchanged(as_sent: object, change: Change) -> bool:
    """Say whether the values of a change are the same after reading as the laptop sent them."""
    fields = as_sent.get("fields") if isinstance(as_sent, dict) else None
    return (
        isinstance(fields, dict)
        and fields == change.fields
        and list(map(type, fields.values())) == list(map(type, change.fields.values()))
    )


def _review(
    connection: Connection,
    records: Mapping[Key, RecordState],
    rows: Mapping[Key, Mapping[str, object]],
    waiting: Set[Key],
    now: int,
) -> dict[Key, Place]:
    """Update the findings; return the places of the records whose findings changed."""
    if not rows:
        return {}
    touched = {
        key: findings.Touched(row, before.values if (before := records[key].before) else None)
        for key, row in rows.items()
    }
    differing = findings.review(connection, touched, waiting, day_at(now))
    others = {key: place_of(records[key].values) for key in differing if key in records}
    return others | read_places(connection, differing - others.keys())


def _previous_place(record: RecordState) -> Place | None:
    """Return where laptops may hold the record: its place before the batch or its first move."""
    if record.before:
        return record.before.place
    return record.moves[0][1] if record.moves else None


def _append_entries(
    connection: Connection,
    records: Mapping[Key, RecordState],
    others: Mapping[Key, Place],
    counters: Mapping[int, int],
) -> None:
    """Append feed entries of the records that changed, or whose conflicts or findings did."""
    appended: dict[Key, tuple[Place, Place | None]] = {
        key: (place_of(one.values), _previous_place(one))
        for key, one in records.items()
        if one.changed or one.contests_changed
    }
    for key, place in others.items():
        appended.setdefault(key, (place, place))
    if appended:
        append_entries(connection, counters, appended)
