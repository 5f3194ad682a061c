"""Changes to be sent to the server, and its verdicts on them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from types import MappingProxyType

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    case,
    desc,
    func,
    insert,
    null,
    select,
    update,
)

from fieldkit.protocol.change import Change, Op, first_head
from fieldkit.protocol.messages.finding import Finding, Verdict
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.database import Database
from fieldkit.store.log.changes import (
    OPEN_VERDICT,
    chain_end,
    change_of,
    count_conflicts,
    head_after,
    own_changes,
)
from fieldkit.store.log.states import UNMERGED, State, state_of
from fieldkit.store.log.verdicts import UnsettledChanges, unsettled_changes, verdict_columns

_change, _origin = tables.change, tables.origin


@dataclass(frozen=True, slots=True)
class Logged:
    """A change as it stands in the log."""

    origin: str
    change: Change
    head: bytes
    state: State
    reason: Finding | None = None
    """Why the server did not use it, if it said so."""
    skew: int | None = None
    """Seconds the laptop's clock was behind the server's when this was saved, if it was wrong."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where one origin's log stands, here and on the server."""

    origin: str
    last_seq: int
    head: bytes
    acked_seq: int
    server_head: bytes | None
    """Head of the server's copy; None: it has not been asked yet."""
    parent: tuple[str, int, bytes] | None = None
    """Origin, seq and head it branched off from; None for one that inherits nothing."""

    @property
    def settled(self) -> bool:
        """Whether nothing waits to be sent, and the server has said that it holds the rest."""
        return self.last_seq <= self.acked_seq and self.server_head is not None


@dataclass(frozen=True, slots=True)
class LogCount:
    """The laptop's half of a receipt: what one origin's log holds."""

    origin: str
    seq: int
    head: bytes
    acked_seq: int
    kinds: dict[str, int]
    """Changes by kind of record."""


