"""The changes of the log that are late or waiting: reads, adds and settles them (rules 34, 43)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    select,
    true,
    tuple_,
    update,
)

from fieldkit.protocol.change import Change, Op
from fieldkit.records import kinds
from fieldkit.server.database.rows import Key, UnfitChange, read_change
from fieldkit.server.database.statements import insert_rows, is_one_of
from fieldkit.server.database.tables import CHANGE, UNSETTLED
from fieldkit.server.devices.authentication import device_numbered
from fieldkit.server.devices.scopes import grace_seconds
from fieldkit.server.ingest.logged.logs import ancestry, stored_log
from fieldkit.server.ingest.logged.outcomes import OUTCOME_COLUMNS, Outcome, WaitingChange
from fieldkit.server.ingest.records.batch_records import logged_change
from fieldkit.server.ingest.records.record_state import Writer
from fieldkit.server.scope import Device, Rights

MOST_UNSETTLED = 5000
"""Changes of one device that may be late or waiting; more are rejected."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A change that is late or waiting."""

    number: int
    """In order of arrival."""
    origin: str
    seq: int
    key: Key
    district: int
    device: int
    creates: bool
    verdict: str


def about(connection: Connection, keys: Collection[Key]) -> dict[Key, list[Unsettled]]:
    """Return the unsettled changes of these records, in order of arrival."""
    found: defaultdict[Key, list[Unsettled]] = defaultdict(list)
    if keys:
        wanted = set(keys)
        ids = is_one_of(connection, UNSETTLED.c.record_id, [record_id for _, record_id in wanted])
        for one in _select(connection, ids):
            if one.key in wanted:
                found[one.key].append(one)
    return found


def listed(connection: Connection, origin: str, seqs: Collection[int]) -> list[Unsettled]:
    """Return those of the changes of a log that are unsettled, in order of arrival."""
    return _select(connection, (UNSETTLED.c.origin == origin) & UNSETTLED.c.seq.in_(seqs))


def of_device(connection: Connection, device: int | None) -> list[Unsettled]:
    """Return the unsettled changes of a device, or of all, in order of arrival."""
    return _select(connection, true() if device is None else UNSETTLED.c.device == device)


def still_open(connection: Connection, one: Unsettled) -> bool:
    """Say whether a change is still unsettled, and lock it until the transaction ends."""
    query = select(UNSETTLED.c.number).where(UNSETTLED.c.number == one.number).with_for_update()
    return connection.execute(query).first() is not None


def _select(connection: Connection, condition: ColumnElement[bool]) -> list[Unsettled]:
    query = select(UNSETTLED).where(condition).order_by(UNSETTLED.c.number)
    return [
        Unsettled(
            row.number,
            row.origin,
            row.seq,
            (row.kind, row.record_id),
            row.district,
            row.device,
            row.creates,
            row.verdict,
        )
        for row in connection.execute(query)
    ]


def read_waiting(
    connection: Connection, waiting: Sequence[Unsettled], now: int
) -> list[WaitingChange]:
    """Read the changes themselves, with the log and the device each came from."""
    if not waiting:
        return []
    its = tuple_(CHANGE.c.origin, CHANGE.c.seq).in_([(one.origin, one.seq) for one in waiting])
    rows = {(row.origin, row.seq): row for row in connection.execute(select(CHANGE).where(its))}
    writers: dict[tuple[str, int], Writer] = {}
    found = []
    for one in waiting:
        row = rows[one.origin, one.seq]
        writer = writers.get((one.origin, one.device))
        if writer is None:
            writer = writers[one.origin, one.device] = _writer(connection, one, now)
        outcome = Outcome(one.origin, one.seq, row.district)
        change = None
        try:
            change = logged_change(row.body)
            change = read_change(change, kinds().get(change.kind), len(row.body), {})
        except UnfitChange as refused:
            outcome.reject(refused)
        found.append(WaitingChange(change, writer, outcome))
    return found


def _writer(connection: Connection, one: Unsettled, now: int) -> Writer:
    log, device = stored_log(connection, one.origin), device_numbered(connection, one.device)
    rights = rights_of(connection, device, now)
    return Writer(ancestry(connection, log), device.scope.role, rights, log.district)


def rights_of(connection: Connection, device: Device, now: int) -> Rights:
    """Return what a device may write now."""
    return Rights(device.terms, now, grace_seconds(connection))


class Allowance:
    """How many more changes of a device may be late or waiting; counted when first asked."""

    def __init__(self, connection: Connection, device: int) -> None:
        self._connection = connection
        self._device = device
        self._left: int | None = None

    def count_one(self) -> bool:
        """Count one more change; False if the device has too many."""
        if self._left is None:
            mine = select(func.count()).where(UNSETTLED.c.device == self._device)
            self._left = MOST_UNSETTLED - self._connection.execute(mine).scalar_one()
        self._left -= 1
        return self._left >= 0


def add(connection: Connection, device: int, changes: Iterable[tuple[Change, Outcome]]) -> None:
    """Store which new changes are late or waiting."""
    rows = [
        {
            "origin": outcome.origin,
            "seq": outcome.seq,
            "district": outcome.district,
            "device": device,
            "kind": change.kind,
            "record_id": change.record_id,
            "creates": change.op is Op.CREATE,
            "verdict": outcome.verdict.verdict,
        }
        for change, outcome in changes
        if outcome.verdict is not None and outcome.open
    ]
    insert_rows(connection, UNSETTLED, rows)


def settle(connection: Connection, outcomes: Sequence[Outcome], now: int) -> None:
    """Store the new outcomes of changes that were late or waiting."""
    if not outcomes:
        return
    its, final = tuple_(UNSETTLED.c.origin, UNSETTLED.c.seq), set[tuple[str, int]]()
    verdicts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for one in outcomes:
        if one.verdict is not None and one.open:
            verdicts[one.verdict.verdict].append((one.origin, one.seq))
        else:
            final.add((one.origin, one.seq))
    for verdict, changes in verdicts.items():
        connection.execute(update(UNSETTLED).where(its.in_(changes)).values(verdict=verdict))
    if final:
        connection.execute(delete(UNSETTLED).where(its.in_(final)))
    rows = [
        {
            "its_origin": one.origin,
            "its_seq": one.seq,
            "settled_at": now if (one.origin, one.seq) in final else None,
            **{f"new_{name}": value for name, value in one.columns().items()},
        }
        for one in outcomes
    ]
    connection.execute(_SETTLE, rows)


_SETTLE = (
    update(CHANGE)
    .where(CHANGE.c.origin == bindparam("its_origin"), CHANGE.c.seq == bindparam("its_seq"))
    .values(
        {name: bindparam(f"new_{name}") for name in OUTCOME_COLUMNS}
        | {"settled_at": bindparam("settled_at")}
    )
)
