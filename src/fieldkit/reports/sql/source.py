"""The rows of one kind with what their references lead to, and conditions on them as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import NamedFromClause

from fieldkit import reference
from fieldkit.records import Field, Record, kinds
from fieldkit.reports.declaration.measure import (
    Aged,
    AnyOf,
    AtLeast,
    AtMost,
    Filled,
    Has,
    Measure,
    Not,
    Shared,
    Simple,
    Test,
    Where,
)
from fieldkit.reports.declaration.report import Period, Span
from fieldkit.reports.sql.aliases import alias
from fieldkit.reports.sql.ladder import RUNG, rungs
from fieldkit.reports.sql.same_person import (
    counts_once,
    is_about,
    standing_of,
    together_with,
    with_same,
)

DIVISION_PATH = "district:division"
"""The path to the division of the district that a record belongs to."""


class Source:
    """A kind's table, joined once with each record that a path leads through."""

    def __init__(
        self,
        kind: str,
        as_on: date,
        *,
        merging: frozenset[str] = frozenset(),
        few: bool = False,
        linked: bool = False,
    ) -> None:
        """``few``: few of the rows are looked at, so each looks for what refers to it.

        ``linked``: only rows with what :func:`links_of` names are looked at. The database then
        begins with those, which are few, and not with every row. ``merging``: the kinds of which
        some records are the same person as others; references name the one that stands for them.
        """
        self.kind = kinds()[kind]
        self.table = self.kind.table()
        self.as_on = as_on
        self._merging = merging
        self._few = few
        self._outer = not linked
        self.rows: FromClause = self.table
        self._joined: dict[str, tuple[type[Record], NamedFromClause]] = {}
        self._standing: dict[tuple[str, str], ColumnElement[object]] = {}
        self._linked: dict[int, ColumnElement[object]] = {}
        self._rungs: dict[str, ColumnElement[object]] = {}
        self._kept: list[Has | Shared] = []

    def live(self) -> list[ColumnElement[bool]]:
        """Return the conditions that a record is there, and that no other stands for it."""
        there: list[ColumnElement[bool]] = [self.table.c.deleted.is_(False)]
        return [*there, counts_once(self.kind)] if self.kind.kind() in self._merging else there

    def column(self, path: str) -> ColumnElement[object]:
        """Return the column of a field, or of one that a reference leads to.

        ``ifsc:4`` are its first four characters, ``district:division`` is its division.
        """
        whole, _, length = path.partition(":")
        through, _, name = whole.rpartition(".")
        kind, rows = self._through(through) if through else (self.kind, self.table)
        columns = rows.c
        if name == RUNG and kind.kind() == "member":
            return self._rung(rows, through)
        if not length:
            return columns[name]
        if path == DIVISION_PATH:
            return _division_of(columns[name])
        # As literals: PostgreSQL does not know two parameters in GROUP BY and SELECT for the same.
        return func.substr(columns[name], literal_column("1"), literal_column(str(int(length))))

    def number(self, path: str) -> ColumnElement[object]:
        """Return a column; of a reference to people, the number of the record that stands for each.

        ``path``: as for :meth:`column`.
        """
        through, _, name = path.rpartition(".")
        kind, rows = self._through(through) if through else (self.kind, self.table)
        return self._stands(kind, rows, name) if name in kind.references() else self.column(path)

    def people(self, distinct: Sequence[str]) -> bool:
        """Say whether the values counted are people of whom some have several numbers."""
        return any(self._people(path) for path in distinct)

    def has_several(self, path: str) -> ColumnElement[bool]:
        """Return the condition that a reference is to a person with several numbers."""
        people = self._people(path)
        column = self.column(path)
        return column.in_(select(together_with(people).c.number)) if people else false()

    def _people(self, path: str) -> type[Record] | None:
        through, _, name = path.rpartition(".")
        kind = self._through(through)[0] if through else self.kind
        return _people(kind, name, self._merging) if name in kind.references() else None

    def _through(self, path: str) -> tuple[type[Record], NamedFromClause]:
        """Return the kind and the joined rows that a reference leads to."""
        if path in self._joined:
            return self._joined[path]
        before, _, name = path.rpartition(".")
        kind, referring = self._through(before) if before else (self.kind, self.table)
        number = self._stands(kind, referring, name)
        there = kinds()[kind.references()[name].kinds[0]]
        rows = alias(there.table(), f"through_{len(self._joined)}")
        self.rows = self.rows.outerjoin(rows, and_(rows.c.id == number, rows.c.deleted.is_(False)))
        self._joined[path] = there, rows
        return there, rows

    def _stands(
        self, kind: type[Record], rows: NamedFromClause, name: str
    ) -> ColumnElement[object]:
        """Return a column; of a reference to people, the number of the record that stands for each.

        Their records are then joined once.
        """
        people, place = _people(kind, name, self._merging), (rows.name, name)
        if people and place not in self._standing:
            same = standing_of(people, f"{rows.name}_{name}")
            self.rows = self.rows.outerjoin(same, same.c.number == rows.c[name])
            self._standing[place] = func.coalesce(same.c.by, rows.c[name])
        return self._standing.get(place, rows.c[name])

    def _rung(self, members: NamedFromClause, through: str) -> ColumnElement[object]:
        """Join where members stand on the income ladder; only those that rows refer to."""
        if members.name not in self._rungs:
            only = None
            if through in self.table.c:
                referring = alias(self.table, "referring")
                only = select(referring.c[through]).where(
                    referring.c.deleted.is_(False), referring.c[through].is_not(None)
                )
            merged = "member" in self._merging
            found = rungs(self.as_on, f"rungs_{len(self._rungs)}", only, merged=merged)
            self.rows = self.rows.join(
                found, found.c.member_id == members.c.id, isouter=self._outer
            )
            self._rungs[members.name] = found.c.rung
        return self._rungs[members.name]

    def holds(self, where: Where) -> ColumnElement[bool]:
        """Return the conditions of a measure."""
        tests = [self._meets(path, test) for path, test in where.items()]
        return and_(*tests) if tests else true()

    def _meets(self, path: str, test: Test) -> ColumnElement[bool]:
        if isinstance(test, AnyOf):
            return or_(*(self.holds(one) for one in test.sets))
        if isinstance(test, Shared):
            return self._twice(test)
        column = self.column(path)
        if isinstance(test, Has):
            if self._few:
                there = _refers(column, test, self.as_on, self._merging)
                return ~there if test.lacks else there
            found = self._link(column, test)
            return found.is_(None) if test.lacks else found.is_not(None)
        return self._compare(column, test)

    def _compare(self, column: ColumnElement[object], test: Simple) -> ColumnElement[bool]:
        if isinstance(test, Filled | Not):
            given = column.is_not(None)
            return given if isinstance(test, Filled) else or_(~given, column.not_in(test.values))
        if isinstance(test, AtLeast | AtMost):
            return column >= test.least if isinstance(test, AtLeast) else column <= test.most
        if isinstance(test, tuple):
            return column.in_(test) if test else false()
        if isinstance(test, Aged):
            return self._aged(column, test)
        return column.is_(test) if test is None or isinstance(test, bool) else column == test

    def _aged(self, column: ColumnElement[object], test: Aged) -> ColumnElement[bool]:
        latest = column <= self.as_on - timedelta(days=test.least)
        if test.most is None:
            return latest
        return and_(latest, column >= self.as_on - timedelta(days=test.most))

    def _link(self, column: ColumnElement[object], test: Has) -> ColumnElement[object]:
        """Join the record numbers to which another kind's records refer; return theirs."""
        if id(test) not in self._linked:
            asked = _referring(test, self.as_on, self._merging)
            found = asked.subquery(f"linked_{len(self._linked)}")
            self.rows = self.rows.outerjoin(found, found.c.number == column)
            self._linked[id(test)] = found.c.number
            self._kept.append(test)
        return self._linked[id(test)]

    def _twice(self, test: Shared) -> ColumnElement[bool]:
        """Join the values that several records hold."""
        if id(test) not in self._linked:
            columns = [self.table.c[name] for name in test.fields]
            given = [*self.live(), *(one.is_not(None) for one in columns)]
            shared = select(*columns).where(*given).group_by(*columns).having(func.count() > 1)
            found = shared.subquery(f"shared_{len(self._linked)}")
            same = (found.c[name] == self.table.c[name] for name in test.fields)
            self.rows = self.rows.join(found, and_(*same), isouter=self._outer)
            self._linked[id(test)] = found.c[test.fields[0]]
            self._kept.append(test)
        return self._linked[id(test)].is_not(None)

    def day(self, measure: Measure) -> ColumnElement[object] | None:
        """Return the day that places a record in a period."""
        days = [self.column(path) for path in measure.dates]
        if not days:
            return None
        return days[0] if len(days) == 1 else func.coalesce(*days)

    def within(self, measure: Measure, period: Period, span: Span) -> ColumnElement[bool]:
        """Return the condition that a record falls into the span.

        Up to today, a record without a day counts; into any narrower span it cannot be placed.
        """
        day = self.day(measure)
        return true() if day is None else _within(day, period, span)

    def _superseded(self, measure: Measure, period: Period, span: Span) -> ColumnElement[bool]:
        """Return the condition that a later record takes its place."""
        same, *order = measure.latest
        own, other = self.table.c, alias(self.table, "later")
        later: ColumnElement[bool] = other.c.id > own.id
        for name in reversed(order):
            equal = or_(
                other.c[name] == own[name], and_(other.c[name].is_(None), own[name].is_(None))
            )
            after = or_(
                other.c[name] > own[name], and_(other.c[name].is_not(None), own[name].is_(None))
            )
            later = or_(after, and_(equal, later))
        conditions = [other.c.deleted.is_(False), other.c[same] == own[same], later]
        if measure.amount:
            conditions.append(other.c[measure.amount].is_not(None))
        conditions += [_within(other.c[name], period, span) for name in measure.dates]
        return exists().where(*conditions)

    def selected(self, measure: Measure, period: Period, span: Span) -> ColumnElement[bool]:
        """Return the condition that a record is one of those measured."""
        conditions: list[ColumnElement[bool]] = [
            self.holds(measure.where),
            self.within(measure, period, span),
        ]
        if measure.latest:
            conditions.append(~self._superseded(measure, period, span))
        if measure.amount:
            conditions.append(self.column(measure.amount).is_not(None))
        conditions += [self.column(path).is_not(None) for path in measure.distinct]
        return and_(*conditions)