@dataclass(frozen=True, slots=True)
class SyncSession:
    """One sync as it is remembered."""

    at: int
    ok: bool
    requests: int
    bytes_up: int
    bytes_down: int
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The unacknowledged part of the log; origins frozen by a restore are sent first."""

    database: Database

    def log_position(self, origin: str | None = None) -> LogPosition | None:
        """Return where an origin stands: the named one, else the one to go on with.

        That is the first with anything to send, then one that holds changes and the server has
        not been asked about, then the origin in use; None before the first run.
        """
        found = self.log_positions()
        if origin is not None:
            found = [one for one in found if one.origin == origin]
        waiting = [one for one in found if one.last_seq > one.acked_seq]
        unasked = [one for one in found if one.server_head is None and one.last_seq]
        return next(iter([*waiting, *unasked, *reversed(found)]), None)

    def log_positions(self) -> list[LogPosition]:
        """Return where every origin stands, each after the one that it continues."""
        with self.database.read() as connection:
            rows = connection.execute(select(_origin).order_by(_origin.c.born)).all()
            ends = {row.origin: chain_end(connection, row.origin) for row in rows}
        parents = {row.origin: row.parent for row in rows}
        return [
            LogPosition(
                row.origin,
                *ends[row.origin],
                row.acked_seq,
                row.server_head,
                _inherited(row.origin, parents, ends),
            )
            for row in rows
        ]

    def batch(self, origin: str, limit: int = 200, *, after: int | None = None) -> list[Logged]:
        """Return the first changes of an origin after the seq ``after``, ready to be sent.

        Without it, the first ones that are not acknowledged.
        """
        start = _origin.c.acked_seq if after is None else after
        with self.database.read() as connection:
            rows = connection.execute(
                _logged()
                .where(_change.c.origin == origin, _change.c.seq > start)
                .order_by(_change.c.seq)
                .limit(limit)
            )
            return [_read(row) for row in rows]

    def head_before(self, origin: str, seq: int) -> bytes:
        """Return the chain's head before the change ``seq``."""
        with self.database.read() as connection:
            return head_after(connection, origin, seq - 1)

    def has_head(self, origin: str, seq: int, head: bytes) -> bool:
        """Say whether a log here has this head after ``seq`` changes."""
        its = (_change.c.origin == origin, _change.c.seq == seq)
        with self.database.read() as connection:
            if seq == 0:
                known = connection.execute(select(_origin.c.born).where(_origin.c.origin == origin))
                return known.first() is not None and head == first_head(origin)
            return connection.execute(select(_change.c.head).where(*its)).scalar() == head

    def sent(self, origin: str, seq: int) -> None:
        """Note that changes up to ``seq`` are on their way."""
        with self.database.write() as connection:
            connection.execute(
                update(_origin)
                .where(_origin.c.origin == origin, _origin.c.sent_seq < seq)
                .values(sent_seq=seq)
            )

    def unsent(self) -> int:
        """Return how many changes the server has not acknowledged; fast for any log."""
        with self.database.read() as connection:
            return sum(
                max(chain_end(connection, row.origin)[0] - row.acked_seq, 0)
                for row in connection.execute(select(_origin)).all()
            )

    def counts(self) -> dict[State, int]:
        """Return how many changes are queued, sent, and not merged by the server (and still open).

        And how many conflicts are open here, no matter who wrote the values.
        """
        found = dict.fromkeys((State.QUEUED, State.SENT, State.CONFLICT, *sorted(UNMERGED)), 0)
        with self.database.read() as connection:
            for row in connection.execute(select(_origin)):
                last, _ = chain_end(connection, row.origin)
                found[State.SENT] += max(row.sent_seq - row.acked_seq, 0)
                found[State.QUEUED] += last - max(row.sent_seq, row.acked_seq)
            unmerged = (
                select(_change.c.verdict, func.count())
                .where(OPEN_VERDICT, _change.c.verdict.in_(UNMERGED))
                .group_by(_change.c.verdict)
            )
            for verdict, many in connection.execute(unmerged):
                found[State(verdict)] = many
            found[State.CONFLICT] = count_conflicts(connection)
        return found

    def returned(
        self, limit: int | None = None, skip: int = 0, *, record_id: str | None = None
    ) -> list[Logged]:
        """Return the rejected changes with a field the server still lacks, the latest first.

        ``record_id``: only those of this record, late and waiting ones too.
        """
        of = [_change.c.verdict == State.REJECTED]
        if record_id is not None:
            of = [_change.c.verdict.in_(UNMERGED), _change.c.record_id == record_id]
        with self.database.read() as connection:
            rows = connection.execute(
                _logged()
                .where(OPEN_VERDICT, *of)
                .order_by(desc(_change.c.at), desc(_change.c.seq))
                .limit(limit)
                .offset(skip)
            )
            return [_read(row) for row in rows]

    def unsettled(self) -> Mapping[str, UnsettledChanges]:
        """Return the changes to ask about, by origin."""
        with self.database.read() as connection:
            return unsettled_changes(connection)

    def receipt(self) -> list[LogCount]:
        """Return what the log of each origin holds that has any change, the oldest first."""
        with self.database.read() as connection:
            born = connection.execute(select(_origin).order_by(_origin.c.born)).all()
            counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
            for row in connection.execute(
                select(_change.c.origin, _change.c.kind, func.count().label("many")).group_by(
                    _change.c.origin, _change.c.kind
                )
            ):
                counts[row.origin][row.kind] = row.many
            return [
                LogCount(
                    row.origin,
                    *chain_end(connection, row.origin),
                    row.acked_seq,
                    counts[row.origin],
                )
                for row in born
                if row.origin in counts
            ]

    def of(self, record_id: str) -> list[Logged]:
        """Return every change of a record made here, the oldest first."""
        with self.database.read() as connection:
            rows = connection.execute(
                _logged()
                .where(_change.c.record_id == record_id)
                .order_by(_origin.c.born, _change.c.seq)
            )
            return [_read(row) for row in rows]

    def note(self, session: SyncSession) -> None:
        """Remember a sync, and forget those before the last hundred."""
        table = tables.sync_session
        with self.database.write() as connection:
            connection.execute(
                insert(table).values(
                    at=session.at,
                    ok=session.ok,
                    requests=session.requests,
                    bytes_up=session.bytes_up,
                    bytes_down=session.bytes_down,
                    seconds=f"{session.seconds:.2f}",
                    error=session.error,
                )
            )
            newest = select(func.max(table.c.id)).scalar_subquery()
            connection.execute(table.delete().where(table.c.id <= newest - 100))

    def sessions(self, many: int = 10) -> list[SyncSession]:
        """Return the last syncs, the latest first."""
        table = tables.sync_session
        with self.database.read() as connection:
            rows = connection.execute(select(table).order_by(desc(table.c.id)).limit(many)).all()
        return [
            SyncSession(
                at=row.at,
                ok=bool(row.ok),
                requests=row.requests,
                bytes_up=row.bytes_up,
                bytes_down=row.bytes_down,
                seconds=float(row.seconds),
                error=row.error,
            )
            for row in rows
        ]


