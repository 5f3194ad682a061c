"""Findings: what a batch leaves to be checked, worked out as it arrives, refused for nothing (16).

Records are judged against all records of their district, whose counter is locked, so that two
batches cannot pass each other by. Whatever a rule asks for is fetched for the whole batch at once:
the records are judged again until nothing they ask for is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, tuple_

from fieldkit.records import Case, Json, Record, Unfit, Value, kinds
from fieldkit.records.review import Review, reviewed
from fieldkit.server.tables import FINDING

Key: TypeAlias = tuple[str, str]
"""Kind and id of a record."""
_Query: TypeAlias = tuple[str, int, tuple[str, ...]]
"""Kind, district, and the fields that are to equal something."""
_Row: TypeAlias = tuple[str, str, str, str, int, str, str | None]
_AT_ONCE = 500
_LONGEST = 500
_MOST_ALIKE = 50
"""So many records of one value are compared, the first by id: a number that a whole block gives as
its own tells nobody apart, and to compare all with all would hold the district up."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that a batch changed; its rows are written already."""

    kind: str
    id: str
    before: Mapping[str, Json] | None
    values: Mapping[str, Json]
    district: int


def concerned(connection: Connection, ids: Iterable[str]) -> set[int]:
    """Return the districts of records with findings about these ids: their counters are needed."""
    query = select(FINDING.c.district).distinct()
    found: set[int] = set()
    for some in _in_parts(sorted(ids)):
        found.update(connection.execute(query.where(FINDING.c.about.in_(some))).scalars())
    return found


def review(connection: Connection, touched: Mapping[Key, Touched], today: date) -> set[Key]:
    """Judge what was touched, and what that may settle or unsettle; keep the findings.

    Runs after the rows are written, under the locks of their districts and of those
    :func:`concerned`. Returns the records whose open findings are others now.
    """
    known, here = _Gathered(connection), kinds()
    now = {
        key: record for key, one in touched.items() if (record := _record(here, one, one.values))
    }
    was = {
        key: record
        for key, one in touched.items()
        if one.before and (record := _record(here, one, one.before))
    }
    known.hold(now)
    found = known.judge(now, today)
    before = _stored(connection, touched)
    # Rules compare both ways: only where there is a finding, or was one, others have theirs.
    known.judge({key: now[key] for key in found if found[key] and key in now}, today, meet=True)
    known.judge({key: was[key] for key in before.keys() & was.keys()}, today, meet=True)
    beside = known.met.keys() - touched.keys() | _waiting(connection, touched.keys())
    others = known.fetch(beside)
    found |= known.judge(others, today)
    before |= _stored(connection, others)
    return _keep(connection, {**others, **now}, before, found)


def _record(
    known: Mapping[str, type[Record]], touched: Touched, values: Mapping[str, Json]
) -> Record | None:
    """Read a record from its JSON; a value that this version cannot read is left out."""
    kind = known.get(touched.kind)
    if kind is None:
        return None
    asks, read = kind.asks(), dict[str, Value]()
    for name, value in values.items():
        if name in asks and value is not None:
            try:
                read[name] = asks[name].format.read(value)
            except Unfit:
                continue
    return kind.of({"district": touched.district, **read, "id": touched.id})


