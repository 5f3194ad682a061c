"""Forks an undetected copy: logs its changes again under an origin of its own (rule 3).

Two databases continued under one origin, and the server has the changes of the other. From the
first change that differs, this log's tail moves to an origin derived from that change, and records
created in it get numbers of that origin. The old number stays as an alias: it may be on paper.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import aliased

from fieldkit.protocol.change import Change, Json, Op, first_head
from fieldkit.protocol.difference import renamed_field
from fieldkit.protocol.identity import derived_origin
from fieldkit.records import Record, kinds
from fieldkit.store import tables
from fieldkit.store.log.changes import append, change_of, in_parts
from fieldkit.store.log.identity import note_by_server
from fieldkit.store.log.tallies import rename_saved
from fieldkit.store.read.records import Records
from fieldkit.store.read.server_rows import NOTHING, BaseRow, Key
from fieldkit.store.rows.overlays import OverlayRebuilder, keep_base_rows
from fieldkit.store.rows.row_write import RowWrite
from fieldkit.store.rows.search_index import index
from fieldkit.store.rows.table_rows import put, remove

_AT_ONCE = 500
"""Changes rewritten at once."""
_log, _origin, _device = tables.change, tables.origin, tables.device
_alias, _draft = tables.alias, tables.draft


def fork(connection: Connection, origin: str, seq: int) -> None:
    """Move the changes of ``origin`` from ``seq`` on to a new origin.

    Acknowledgements of them were for the changes of the other copy, so all are sent again.

    Raises:
        StoreError: too many origins began because a server said so.
    """
    first = connection.execute(
        select(_log.c.head).where(_log.c.origin == origin, _log.c.seq == seq)
    ).scalar_one_or_none()
    if first is None:
        return
    own = derived_origin(origin, first)
    names = _made_since(connection, origin, seq, own)
    # Another copy may have sent the same tail under that name, and its rows have come here.
    pulled = Records(connection).fetch(kinds(), sorted(names.values()))
    keep_base_rows(connection, list(pulled.values()))
    renaming = _Renaming(connection, names, pulled)
    _branch(connection, origin, own, seq)
    note_by_server(connection, own)
    renaming.move(origin, own, seq)
    renaming.rewrite_after(own)
    renaming.keep_rows_of_others()
    renaming.rename_rows()
    renaming.restore_server_rows()
    # The other copy may have given a number to another kind; the search knows records by number.
    index(connection, list(Records(connection).fetch(kinds(), sorted(names)).values()))
    renaming.rename_drafts()
    renaming.keep_aliases()


def _made_since(connection: Connection, origin: str, seq: int, own: str) -> dict[str, str]:
    """Return the new numbers of the records first made from ``seq`` on, by the old ones."""
    before = aliased(_log)
    known = (
        select(before.c.seq)
        .where(before.c.origin == origin, before.c.record_id == _log.c.record_id)
        .where(before.c.seq < seq)
        .correlate(_log)
    )
    made = connection.execute(
        select(_log.c.record_id)
        .distinct()
        .where(_log.c.origin == origin, _log.c.seq >= seq, _log.c.op == Op.CREATE)
        .where(_log.c.record_id.startswith(f"{origin}-", autoescape=True), ~known.exists())
    ).scalars()
    return {old: f"{own}-{old.partition('-')[2]}" for old in made}


def _branch(connection: Connection, origin: str, own: str, seq: int) -> None:
    """Insert the origin ``own`` right after ``origin``, which now ends before ``seq``."""
    row = connection.execute(select(_origin).where(_origin.c.origin == origin)).one()
    connection.execute(
        update(_origin).where(_origin.c.born > row.born).values(born=_origin.c.born + 1)
    )
    connection.execute(update(_origin).where(_origin.c.parent == origin).values(parent=own))
    connection.execute(
        insert(_origin).values(
            origin=own, born=row.born + 1, parent=origin, sent_seq=0, acked_seq=0
        )
    )
    connection.execute(
        update(_origin)
        .where(_origin.c.origin == origin)
        .values(
            sent_seq=func.min(_origin.c.sent_seq, seq - 1),
            acked_seq=func.min(_origin.c.acked_seq, seq - 1),
        )
    )
    connection.execute(update(_device).where(_device.c.origin == origin).values(origin=own))


@dataclass(slots=True)
class _Renaming:
    """Gives records new numbers wherever they are mentioned."""

    connection: Connection
    names: Mapping[str, str]
    """The new number by the old one."""
    pulled: Mapping[Key, Record]
    """Records that the server had sent under the new numbers before: they are replaced."""
    mentioning: set[tuple[str, str]] = field(default_factory=set)
    """Kind and old id of the records whose changes mention any."""

    def move(self, origin: str, own: str, seq: int) -> None:
        """Log the tail of ``origin`` again under ``own``."""
        head, start = first_head(own), seq
        while rows := self._part(origin, start):
            logged = [
                (replace(self._renamed(change_of(row)), seq=row.seq - seq + 1), row.skew)
                for row in rows
            ]
            head = append(self.connection, own, logged, head)
            start = rows[-1].seq + 1
        self.connection.execute(_log.delete().where(_log.c.origin == origin, _log.c.seq >= seq))

    def rewrite_after(self, own: str) -> None:
        """Rewrite unsent changes of later origins that mention a renamed record."""
        later = aliased(_origin)
        origins = self.connection.execute(
            select(later.c.origin, later.c.acked_seq)
            .join(_origin, later.c.born > _origin.c.born)
            .where(_origin.c.origin == own)
            .order_by(later.c.born)
        ).all()
        for row in origins if self.names else ():
            self._rewrite(row.origin, row.acked_seq + 1)

    def keep_rows_of_others(self) -> None:
        """Keep the rows of old numbers as the server sent them: they are the other copy's.

        A row that is the server's as it stands has no base row, and the renaming would take it.
        """
        old = [key for key in self.mentioning if key[1] in self.names]
        held = Records(self.connection).fetch(kinds(), [number for _, number in old])
        keep_base_rows(self.connection, [held[key] for key in old if key in held])

    def rename_rows(self) -> None:
        """Store the records under their new numbers, and update references to them."""
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for kind, record_id in sorted(self.mentioning):
            wanted[kind].append(record_id)
        for kind in kinds():
            for some in in_parts(wanted[kind]):
                held = Records(self.connection).fetch({kind}, some).values()
                moved = [(record, self._with_new_numbers(record)) for record in held]
                remove(self.connection, [old for old, new in moved if old.id != new.id])
                writes = [
                    RowWrite(new, old if old.id == new.id else self.pulled.get((kind, new.id)))
                    for old, new in moved
                ]
                if writes:
                    put(self.connection, writes)

    def restore_server_rows(self) -> None:
        """Restore the server's rows, pulled before the fork was detected.

        Under the old numbers they are the other copy's records; under the new ones, the same
        records as here.
        """
        keys = [(kind, old) for kind, old in self.mentioning if old in self.names]
        rebuilder = OverlayRebuilder(
            self.connection, [*keys, *((kind, self.names[old]) for kind, old in keys)]
        )
        bases: dict[Key, BaseRow] = {}
        for kind, old in keys:
            new = (kind, self.names[old])
            if rebuilder.is_here((kind, old)):
                bases[kind, old], bases[new] = rebuilder.base((kind, old)), NOTHING
            if new in self.pulled:
                bases[new] = rebuilder.base(new)
        rebuilder.rebuild(bases)

    def rename_drafts(self) -> None:
        """Update drafts to the new numbers of their records."""
        for row in self.connection.execute(select(_draft)).all():
            texts = self._values(json.loads(row.texts))
            record_id = self.names.get(row.record_id, row.record_id)
            self.connection.execute(
                update(_draft)
                .where(_draft.c.id == row.id)
                .values(record_id=record_id, texts=json.dumps(texts, ensure_ascii=False))
            )

    def keep_aliases(self) -> None:
        """Store the old numbers as aliases, and update aliases of an earlier fork."""
        rename_saved(self.connection, self.names)
        pairs = [{"old": old, "new": new} for old, new in self.names.items()]
        if pairs:
            again = update(_alias).where(_alias.c.new == bindparam("old_new"))
            self.connection.execute(
                again.values(new=bindparam("new_new")),
                [{"old_new": pair["old"], "new_new": pair["new"]} for pair in pairs],
            )
            put_alias = upsert(_alias)
            put_alias = put_alias.on_conflict_do_update(
                index_elements=["old"], set_={"new": put_alias.excluded.new}
            )
            self.connection.execute(put_alias, pairs)

    def _part(self, origin: str, start: int) -> Sequence[Row[tuple[object, ...]]]:
        return self.connection.execute(
            select(_log)
            .where(_log.c.origin == origin, _log.c.seq >= start)
            .order_by(_log.c.seq)
            .limit(_AT_ONCE)
        ).all()

    def _rewrite(self, origin: str, start: int) -> None:
        """Rewrite the changes of an origin from ``start`` on, and recompute their chain."""
        before = self.connection.execute(
            select(_log.c.head).where(_log.c.origin == origin, _log.c.seq == start - 1)
        ).scalar_one_or_none()
        head = before or first_head(origin)
        changing = update(_log).where(
            _log.c.origin == bindparam("of"), _log.c.seq == bindparam("its")
        )
        while rows := self._part(origin, start):
            written = []
            for row in rows:
                change = self._renamed(change_of(row))
                head = change.head(head)
                written.append(
                    {
                        "of": origin,
                        "its": row.seq,
                        "record_id": change.record_id,
                        "fields": json.dumps(dict(change.fields), ensure_ascii=False),
                        "head": head,
                    }
                )
            self.connection.execute(changing, written)
            start = rows[-1].seq + 1

    def _renamed(self, change: Change) -> Change:
        fields = self._values(change.fields)
        if change.record_id in self.names or fields != change.fields:
            self.mentioning.add((change.kind, change.record_id))
        record_id = self.names.get(change.record_id, change.record_id)
        return replace(change, record_id=record_id, fields=fields)

    def _values(self, fields: Mapping[str, Json]) -> dict[str, Json]:
        return {
            renamed_field(name, self.names): (
                self.names.get(value, value) if isinstance(value, str) else value
            )
            for name, value in fields.items()
        }

    def _with_new_numbers(self, record: Record) -> Record:
        """Return a copy of the record with new numbers in its id, references and differences."""
        values: dict[str, object] = {
            name: self.names.get(value, value) if isinstance(value, str) else value
            for name, value in record.values().items()
        }
        return type(record).of({**values, "extra": self._values(record.extra or {})})