def acknowledge(
    connection: Connection,
    origin: str,
    seq: int,
    server_head: bytes,
    verdicts: Sequence[Verdict] = (),
    versions: Mapping[int, int | None] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """Mark exactly the changes up to ``seq`` as held by the server, with its word on each (25).

    Returns kind and id of the records whose changes were acknowledged by this.
    """
    acked = connection.execute(
        select(_origin.c.acked_seq).where(_origin.c.origin == origin)
    ).scalar_one()
    connection.execute(
        update(_origin)
        .where(_origin.c.origin == origin, _origin.c.acked_seq <= seq)
        .values(acked_seq=seq, sent_seq=func.max(_origin.c.sent_seq, seq), server_head=server_head)
    )
    known = [
        {"of": origin, "its": one, "to": version}
        for one, version in versions.items()
        if one <= seq and version is not None
    ]
    if known:
        connection.execute(_VERSION, known)
    for verdict in verdicts:
        connection.execute(
            update(_change)
            .where(_change.c.origin == origin, _change.c.seq == verdict.seq)
            .values(verdict_columns(verdict))
        )
    rows = connection.execute(
        select(_change.c.kind, _change.c.record_id).where(
            _change.c.origin == origin, _change.c.seq > acked, _change.c.seq <= seq
        )
    )
    return [(row.kind, row.record_id) for row in rows]


def take_back(connection: Connection, origin: str, seq: int) -> list[tuple[str, str]]:
    """Mark an origin's changes after ``seq`` as unsent, because the server has lost them.

    They get new verdicts. The server then has no origin that continues this one either; it may
    have lost changes of other origins, so those are compared again. Returns kind and id of the
    records whose rows are not as these changes made them, or that have left since.
    """
    beyond = (_change.c.origin == origin, _change.c.seq > seq)
    others = [
        (name, record_id)
        for name, kind in kinds().items()
        for table in [kind.table()]
        for (record_id,) in connection.execute(
            select(_change.c.record_id)
            .outerjoin(table, table.c.id == _change.c.record_id)
            .where(*beyond, _change.c.kind == name)
            .where(
                _change.c.verdict.is_not(None)
                | (_change.c.version < table.c.version)
                # A server that lied gave an edit the version that it was made on.
                | (_change.c.version <= _change.c.base)
                | (table.c.id.is_(None) & (_change.c.op == Op.CREATE))
            )
        )
    ]
    connection.execute(update(_origin).values(server_head=None))
    mine = update(_origin).where(_origin.c.origin == origin)
    connection.execute(mine.values(acked_seq=seq, sent_seq=seq))
    # What was given up stays so; a conflict is opened again, or is none any more.
    closed = case((_change.c.verdict == State.CONFLICT, null()), else_=_change.c.closed)
    answer = verdict_columns(None) | {"version": None, "settled": None}
    connection.execute(update(_change).where(*beyond).values(**answer, closed=closed))
    born_of = select(_origin.c.origin).where(_origin.c.parent == origin)
    for child in connection.execute(born_of).scalars().all():
        others += take_back(connection, child, 0)
    return others


def give_up(connection: Connection, origin: str, seq: int) -> list[tuple[str, str]]:
    """Note that a rejected change is withdrawn; return kind and id of its record.

    If it created the record, its later changes (up to another creation) are withdrawn too, as
    they have no record to apply to.
    """
    row = connection.execute(
        select(_change.c.kind, _change.c.record_id).where(
            _change.c.origin == origin,
            _change.c.seq == seq,
            _change.c.verdict == State.REJECTED,
        )
    ).one_or_none()
    if row is None:
        return []
    key = (row.kind, row.record_id)
    own = own_changes(connection, [row.record_id])[key]
    first = next(at for at, one in enumerate(own) if one.at == (origin, seq))
    withdrawn = [own[first]]
    if own[first].row.op == Op.CREATE:
        withdrawn += takewhile(lambda one: one.row.op != Op.CREATE, own[first + 1 :])
    for one in withdrawn:
        its_origin, its_seq = one.at
        at = (_change.c.origin == its_origin, _change.c.seq == its_seq)
        connection.execute(update(_change).where(*at).values(closed=1))
    return [key]


_VERSION = (
    update(_change)
    .where(_change.c.origin == bindparam("of"), _change.c.seq == bindparam("its"))
    .values(version=bindparam("to"))
)


def _logged() -> Select[tuple[object, ...]]:
    return select(_change, _origin.c.sent_seq, _origin.c.acked_seq).join(
        _origin, _change.c.origin == _origin.c.origin
    )


def _read(row: Row[tuple[object, ...]]) -> Logged:
    change = change_of(row)
    state = state_of(row.seq, row.verdict, row.sent_seq, row.acked_seq)
    return Logged(row.origin, change, row.head, state, _reason(row), row.skew)


def _reason(row: Row[tuple[object, ...]]) -> Finding | None:
    if not (row.rule or row.reason):
        return None
    return Finding(
        row.kind,
        row.record_id,
        row.reason_field or "",
        row.rule or "",
        json.loads(row.params or "{}"),
        text=row.reason or "",
    )


def _inherited(
    origin: str, parents: Mapping[str, str | None], ends: Mapping[str, tuple[int, bytes]]
) -> tuple[str, int, bytes] | None:
    """Return the end of the log that an origin continues; that log never grows again (2).

    A log without any change is skipped: the one before it counts.
    """
    parent = parents[origin]
    while parent is not None and ends[parent][0] == 0:
        parent = parents[parent]
    return None if parent is None else (parent, *ends[parent])
