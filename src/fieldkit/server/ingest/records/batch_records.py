"""Reads and writes the state of all records of a batch, with one query per table.

A conflict's base value, and the author of the current value, are looked up in the record's log.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias, cast

from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.merge import DELETED, PLACE, Ancestry, written_fields
from fieldkit.server.conflicts import Held, conflicts, rows_about
from fieldkit.server.database.rows import (
    Key,
    StoredRecord,
    origin_of,
    place_of,
    read_records,
    rows_of,
    write_records,
)
from fieldkit.server.database.statements import about_records, insert_rows, upsert_rows
from fieldkit.server.database.tables import CHANGE, CONFLICT, FIELD_VERSION, MOVED
from fieldkit.server.feed.positions import feed_entries
from fieldkit.server.ingest.records.record_state import (
    CREATION,
    RecordState,
    compact,
    state_of,
)
from fieldkit.server.scope import Place, place_at

_LogRow: TypeAlias = Row[tuple[object, ...]]
_Versions: TypeAlias = Mapping[str, Sequence[int | str]]


def read_states(
    connection: Connection, keys: Iterable[Key], ancestry: Ancestry, cursors: Mapping[int, int]
) -> dict[Key, RecordState]:
    """Read these records; missing ones get an empty state.

    ``cursors``: how far the laptop has pulled each district's feed.
    """
    wanted = list(keys)
    # Most records of a batch are new: one query of the feed saves a query for each kind.
    feed = feed_entries(connection, wanted)
    rows = read_records(connection, feed)
    versions = _versions(connection, rows.keys())
    held, moves = conflicts(connection, rows.keys()), _moves(connection, rows.keys())
    born = _creation_seqs(connection, rows.keys(), versions, ancestry)
    states = {
        key: state_of(key, row, versions.get(key), held[key], moves[key], born.get(key, 0))
        for key, row in rows.items()
    }
    for key, one in states.items():
        one.must_return |= any(at > cursors.get(district, 0) for district, at, _ in feed[key])
    return {key: states.get(key) or RecordState(key) for key in wanted}


def read_times(connection: Connection, records: Collection[RecordState]) -> None:
    """Read when the versions of these records were made (rule 33)."""
    if not records:
        return
    states = {one.key: one for one in records}
    made_at = func.min(func.coalesce(CHANGE.c.settled_at, CHANGE.c.received_at))
    query = (
        select(CHANGE.c.kind, CHANGE.c.record_id, CHANGE.c.version, made_at)
        .where(about_records(connection, CHANGE, states.keys()), CHANGE.c.version.is_not(None))
        .group_by(CHANGE.c.kind, CHANGE.c.record_id, CHANGE.c.version)
    )
    for kind, record_id, version, at in connection.execute(query):
        if (kind, record_id) in states:
            states[kind, record_id].written_at[version] = at
    for one in records:
        # What this server made of older fields is in no log; its clock gave the time.
        made = one.values.get("created_at")
        if one.creation and isinstance(made, int):
            one.written_at.setdefault(one.creation.version, made)


def write_states(
    connection: Connection, records: Mapping[Key, RecordState]
) -> Mapping[Key, Mapping[str, object]]:
    """Write the new state of these records; return the rows of those that changed."""
    changed = {key: one for key, one in records.items() if one.changed}
    rows = rows_of({key: StoredRecord(one.version, one.values) for key, one in changed.items()})
    write_records(connection, rows, {key for key, one in changed.items() if one.before})
    _keep_versions(connection, changed.values())
    moved = [
        _named(one.key) | {"version": version, "district": place[0], "block": place[1]}
        for one in changed.values()
        for version, place in one.moves[one.moves_before :]
    ]
    insert_rows(connection, MOVED, moved)
    _keep_conflicts(connection, records.values())
    return rows


def _versions(connection: Connection, keys: Collection[Key]) -> dict[Key, _Versions]:
    rows = rows_about(connection, FIELD_VERSION, keys)
    return {(row.kind, row.record_id): row.written for row in rows}


def _moves(
    connection: Connection, keys: Collection[Key]
) -> defaultdict[Key, list[tuple[int, Place]]]:
    moves: defaultdict[Key, list[tuple[int, Place]]] = defaultdict(list)
    for row in rows_about(connection, MOVED, keys):
        moves[row.kind, row.record_id].append((row.version, (row.district, row.block)))
    return moves


def _creation_seqs(
    connection: Connection,
    keys: Iterable[Key],
    versions: Mapping[Key, _Versions],
    ancestry: Ancestry,
) -> dict[Key, int]:
    """Return the seq that created each record of an inherited log, where it is needed (rule 4)."""
    inherited = [
        key
        for key in keys
        if origin_of(key) in ancestry.inherited
        and (key not in versions or not versions[key][CREATION][2])
    ]
    if not inherited:
        return {}
    query = (
        select(CHANGE.c.kind, CHANGE.c.record_id, func.min(CHANGE.c.seq))
        .where(
            tuple_(CHANGE.c.kind, CHANGE.c.record_id).in_(inherited),
            CHANGE.c.record_id.startswith(CHANGE.c.origin),
            CHANGE.c.version.is_not(None),
        )
        .group_by(CHANGE.c.kind, CHANGE.c.record_id)
    )
    return {(kind, record_id): seq for kind, record_id, seq in connection.execute(query)}


def _keep_versions(connection: Connection, records: Iterable[RecordState]) -> None:
    rows: list[dict[str, object]] = []
    for one in records:
        written = compact(one)
        if written is not None:
            district = one.values["district"]
            rows.append(_named(one.key) | {"district": district, "written": written})
    upsert_rows(connection, FIELD_VERSION, rows)


def _keep_conflicts(connection: Connection, records: Iterable[RecordState]) -> None:
    """Write the conflicts that changed; all of a record's if its row changed (rule 14)."""
    lines: list[dict[str, object]] = []
    for one in records:
        if not one.contests_changed and not (one.held and one.changed):
            continue
        for name, origin in one.contests_before:
            connection.execute(
                delete(CONFLICT).where(
                    CONFLICT.c.kind == one.key[0],
                    CONFLICT.c.record_id == one.key[1],
                    CONFLICT.c.field == name,
                    CONFLICT.c.origin == origin,
                )
            )
        log = _RecordLog(connection, one)
        for contest, held in one.held.items():
            one.held[contest] = held = log.complete(held)
            lines.append(_conflict_row(one, held))
    if lines:
        connection.execute(insert(CONFLICT), lines)


