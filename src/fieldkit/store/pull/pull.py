"""Pulls from the server: applies every answer in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, insert, select, update

from fieldkit.protocol.messages.scope import Scope
from fieldkit.protocol.messages.sync import Mark
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.clock import WRONG, Clock
from fieldkit.store.database import Database
from fieldkit.store.log.identity import freeze, leave, note
from fieldkit.store.log.outbox import take_back
from fieldkit.store.log.verdicts import unsettle
from fieldkit.store.pull.answers import Answered, PullResult, PullState
from fieldkit.store.pull.apply import apply_answer
from fieldkit.store.pull.forks import fork
from fieldkit.store.pull.restarts import (
    all_received,
    begin_again,
    end,
    note_received,
    remove_some,
)
from fieldkit.store.pull.scopes import (
    focus_columns,
    pull_state,
    retire_some,
    retire_unknown,
    set_scope,
    unsent,
)
from fieldkit.store.rows.reapply import reapply_overlays

_device, _cursor = tables.device, tables.cursor
# A notice is kept once by its text (store/log/identity.py): the texts stay.
_OTHER_AREA = (
    "This laptop was given another area. Its records come with the sync; those of the old area "
    "leave once all that was entered here is sent."
)
_LOST = (
    "The server has lost what it had sent here, as when it was restored from a backup. Everything "
    "is compared again; what others had entered comes back once their laptops sync."
)
_RENUMBERED = (
    "A copy of this laptop's data was used too. What had not been sent has new record numbers: "
    "a number written down may now mean another person."
)


class Outdated(Exception):
    """An answer came to a request that was made from another state, as before an enrolment."""


@dataclass(frozen=True, slots=True)
class Pull:
    """Applies answers and scopes of the server, begins again if it lost data, forks copies."""

    database: Database
    clock: Clock

    def state(self) -> PullState:
        """Return how far this laptop has pulled, and its scope."""
        with self.database.read() as connection:
            return pull_state(connection)

    def receive(self, answered: Answered) -> PullResult:
        """Apply one answer atomically: acknowledgement, verdicts and page (rules 1, 21).

        Raises:
            Outdated: it was requested from another state than the present one (rule 45).
        """
        with self.database.write() as connection:
            state = pull_state(connection)
            if answered.asked is not None and state != answered.asked:
                raise Outdated
            _keep_state(connection, answered)
            note_received(connection, [(row.kind, row.id) for row in answered.rows])
            return apply_answer(connection, answered, state.only_scope)

    def receive_carried(self, answered: Answered) -> PullResult:
        """Apply an answer that came on a stick, perhaps long after it was requested.

        Of another state than the one it was requested from, the verdicts alone count (rule 45).

        Raises:
            Outdated: it is of another era of the server; nothing of it counts.
        """
        with self.database.write() as connection:
            state, asked, mark = pull_state(connection), answered.asked, answered.mark
            assert asked is not None
            assert mark is not None
            if _of_another_era(state, asked, mark):
                raise Outdated
            if mark.era == state.era and state.mark and state.mark.batches > mark.batches:
                answered = replace(answered, mark=state.mark)
            counts = state.reached() == asked.reached()
            if not counts:
                answered = answered.without_page()
            _keep_state(connection, answered)
            note_received(connection, [(row.kind, row.id) for row in answered.rows])
            result = apply_answer(connection, answered, state.only_scope)
            return replace(result, page=counts)

    def begin_again(self) -> None:
        """Pull everything from the start, as the server has lost what it sent here (rule 42)."""
        with self.database.write() as connection:
            if begin_again(connection):
                note(connection, self.clock(), _LOST)

    def change_scope(self, scope: Scope) -> None:
        """Store a new scope and pull it from the start; the old area is retired later (rule 20)."""
        with self.database.write() as connection:
            before = pull_state(connection).scope
            set_scope(connection, scope)
            if before is not None and (before.district, before.block) != (
                scope.district,
                scope.block,
            ):
                note(connection, self.clock(), _OTHER_AREA)

    def settle(self) -> bool:
        """Retire the old area if all is acknowledged and pulled; say whether it was done (rule 20).

        Before that, remove what a server that lost data has not sent again (rule 42). Works in
        short transactions, so that saving never waits for long.
        """
        self._remove_lost()
        state = self.state()
        if state.scope is None or state.only_scope or state.more:
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

    def _remove_lost(self) -> None:
        with self.database.read() as connection:
            if not all_received(connection):
                return
        for kind in kinds():
            after: str | None = ""
            while after is not None:
                with self.database.write() as connection:
                    if not all_received(connection):
                        return
                    after = remove_some(connection, kind, after)
        with self.database.write() as connection:
            if all_received(connection):
                end(connection)

    def new_incarnation(self, name: str) -> None:
        """Compare every log again, as a server that gives no marks says that it lost data.

        What became of late and waiting changes is asked again too.
        """
        with self.database.write() as connection:
            connection.execute(update(_device).values(incarnation=name))
            connection.execute(update(tables.origin).values(server_head=None))
            reapply_overlays(connection, unsettle(connection))

    def offer_again(self, origin: str, seq: int) -> None:
        """Mark an origin's changes beyond ``seq`` as unsent: the server lacks them (rule 42).

        They become overlays again, applied to what others have written meanwhile.
        """
        with self.database.write() as connection:
            reapply_overlays(connection, take_back(connection, origin, seq))

    def fork(self, origin: str, seq: int) -> None:
        """Log the tail of a copy's origin from ``seq`` again under a new origin (rule 3)."""
        with self.database.write() as connection:
            fork(connection, origin, seq)
            note(connection, self.clock(), _RENUMBERED)

    def leave(self, origin: str) -> None:
        """Continue under a new origin if this one, still empty here, is another laptop's."""
        with self.database.write() as connection:
            leave(connection, origin)

    def freeze(self, origin: str) -> None:
        """Continue under a new origin: the server has more of ``origin`` than this older copy."""
        with self.database.write() as connection:
            freeze(connection, origin, self.clock())


def _of_another_era(state: PullState, asked: PullState, mark: Mark) -> bool:
    """Say whether an answer with this mark does not count at all on the present state (45).

    An answer of a later era than the present one counts only if nothing was heard since it was
    requested: the server may have lost that, which only the laptop's own mark can tell.
    """
    return state.era != asked.era or (mark.era != state.era and state.mark != asked.mark)


def _keep_state(connection: Connection, answered: Answered) -> None:
    """Store the skew, token, mark and, if the answer has a page, the cursors."""
    values: dict[str, object] = {} if answered.skew is None else {"skew": answered.skew}
    before = connection.execute(select(_device.c.skew, _device.c.incarnation)).one()
    if before.skew is None and abs(answered.skew or 0) > WRONG:
        # First answer of a server: all changes saved so far have the same clock error.
        marked = tables.change.c.skew.is_(None)
        connection.execute(update(tables.change).where(marked).values(skew=answered.skew))
    if answered.token is not None:
        values["token"] = answered.token
    if answered.mark is not None:
        values |= {"era": answered.mark.era, "batches": answered.mark.batches, "incarnation": None}
        if before.incarnation:
            # The server did not notice by marks yet what it lost before: compare every log once.
            connection.execute(update(tables.origin).values(server_head=None))
    if answered.cursors or answered.bare:
        values |= {"more": int(answered.more), **focus_columns(answered.focus)}
        connection.execute(delete(_cursor))
        rows = [{"district": one, "position": at} for one, at in answered.cursors.items()]
        if rows:
            connection.execute(insert(_cursor), rows)
    if values:
        connection.execute(update(_device).values(values))
