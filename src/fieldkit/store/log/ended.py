"""The end of this laptop's access: nothing new is saved until it is enrolled again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from fieldkit.store import tables
from fieldkit.store.errors import Closed
from fieldkit.store.log.changes import chain_end

_ended, _origin, _change = tables.ended, tables.origin, tables.change
# Built once, as every save runs it.
_IS_CLOSED = select(_ended.c.id).limit(1)


class SealedPart(NamedTuple):
    """Changes that were not sent, in a bundle that is sealed to the server."""

    bundle: bytes
    changes: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What the laptop knows of the end of its access; times by its own clock."""

    heard_at: int
    changes: int
    """Changes that were not sent then."""
    since: int | None = None
    """When the first of them was saved."""
    waiting: Sequence[SealedPart] = field(default=(), repr=False)
    """What the server does not have of them, in order, sealed to it."""
    handed_in: int | None = None
    """When the server got the last part that it has."""


def read_ended(connection: Connection) -> Ended | None:
    """Return the end of the access; None while the laptop may sync, or is not enrolled."""
    rows = connection.execute(select(_ended).order_by(_ended.c.id)).all()
    if not rows:
        return None
    return Ended(
        rows[0].heard_at,
        sum(row.changes for row in rows),
        rows[0].since,
        [SealedPart(row.bundle, row.changes) for row in rows if row.bundle is not None],
        max((row.handed_in for row in rows if row.handed_in is not None), default=None),
    )


def check_open(connection: Connection) -> None:
    """Make sure that new work may be saved.

    Raises:
        Closed: the server has ended this laptop's access.
    """
    if connection.execute(_IS_CLOSED).first() is not None:
        raise Closed


def end_access(
    connection: Connection, now: int, changes: int, sealed: Sequence[SealedPart]
) -> bool:
    """Close this laptop for new work and keep its sealed work, in one transaction.

    ``sealed``: the ``changes`` that were not sent; none if they cannot be sealed. Return False
    and change nothing if other changes than these wait by now.
    """
    waiting, since = _waiting(connection)
    if waiting != changes or (sealed and sum(one.changes for one in sealed) != changes):
        return False
    kept: Sequence[tuple[int, bytes | None]] = [*((one.changes, one.bundle) for one in sealed)]
    rows = [
        {"id": number, "heard_at": now, "changes": many, "since": since, "bundle": bundle}
        for number, (many, bundle) in enumerate(kept or [(changes, None)], 1)
    ]
    connection.execute(insert(_ended), rows)
    return True


def note_handed_in(connection: Connection, now: int, bundle: bytes) -> None:
    """Note that the server has this part of the sealed work; its copy is not needed any more."""
    its = update(_ended).where(_ended.c.bundle == bundle)
    connection.execute(its.values(bundle=None, handed_in=now))


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
