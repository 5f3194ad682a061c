"""Running a report: its figures, row by row, and the records behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Protocol

from sqlalchemy import Connection, func, select

from fieldkit.records import Choice, kinds
from fieldkit.records.fields.dates import today
from fieldkit.records.fields.numbers import BranchCode
from fieldkit.reports.area import Area, name_of
from fieldkit.reports.declaration.report import (
    AREA,
    DIVISION,
    TOTAL,
    Cell,
    Column,
    Counted,
    Dimension,
    Figure,
    Heading,
    Period,
    Report,
    Row,
    Span,
    Table,
)
from fieldkit.reports.formats.words import in_words
from fieldkit.reports.meaning import meaning
from fieldkit.reports.sql.count import Found, Key, count, path_of
from fieldkit.reports.sql.drill import drill
from fieldkit.reports.sql.source import field_of


class AnyReport(Protocol):
    """What every report can say of itself."""

    @property
    def name(self) -> str: ...  # noqa: D102 - stable short name
    @property
    def title(self) -> str: ...  # noqa: D102 - heading
    @property
    def code(self) -> str: ...  # noqa: D102 - R1 to R22
    @property
    def by(self) -> tuple[Dimension, ...]: ...  # noqa: D102 - what rows are made by

    def measured(self) -> Mapping[str, Counted]:
        """Return what columns count, by their names, where every row counts the same."""

    def run(self, connection: Connection, area: Area, period: Period, by: Dimension) -> Table:
        """Return its table."""

    def behind(
        self,
        connection: Connection,
        area: Area,
        period: Period,
        by: Dimension,
        key: Key | None,
        column: str,
    ) -> list[tuple[str, str]]:
        """Return kind and id of the records behind a figure; ``key`` None: of the total."""


def period_of(
    connection: Connection, area: Area, fy: str = "", as_on: date | None = None
) -> Period:
    """Return the period of a report; the last review meeting is looked up."""
    day = as_on or today()
    table = kinds()["programme"].table()
    reviewed = connection.execute(
        select(func.max(table.c.held_on)).where(
            table.c.deleted.is_(False),
            table.c.programme_kind == "REVIEW",
            table.c.held_on < day,
            *area.holds(table),
        )
    ).scalar_one()
    return Period(day, fy, as_on is not None, reviewed)


@dataclass(frozen=True, slots=True)
class Declared:
    """A report that is no more than its declaration."""

    report: Report

    @property
    def name(self) -> str:
        """Its short name."""
        return self.report.name

    @property
    def title(self) -> str:
        """Its heading."""
        return self.report.title

    @property
    def code(self) -> str:
        """R1 to R22."""
        return self.report.code

    @property
    def by(self) -> tuple[Dimension, ...]:
        """What its rows can be made by; where by area, by division too."""
        ways = ([way, DIVISION] if way is AREA else [way] for way in self.report.by)
        return tuple(chain.from_iterable(ways))

    def measured(self) -> Mapping[str, Counted]:
        """Return the measures by the names of their columns."""
        columns = self.report.columns
        return {one.name: one.counted for one in columns if isinstance(one, Figure)}

    def run(self, connection: Connection, area: Area, period: Period, by: Dimension) -> Table:
        """Return its table."""
        return table_of(connection, self.report, area, period, by)

    def behind(
        self,
        connection: Connection,
        area: Area,
        period: Period,
        by: Dimension,
        key: Key | None,
        column: str,
    ) -> list[tuple[str, str]]:
        """Return the records behind a figure."""
        return records_behind(connection, self.report, area, period, by, key, column)


def table_of(
    connection: Connection, report: Report, area: Area, period: Period, by: Dimension
) -> Table:
    """Return the table of a declared report."""
    undated = _undated(report, period)
    found = count(connection, [*report.measures(), *undated], area, period, by)
    keys = ordered([key for key in found if key], area, by)
    heads = [Heading(by.name if by is not AREA else area.level, _label(area, by))]
    if by is AREA:
        heads.append(Heading("code", "LGD code"))
    heads += [_heading(column) for column in report.columns]
    rows = [_row(report, found, key, area, period, by) for key in keys]
    if len(rows) != 1 or _unsplit(report, area, by):
        rows.append(_row(report, found, (), area, period, by))
    notes = [*report.notes, *_undated_note(undated, found[()])]
    return Table(report.name, report.title, period.as_on, area.title, heads, rows, notes, period.fy)


def _heading(column: Column) -> Heading:
    if not isinstance(column, Figure):
        return Heading(column.name, column.label, column.unit)
    measure = column.counted.measure
    return Heading(column.name, column.label, column.unit, True, measure.amount, meaning(measure))


def _label(area: Area, by: Dimension) -> str:
    return area.level.capitalize() if by is AREA else by.label


def _row(report: Report, found: Found, key: Key, area: Area, period: Period, by: Dimension) -> Row:
    values = found.get(key, {})
    unsplit = _unsplit(report, area, by) if key else frozenset()
    row = {
        one: None if one in unsplit else values.get(one, _nothing(one)) for one in report.measures()
    }
    cells = [column.value(row, period.as_on) for column in report.columns]
    named: list[Cell] = [named_key(key[0], area, by) if key else TOTAL]
    if by is AREA:
        named.append(key[0] if key else None)
    return Row([*named, *cells], key or None)


def _unsplit(report: Report, area: Area, by: Dimension) -> frozenset[Counted]:
    """Return what the dimension does not tell apart: it has a figure in total alone."""
    return frozenset(
        one for one in report.measures() if path_of(one.measure.kind, area, by) is None
    )


def _nothing(one: Counted) -> Cell:
    """Return what a measure is where nothing was counted."""
    return None if one.measure.earliest else 0


def named_key(value: Cell, area: Area, by: Dimension) -> str:
    """Return what a row is called."""
    if by is AREA:
        return name_of(area.level, value)
    if value is None:
        return by.unknown
    form = _list_of(by)
    return form.show(value) if form else in_words(value)


def _list_of(by: Dimension) -> Choice | None:
    """Return the list a dimension's values are entries of, if they are."""
    for kind, path in by.paths.items():
        form = field_of(kind, path).format
        if isinstance(form, BranchCode) and path.endswith(":4"):
            return Choice("bank")
        if isinstance(form, Choice):
            return form
    return None


