"""Reviews the records of a batch and stores the findings; no change is rejected for one (rule 16).

A record is reviewed against all records of its district, whose counter is locked, so that two
concurrent batches cannot miss each other's records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from functools import cache
from typing import NamedTuple, TypeAlias, cast

from sqlalchemy import Connection, Select, delete, or_, select, tuple_

from fieldkit.protocol.alias import MERGED
from fieldkit.protocol.change import Json
from fieldkit.protocol.merge import DELETED
from fieldkit.records import Finding, Record, kinds
from fieldkit.records.declaration.review import awaits, concerns
from fieldkit.server.database.rows import Key, typed_columns
from fieldkit.server.database.statements import (
    in_parameter,
    insert_rows,
    run_queries,
    select_records,
    takes_arrays,
)
from fieldkit.server.database.tables import FINDING
from fieldkit.server.ingest.records.fetched_records import FetchedRecords

_Statement: TypeAlias = Select[tuple[object, ...]]
_Row: TypeAlias = tuple[object, ...]
"""The columns of a finding."""
_Rows: TypeAlias = dict[tuple[str, str], _Row]
"""The findings of a record by rule and field."""
_AT_ONCE = 500
"""Records whose findings one statement deletes."""


class Touched(NamedTuple):
    """A record that a batch changed."""

    row: Mapping[str, object]
    """Its row as already written."""
    before: Mapping[str, Json] | None


def waiting(connection: Connection, ids: Iterable[str]) -> dict[Key, int]:
    """Return the records with findings about these ids, and their districts.

    They are reviewed together with these, under the locks of those districts.
    """
    question = _about(takes_arrays(connection)), {"ids": sorted(ids)}
    rows = run_queries(connection, [question])[0]
    return {_key(row): cast(int, row[_DISTRICT]) for row in rows}


def review(
    connection: Connection, touched: Mapping[Key, Touched], beside: Set[Key], today: date
) -> set[Key]:
    """Review the touched records and all others whose findings they may change; store the findings.

    ``beside``: the records :func:`waiting` for these. Runs after the rows are written, with all
    their districts locked. Returns the records whose open findings changed.
    """
    known, here = FetchedRecords(connection, takes_arrays(connection)), kinds()
    touched = {key: one for key, one in touched.items() if key[0] in here}
    now = {key: here[key[0]].of(one.row) for key, one in touched.items()}
    known.hold(now)
    found = known.judge(now, today)
    # Only a record that existed before can have findings.
    before = _stored(connection, [key for key, one in touched.items() if one.before])
    # Most rules are symmetric: where a record has or had a finding, its counterpart may too.
    awaited = {key for key in now if awaits(here[key[0]])}
    asked = awaited.union(key for key in found if found[key])
    known.judge({key: now[key] for key in asked}, today, meet=True)
    asked = before.keys() | {key for key in awaited if touched[key].before}
    known.judge({key: _record_before(here, key, touched[key]) for key in asked}, today, meet=True)
    ended = [key for key, one in touched.items() if one.before and now[key].deleted]
    linked = _linked_to(connection, [key for key, one in touched.items() if _relinks(one)], touched)
    beside = known.met.keys() | beside | linked | _referring(connection, {*ended, *linked})
    beside = {key for key in beside if key[0] in here} - touched.keys()
    others = known.fetch(beside)
    found |= known.judge(others, today)
    before |= _stored(connection, others)
    return _keep(connection, {**others, **now}, before, found)


def _relinks(touched: Touched) -> bool:
    """Say whether a change may alter which records are one person (rule 28)."""
    before = touched.before or {}
    return before.get(MERGED) != touched.row.get(MERGED) or (
        touched.before is not None and bool(before.get(DELETED)) != bool(touched.row.get(DELETED))
    )


def _linked_to(
    connection: Connection, keys: Iterable[Key], touched: Mapping[Key, Touched]
) -> set[Key]:
    """Return the records merged with these people now or before, near or far, and these."""
    found: set[Key] = set()
    left: defaultdict[str, set[str]] = defaultdict(set)
    for kind, record_id in keys:
        if MERGED in kinds()[kind].fields():
            before = (touched[kind, record_id].before or {}).get(MERGED)
            left[kind] |= {record_id, *([before] if isinstance(before, str) else ())}
    for name, numbers in left.items():
        statement, seen = _merged_rows(kinds()[name], takes_arrays(connection)), set[str]()
        further = numbers
        while further:
            seen |= further
            rows = run_queries(connection, [(statement, {"ids": sorted(further)})])[0]
            named = {one for row in rows for one in row if isinstance(one, str)}
            found |= {(name, cast(str, record_id)) for record_id, _ in rows}
            further = named - seen
    return found


@cache
def _merged_rows(kind: type[Record], array: bool) -> _Statement:
    columns = kind.table().c
    named = (in_parameter(columns[name], "ids", array=array) for name in ("id", MERGED))
    return select(columns.id, columns[MERGED]).where(or_(*named))


def _record_before(here: Mapping[str, type[Record]], key: Key, touched: Touched) -> Record:
    kind = here[key[0]]
    return kind.of(typed_columns(kind, touched.before or {}) | {"id": key[1]})


def _referring(connection: Connection, ended: Collection[Key]) -> set[Key]:
    """Return the live records that refer to these deleted ones."""
    array, sorts = takes_arrays(connection), {kind for kind, _ in ended}
    asked = [
        (kind, name)
        for kind in kinds().values()
        for name, reference in kind.references().items()
        if sorts.intersection(reference.kinds)
    ]
    given = {"ids": [record_id for _, record_id in ended]}
    answers = run_queries(connection, [(_with(*one, array), given) for one in asked])
    return {
        (kind.kind(), cast(str, record_id))
        for (kind, _), rows in zip(asked, answers, strict=True)
        for (record_id,) in rows
    }


@cache
def _with(kind: type[Record], name: str, array: bool) -> _Statement:
    columns = kind.table().c
    referring = in_parameter(columns[name], "ids", array=array)
    return select(columns.id).where(referring, columns.deleted.is_(False))


@cache
def _about(array: bool) -> _Statement:
    return select(FINDING).where(in_parameter(FINDING.c.about, "ids", array=array))


def _stored(connection: Connection, keys: Collection[Key]) -> dict[Key, _Rows]:
    """Read the stored findings of these records."""
    stored: defaultdict[Key, _Rows] = defaultdict(dict)
    if wanted := set(keys):
        given = {"kinds": sorted({kind for kind, _ in wanted}), "ids": [one for _, one in wanted]}
        for row in run_queries(
            connection, [(select_records(FINDING, array=takes_arrays(connection)), given)]
        )[0]:
            if _key(row) in wanted:  # the same id can exist in another kind
                stored[_key(row)][_place(row)] = row
    return stored


def _keep(
    connection: Connection,
    records: Mapping[Key, Record],
    before: Mapping[Key, _Rows],
    found: Mapping[Key, Sequence[Finding]],
) -> set[Key]:
    """Write the findings of reviewed records where they differ; return the keys of those."""
    concerned = [key for key in records if found[key] or key in before]
    wanted = {key: _rows(records[key], found[key]) for key in concerned}
    differing = sorted(key for key in concerned if before.get(key, {}) != wanted[key])
    old = [key for key in differing if key in before]
    for start in range(0, len(old), _AT_ONCE):
        part = old[start : start + _AT_ONCE]
        its = tuple_(FINDING.c.kind, FINDING.c.record_id).in_(part)
        connection.execute(delete(FINDING).where(its))
    coming = [
        dict(zip(_COLUMNS, row, strict=True)) for key in differing for row in wanted[key].values()
    ]
    insert_rows(connection, FINDING, coming)
    return set(differing)


def _rows(record: Record, findings: Sequence[Finding]) -> _Rows:
    """Return the rows of a record's findings, one per rule and field."""
    rows: _Rows = {}
    for one in findings:
        columns: dict[str, object] = {
            "kind": record.kind(),
            "record_id": record.id,
            "rule": one.rule,
            "field": one.field,
            "district": record.district,
            "message": "",
            "about": concerns(record, one),
            "params": dict(one.params) or None,
            "related": [list(key) for key in one.related] or None,
        }
        row = tuple(columns[name] for name in _COLUMNS)
        rows.setdefault(_place(row), row)
    return rows


_COLUMNS = FINDING.columns.keys()
_KIND, _ID, _RULE, _FIELD, _DISTRICT = (
    _COLUMNS.index(name) for name in ("kind", "record_id", "rule", "field", "district")
)


def _key(row: _Row) -> Key:
    return cast(str, row[_KIND]), cast(str, row[_ID])


def _place(row: _Row) -> tuple[str, str]:
    """Return rule and field of a finding."""
    return cast(str, row[_RULE]), cast(str, row[_FIELD])
