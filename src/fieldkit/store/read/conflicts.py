"""Open conflicts and findings of the records that are here, and the decisions about them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from fieldkit.protocol.change import DECIDED, Json, Op
from fieldkit.protocol.merge import PLACE, value_of
from fieldkit.records import kinds
from fieldkit.store import tables
from fieldkit.store.errors import Settled
from fieldkit.store.log.changes import Own, in_parts, own_changes
from fieldkit.store.pull.answers import ServerRow
from fieldkit.store.pull.overlays import Ground, Key

_conflict, _finding = tables.conflict, tables.finding


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values of one field, of which one stands until somebody decides."""

    id: str
    """``<record>/<field>/<origin>``."""
    kind: str
    record_id: str
    field: str
    """``district+block`` for these two (values ``[district, block]``), ``deleted`` for a deletion
    against an edit (values true and false)."""
    mine: Json
    """The value written at this laptop; where neither was: the one that stands."""
    theirs: Json
    held_here: bool
    """Whether the held value was written at this laptop: it is ``mine`` then."""
    base: Json
    """The value that the author of the held one had seen."""
    stands: Json
    held: Json
    by: str
    """Who wrote the held value, and when."""
    at: int
    stands_by: str
    stands_at: int
    origin: str
    """Of the held value, with the changes that brought it."""
    seqs: tuple[int, ...]
    version: int
    """Of the record, as seen with this: the base of a decision."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something the server found to review, with the record it is about."""

    kind: str
    record_id: str
    rule: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class OpenAbout:
    """Which of some records a person has to look at, by id."""

    settle: frozenset[str]
    """Those with a conflict that nobody here has decided."""
    check: frozenset[str]
    """Those about which the server found something."""


def open_about(connection: Connection, ids: Sequence[str]) -> OpenAbout:
    """Return which of these records anything is open about."""
    settle: set[str] = set()
    check: set[str] = set()
    for some in in_parts(ids):
        told = connection.execute(_CONFLICTS, {"ids": some})
        settle |= {row.record_id for row in told if not row.decided}
        check |= {row.record_id for row in connection.execute(_FINDINGS, {"ids": some})}
    return OpenAbout(frozenset(settle), frozenset(check))


def open_conflicts(connection: Connection, record_id: str | None = None) -> list[Conflict]:
    """Return the conflicts nobody here has decided, of records that this version knows."""
    query = select(_conflict).where(_conflict.c.decided == 0, _conflict.c.kind.in_(sorted(kinds())))
    if record_id is not None:
        query = query.where(_conflict.c.record_id == record_id)
    rows = connection.execute(query.order_by(_conflict.c.at.desc(), _conflict.c.record_id)).all()
    own = set(connection.execute(select(tables.origin.c.origin)).scalars())
    ground = Ground(connection, {(row.kind, row.record_id) for row in rows})
    return [_read(row, ground, own) for row in rows if (row.kind, row.record_id) in ground.present]


def _read(row: Row[tuple[object, ...]], ground: Ground, own: Collection[str]) -> Conflict:
    key = (row.kind, row.record_id)
    held = json.loads(row.held)
    stands = value_of(ground.beneath(key).fields, row.field)
    held_here = row.origin in own
    mine, theirs = (held, stands) if held_here else (stands, held)
    return Conflict(
        id=f"{row.record_id}/{row.field}/{row.origin}",
        kind=row.kind,
        record_id=row.record_id,
        field=row.field,
        mine=mine,
        theirs=theirs,
        held_here=held_here,
        base=json.loads(row.base),
        stands=stands,
        held=held,
        by=row.by,
        at=row.at,
        stands_by=row.stands_by,
        stands_at=row.stands_at,
        origin=row.origin,
        seqs=tuple(json.loads(row.seqs)),
        version=ground.version(key),
    )


def find_conflict(connection: Connection, wanted: str | Conflict) -> Conflict:
    """Return the open conflict of this id, or the one that was shown, as it stands now.

    Raises:
        Settled: there is none, or not about what was shown.
    """
    key = wanted if isinstance(wanted, str) else wanted.id
    for one in open_conflicts(connection, key.partition("/")[0]):
        if one.id == key and (isinstance(wanted, str) or {*one.seqs} & {*wanted.seqs}):
            return one
    if isinstance(wanted, str):
        raise Settled("This conflict is no longer open. List the open ones with `conflicts`.")
    # Somebody settled it, or its record has left for another area.
    raise Settled("This is no longer open here, so nothing was changed.")


def noted(connection: Connection, record_id: str | None) -> list[Noted]:
    """Return what the server found to review, of one record or of all."""
    query = select(_finding).order_by(_finding.c.kind, _finding.c.record_id, _finding.c.rule)
    if record_id is not None:
        query = query.where(_finding.c.record_id == record_id)
    return [
        Noted(row.kind, row.record_id, row.rule, row.field, row.message)
        for row in connection.execute(query)
    ]


