"""Open conflicts and findings of the records that are here."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, bindparam, select

from fieldkit.protocol.change import Json
from fieldkit.protocol.merge import value_of
from fieldkit.protocol.messages.conflict import Conflict
from fieldkit.protocol.messages.finding import Finding, Severity
from fieldkit.protocol.messages.shapes import Plain
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.errors import Settled
from fieldkit.store.log.changes import in_parts
from fieldkit.store.read.review.sent_back import sent_back
from fieldkit.store.read.server_rows import BaseRows

_conflict, _finding = tables.conflict, tables.finding


class OpenConflict(Conflict):
    """A conflict of a record here: two values; one is in the record until a person decides."""

    kind: str
    record_id: str
    stands: Plain
    held_here: bool
    """Whether the held value was written at this laptop."""
    version: int
    """Of the record, as seen with this: the base of a decision."""

    @property
    def id(self) -> str:
        """``<record>/<field>/<origin>``."""
        return f"{self.record_id}/{self.field}/{self.origin}"

    @property
    def mine(self) -> Json:
        """The value written at this laptop; where neither was: the one that stands."""
        return self.held if self.held_here else self.stands

    @property
    def theirs(self) -> Json:
        """The other of the two values."""
        return self.stands if self.held_here else self.held


@dataclass(frozen=True, slots=True)
class OpenAbout:
    """Which of some records a person has to look at, by id."""

    settle: frozenset[str]
    """Those with a conflict that nobody here has decided."""
    check: frozenset[str]
    """Those about which the server found something."""
    sent_back: frozenset[str] = frozenset()
    """Those that a supervisor sent back."""
    corrected: frozenset[str] = frozenset()
    """Those of them that are corrected and wait to be accepted."""


def open_about(connection: Connection, ids: Sequence[str]) -> OpenAbout:
    """Return which of these records anything is open about."""
    settle: set[str] = set()
    check: set[str] = set()
    for some in in_parts(ids):
        found = connection.execute(_CONFLICTS, {"ids": some})
        settle |= {row.record_id for row in found if not row.decided}
        check |= {row.record_id for row in connection.execute(_FINDINGS, {"ids": some})}
    among = set(ids)
    back = [one for one in sent_back(connection) if one.id in among] if among else []
    return OpenAbout(
        frozenset(settle),
        frozenset(check),
        frozenset(one.id for one in back),
        frozenset(one.id for one in back if one.corrected),
    )


def open_conflicts(connection: Connection, record_id: str | None = None) -> list[OpenConflict]:
    """Return the conflicts nobody here has decided, of records that this version knows."""
    query = select(_conflict).where(_conflict.c.decided == 0, _conflict.c.kind.in_(sorted(kinds())))
    if record_id is not None:
        query = query.where(_conflict.c.record_id == record_id)
    rows = connection.execute(query.order_by(_conflict.c.at.desc(), _conflict.c.record_id)).all()
    own = set(connection.execute(select(tables.origin.c.origin)).scalars())
    rows_under = BaseRows(connection, {(row.kind, row.record_id) for row in rows})
    return [
        _read(row, rows_under, own)
        for row in rows
        if (row.kind, row.record_id) in rows_under.present
    ]


def _read(row: Row[tuple[object, ...]], rows_under: BaseRows, own: Collection[str]) -> OpenConflict:
    key = (row.kind, row.record_id)
    return OpenConflict(
        kind=row.kind,
        record_id=row.record_id,
        field=row.field,
        origin=row.origin,
        seqs=json.loads(row.seqs),
        held=json.loads(row.held),
        base=json.loads(row.base),
        by=row.by,
        at=row.at,
        stands_by=row.stands_by,
        stands_at=row.stands_at,
        stands=value_of(rows_under.base(key).fields, row.field),
        held_here=row.origin in own,
        version=rows_under.version(key),
    )


def find_conflict(connection: Connection, wanted: str | OpenConflict) -> OpenConflict:
    """Return the open conflict of this id, or the one that was shown, as it stands now.

    Raises:
        Settled: there is none, or not about what was shown.
    """
    key = wanted if isinstance(wanted, str) else wanted.id
    for one in open_conflicts(connection, key.partition("/")[0]):
        if one.id == key and (isinstance(wanted, str) or {*one.seqs} & {*wanted.seqs}):
            return one
    if isinstance(wanted, str):
        raise Settled(
            "This was already settled. `fieldkit conflicts` lists what is left to settle."
        )
    # Somebody settled it, or its record has left for another area.
    raise Settled("This was already settled, so nothing was changed.")


def noted(connection: Connection, record_id: str | None) -> list[Finding]:
    """Return what the server found to review, of one record or of all."""
    query = select(_finding).order_by(_finding.c.kind, _finding.c.record_id, _finding.c.rule)
    if record_id is not None:
        query = query.where(_finding.c.record_id == record_id)
    return [
        Finding(
            row.kind,
            row.record_id,
            row.field,
            row.rule,
            json.loads(row.params or "{}"),
            tuple((kind, number) for kind, number in json.loads(row.related or "[]")),
            Severity.WARN,
            row.message,
        )
        for row in connection.execute(query)
    ]


_CONFLICTS = select(_conflict).where(_conflict.c.record_id.in_(bindparam("ids", expanding=True)))
_FINDINGS = select(_finding.c.kind, _finding.c.record_id).where(
    _finding.c.record_id.in_(bindparam("ids", expanding=True))
)