def _division_of(district: ColumnElement[object]) -> ColumnElement[object]:
    """Return the division of a district as SQL; nothing for one in none.

    As literals: PostgreSQL does not know two parameters in GROUP BY and SELECT for the same.
    """
    return case(
        *(
            (
                district.in_([literal_column(str(code)) for code in reference.districts_of(name)]),
                literal_column(f"'{name}'"),
            )
            for name in reference.divisions()
        )
    )


def _referring(test: Has, as_on: date, merging: frozenset[str]) -> SelectBase:
    """Return the question for the record numbers to which another kind's records refer.

    Of people, all their numbers.
    """
    asked = _numbers(test, as_on, merging)
    people = _people(kinds()[test.kind], test.field, merging)
    if people is None:
        return asked.distinct()
    refers = asked.subquery()
    return with_same(asked.distinct(), people, lambda number: exists().where(refers.c[0] == number))


def _refers(
    column: ColumnElement[object], test: Has, as_on: date, merging: frozenset[str]
) -> ColumnElement[bool]:
    """Return the condition that another kind's record refers to this row's value.

    SQLite looks for the value alone: it puts the condition into the question it is about.
    """
    refers = _numbers(test, as_on, merging).subquery().c[0]
    people = _people(kinds()[test.kind], test.field, merging)
    return exists().where(is_about(refers, column, people) if people else refers == column)


