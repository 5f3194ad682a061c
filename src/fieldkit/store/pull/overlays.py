"""The server's row beneath, and this laptop's own changes laid over it (21, 22, 24).

The row of a record is what the server last told, with all own changes over it that the server has
not answered with a row yet. Where none lie, the row is the server's, and nothing is kept beneath.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from fieldkit.protocol.change import Change, Json, Op
from fieldkit.protocol.merge import overlay
from fieldkit.records import Record, kinds
from fieldkit.store import tables
from fieldkit.store.log.changes import Own, in_parts, owed_fields, own_changes
from fieldkit.store.read.records import Records
from fieldkit.store.write.rows import Laid, differ, json_of, put, record_of, remove

Key: TypeAlias = tuple[str, str]
"""Kind and id of a record."""
_table = tables.beneath


@dataclass(frozen=True, slots=True)
class Beneath:
    """The server's row of one record; version 0: it has none, as far as it told."""

    version: int
    fields: Mapping[str, Json]
    gone: bool = False


NOTHING = Beneath(0, {})


def keep_beneath(connection: Connection, records: Sequence[Record]) -> None:
    """Keep the rows that edits are about to be laid over; those kept already stay."""
    rows = [
        _row((record.kind(), record.id), Beneath(record.version, json_of(record)))
        for record in records
        if record.version is not None
    ]
    if rows:
        connection.execute(_KEEP, rows)


