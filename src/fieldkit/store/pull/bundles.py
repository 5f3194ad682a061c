"""The bundles that this laptop wrote, each with the key that opens its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from fieldkit.protocol.messages.scope import Scope
from fieldkit.store import tables
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database

MOST_KEPT = 50
"""Bundles kept. The answer to an older one says nothing that a later one does not say."""
_bundle = tables.bundle


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """A bundle that was written here."""

    number: int
    digest: str
    """The SHA-256 of the file."""
    private: bytes = field(repr=False)
    """The private key that opens the answer."""
    scope: Scope | None = None
    """The scope of this laptop then."""
    at: int = 0
    answered_at: int | None = None
    """When its answer was taken; None before that."""


@dataclass(frozen=True, slots=True)
class Bundles:
    """The bundles written here, by number."""

    database: Database
    clock: Clock

    def next_number(self) -> int:
        """Return the number of the next bundle."""
        with self.database.read() as connection:
            last = connection.execute(select(func.max(_bundle.c.number))).scalar_one()
        return (last or 0) + 1

    def keep(self, written: WrittenBundle) -> None:
        """Keep a bundle, and forget the oldest ones."""
        scope = json.dumps(_whole(written.scope)) if written.scope else None
        row = {
            "number": written.number,
            "digest": written.digest,
            "private": written.private,
            "scope": scope,
            "at": self.clock(),
        }
        with self.database.write() as connection:
            connection.execute(insert(_bundle).values(row))
            connection.execute(
                delete(_bundle).where(_bundle.c.number <= written.number - MOST_KEPT)
            )

    def of(self, digest: str) -> WrittenBundle | None:
        """Return the bundle with this digest; None if it was not written here, or long ago."""
        with self.database.read() as connection:
            query = select(_bundle).where(_bundle.c.digest == digest)
            row = connection.execute(query).one_or_none()
        return _read(row) if row else None

    def last(self) -> WrittenBundle | None:
        """Return the last bundle; None if there is none."""
        with self.database.read() as connection:
            query = select(_bundle).order_by(_bundle.c.number.desc()).limit(1)
            row = connection.execute(query).one_or_none()
        return _read(row) if row else None

    def note_answered(self, number: int) -> None:
        """Note that the answer to a bundle was taken."""
        with self.database.write() as connection:
            its = update(_bundle).where(_bundle.c.number == number)
            connection.execute(its.values(answered_at=self.clock()))


def forget_bundles(connection: Connection) -> None:
    """Forget the keys of earlier bundles: the laptop was enrolled again.

    Their answers cannot be opened any more. The numbers go on.
    """
    last = select(func.max(_bundle.c.number)).scalar_subquery()
    connection.execute(delete(_bundle).where(_bundle.c.number < last))
    connection.execute(update(_bundle).values(digest="", private=b""))


def _whole(scope: Scope) -> dict[str, object]:
    return scope.model_dump() | {"epoch": scope.epoch}  # which messages say beside the scope


def _read(row: Row[tuple[object, ...]]) -> WrittenBundle:
    scope = Scope.model_validate_json(row.scope) if row.scope else None
    return WrittenBundle(row.number, row.digest, row.private, scope, row.at, row.answered_at)
