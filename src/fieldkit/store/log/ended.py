"""The end of this laptop's access: nothing new is saved until it is enrolled again."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, update

from fieldkit.store import tables
from fieldkit.store.errors import Closed
from fieldkit.store.log.changes import chain_end

_ended, _origin, _change = tables.ended, tables.origin, tables.change
# Held ready: every save asks it.
_IS_CLOSED = select(_ended.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class Ended:
    """What the laptop knows of the end of its access; times by its own clock."""

    heard_at: int
    changes: int
    """Changes that were not sent then."""
    since: int | None = None
    """When the first of them was saved."""
    bundle: bytes | None = field(default=None, repr=False)
    """They, sealed to the server, as long as it does not have them."""
    handed_in: int | None = None
    """When the server got them."""


def read_ended(connection: Connection) -> Ended | None:
    """Return the end of the access; None: the laptop is not enrolled, or as it should be."""
    row = connection.execute(select(_ended)).one_or_none()
    if row is None:
        return None
    return Ended(row.heard_at, row.changes, row.since, row.bundle, row.handed_in)


def check_open(connection: Connection) -> None:
    """Make sure that new work may be saved.

    Raises:
        Closed: the server has ended this laptop's access.
    """
    if connection.execute(_IS_CLOSED).first() is not None:
        raise Closed


def end_access(connection: Connection, now: int, changes: int, bundle: bytes | None) -> bool:
    """Close this laptop for new work, which is one transaction with the sealed work.

    False, and nothing is done: by now other changes wait than the ``changes`` that were sealed.
    """
    waiting, since = _waiting(connection)
    if waiting != changes:
        return False
    row = {"id": 1, "heard_at": now, "changes": changes, "since": since, "bundle": bundle}
    connection.execute(insert(_ended).values(row))
    return True


def note_handed_in(connection: Connection, now: int) -> None:
    """Note that the server has the sealed work; the copy here is not needed any more."""
    connection.execute(update(_ended).values(bundle=None, handed_in=now))


def open_again(connection: Connection) -> None:
    """Let work be saved again: the laptop was enrolled."""
    connection.execute(delete(_ended))


def _waiting(connection: Connection) -> tuple[int, int | None]:
    """Return how many changes are not acknowledged, and when the first of them was saved."""
    many, first = 0, list[int]()
    for row in connection.execute(select(_origin)).all():
        left = chain_end(connection, row.origin)[0] - row.acked_seq
        if left > 0:
            many += left
            its = (_change.c.origin == row.origin, _change.c.seq > row.acked_seq)
            first.append(
                connection.execute(select(func.min(_change.c.at)).where(*its)).scalar_one()
            )
    return many, min(first, default=None)