def _conflict_row(one: RecordState, held: Held) -> dict[str, object]:
    return _named(one.key) | {
        "field": held.field,
        "origin": held.origin,
        "district": one.values["district"],
        "seqs": held.seqs,
        "held": held.held,
        "base": held.base,
        "by": held.by,
        "at": held.at,
        "stands_by": held.stands_by,
        "stands_at": held.stands_at,
    }


def _named(key: Key) -> dict[str, object]:
    return {"kind": key[0], "record_id": key[1]}


class _RecordLog:
    """The accepted changes of one record, read on first use."""

    def __init__(self, connection: Connection, record: RecordState) -> None:
        self._connection = connection
        self._record = record
        self._lines: list[tuple[_LogRow, Change]] | None = None

    def complete(self, held: Held) -> Held:
        """Look up the value at a conflict's base, and the authors of its values."""
        if held.seen and held.field != DELETED:
            base = self._value(held.field, held.seen)
            held = held.model_copy(update={"base": base, "seen": 0})
        if 0 in held.seqs:
            first = self._first(held.origin)
            held = held.model_copy(update={"seqs": sorted({one or first for one in held.seqs})})
        if held.written is not None:
            by, at = self._author(held.written.origin, held.written.seq)
            held = held.model_copy(update={"by": by, "at": at, "written": None})
        if held.against is not None:
            by, at = self._author(held.against.origin, held.against.seq)
            known = {"stands_by": by, "stands_at": at, "against": None}
            held = held.model_copy(update=known)
        return held

    def _read(self) -> list[tuple[_LogRow, Change]]:
        if self._lines is None:
            query = select(CHANGE).where(
                CHANGE.c.kind == self._record.key[0],
                CHANGE.c.record_id == self._record.key[1],
                CHANGE.c.version.is_not(None),
            )
            # Of several at one version the first made it; held changes sort after applied ones.
            rows = sorted(
                self._connection.execute(query),
                key=lambda row: (-row.version, row.verdict, _made_at(row), row.seq),
            )
            self._lines = [(row, logged_change(row.body)) for row in rows]
        return self._lines

    def _value(self, field: str, version: int) -> Json:
        if field == PLACE:
            return list(place_at(place_of(self._record.values), self._record.moves, version))
        for row, change in self._read():
            if row.version <= version and field not in (row.held or ()):
                value = dict(written_fields({}, change))
                if field in value:
                    return value[field]
        return None

    def _first(self, origin: str) -> int:
        """Return the seq of an origin's first change: it created the record."""
        return min((row.seq for row, _ in self._read() if row.origin == origin), default=0)

    def _author(self, origin: str, seq: int) -> tuple[str, int]:
        """Return the operator and time of a change; ``seq`` 0: the origin's first."""
        own = {row.seq: change for row, change in self._read() if row.origin == origin}
        for number, change in sorted(own.items()):
            if seq in (0, number):
                return change.operator, change.at
        return "", 0


def _made_at(row: _LogRow) -> int:
    at: int = row.received_at if row.settled_at is None else row.settled_at
    return at


def logged_change(body: bytes) -> Change:
    """Return the change whose canonical bytes the log holds."""
    read = json.loads(body)
    return Change(
        read["seq"],
        read["kind"],
        read["id"],
        Op(read["op"]),
        cast("dict[str, Json]", read["fields"]),
        read["base"],
        read["at"],
        read["operator"],
    )
