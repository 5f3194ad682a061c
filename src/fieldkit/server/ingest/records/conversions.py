"""Makes the records that stand for older fields, as a batch writes these fields.

The server does this and not the laptops: it alone sees every value, of old laptops too, and of a
value that two laptops hold it makes one record. What it made follows the older field until a person
changes the new record; from then on the new record stands by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from sqlalchemy import Connection, select

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.merge import Ancestry
from fieldkit.records import Record, Value
from fieldkit.records.declaration.conversion import Conversion
from fieldkit.records.declaration.roles import conversions_of
from fieldkit.server.database.rows import Key, StoredRecord, origin_of, to_json
from fieldkit.server.database.statements import is_one_of
from fieldkit.server.ingest.records.batch_records import read_states
from fieldkit.server.ingest.records.record_state import RecordState, Writer, apply_change
from fieldkit.server.scope import Rights

_Values = Mapping[str, Json]


class _Wanted(NamedTuple):
    """A record that is to stand for older fields, or no longer."""

    kind: type[Record]
    conversion: Conversion
    key: Key
    values: _Values
    """Empty: the older fields are."""
    by: str
    """Who entered the older record."""


def follow(
    connection: Connection,
    states: Mapping[Key, RecordState],
    stored: Mapping[Key, StoredRecord],
    now: int,
    floor: int,
) -> dict[Key, RecordState]:
    """Return the records to be made or changed after the older fields of others.

    ``states``: the records of a batch; those that it changed count. ``stored``: further records,
    whose older fields nobody has followed yet. ``floor``: new versions are above it.
    """
    wanted: dict[Key, _Wanted] = {}
    for state in states.values():
        if state.changed:
            before = state.before.values if state.before else {}
            wanted |= _wanted(state.key, before, state.values)
    for key, one in stored.items():
        wanted |= _wanted(key, {}, one.values)
    if not wanted:
        return {}
    unread = [key for key in wanted if key not in states]
    held = read_states(connection, unread, Ancestry({}, ""), {})
    held |= {key: states[key] for key in wanted if key in states}
    new = [one for one in wanted.values() if one.values and not held[one.key].values]
    by_hand = _entered_by_hand(connection, new, states)
    for key, asked in wanted.items():
        if key not in by_hand:
            _write(held[key], asked, now, floor)
    return {key: state for key, state in held.items() if state.changed and key not in states}


def _wanted(source: Key, before: _Values, values: _Values) -> dict[Key, _Wanted]:
    """Return what the change of a record's older fields asks for."""
    found: dict[Key, _Wanted] = {}
    for kind, conversion in conversions_of(source[0]):
        now, was = conversion.made(source[1], values), conversion.made(source[1], before)
        if now != was and (now or not conversion.shared):
            key = kind.kind(), conversion.id_for(kind.kind(), source[1], now)
            by = str(values.get("created_by") or "")
            found[key] = _Wanted(kind, conversion, key, now, by)
    return found


def _entered_by_hand(
    connection: Connection, wanted: Iterable[_Wanted], states: Mapping[Key, RecordState]
) -> set[Key]:
    """Return those for which another record stands already, stored or in this batch."""
    by_way: defaultdict[tuple[type[Record], tuple[str, ...]], list[_Wanted]] = defaultdict(list)
    for one in wanted:
        by_way[one.kind, one.conversion.same].append(one)
    found: set[Key] = set()
    for (kind, same), some in by_way.items():
        there = {
            (state.values.get("district"), *(state.values.get(name) for name in same))
            for key, state in states.items()
            if key[0] == kind.kind() and state.values and not state.values.get("deleted")
        }
        there |= _stored(connection, kind, same, some)
        for one in some:
            if (one.values["district"], *(one.values.get(name) for name in same)) in there:
                found.add(one.key)
    return found


def _stored(
    connection: Connection, kind: type[Record], same: tuple[str, ...], wanted: Iterable[_Wanted]
) -> set[tuple[Json, ...]]:
    """Return district and values, in these fields, of the stored records that may be equal."""
    columns = kind.table().c
    firsts = sorted({str(one.values[same[0]]) for one in wanted if same[0] in one.values})
    query = select(columns.district, *(columns[name] for name in same)).where(
        is_one_of(connection, columns[same[0]], firsts), columns.deleted.is_(False)
    )
    rows = connection.execute(query)
    return {tuple(to_json(cast(Value, one)) for one in row) for row in rows}


def _write(state: RecordState, wanted: _Wanted, now: int, floor: int) -> None:
    """Bring a record up to date with the older fields, unless a person has changed it."""
    own = origin_of(wanted.key)
    if any(one.origin != own for one in state.written.values()):
        return
    change = _change(state, wanted, now)
    if change is None:
        return
    writer = Writer(Ancestry({}, own), "administrator", Rights((), now), 0)
    apply_change(state, change, writer, floor, admitted=True)
    state.must_return = True


def _change(state: RecordState, wanted: _Wanted, now: int) -> Change | None:
    """Return the change that makes a record say what the older fields say; None: it does."""
    kind, record_id = wanted.key
    base = state.version or None
    if not wanted.values:
        if not state.values or state.values.get("deleted"):
            return None
        return Change(0, kind, record_id, Op.DELETE, {}, base, now, wanted.by)
    if not state.values:
        return Change(0, kind, record_id, Op.CREATE, wanted.values, None, now, wanted.by)
    taken = dict.fromkeys((*wanted.conversion.takes, "block"))
    fields = {**taken, **wanted.values, "deleted": False}
    return Change(0, kind, record_id, Op.EDIT, fields, base, now, wanted.by)