def ordered(keys: Iterable[Key], area: Area, by: Dimension) -> list[Key]:
    """Return the rows in the order of their list, else of their names; days with the latest first.

    What has no name comes last.
    """
    places: dict[Cell, int] = {}
    if by is not AREA and (form := _list_of(by)):
        places = {entry.code: at for at, entry in enumerate(form.options())}
    return sorted(
        keys,
        key=lambda key: (
            key[0] is None,
            -key[0].toordinal() if isinstance(key[0], date) else places.get(key[0], len(places)),
            named_key(key[0], area, by),
        ),
    )


def _undated(report: Report, period: Period) -> list[Counted]:
    """Return what counts the records that could not be placed in the period."""
    if not period.fy and not period.past:
        return []
    measures = dict.fromkeys(one.measure for one in report.measures())
    return [
        Counted(measure, Span.UNDATED)
        for measure in measures
        if measure.dates and not (measure.earliest or measure.amount)
    ]


def _undated_note(undated: Sequence[Counted], total: Mapping[Counted, Cell]) -> list[str]:
    lacking = [f"{one.measure.label}: {total[one]}" for one in undated if total.get(one)]
    return [f"Without a day, so in no period: {'; '.join(lacking)}."] if lacking else []


def records_behind(
    connection: Connection,
    report: Report,
    area: Area,
    period: Period,
    by: Dimension,
    key: Key | None,
    column: str,
) -> list[tuple[str, str]]:
    """Return kind and id of the records behind a figure; none where it is not a count of records.

    ``key``: the row, None for the total.
    """
    found = report.column(column)
    if not isinstance(found, Figure):
        return []
    return drill(connection, found.counted, area, period, by, key)
