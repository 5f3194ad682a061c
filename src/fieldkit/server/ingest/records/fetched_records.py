"""Fetches the records that rules ask for, for a whole batch at once.

Rules run in rounds. Each round fetches, with one query per kind, the records that the rules of all
records lacked, until nothing is missing. So the number of queries does not grow with the number of
records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from itertools import chain
from typing import TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
)

from fieldkit.protocol.messages.scope import WHOLE_UT
from fieldkit.records import Finding, Record, RuleContext, Value, kinds
from fieldkit.records.declaration.review import Look, looks
from fieldkit.records.declaration.rule import LIMITS
from fieldkit.server.database.rows import Key
from fieldkit.server.database.statements import Query, in_parameter, run_queries

_Lookup: TypeAlias = tuple[str, int, tuple[str, ...], tuple[Value, ...]]
"""A kind, a district, field names, and the values wanted in them."""
_Way: TypeAlias = tuple[tuple[str, bool], ...]
"""The shape of a query: the fields, each with whether it must be empty."""
_Lists: TypeAlias = dict[_Way, dict[tuple[Value, ...], list[Record]]]
"""The matching records by shape of query and values."""
_Statement: TypeAlias = Select[tuple[object, ...]]
_UT: ColumnElement[int] = literal_column(str(WHOLE_UT))
_MOST_STATEMENTS = 500
"""Cached statements."""
_MOST_ALIKE = 50
"""Records compared per value, the first by id. A phone number shared by a whole block identifies no
one, and comparing all pairs would block the district."""


@dataclass(slots=True)
class FetchedRecords:
    """Records fetched for many rules at once; implements ``Known`` for each of them."""

    connection: Connection
    _arrays: bool
    met: dict[Key, Record] = field(default_factory=dict)
    """Records that matched a reviewed one in the values a rule compares."""
    _kinds: Mapping[str, type[Record]] = field(default_factory=kinds)
    _held: dict[Key, Record] = field(default_factory=dict)
    _records: dict[Key, Record | None] = field(default_factory=dict)
    _there: dict[Key, bool] = field(default_factory=dict)
    """Whether each record that is only checked for existence exists and is not deleted."""
    _lists: dict[_Lookup, list[Record]] = field(default_factory=dict)
    _wanted: set[Key] = field(default_factory=set)
    _sought: set[Key] = field(default_factory=set)
    _asked: set[_Lookup] = field(default_factory=set)
    _district: int = 0
    _meeting: bool = False
    _lacking: bool = False

    def hold(self, records: Mapping[Key, Record]) -> None:
        """Add records that need not be fetched."""
        self._held |= records
        self._records |= records

    def has(self, kind: str, record_id: str) -> bool:
        """Say whether the record exists; if unknown, request it for the next round."""
        key = (kind, record_id)
        if key in self._records:
            return self.get(kind, record_id) is not None
        if key not in self._there:
            self._sought.add(key)
            self._lacking = True
        return self._there.get(key, True)

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record if it was fetched; else request it for the next round."""
        key = (kind, record_id)
        if key not in self._records:
            self._wanted.add(key)
            self._lacking = True
        found = self._records.get(key)
        return None if found is None or found.deleted else found

    def where(self, kind: str, **equal: Value) -> Sequence[Record]:
        """Return live records of the district, and of the whole UT, with these values.

        If unknown, request them.

        At most the first 50 by id are returned.
        """
        asked = kind, self._district, tuple(equal), tuple(equal.values())
        answer = self._lists.get(asked)
        if answer is None:
            self._asked.add(asked)
            self._lacking = True
            return ()
        if self._meeting and kind != LIMITS:
            self.met |= {(kind, record.id): record for record in answer}
        return answer

    def judge(
        self, records: Mapping[Key, Record], today: date, *, meet: bool = False
    ) -> dict[Key, list[Finding]]:
        """Review records; run each look again until all records it asks for are fetched.

        ``meet``: add matching records to ``met``. Returns the findings of each record, in the order
        of the looks.
        """
        context = RuleContext(today, None, self)
        said: dict[Key, dict[Look, Sequence[Finding]]] = {}
        left: list[tuple[Key, Record, Sequence[Look]]] = []
        asked: Sequence[Look]
        for key, record in records.items():
            asked = looks(type(record)) if not record.deleted else ()
            said[key] = dict.fromkeys(asked, ())
            left.append((key, record, asked))
        self._meeting = meet
        while left:
            for number, (key, record, asked) in enumerate(left):
                self._district = record.district
                lacking: list[Look] = []
                for look in asked:
                    self._lacking = False
                    reviews = look(record, context, self)
                    if self._lacking:
                        lacking.append(look)
                    elif reviews:
                        said[key][look] = reviews
                left[number] = key, record, lacking
            left = [one for one in left if one[2]]
            self._fetch_missing()
        return {key: [*chain.from_iterable(found.values())] for key, found in said.items()}

    def fetch(self, keys: Iterable[Key]) -> dict[Key, Record]:
        """Return those of the records that exist."""
        self._wanted |= {key for key in keys if key not in self._records}
        self._fetch_missing()
        return {key: record for key in keys if (record := self._records.get(key))}

    def _fetch_missing(self) -> None:
        """Fetch all requested records at once."""
        wanted, sought, lists = _by_kind(self._wanted), _by_kind(self._sought), self._begin_lists()
        self._records |= dict.fromkeys(self._wanted)
        self._there |= dict.fromkeys(self._sought, False)
        for waiting in (self._wanted, self._sought, self._asked):
            waiting.clear()
        here, array = self._kinds, self._arrays
        questions: list[Query] = [
            *((_rows_of(here[kind], array), {"ids": wanted[kind]}) for kind in wanted),
            *((_live_of(here[kind], array), {"ids": sought[kind]}) for kind in sought),
            *(self._like(*one) for one in lists),
        ]
        answers = iter(run_queries(self.connection, questions))
        for kind in wanted:
            self._take(kind, next(answers))
        for kind in sought:
            self._there |= {(kind, cast(str, record_id)): True for (record_id,) in next(answers)}
        for kind, district, ways in lists:
            self._sort(kind, district, ways, self._take(kind, next(answers)))

    def _begin_lists(self) -> list[tuple[str, int, _Lists]]:
        """Create an empty list for every requested one, by kind and district."""
        begun: defaultdict[tuple[str, int], _Lists] = defaultdict(dict)
        for asked in self._asked:
            kind, district, names, values = asked
            way = tuple(zip(names, [value is None for value in values], strict=True))
            alike = begun[kind, district].setdefault(way, {}).setdefault(values, [])
            self._lists[asked] = alike
        return [(*of, dict(sorted(ways.items()))) for of, ways in sorted(begun.items())]

    def _like(self, kind: str, district: int, ways: _Lists) -> Query:
        """Return a query for records that match any of these shapes.

        Each field is filtered by itself so that any index serves: the result may hold more rows
        than match.
        """
        held = [record_id for of, record_id in self._held if of == kind]
        given: dict[str, object] = {"district": district, "held": held}
        for number, (way, lists) in enumerate(ways.items()):
            for at, (name, empty) in enumerate(way):
                if not empty:
                    given[f"{name}_{number}"] = list({values[at] for values in lists})
        return _rows_like(self._kinds[kind], tuple(ways), self._arrays), given

    def _sort(self, kind: str, district: int, ways: _Lists, others: Sequence[Record]) -> None:
        """Add fetched and held records to the lists whose values they match."""
        held = [record for key, record in self._held.items() if key[0] == kind]
        places = {district, WHOLE_UT}
        here = (one for one in held if one.district in places and not one.deleted)
        for record in sorted((*others, *here), key=lambda record: record.id):
            for way, lists in ways.items():
                alike = lists.get(tuple([record.value(name) for name, _ in way]))
                if alike is not None and len(alike) < _MOST_ALIKE:
                    alike.append(record)

    def _take(self, kind: str, rows: Iterable[tuple[object, ...]]) -> list[Record]:
        """Remember and return the records of these rows."""
        found = self._kinds[kind]
        names = found.table().columns.keys()
        records = [found.of(dict(zip(names, row, strict=True))) for row in rows]
        self._records |= {(kind, record.id): record for record in records}
        return records


@cache
def _rows_of(kind: type[Record], array: bool) -> _Statement:
    table = kind.table()
    return select(table).where(in_parameter(table.c.id, "ids", array=array))


@cache
def _live_of(kind: type[Record], array: bool) -> _Statement:
    columns = kind.table().c
    there = in_parameter(columns.id, "ids", array=array)
    return select(columns.id).where(there, columns.deleted.is_(False))


@lru_cache(_MOST_STATEMENTS)
def _rows_like(kind: type[Record], ways: tuple[_Way, ...], array: bool) -> _Statement:
    """Select rows that have a given value, or none, in every field of one of the shapes."""
    columns = kind.table().c
    alike = (
        and_(
            *(
                columns[name].is_(None)
                if empty
                else in_parameter(columns[name], f"{name}_{number}", array=array)
                for name, empty in way
            )
        )
        for number, way in enumerate(ways)
    )
    return select(kind.table()).where(
        columns.deleted.is_(False),
        columns.district.in_([bindparam("district"), _UT]),
        ~in_parameter(columns.id, "held", array=array),
        or_(*alike),
    )


def _by_kind(keys: Iterable[Key]) -> dict[str, list[str]]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for kind, record_id in sorted(keys):
        ids[kind].append(record_id)
    return dict(ids)
