"""This laptop's access to the server: what the server knows it by, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from fieldkit.keys.proof import proof_of
from fieldkit.protocol.messages.scope import Scope
from fieldkit.store import tables
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database
from fieldkit.store.files.practice import Practice, is_practice
from fieldkit.store.log.ended import (
    Ended,
    SealedPart,
    end_access,
    note_handed_in,
    open_again,
    read_ended,
)
from fieldkit.store.log.identity import heads_to_show
from fieldkit.store.log.own_keys import DeviceKeys, forget_keys, keep_keys, read_keys, wants_keys
from fieldkit.store.pull.bundles import forget_bundles
from fieldkit.store.pull.scopes import enrol_scope


class Access:
    """What the server gave this laptop: a token, keys, a scope; and whether they still hold."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def enrol(
        self,
        server: str,
        token: str,
        role: str | None = None,
        district: int | None = None,
        block: int | None = None,
        epoch: int = 0,
        incarnation: str = "",
        *,
        marks: bool = False,
    ) -> None:
        """Keep the server's address, the token it gave this laptop, and what it opens.

        It may be another server, so what it holds has to be asked again. ``role`` None: the scope
        comes with the first sync. ``marks``: whether the server gives marks.

        Raises:
            Practice: the data is to practise with.
        """
        with self._database.write() as connection:
            if is_practice(connection):
                raise Practice
            connection.execute(update(tables.device).values(server=server, token=token))
            connection.execute(update(tables.origin).values(server_head=None))
            forget_bundles(connection)
            forget_keys(connection)
            open_again(connection)
            if role is not None:
                scope = Scope.model_validate(
                    {"role": role, "district": district, "block": block, "epoch": epoch}
                )
                enrol_scope(connection, scope, incarnation, marks=marks)

    def heads_to_show(self, most: int) -> list[tuple[str, int, bytes]]:
        """Return origin, seq and head of at most so many places of this laptop's logs (rule 38)."""
        with self._database.read() as connection:
            return heads_to_show(connection, most)

    def token(self) -> str | None:
        """Return the token by which the server knows this laptop."""
        with self._database.read() as connection:
            return connection.execute(select(tables.device.c.token)).scalar_one_or_none()

    def keys(self) -> DeviceKeys | None:
        """Return this laptop's signing key and its server's keys; None: not exchanged yet."""
        with self._database.read() as connection:
            return read_keys(connection)

    def wants_keys(self) -> bool:
        """Say whether the server is to be asked for its keys: one too old for it only daily."""
        with self._database.read() as connection:
            return wants_keys(connection, self._clock(), self.proof())

    def keep_keys(self, keys: DeviceKeys | None) -> None:
        """Keep exchanged keys; None: the server is too old to have any."""
        with self._database.write() as connection:
            keep_keys(connection, keys, self._clock(), self.proof())

    def proof(self) -> str | None:
        """Return the proof that this laptop holds its data key; None: the data is plain."""
        key = self._database.key
        return None if key is None else proof_of(key)

    def ended(self) -> Ended | None:
        """Return what is known of the end of this laptop's access; None: it goes on."""
        with self._database.read() as connection:
            return read_ended(connection)

    def end(self, changes: int, sealed: Sequence[SealedPart]) -> bool:
        """Save nothing new from now on: the server has ended this laptop's access.

        ``sealed``: the ``changes`` that were not sent, sealed to the server; each part is kept
        until the server has it. False, and nothing is done: by now there are others.
        """
        with self._database.write() as connection:
            return end_access(connection, max(self._clock(), 0), changes, sealed)

    def note_handed_in(self, bundle: bytes) -> None:
        """Note that the server has this part of the sealed work."""
        with self._database.write() as connection:
            note_handed_in(connection, max(self._clock(), 0), bundle)
