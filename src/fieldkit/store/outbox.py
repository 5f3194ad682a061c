"""Changes on their way to the server, and what it said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, desc, func, insert, select, update

from fieldkit.records import Change, first_head
from fieldkit.store import tables
from fieldkit.store.database import Database
from fieldkit.store.log import OPEN_VERDICT, chain_end, change_of
from fieldkit.store.reading import State, state_of

_change, _origin = tables.change, tables.origin


@dataclass(frozen=True, slots=True)
class Logged:
    """A change as it stands in the log."""

    origin: str
    change: Change
    head: bytes
    state: State
    reason: str | None = None
    """Why the server did not take it, in its words."""
    reason_field: str | None = None
    skew: int | None = None
    """Seconds the laptop's clock was behind the server's when this was saved, if it was wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The server's word on one change."""

    seq: int
    state: State
    reason: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one origin's log stands, here and on the server."""

    origin: str
    last_seq: int
    head: bytes
    acked_seq: int
    server_head: bytes | None
    """Head of what the server holds; None: it has not been asked yet."""
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
    acked_seq: int
    head: bytes
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
    """The unacknowledged part of the log. Origins frozen by a restore are emptied first."""

    database: Database

    def standing(self, origin: str | None = None) -> Standing | None:
        """Return where an origin stands: the named one, else the one to go on with.

        That is the first with anything to send, then one the server has not been asked about,
        then the origin in use; None before the first run.
        """
        with self.database.read() as connection:
            found = [
                Standing(
                    row.origin, *chain_end(connection, row.origin), row.acked_seq, row.server_head
                )
                for row in connection.execute(select(_origin).order_by(_origin.c.born)).all()
            ]
        if origin is not None:
            found = [one for one in found if one.origin == origin]
        waiting = [one for one in found if one.last_seq > one.acked_seq]
        unasked = [one for one in found if one.server_head is None]
        return next(iter([*waiting, *unasked, *reversed(found)]), None)

    def batch(self, origin: str, limit: int = 200) -> list[Logged]:
        """Return the first unacknowledged changes of an origin, in order, ready to be sent."""
        with self.database.read() as connection:
            rows = connection.execute(
                _logged()
                .where(_change.c.origin == origin, _change.c.seq > _origin.c.acked_seq)
                .order_by(_change.c.seq)
                .limit(limit)
            )
            return [_read(row) for row in rows]

    def head_before(self, origin: str, seq: int) -> bytes:
        """Return the chain's head before the change ``seq``."""
        with self.database.read() as connection:
            head = connection.execute(
                select(_change.c.head).where(_change.c.origin == origin, _change.c.seq == seq - 1)
            ).scalar_one_or_none()
        return head or first_head(origin)

    def sent(self, origin: str, seq: int) -> None:
        """Note that changes up to ``seq`` are on their way."""
        with self.database.write() as connection:
            connection.execute(
                update(_origin)
                .where(_origin.c.origin == origin, _origin.c.sent_seq < seq)
                .values(sent_seq=seq)
            )

    def acknowledge(
        self, origin: str, seq: int, server_head: bytes, verdicts: Sequence[Verdict] = ()
    ) -> None:
        """Mark exactly the changes up to ``seq`` as held by the server, with its verdicts.

        Only verdicts other than applied are given and stored.
        """
        with self.database.write() as connection:
            connection.execute(
                update(_origin)
                .where(_origin.c.origin == origin, _origin.c.acked_seq <= seq)
                .values(
                    acked_seq=seq,
                    sent_seq=func.max(_origin.c.sent_seq, seq),
                    server_head=server_head,
                )
            )
            for verdict in verdicts:
                connection.execute(
                    update(_change)
                    .where(_change.c.origin == origin, _change.c.seq == verdict.seq)
                    .values(
                        verdict=str(verdict.state),
                        reason=verdict.reason,
                        reason_field=verdict.field,
                    )
                )

    def offer_again(self, origin: str, seq: int) -> None:
        """Take back what the server was held to have of an origin beyond ``seq``.

        It goes again, and what the server then says of it counts. Of other origins the server may
        lack as much, so it is asked.
        """
        with self.database.write() as connection:
            connection.execute(update(_origin).values(server_head=None))
            connection.execute(
                update(_origin)
                .where(_origin.c.origin == origin)
                .values(acked_seq=seq, sent_seq=seq)
            )
            connection.execute(
                update(_change)
                .where(_change.c.origin == origin, _change.c.seq > seq)
                .values(verdict=None, reason=None, reason_field=None)
            )

    def counts(self) -> dict[State, int]:
        """Return how many changes are queued, sent, in conflict and rejected (and still open)."""
        found = dict.fromkeys((State.QUEUED, State.SENT, State.CONFLICT, State.REJECTED), 0)
        with self.database.read() as connection:
            for row in connection.execute(select(_origin)):
                last, _ = chain_end(connection, row.origin)
                found[State.SENT] += max(row.sent_seq - row.acked_seq, 0)
                found[State.QUEUED] += last - max(row.sent_seq, row.acked_seq)
            for verdict, many in connection.execute(
                select(_change.c.verdict, func.count())
                .where(OPEN_VERDICT)
                .group_by(_change.c.verdict)
            ):
                found[State(verdict)] += many
        return found

    def returned(self, limit: int | None = None, skip: int = 0) -> list[Logged]:
        """Return the changes with a field the server still lacks, the latest first."""
        with self.database.read() as connection:
            rows = connection.execute(
                _logged()
                .where(OPEN_VERDICT)
                .order_by(desc(_change.c.at), desc(_change.c.seq))
                .limit(limit)
                .offset(skip)
            )
            return [_read(row) for row in rows]

    def receipt(self) -> list[LogCount]:
        """Return what the log of each origin holds that has any change, the oldest first."""
        raise NotImplementedError

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


def _logged() -> Select[tuple[object, ...]]:
    return select(_change, _origin.c.sent_seq, _origin.c.acked_seq).join(
        _origin, _change.c.origin == _origin.c.origin
    )


def _read(row: Row[tuple[object, ...]]) -> Logged:
    change = change_of(row)
    state = state_of(row.seq, row.verdict, row.sent_seq, row.acked_seq)
    return Logged(row.origin, change, row.head, state, row.reason, row.reason_field)
