"""Writes the rows of records, with their search words, tallies and suggestions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Table, bindparam, delete
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.records import Record
from fieldkit.store import tables
from fieldkit.store.rows.open_lists import remember_typed
from fieldkit.store.rows.row_write import RowWrite
from fieldkit.store.rows.search_index import forget, index


def put(connection: Connection, writes: Sequence[RowWrite]) -> None:
    """Write records with their search words, tallies and suggestions."""
    rows: defaultdict[type[Record], list[dict[str, object]]] = defaultdict(list)
    for one in writes:
        rows[type(one.record)].append({**one.record.values(), "extra": one.record.extra or {}})
    for kind, values in rows.items():
        connection.execute(_put_row(kind.table()), values)
    index(connection, [one.record for one in writes])
    grown: Counter[str] = Counter()
    for one in writes:
        was_live = one.before is not None and not one.before.deleted
        grown[one.record.kind()] += (not one.record.deleted) - was_live
    _tally(connection, grown)
    remember_typed(connection, writes)


def remove(connection: Connection, records: Sequence[Record]) -> None:
    """Remove records from this laptop; their changes stay in the log."""
    ids: defaultdict[type[Record], list[str]] = defaultdict(list)
    grown: Counter[str] = Counter()
    for record in records:
        ids[type(record)].append(record.id)
        grown[record.kind()] -= not record.deleted
    for kind, gone in ids.items():
        table = kind.table()
        dropped = delete(table).where(table.c.id == bindparam("gone"))
        connection.execute(dropped, [{"gone": one} for one in gone])
    forget(connection, [record.id for record in records])
    _tally(connection, grown)


def _tally(connection: Connection, grown: Counter[str]) -> None:
    """Add to the tallies of live records."""
    adding = [{"kind": kind, "live": more} for kind, more in grown.items() if more]
    if adding:
        connection.execute(_TALLY, adding)


@cache
def _put_row(table: Table) -> Insert:
    put = upsert(table)
    values = {column.name: put.excluded[column.name] for column in table.columns}
    del values["id"]
    return put.on_conflict_do_update(index_elements=["id"], set_=values)


_put_tally = upsert(tables.tally)
_TALLY = _put_tally.on_conflict_do_update(
    index_elements=["kind"], set_={"live": tables.tally.c.live + _put_tally.excluded.live}
)