def take_told(
    connection: Connection, rows: Sequence[ServerRow], own: Mapping[Key, Sequence[Own]]
) -> int:
    """Replace what is open about these records by what the server told (14); return what is new."""
    had = _told_before(connection, [row.id for row in rows])
    forget_told(connection, [(row.kind, row.id) for row in rows], had)
    fresh = 0
    conflicts, findings = [], []
    for row in rows:
        key = (row.kind, row.id)
        for one in row.conflicts:
            fresh += (one.field, one.origin) not in had[key]
            conflicts.append(
                {
                    "kind": row.kind,
                    "record_id": row.id,
                    "field": one.field,
                    "origin": one.origin,
                    "seqs": json.dumps(one.seqs),
                    "held": json.dumps(one.held, ensure_ascii=False),
                    "base": json.dumps(one.base, ensure_ascii=False),
                    "by": one.by,
                    "at": one.at,
                    "stands_by": one.stands_by,
                    "stands_at": one.stands_at,
                    "decided": 0,
                }
            )
        for note in row.findings:
            findings.append(
                {
                    "kind": row.kind,
                    "record_id": row.id,
                    "rule": note.rule,
                    "field": note.field,
                    "message": note.message,
                }
            )
    if conflicts:
        connection.execute(insert(_conflict), conflicts)
    if findings:
        connection.execute(insert(_finding).prefix_with("OR REPLACE"), findings)
    _close(connection, rows, own)
    return fresh


def forget_told(
    connection: Connection,
    keys: Iterable[Key],
    had: Mapping[Key, Collection[tuple[str, str]]] | None = None,
) -> None:
    """Drop what was open about records; ``had``: only of those with anything."""
    gone = [
        {"of_kind": kind, "of": record_id}
        for kind, record_id in keys
        if had is None or (kind, record_id) in had
    ]
    for table in (_conflict, _finding) if gone else ():
        connection.execute(
            delete(table).where(
                table.c.kind == bindparam("of_kind"), table.c.record_id == bindparam("of")
            ),
            gone,
        )


def mark_decided(connection: Connection, ids: Iterable[str]) -> None:
    """Note which open conflicts have a decision made here, on its way or taken (13).

    One that was rejected or is itself held decides nothing: the conflict is back. So it is where
    the server tells of it again after it took the decision, as when it was put back to a backup.
    """
    own = own_changes(connection, ids)
    for some in in_parts(sorted({record_id for _, record_id in own})):
        rows = connection.execute(select(_conflict).where(_conflict.c.record_id.in_(some))).all()
        for row in rows:
            decided = any(
                _decides(one, row.field, row.origin, json.loads(row.seqs))
                for one in own[row.kind, row.record_id]
                if row.decided or not one.acked
            )
            if decided != bool(row.decided):
                connection.execute(
                    update(_conflict)
                    .where(
                        _conflict.c.record_id == row.record_id,
                        _conflict.c.kind == row.kind,
                        _conflict.c.field == row.field,
                        _conflict.c.origin == row.origin,
                    )
                    .values(decided=int(decided))
                )


def _decides(one: Own, field: str, origin: str, seqs: Sequence[int]) -> bool:
    """Say whether a change settles a conflict: about its field, and all the held changes seen."""
    if one.row.op != Op.DECIDE or one.row.verdict is not None:
        return False
    fields = one.change().fields
    seen = fields.get(DECIDED)
    named = (
        {tuple(pair) for pair in seen if isinstance(pair, list)}
        if isinstance(seen, list)
        else set()
    )
    return ("district" if field == PLACE else field) in fields and all(
        (origin, seq) in named for seq in seqs
    )


def _told_before(
    connection: Connection, ids: Sequence[str]
) -> defaultdict[Key, set[tuple[str, str]]]:
    """Return field and origin of the conflicts these records had; with findings alone: none."""
    found: defaultdict[Key, set[tuple[str, str]]] = defaultdict(set)
    for some in in_parts(ids):
        for row in connection.execute(_CONFLICTS, {"ids": some}):
            found[row.kind, row.record_id].add((row.field, row.origin))
        for row in connection.execute(_FINDINGS, {"ids": some}):
            found[row.kind, row.record_id] |= set()
    return found


def _close(
    connection: Connection, rows: Sequence[ServerRow], own: Mapping[Key, Sequence[Own]]
) -> None:
    """Close the conflict verdicts of own changes that the server no longer tells, or open them."""
    for row in rows:
        open_now = {(one.origin, seq) for one in row.conflicts for seq in one.seqs}
        for one in own.get((row.kind, row.id), ()):
            if one.row.verdict == "conflict" and one.acked:
                close(connection, one, closed=one.at not in open_now)


def close(connection: Connection, one: Own, *, closed: bool) -> None:
    """Note that nothing of a returned change is open any more, or is open again."""
    if closed != bool(one.row.closed):
        connection.execute(
            update(tables.change)
            .where(tables.change.c.origin == one.row.origin, tables.change.c.seq == one.row.seq)
            .values(closed=1 if closed else None)
        )


_CONFLICTS = select(_conflict).where(_conflict.c.record_id.in_(bindparam("ids", expanding=True)))
_FINDINGS = select(_finding.c.kind, _finding.c.record_id).where(
    _finding.c.record_id.in_(bindparam("ids", expanding=True))
)