@dataclass(slots=True)
class _Gathered:
    """Records fetched for many rules at once; serves each of them as ``Known``."""

    connection: Connection
    met: dict[Key, Record] = field(default_factory=dict)
    """Those that agreed with a judged one in what a rule compares."""
    _kinds: Mapping[str, type[Record]] = field(default_factory=kinds)
    _held: dict[Key, Record] = field(default_factory=dict)
    _records: dict[Key, Record | None] = field(default_factory=dict)
    _lists: dict[tuple[_Query, tuple[Value, ...]], list[Record]] = field(default_factory=dict)
    _wanted: set[Key] = field(default_factory=set)
    _asked: defaultdict[_Query, set[tuple[Value, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _district: int = 0
    _meeting: bool = False
    _lacking: bool = False

    def hold(self, records: Mapping[Key, Record]) -> None:
        """Know these without asking, and ask at once for all they refer to."""
        self._held |= records
        self._records |= records
        for record in records.values():
            for name, reference in record.references().items():
                number = record.value(name)
                if isinstance(number, str):
                    self._wanted |= {(kind, number) for kind in reference.kinds}
        self._wanted -= records.keys()
        self._gather()

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record if it is fetched; else have it fetched for the next round."""
        key = (kind, record_id)
        if key not in self._records:
            self._wanted.add(key)
            self._lacking = True
        found = self._records.get(key)
        return None if found is None or found.deleted else found

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return the live records of the district with these values, or have them fetched.

        Of very many, the first alone.
        """
        names = tuple(sorted(equal))
        query, values = (kind, self._district, names), tuple(equal[name] for name in names)
        answer = self._lists.get((query, values))
        if answer is None:
            self._asked[query].add(values)
            self._lacking = True
            return ()
        if self._meeting:
            self.met |= {(kind, record.id): record for record in answer}
        return answer

    def judge(
        self, records: Mapping[Key, Record], today: date, *, meet: bool = False
    ) -> dict[Key, list[Review]]:
        """Judge each record as soon as all it asks for is there; ``meet``: note who agreed."""
        found: dict[Key, list[Review]] = {}
        case, left = Case(today, None, self), dict(records)
        self._meeting = meet
        while left:
            for key, record in left.items():
                self._lacking = False
                self._district = record.district
                reviews = reviewed(record, case)
                if not self._lacking:
                    found[key] = reviews
            self._gather()
            left = {key: record for key, record in left.items() if key not in found}
        return found

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Record]:
        """Return those of the records that are there."""
        self._wanted |= {key for key in keys if key not in self._records}
        self._gather()
        return {key: record for key in keys if (record := self._records.get(key))}

    def _gather(self) -> None:
        """Fetch all that was asked for in vain, a query per kind and sort of question."""
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for kind, record_id in sorted(self._wanted):
            ids[kind].append(record_id)
            self._records[kind, record_id] = None
        for kind, wanted in ids.items():
            for some in _in_parts(wanted):
                table = self._kinds[kind].table()
                for record in self._select(kind, table.c.id.in_(some)):
                    self._records[kind, record.id] = record
        for query, values in self._asked.items():
            for part in _in_parts(sorted(values, key=repr)):
                self._gather_list(query, part)
        self._wanted.clear()
        self._asked.clear()

    def _gather_list(self, query: _Query, values: Sequence[tuple[Value, ...]]) -> None:
        kind, district, names = query
        columns = self._kinds[kind].table().c
        empty = [one for one in values if None in one]
        full = [one for one in values if None not in one]
        equal = [
            and_(*(columns[name] == value for name, value in zip(names, one, strict=True)))
            for one in empty
        ]
        if full and len(names) == 1:
            equal.append(columns[names[0]].in_([one[0] for one in full]))
        elif full:
            equal.append(tuple_(*(columns[name] for name in names)).in_(full))
        for one in values:
            self._lists[query, one] = []
        held = {key: record for key, record in self._held.items() if key[0] == kind}
        live = and_(columns.deleted.is_(False), columns.district == district, or_(*equal))
        others = self._select(kind, live & columns.id.not_in([record_id for _, record_id in held]))
        for record in others:
            self._records[kind, record.id] = record
        here = (one for one in held.values() if one.district == district and not one.deleted)
        for record in sorted((*others, *here), key=_number):
            answers = tuple(record.value(name) for name in names)
            if (query, answers) in self._lists:
                alike = self._lists[query, answers]
                alike += [record] if len(alike) < _MOST_ALIKE else []

    def _select(self, kind: str, condition: ColumnElement[bool]) -> list[Record]:
        found = self._kinds[kind]
        rows = self.connection.execute(select(found.table()).where(condition))
        return [found.of(dict(row._mapping)) for row in rows]


def _waiting(connection: Connection, touched: Set[Key]) -> set[Key]:
    """Return the other records with findings about these."""
    query = select(FINDING.c.kind, FINDING.c.record_id).distinct()
    found: set[Key] = set()
    here = kinds()
    for some in _in_parts(sorted({record_id for _, record_id in touched})):
        rows = connection.execute(query.where(FINDING.c.about.in_(some)))
        found |= {(row.kind, row.record_id) for row in rows}
    return {key for key in found - touched if key[0] in here}


def _stored(connection: Connection, keys: Iterable[Key]) -> dict[Key, set[_Row]]:
    """Return the findings that records have so far, where they have any."""
    stored: defaultdict[Key, set[_Row]] = defaultdict(set)
    for some in _in_parts(sorted({record_id for _, record_id in keys})):
        for row in connection.execute(select(FINDING).where(FINDING.c.record_id.in_(some))):
            stored[row.kind, row.record_id].add(tuple(row))
    return stored


def _keep(
    connection: Connection,
    records: Mapping[Key, Record],
    before: Mapping[Key, set[_Row]],
    found: Mapping[Key, list[Review]],
) -> set[Key]:
    """Write the findings of the judged records where they differ; return those that did."""
    wanted = {key: _rows(record, found[key]) for key, record in records.items()}
    differing = sorted(key for key in wanted if before.get(key, set()) != wanted[key])
    for part in _in_parts([key for key in differing if before.get(key)]):
        connection.execute(
            delete(FINDING).where(tuple_(FINDING.c.kind, FINDING.c.record_id).in_(part))
        )
    names = [column.name for column in FINDING.columns]
    coming = [dict(zip(names, row, strict=True)) for key in differing for row in wanted[key]]
    if coming:
        connection.execute(insert(FINDING), coming)
    return set(differing)


def _rows(record: Record, reviews: Sequence[Review]) -> set[_Row]:
    """Return the rows of a record's findings, one for a rule and field."""
    rows: dict[tuple[str, str], _Row] = {}
    for one in reviews:
        said = one.finding
        rows.setdefault(
            (said.rule, said.field),
            (
                record.kind(),
                record.id,
                said.rule,
                said.field,
                record.district,
                said.message[:_LONGEST],
                one.about,
            ),
        )
    return set(rows.values())


def _number(record: Record) -> str:
    return record.id


T = TypeVar("T")


def _in_parts(values: Sequence[T]) -> list[Sequence[T]]:
    return [values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)]
