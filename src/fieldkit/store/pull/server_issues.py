"""Stores the conflicts and findings that the server reports about records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, insert, select

from fieldkit.records import kinds
from fieldkit.records.declaration.review import SAME_PERSON
from fieldkit.store import tables
from fieldkit.store.log.changes import OwnChange, in_parts
from fieldkit.store.pull.answers import ServerRow
from fieldkit.store.read.aliases import same_as
from fieldkit.store.read.review.told_apart import told_apart
from fieldkit.store.read.server_rows import Key
from fieldkit.store.rows.issues import forget_issues, set_closed

_conflict, _finding = tables.conflict, tables.finding


def replace_issues(
    connection: Connection, rows: Sequence[ServerRow], own: Mapping[Key, Sequence[OwnChange]]
) -> int:
    """Store the open conflicts and findings of these records (rule 14); count new conflicts."""
    had = _issues_before(connection, [row.id for row in rows])
    forget_issues(connection, [(row.kind, row.id) for row in rows], had)
    fresh = 0
    conflicts, findings = [], []
    settled = _settled(connection, rows)
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
            if note.rule == SAME_PERSON and any(
                {row.id, number} in settled for _, number in note.related
            ):
                continue
            findings.append(
                {
                    "kind": row.kind,
                    "record_id": row.id,
                    "rule": note.rule,
                    "field": note.field,
                    "message": note.text,
                    "params": json.dumps(dict(note.params), ensure_ascii=False),
                    "related": json.dumps(note.related),
                }
            )
    if conflicts:
        connection.execute(insert(_conflict), conflicts)
    if findings:
        connection.execute(insert(_finding).prefix_with("OR REPLACE"), findings)
    _close(connection, rows, own)
    return fresh


def _settled(connection: Connection, rows: Sequence[ServerRow]) -> set[frozenset[str]]:
    """Return which of those that the server takes for one person somebody here told apart or
    merged; the server may not know that yet.
    """
    taken: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for note in row.findings:
            if note.rule == SAME_PERSON:
                taken[row.kind] |= {row.id, *(number for _, number in note.related)}
    found: set[frozenset[str]] = set()
    for name in taken.keys() & kinds().keys():
        kind, numbers = kinds()[name], sorted(taken[name])
        said = told_apart(connection, kind, numbers)
        found |= {frozenset({one, other}) for one in said for other in said[one]}
        one_person = same_as(connection, kind, numbers)
        found |= {frozenset({one, other}) for one in numbers for other in one_person[one]}
    return found


def _issues_before(
    connection: Connection, ids: Sequence[str]
) -> defaultdict[Key, set[tuple[str, str]]]:
    """Return the conflicts (field, origin) of records with any issue; findings alone: none."""
    found: defaultdict[Key, set[tuple[str, str]]] = defaultdict(set)
    for some in in_parts(ids):
        for row in connection.execute(_CONFLICTS, {"ids": some}):
            found[row.kind, row.record_id].add((row.field, row.origin))
        for row in connection.execute(_FINDINGS, {"ids": some}):
            found[row.kind, row.record_id] |= set()
    return found


def _close(
    connection: Connection, rows: Sequence[ServerRow], own: Mapping[Key, Sequence[OwnChange]]
) -> None:
    """Close own changes in conflict that the server no longer reports; reopen the others."""
    for row in rows:
        open_now = {(one.origin, seq) for one in row.conflicts for seq in one.seqs}
        for one in own.get((row.kind, row.id), ()):
            if one.row.verdict == "conflict" and one.acked:
                set_closed(connection, one, closed=one.at not in open_now)


_CONFLICTS = select(_conflict).where(_conflict.c.record_id.in_(bindparam("ids", expanding=True)))
_FINDINGS = select(_finding.c.kind, _finding.c.record_id).where(
    _finding.c.record_id.in_(bindparam("ids", expanding=True))
)
