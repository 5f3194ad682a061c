"""Taking in one answer of the server, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from fieldkit.protocol.change import Op
from fieldkit.store.log.changes import Own, untaken
from fieldkit.store.log.outbox import acknowledge
from fieldkit.store.pull.answers import Answered, Arrived, ServerRow
from fieldkit.store.pull.overlays import Beneath, Ground, Key
from fieldkit.store.read.conflicts import close, forget_told, mark_decided, take_told


def arrive(connection: Connection, answered: Answered) -> Arrived:
    """Acknowledge, and lay every record concerned anew: server's row, own changes over it."""
    acked = acknowledge(
        connection,
        answered.origin,
        answered.seq,
        answered.head,
        answered.verdicts,
        answered.versions,
    )
    rows = {(row.kind, row.id): row for row in answered.rows}
    leaving = set(answered.gone) - rows.keys()
    ground = Ground(connection, [*acked, *rows, *leaving])
    if ended := [key for key in set(acked) - rows.keys() if _ended(ground, key)]:
        _give_up(connection, ground, ended)
        ground = Ground(connection, [*acked, *rows, *leaving])
    grounds = _grounds(ground, rows)
    grounds |= {key: _leaving(ground, key) for key in leaving}
    grounds |= _answered(ground, set(acked) - grounds.keys() - rows.keys())
    changed, removed = ground.lay(grounds)
    fresh = take_told(connection, list(rows.values()), ground.own)
    left = {key for key in acked if ground.is_gone(key)} - rows.keys()
    _forget(connection, ground, leaving | removed | left)
    mark_decided(connection, _concerned(rows.values(), acked, ground.own))
    return Arrived(rows=len(changed | removed), new_conflicts=fresh)


def retire(connection: Connection, keys: Sequence[Key]) -> None:
    """Take records off this laptop that have left its scope; those with unsent work stay for it."""
    ground = Ground(connection, keys)
    ground.lay({key: _leaving(ground, key) for key in keys})
    _forget(connection, ground, keys)


def end(connection: Connection, keys: Collection[Key]) -> None:
    """Give up all that was sent back of records that the server never took; they go from here."""
    if keys:
        _give_up(connection, Ground(connection, keys), keys)
        relay(connection, keys)


def relay(connection: Connection, keys: Collection[Key]) -> None:
    """Lay those of the records that are here anew: their own changes count otherwise now."""
    ground = Ground(connection, keys)
    _, removed = ground.lay({key: ground.beneath(key) for key in keys if ground.is_here(key)})
    _forget(connection, ground, removed)


def _ended(ground: Ground, key: Key) -> bool:
    """Say whether a record was deleted of which the server took nothing: nobody misses it."""
    own = ground.own.get(key, ())
    return not ground.version(key) and untaken(own) and own[-1].row.op == Op.DELETE


def _give_up(connection: Connection, ground: Ground, keys: Iterable[Key]) -> None:
    for key in keys:
        for one in ground.own.get(key, ()):
            close(connection, one, closed=True)


def _grounds(ground: Ground, rows: Mapping[Key, ServerRow]) -> dict[Key, Beneath]:
    """Return what now lies beneath each record of a page.

    One that shows just what the server has, because all of it came from here, only takes on the
    version: most rows of a day's work.
    """
    found: dict[Key, Beneath] = {}
    same: dict[Key, int | None] = {}
    for key, row in rows.items():
        if row.values is not None:
            found[key] = Beneath(row.version, row.values)
        elif ground.laid_as_it_is(key, row.version):
            same[key] = row.version
        else:
            found[key] = ground.moved_on(key, row.version)
    if same:
        ground.advance(same)
    return found


def _leaving(ground: Ground, key: Key) -> Beneath:
    """Return what lies beneath what is still open of a record whose row will not come any more.

    Own changes that were taken end as overlays here (21), so they become part of it: what the
    server sent back would else stand on a record without a name.
    """
    version = ground.version(key)
    made = [one.row.version or version for one in ground.own.get(key, ()) if one.taken]
    return Beneath(version, ground.moved_on(key, max([version, *made])).fields, gone=True)


def _answered(ground: Ground, keys: Iterable[Key]) -> dict[Key, Beneath]:
    """Return the records on which an acknowledgement alone may end something.

    A change that made a later version than the row beneath goes on lying over it (21).
    """
    return {
        key: _leaving(ground, key) if ground.is_gone(key) else ground.beneath(key)
        for key in keys
        if ground.is_gone(key)
        or any(
            one.acked and (one.row.verdict is not None or not one.made(ground.version(key)))
            for one in ground.own.get(key, ())
        )
    }


def _forget(connection: Connection, ground: Ground, keys: Iterable[Key]) -> None:
    """Drop what was open about records that left; nobody here can decide it any more."""
    gone = list(keys)
    if gone:
        forget_told(connection, gone)
    for key in gone:
        for one in ground.own.get(key, ()):
            if one.row.verdict == "conflict":
                close(connection, one, closed=True)


def _concerned(
    rows: Iterable[ServerRow], acked: Iterable[Key], own: Mapping[Key, Sequence[Own]]
) -> set[str]:
    """Return the ids of records about which a decision may have been told or answered."""
    told = {row.id for row in rows if row.conflicts}
    decided = {key[1] for key in acked if any(one.row.op == Op.DECIDE for one in own.get(key, ()))}
    return told | decided
