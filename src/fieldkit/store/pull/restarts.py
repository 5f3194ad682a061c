"""Begins again with a server that has lost what it sent to this laptop (rule 42)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.log.verdicts import unsettle
from fieldkit.store.pull.apply import retire
from fieldkit.store.pull.scopes import pull_from_start, unsent
from fieldkit.store.read.server_rows import Key
from fieldkit.store.rows.reapply import reapply_overlays

_AT_ONCE = 200
"""Records removed in one transaction."""
_device, _base, _received = tables.device, tables.beneath, tables.received


def begin_again(connection: Connection) -> bool:
    """Pull everything from the start, and compare every log; say whether that is new.

    What the server does not send again is removed at the end: it has lost it. The laptop that
    entered it brings it back. What became of all changes is asked again: a copy of this laptop may
    have sent some of them before, and got other verdicts.
    """
    row = connection.execute(select(_device)).one()
    values = pull_from_start(connection, (row.district, row.block), wide=row.scope_block is None)
    mark = {"era": None, "batches": None, "incarnation": None}
    connection.execute(update(_device).values(restarted=1, **mark, **values))
    connection.execute(update(tables.origin).values(server_head=None, asked_again=0))
    connection.execute(delete(_received))
    reapply_overlays(connection, unsettle(connection))
    return not row.restarted


def note_received(connection: Connection, keys: Iterable[Key]) -> None:
    """Note which records the server has sent, while everything is pulled again."""
    rows = [{"kind": kind, "record_id": record_id} for kind, record_id in keys]
    if rows and connection.execute(select(_device.c.restarted)).scalar_one():
        connection.execute(_NOTE, rows)


def all_received(connection: Connection) -> bool:
    """Say whether everything was pulled again, and the server holds every log."""
    row = connection.execute(select(_device.c.restarted, _device.c.more)).one_or_none()
    if row is None or not row.restarted or row.more:
        return False
    asked = select(tables.origin.c.origin).where(tables.origin.c.server_head.is_(None)).limit(1)
    return connection.execute(asked).first() is None and not unsent(connection)


def remove_some(connection: Connection, kind: str, after: str) -> str | None:
    """Remove some records of a kind that were not sent again, in order of id.

    Those with unsent or rejected work stay until it is done. Returns where to go on; None at the
    end.
    """
    table = kinds()[kind].table()
    sent = select(_received.c.kind).where(
        _received.c.record_id == table.c.id, _received.c.kind == kind
    )
    query = (
        select(table.c.id)
        .where(table.c.version.is_not(None), ~sent.exists(), table.c.id > after)
        .order_by(table.c.id)
        .limit(_AT_ONCE)
    )
    ids = list(connection.execute(query).scalars())
    if ids:
        retire(connection, [(kind, record_id) for record_id in ids])
    return ids[-1] if len(ids) == _AT_ONCE else None


def end(connection: Connection) -> None:
    """Remove the rows of unknown kinds that were not sent again, and end this pull."""
    sent = select(_received.c.kind).where(
        _received.c.record_id == _base.c.record_id, _received.c.kind == _base.c.kind
    )
    query = select(_base.c.kind, _base.c.record_id).where(
        _base.c.kind.not_in(sorted(kinds())), ~sent.exists()
    )
    if unknown := [(row.kind, row.record_id) for row in connection.execute(query)]:
        retire(connection, unknown)
    connection.execute(delete(_received))
    connection.execute(update(_device).values(restarted=None))


_NOTE = upsert(_received).on_conflict_do_nothing()