def _numbers(test: Has, as_on: date, merging: frozenset[str]) -> Select[object]:
    """Return the question for the numbers, as they stand, to which records refer."""
    other = Source(test.kind, as_on, merging=merging)
    number: ColumnElement[object] = other.column(test.field).label("number")
    given = _counting(other, test, as_on)
    return select(number).select_from(other.rows).where(number.is_not(None), *given)


def _people(kind: type[Record], name: str, merging: frozenset[str]) -> type[Record] | None:
    """Return the kind of people that a field refers to, if some of them have several numbers."""
    found = (one for one in kind.references()[name].kinds if one in merging)
    return next((kinds()[one] for one in found), None)


def _counting(other: Source, test: Has, as_on: date) -> list[ColumnElement[bool]]:
    """Return the conditions that a record counts for a test."""
    conditions = [*other.live(), other.holds(test.where)]
    if test.on:
        day = other.column(test.on)
        conditions.append(or_(day.is_(None), day <= as_on))
    return conditions


def _within(day: ColumnElement[object], period: Period, span: Span) -> ColumnElement[bool]:
    if span is Span.UNDATED:
        return day.is_(None)
    first, last = period.days(span)
    if first is not None:
        return and_(day >= first, day <= last)
    return day <= last if period.past else or_(day.is_(None), day <= last)


def links_of(measure: Measure) -> frozenset[str | Shared]:
    """Return what a record must be joined with to count: a rung, or others with its values."""
    found: set[str | Shared] = set()
    for path, test in measure.where.items():
        if isinstance(test, Shared):
            found.add(test)
        elif path.rpartition(".")[2] == RUNG and isinstance(test, tuple | str):
            found.add(path)
    return frozenset(found)


def field_of(kind: str, path: str) -> Field:
    """Return the declaration of the field that a path leads to."""
    found = kinds()[kind]
    *through, name = path.partition(":")[0].split(".")
    for step in through:
        found = kinds()[found.references()[step].kinds[0]]
    return found.fields()[name]


def paths_of(measure: Measure) -> list[str]:
    """Return every path to a field that a measure looks at."""
    found = [*_paths(measure.where), *measure.dates, *measure.distinct]
    return [*found, measure.amount] if measure.amount else found


def _paths(where: Mapping[str, Test]) -> list[str]:
    found: list[str] = []
    for path, test in where.items():
        if isinstance(test, AnyOf):
            found += (one for some in test.sets for one in _paths(some))
        else:
            found.append(path)
    return found