class Ground:
    """What stands and what lies over it of some records: read once, then written once."""

    def __init__(self, connection: Connection, keys: Iterable[Key]) -> None:
        self._connection = connection
        self._kinds = kinds()
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for kind, record_id in sorted(set(keys)):
            wanted[kind].append(record_id)
        records = Records(connection)
        self.present: dict[Key, Record] = {}
        for kind, ids in wanted.items():
            self.present |= records.fetch({kind}, ids)
        every = [record_id for ids in wanted.values() for record_id in ids]
        self._kept = _read(connection, every)
        self.own: Mapping[Key, Sequence[Own]] = own_changes(connection, every)
        self._owed = owed_fields(connection, self.own)

    def beneath(self, key: Key) -> Beneath:
        """Return the server's row: the one kept, else the record as it stands."""
        kept, record = self._kept.get(key), self.present.get(key)
        if kept is not None:
            return kept
        if record is None or record.version is None:
            return NOTHING
        return Beneath(record.version, json_of(record))

    def version(self, key: Key) -> int:
        """Return the version of the server's row."""
        kept, record = self._kept.get(key), self.present.get(key)
        if kept is not None:
            return kept.version
        return (record.version or 0) if record is not None else 0

    def is_here(self, key: Key) -> bool:
        """Say whether anything of the record is on this laptop, but its changes in the log."""
        return key in self.present or key in self._kept

    def is_gone(self, key: Key) -> bool:
        """Say whether the record has left the scope and is here for its unsent changes alone."""
        kept = self._kept.get(key)
        return kept is not None and kept.gone

    def laid_as_it_is(self, key: Key, version: int) -> bool:
        """Say whether the row shows just what the server has at ``version``: all of it is ours."""
        return (
            key in self.present
            and not self.is_gone(key)
            and not self._made_anew(key)
            and not any(one.lies(version) for one in self.own.get(key, ()))
        )

    def _made_anew(self, key: Key) -> bool:
        """Say whether a server put back to a backup has the record from our creation again (5).

        What others had written on it before is then beneath here, and not there.
        """
        was = self.version(key)
        return was > 0 and any(
            one.row.op == Op.CREATE and one.taken and (one.row.version or 0) > was
            for one in self.own.get(key, ())
        )

    def moved_on(self, key: Key, version: int) -> Beneath:
        """Return the server's row once own acknowledged changes up to ``version`` are in it."""
        was = self.beneath(key)
        fields = {} if self._made_anew(key) else dict(was.fields)
        for one in self.own.get(key, ()):
            if one.taken and was.version < (one.row.version or version) <= version:
                fields = overlay(fields, one.change())
        return Beneath(version, fields)

    def advance(self, versions: Mapping[Key, int | None]) -> None:
        """Note that rows stand on the server as they stand here, at these versions."""
        rows: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for (kind, record_id), version in versions.items():
            rows[kind].append({"of": record_id, "to": version})
        for kind, changed in rows.items():
            table = self._kinds[kind].table()
            on = update(table).where(table.c.id == bindparam("of"))
            self._connection.execute(on.values(version=bindparam("to")), changed)
        self._drop([key for key in versions if key in self._kept])

    def lay(self, grounds: Mapping[Key, Beneath]) -> tuple[set[Key], set[Key]]:
        """Write records anew: the server's rows with own changes over them.

        Returns the keys of those that now show something else, and of those that are gone.
        """
        written: list[Laid] = []
        gone: list[Record] = []
        kept: dict[Key, Beneath] = {}
        dropped: list[Key] = []
        for key, ground in grounds.items():
            kind, before = self._kinds.get(key[0]), self.present.get(key)
            over = list(self._over(key, ground))
            ends = not over and (ground.gone or not ground.version)
            if not ends and (kind is None or (over and (ground.version or ground.gone))):
                kept[key] = ground
            elif key in self._kept:
                dropped.append(key)
            if kind is None:
                continue
            if ends:
                gone += [before] if before is not None else []
                continue
            fields: Mapping[str, Json] = ground.fields
            for change in over:
                fields = overlay(fields, change)
            written.append(Laid(record_of(kind, key[1], ground.version, fields), before))
        return self._write(written, gone, kept, dropped)

    def _write(
        self,
        written: Sequence[Laid],
        gone: Sequence[Record],
        kept: Mapping[Key, Beneath],
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
        if kept:
            rows = [_row(key, ground) for key, ground in kept.items()]
            self._connection.execute(_PUT, rows)
        return found, {(record.kind(), record.id) for record in gone}

    def _over(self, key: Key, ground: Beneath) -> Iterator[Change]:
        """Give the changes that lie over the row; of a rejected one, what is owed."""
        for one in self.own.get(key, ()):
            if not one.lies(ground.version, gone=ground.gone):
                continue
            change = one.change()
            if not one.rejected:
                yield change
            elif owed := self._owed.get(one.at):
                fields = {name: value for name, value in change.fields.items() if name in owed}
                # What is left of a deletion or creation that was mended since deletes no more.
                whole = change.op is not Op.DELETE or "deleted" in owed
                yield replace(change, fields=fields, op=change.op if whole else Op.EDIT)

    def _drop(self, keys: Collection[Key]) -> None:
        if keys:
            rows = [{"of_kind": kind, "of": record_id} for kind, record_id in keys]
            self._connection.execute(_DROP, rows)


def adopt(connection: Connection) -> None:
    """Lay the rows of kinds that have become known to this version."""
    held = select(_table.c.kind, _table.c.record_id).where(_table.c.kind.in_(sorted(kinds())))
    keys = [(row.kind, row.record_id) for row in connection.execute(held)]
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        ground = Ground(connection, some)
        new = [key for key in some if key not in ground.present]
        ground.lay({key: ground.beneath(key) for key in new})


def _read(connection: Connection, ids: Sequence[str]) -> dict[Key, Beneath]:
    found: dict[Key, Beneath] = {}
    for some in in_parts(ids):
        for row in connection.execute(_OF, {"ids": some}):
            found[row.kind, row.record_id] = Beneath(
                row.version, json.loads(row.fields), bool(row.gone)
            )
    return found


def _row(key: Key, ground: Beneath) -> dict[str, object]:
    return {
        "kind": key[0],
        "record_id": key[1],
        "version": ground.version,
        "fields": json.dumps(dict(ground.fields), ensure_ascii=False),
        "gone": int(ground.gone),
    }


_OF = select(_table).where(_table.c.record_id.in_(bindparam("ids", expanding=True)))
_DROP = delete(_table).where(
    _table.c.kind == bindparam("of_kind"), _table.c.record_id == bindparam("of")
)
_new = upsert(_table)
_KEEP = _new.on_conflict_do_nothing()
_PUT = _new.on_conflict_do_update(
    index_elements=["record_id", "kind"],
    set_={name: _new.excluded[name] for name in ("version", "fields", "gone")},
)
