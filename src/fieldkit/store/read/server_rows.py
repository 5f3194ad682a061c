"""The server's rows of records to which unacknowledged own changes are applied (rule 21).

A record's row is what the server last sent, with every own change applied that the server has not
answered with a row yet. Where there is none, the row is the server's, and no base row is stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, select

from fieldkit.protocol.change import Json
from fieldkit.records import Record, kinds
from fieldkit.store import tables
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.record_json import json_of
from fieldkit.store.read.records import Records

Key: TypeAlias = tuple[str, str]
"""Kind and id of a record."""
_table = tables.beneath


@dataclass(frozen=True, slots=True)
class BaseRow:
    """The server's row of one record; version 0: the server has none, as far as is known here."""

    version: int
    fields: Mapping[str, Json]
    gone: bool = False
    """It has left the scope."""


NOTHING = BaseRow(0, {})


class BaseRows:
    """Some records as they stand here, and the server's rows under them, read at once."""

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
        self._ids = [record_id for ids in wanted.values() for record_id in ids]
        self._stored = _read(connection, self._ids)

    def base(self, key: Key) -> BaseRow:
        """Return the server's row: the one stored, else the record as it stands."""
        stored, record = self._stored.get(key), self.present.get(key)
        if stored is not None:
            return stored
        if record is None or record.version is None:
            return NOTHING
        return BaseRow(record.version, json_of(record))

    def version(self, key: Key) -> int:
        """Return the version of the server's row."""
        stored, record = self._stored.get(key), self.present.get(key)
        if stored is not None:
            return stored.version
        return (record.version or 0) if record is not None else 0

    def is_here(self, key: Key) -> bool:
        """Say whether this laptop has anything of the record besides its logged changes."""
        return key in self.present or key in self._stored

    def is_gone(self, key: Key) -> bool:
        """Say whether the record left the scope and is kept only for its unsent changes."""
        stored = self._stored.get(key)
        return stored is not None and stored.gone


def _read(connection: Connection, ids: Sequence[str]) -> dict[Key, BaseRow]:
    found: dict[Key, BaseRow] = {}
    for some in in_parts(ids):
        for row in connection.execute(_OF, {"ids": some}):
            found[row.kind, row.record_id] = BaseRow(
                row.version, json.loads(row.fields), bool(row.gone)
            )
    return found


_OF = select(_table).where(_table.c.record_id.in_(bindparam("ids", expanding=True)))
