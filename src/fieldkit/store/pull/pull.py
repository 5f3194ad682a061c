"""Pulling: every answer of the server is applied in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from fieldkit.protocol.scope import Scope
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.clock import WRONG, Clock
from fieldkit.store.database import Database
from fieldkit.store.log.identity import freeze, note
from fieldkit.store.log.outbox import take_back
from fieldkit.store.pull.answers import Answered, Arrived, PullState
from fieldkit.store.pull.apply import apply_answer
from fieldkit.store.pull.forks import fork
from fieldkit.store.pull.scopes import (
    focus_of,
    pull_state,
    retire_some,
    retire_unknown,
    take_scope,
    unsent,
)
from fieldkit.store.rows.reapply import reapply_overlays

_device, _cursor = tables.device, tables.cursor
_OTHER_AREA = (
    "This laptop was given another area. Its records come with the sync; those of the old area "
    "leave once all that was entered here is sent."
)
_RENUMBERED = (
    "A copy of this laptop's data was used too. What had not been sent has new record numbers: "
    "a number written down may now mean another person."
)


@dataclass(frozen=True, slots=True)
class Pull:
    """What comes from the server: rows, acknowledgements, the scope; and copies that fork."""

    database: Database
    clock: Clock

    def state(self) -> PullState:
        """Return how far this laptop has pulled, and as whom."""
        with self.database.read() as connection:
            return pull_state(connection)

    def receive(self, answered: Answered) -> Arrived:
        """Take in one answer: acknowledgement, verdicts and page, all or nothing (1, 21)."""
        with self.database.write() as connection:
            _keep_state(connection, answered)
            return apply_answer(connection, answered)

    def change_scope(self, scope: Scope) -> None:
        """Take a new scope: its area comes from the start; the old one is retired later (20)."""
        with self.database.write() as connection:
            before = pull_state(connection).scope
            take_scope(connection, scope)
            if before is not None and (before.district, before.block) != (
                scope.district,
                scope.block,
            ):
                note(connection, self.clock(), _OTHER_AREA)

    def settle(self) -> bool:
        """Retire the old area if all is acknowledged and pulled; say whether it was done (20).

        A part at a time, each by itself, so that entry never waits for long.
        """
        state = self.state()
        if state.scope is None or state.epoch == state.scope.epoch or state.more:
            return False
        for kind in kinds():
            after: str | None = ""
            while after is not None:
                with self.database.write() as connection:
                    if unsent(connection) or pull_state(connection).scope != state.scope:
                        return False
                    after = retire_some(connection, kind, state.scope, after)
        with self.database.write() as connection:
            if unsent(connection) or pull_state(connection).scope != state.scope:
                return False
            retire_unknown(connection, state.scope)
            connection.execute(update(_device).values(declared=state.scope.epoch))
        return True

    def new_incarnation(self, name: str) -> None:
        """Note that the server was restored: every origin's log is to be asked about again (5)."""
        with self.database.write() as connection:
            connection.execute(update(_device).values(incarnation=name))
            connection.execute(update(tables.origin).values(server_head=None))

    def offer_again(self, origin: str, seq: int) -> None:
        """Send an origin's changes beyond ``seq`` again: the server lacks them (5).

        Until it answers they wait again, applied over what others have written meanwhile.
        """
        with self.database.write() as connection:
            reapply_overlays(connection, take_back(connection, origin, seq))

    def fork(self, origin: str, seq: int) -> None:
        """Log the tail of a copy's origin from ``seq`` again, under an origin of its own (3)."""
        with self.database.write() as connection:
            fork(connection, origin, seq)
            note(connection, self.clock(), _RENUMBERED)

    def freeze(self, origin: str) -> None:
        """Go on under a new origin: the server knows more of ``origin`` than this older copy."""
        with self.database.write() as connection:
            freeze(connection, origin, self.clock())


def _keep_state(connection: Connection, answered: Answered) -> None:
    """Keep how far the answer came; one without a page says nothing of that."""
    values: dict[str, object] = {"skew": answered.skew}
    known = connection.execute(select(_device.c.skew)).scalar_one()
    if known is None and abs(answered.skew) > WRONG:
        # No server had answered before: what was saved so far has the same error.
        marked = tables.change.c.skew.is_(None)
        connection.execute(update(tables.change).where(marked).values(skew=answered.skew))
    if answered.token is not None:
        values["token"] = answered.token
    if answered.cursors:
        values |= {"more": int(answered.more), **focus_of(answered.focus)}
        connection.execute(delete(_cursor))
        rows = [{"district": one, "position": at} for one, at in answered.cursors.items()]
        connection.execute(insert(_cursor), rows)
    connection.execute(update(_device).values(values))
