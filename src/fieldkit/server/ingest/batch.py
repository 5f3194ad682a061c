"""Taking new changes in: under the locks of their districts, all at once, each with its verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.finding import REJECTED, Verdict
from fieldkit.protocol.merge import Ancestry
from fieldkit.protocol.scope import Scope
from fieldkit.records import kinds
from fieldkit.records.fields.dates import day_at
from fieldkit.server.database.rows import (
    Key,
    ReadCache,
    UnfitChange,
    place_of,
    read_change,
    read_places,
)
from fieldkit.server.database.statements import about_records, insert_rows
from fieldkit.server.database.tables import CHANGE
from fieldkit.server.feed.positions import Era, era, lock_counters, renew
from fieldkit.server.ingest import findings
from fieldkit.server.ingest.batch_records import gather, keep
from fieldkit.server.ingest.incoming import Entry, contested, line, read_shape, rejected
from fieldkit.server.ingest.logs import Log, ancestry
from fieldkit.server.ingest.record_state import OutOfScope, RecordState, lay, origin_of
from fieldkit.server.scope import Place


class Elsewhere(Exception):
    """What was read before the locks holds no more: begin again, and lock these districts too."""

    def __init__(self, districts: Collection[int]) -> None:
        super().__init__("not locked")
        self.districts = frozenset(districts)


@dataclass(slots=True)
class Entered:
    """What became of the new changes of a batch, in order."""

    versions: list[int | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_scope: list[int] = field(default_factory=list)
    refused: set[Key] = field(default_factory=set)
    """Records whose entry was not taken: what was typed on them later has nothing to stand on."""
    own: dict[Key, int] = field(default_factory=dict)
    """The version of each record whose row the laptop knows from its own changes alone."""


@dataclass(frozen=True, slots=True)
class Under:
    """What a batch is taken in under."""

    log: Log
    ancestry: Ancestry
    scopes: Sequence[Scope]
    floor: int
    now: int


def enter(
    connection: Connection,
    log: Log,
    entries: Sequence[Entry],
    scopes: Sequence[Scope],
    here: Era,
    cursors: Mapping[int, int],
    also: Collection[int],
    now: int,
) -> Entered:
    """Take new changes in, and enter them in the log.

    ``cursors``: how far the laptop has been brought what others did. ``also``: districts to lock
    beside those the changes show.

    Raises:
        Elsewhere: nothing may be kept of this transaction; it is to be begun again.
    """
    _read(entries)
    changes = [entry.change for entry in entries if entry.change and not entry.refused]
    wanted = _districts(connection, log, changes) | set(also)
    counters = lock_counters(connection, wanted, here.floor)
    if era(connection).incarnation != here.incarnation:
        raise Elsewhere(wanted)  # the server was found to be put back while this waited (5)
    under = Under(log, ancestry(connection, log), scopes, here.floor, now)
    keys = dict.fromkeys((change.kind, change.record_id) for change in changes)
    records = gather(connection, keys, under.ancestry, cursors)
    waiting = findings.waiting(connection, {record_id for _, record_id in keys})
    stand = {one.before.place[0] for one in records.values() if one.before}
    _locked(counters, stand.union(waiting.values()))
    entered = Entered()
    entered.refused |= _never_taken(connection, log, changes, records)
    lines = [_lay(under, records, entry, entered) for entry in entries]
    rows = keep(connection, records)
    others = _review(connection, records, rows, waiting.keys(), now)
    _locked(counters, {district for district, _ in others.values()})
    _renew(connection, records, others, counters)
    insert_rows(connection, CHANGE, lines)
    entered.own = {
        key: one.version
        for key, one in records.items()
        if one.changed and not one.echo and key not in others
    }
    return entered


def _read(entries: Sequence[Entry]) -> None:
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
    """Return the districts where these records stand or are to stand."""
    known = [(one.kind, one.record_id) for one in changes if one.op is not Op.CREATE]
    stand = read_places(connection, dict.fromkeys(known))
    found = {district for district, _ in stand.values()}
    for change in changes:
        named = change.fields.get("district")
        if isinstance(named, int):
            found.add(named)
        elif (change.kind, change.record_id) not in stand:
            found.add(log.district)
    return found


def _locked(counters: Mapping[int, int], districts: Set[int]) -> None:
    """Make sure that the counters of these districts are locked."""
    if missing := districts - counters.keys():
        raise Elsewhere(missing)


def _lay(
    under: Under,
    records: Mapping[Key, RecordState],
    entry: Entry,
    entered: Entered,
) -> dict[str, object]:
    """Merge one change, or say why not; return its row of the log."""
    district, version, verdict = under.log.district, None, None
    change, held = entry.change, frozenset[str]()
    try:
        if entry.refused is not None:
            raise entry.refused
        if change is not None:
            record = records[change.kind, change.record_id]
            if change.op is not Op.CREATE and not record.values and record.key in entered.refused:
                raise UnfitChange("entry_refused")
            merged = lay(
                record, change, under.ancestry, under.scopes, under.log.district, under.floor
            )
            held = frozenset(merged.held)
            verdict, version = contested(entry, held), record.version
            district = place_of(record.values)[0]
            record.echo |= not _unchanged(entry.item, change)
    except UnfitChange as refused:
        verdict = rejected(entry, refused)
        if isinstance(refused, OutOfScope):
            entered.out_of_scope.append(entry.seq)
        if change is not None and (change.kind, change.record_id) in records:
            record = records[change.kind, change.record_id]
            record.echo = True
            if not record.values:
                entered.refused.add(record.key)
    entered.versions.append(version)
    entered.verdicts += [verdict] if verdict else []
    return line(under.log, entry, district, version, verdict, held, under.now)


def _never_taken(
    connection: Connection,
    log: Log,
    changes: Sequence[Change],
    records: Mapping[Key, RecordState],
) -> set[Key]:
    """Find the records that are not here because their entry was rejected before.

    Of the log's own ids that is sure: whatever comes before in the log has been answered.
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
    """Say whether reading a change has left its values as the laptop laid them."""
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
    """Work out the findings; return the records whose findings are others now, and their places."""
    if not rows:
        return {}
    touched = {
        key: findings.Touched(row, before.values if (before := records[key].before) else None)
        for key, row in rows.items()
    }
    differing = findings.review(connection, touched, waiting, day_at(now))
    others = {key: place_of(records[key].values) for key in differing if key in records}
    return others | read_places(connection, differing - others.keys())


def _stood(record: RecordState) -> Place | None:
    """Return where a record stood that somebody may hold; its author, if it came and moved."""
    if record.before:
        return record.before.place
    return record.moves[0][1] if record.moves else None


def _renew(
    connection: Connection,
    records: Mapping[Key, RecordState],
    others: Mapping[Key, Place],
    counters: Mapping[int, int],
) -> None:
    """Renew the entries of all that changed, or about which something did."""
    renewed: dict[Key, tuple[Place, Place | None]] = {
        key: (place_of(one.values), _stood(one))
        for key, one in records.items()
        if one.changed or one.contests_changed
    }
    for key, place in others.items():
        renewed.setdefault(key, (place, place))
    if renewed:
        renew(connection, counters, renewed)
