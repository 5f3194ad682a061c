"""Records locked by their districts, changed in memory and written once (rule 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass

from sqlalchemy import Connection

from fieldkit.protocol.change import Change, Op
from fieldkit.protocol.merge import Ancestry
from fieldkit.records.fields.dates import day_at
from fieldkit.server.database.eras import Era, count_batch, read_era
from fieldkit.server.database.rows import Key, StoredRecord, place_of, read_places
from fieldkit.server.feed.positions import append_entries, lock_counters
from fieldkit.server.ingest.records import conversions, findings
from fieldkit.server.ingest.records.batch_records import read_states, write_states
from fieldkit.server.ingest.records.record_state import RecordState
from fieldkit.server.scope import Place


class MissingLocks(Exception):
    """The state read before locking is outdated: start over, locking these districts too."""

    def __init__(self, districts: Collection[int]) -> None:
        super().__init__("not locked")
        self.districts = frozenset(districts)


@dataclass(frozen=True, slots=True)
class LockedRecords:
    """The states of some records, under the locks of their districts."""

    connection: Connection
    states: Mapping[Key, RecordState]
    _counters: Mapping[int, int]
    _beside: Set[Key]
    """Other records with findings about these."""
    _floor: int

    def check(self, districts: Set[int]) -> None:
        """Check that the counters of these districts are locked.

        Raises:
            MissingLocks: one is not.
        """
        _check_locked(self._counters, districts)

    def write(
        self, now: int, older: Mapping[Key, StoredRecord] | None = None
    ) -> Mapping[Key, Place]:
        """Write what changed, with findings and entries of the feed; count the batch (rule 42).

        ``older``: further records, whose older fields become records of their own. Returns the
        places of the records whose findings changed.

        Raises:
            MissingLocks: one of these is in a district that is not locked.
        """
        connection = self.connection
        made = conversions.follow(connection, self.states, older or {}, now, self._floor)
        states = {**self.states, **made}
        beside = self._beside
        if made:
            found = findings.waiting(connection, {record_id for _, record_id in made})
            beside = beside | found.keys()
            here = {one.before.place[0] for one in made.values() if one.before}
            self.check({*here, *found.values()})
        rows = write_states(connection, states)
        others = _review(connection, states, rows, beside, now)
        self.check({district for district, _ in others.values()})
        _append_entries(connection, states, others, self._counters)
        count_batch(connection, min(self._counters))
        return others


def lock_records(
    connection: Connection,
    keys: Iterable[Key],
    districts: Collection[int],
    era: Era,
    ancestry: Ancestry,
    cursors: Mapping[int, int],
) -> LockedRecords:
    """Lock districts, at least one, then read the records.

    ``ancestry``: of the log whose changes are to be merged. ``cursors``: how far its laptop has
    pulled each district's feed.

    Raises:
        MissingLocks: roll this transaction back and start over with more locks.
    """
    counters = lock_counters(connection, districts, era.floor)
    if read_era(connection).name != era.name:
        raise MissingLocks(districts)  # a server was started while this waited (rule 41)
    states = read_states(connection, keys, ancestry, cursors)
    beside = findings.waiting(connection, {record_id for _, record_id in states})
    places = {one.before.place[0] for one in states.values() if one.before}
    _check_locked(counters, places.union(beside.values()))
    return LockedRecords(connection, states, counters, beside.keys(), era.floor)


def districts_of(connection: Connection, default: int, changes: Iterable[Change]) -> set[int]:
    """Return the districts that the records of changes are in or move to.

    ``default``: the district of new records that name none; the only one if there is no record.
    """
    changes = list(changes)
    known = [(one.kind, one.record_id) for one in changes if one.op is not Op.CREATE]
    places = read_places(connection, dict.fromkeys(known))
    found = {district for district, _ in places.values()}
    for change in changes:
        named = change.fields.get("district")
        if isinstance(named, int):
            found.add(named)
        elif (change.kind, change.record_id) not in places:
            found.add(default)
    return found or {default}


def _check_locked(counters: Mapping[int, int], districts: Set[int]) -> None:
    """Check that the counters of these districts are locked."""
    if missing := districts - counters.keys():
        raise MissingLocks(missing)


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
