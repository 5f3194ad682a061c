"""Rebuilds rows: the server's row with this laptop's own changes applied (rules 21, 22, 24)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.merge import overlay
from fieldkit.records import Record, kinds
from fieldkit.store import tables
from fieldkit.store.log.changes import OwnChange, owed_fields, own_changes
from fieldkit.store.read.record_json import differ, json_of, record_of
from fieldkit.store.read.server_rows import BaseRow, BaseRows, Key
from fieldkit.store.rows.row_write import RowWrite
from fieldkit.store.rows.table_rows import put, remove

_table = tables.beneath


def keep_base_rows(connection: Connection, records: Sequence[Record]) -> None:
    """Store the server's rows of records about to be edited, unless they are stored already."""
    rows = [
        _row((record.kind(), record.id), BaseRow(record.version, json_of(record)))
        for record in records
        if record.version is not None
    ]
    if rows:
        connection.execute(_KEEP, rows)


class OverlayRebuilder(BaseRows):
    """Rebuilds some records; reads everything once, then writes it once."""

    def __init__(self, connection: Connection, keys: Iterable[Key]) -> None:
        super().__init__(connection, keys)
        self.own: Mapping[Key, Sequence[OwnChange]] = own_changes(connection, self._ids)
        self._owed = owed_fields(connection, self.own)

    def is_all_own(self, key: Key, version: int) -> bool:
        """Say whether the row equals the server's at ``version``, made by own changes alone."""
        return (
            key in self.present
            and not self.is_gone(key)
            and not self._created_again(key)
            and not any(one.overlays(version) for one in self.own.get(key, ()))
        )

    def is_untaken(self, key: Key) -> bool:
        """Say whether the record's creation waits to be sent, or the server has not merged it."""
        return any(
            one.row.op == Op.CREATE and not one.row.closed and (not one.acked or one.unmerged)
            for one in self.own.get(key, ())
        )

    def _created_again(self, key: Key) -> bool:
        """Say whether a restored server got this record's creation from this laptop again (rule 5).

        The base row here then holds earlier edits of others that the server's row lacks.
        """
        was = self.version(key)
        return was > 0 and any(
            one.row.op == Op.CREATE and one.taken and (one.row.version or 0) > was
            for one in self.own.get(key, ())
        )

    def with_acknowledged(self, key: Key, version: int) -> BaseRow:
        """Return the base row with own acknowledged changes up to ``version`` applied."""
        was = self.base(key)
        fields = {} if self._created_again(key) else dict(was.fields)
        for one in self.own.get(key, ()):
            late = was.version < (one.row.version or version) <= version
            if one.taken and late and (change := self._counting(one)):
                fields = overlay(fields, change)
        return BaseRow(version, fields)

    def advance(self, versions: Mapping[Key, int | None]) -> None:
        """Set the versions of rows that equal the server's; they need no base row."""
        rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for (kind, record_id), version in versions.items():
            rows[kind].append({"of": record_id, "to": version})
        for kind, changed in rows.items():
            table = self._kinds[kind].table()
            on = update(table).where(table.c.id == bindparam("of"))
            self._connection.execute(on.values(version=bindparam("to")), changed)
        self._drop([key for key in versions if key in self._stored])

    def rebuild(self, bases: Mapping[Key, BaseRow]) -> tuple[set[Key], set[Key]]:
        """Write the records: the rows in ``bases`` with own changes applied.

        Returns the keys of those whose shown values changed, and of those that were removed.
        """
        written: list[RowWrite] = []
        gone: list[Record] = []
        stored: dict[Key, BaseRow] = {}
        dropped: list[Key] = []
        for key, base in bases.items():
            kind, before = self._kinds.get(key[0]), self.present.get(key)
            applied = list(self._overlaid(key, base))
            ends = not applied and (base.gone or not base.version)
            if not ends and (kind is None or (applied and (base.version or base.gone))):
                stored[key] = base
            elif key in self._stored:
                dropped.append(key)
            if kind is None:
                continue
            if ends:
                gone += [before] if before is not None else []
                continue
            fields: Mapping[str, Json] = base.fields
            for change in applied:
                fields = overlay(fields, change)
            written.append(RowWrite(record_of(kind, key[1], base.version, fields), before))
        return self._write(written, gone, stored, dropped)

    def _write(
        self,
        written: Sequence[RowWrite],
        gone: Sequence[Record],
        stored: Mapping[Key, BaseRow],
        dropped: Sequence[Key],
    ) -> tuple[set[Key], set[Key]]:
        others = [one for one in written if one.before is None or differ(one.record, one.before)]
        if others:
            put(self._connection, others)
        found = {(one.record.kind(), one.record.id) for one in others}
        same: dict[Key, int | None] = {
            (one.record.kind(), one.record.id): one.record.version
            for one in written
            if one.before is not None
            and one.record.version != one.before.version
            and (one.record.kind(), one.record.id) not in found
        }
        if same:
            self.advance(same)
        if gone:
            remove(self._connection, gone)
        self._drop(dropped)
        if stored:
            rows = [_row(key, base) for key, base in stored.items()]
            self._connection.execute(_PUT, rows)
        return found, {(record.kind(), record.id) for record in gone}

    def _overlaid(self, key: Key, base: BaseRow) -> Iterator[Change]:
        """Yield the changes to apply to a row."""
        for one in self.own.get(key, ()):
            if one.overlays(base.version, gone=base.gone) and (change := self._counting(one)):
                yield change

    def _counting(self, one: OwnChange) -> Change | None:
        """Return a change, or as much of it as counts; None: nothing."""
        change = one.change()
        if not one.in_part:
            return change
        owed = self._owed.get(one.at)
        if not owed:
            return None
        fields = {name: value for name, value in change.fields.items() if name in owed}
        # A deletion that a later change has replaced deletes nothing.
        whole = change.op is not Op.DELETE or "deleted" in owed
        return replace(change, fields=fields, op=change.op if whole else Op.EDIT)

    def _drop(self, keys: Collection[Key]) -> None:
        if keys:
            rows = [{"of_kind": kind, "of": record_id} for kind, record_id in keys]
            self._connection.execute(_DROP, rows)


def adopt(connection: Connection) -> None:
    """Build the rows of stored kinds that this version is the first to know."""
    held = select(_table.c.kind, _table.c.record_id).where(_table.c.kind.in_(sorted(kinds())))
    keys = [(row.kind, row.record_id) for row in connection.execute(held)]
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        rebuilder = OverlayRebuilder(connection, some)
        new = [key for key in some if key not in rebuilder.present]
        rebuilder.rebuild({key: rebuilder.base(key) for key in new})


def _row(key: Key, base: BaseRow) -> dict[str, object]:
    return {
        "kind": key[0],
        "record_id": key[1],
        "version": base.version,
        "fields": json.dumps(dict(base.fields), ensure_ascii=False),
        "gone": int(base.gone),
    }


_DROP = delete(_table).where(
    _table.c.kind == bindparam("of_kind"), _table.c.record_id == bindparam("of")
)
_new = upsert(_table)
_KEEP = _new.on_conflict_do_nothing()
_PUT = _new.on_conflict_do_update(
    index_elements=["record_id", "kind"],
    set_={name: _new.excluded[name] for name in ("version", "fields", "gone")},
)
