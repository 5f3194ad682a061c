"""What a report is asked about, and what came out. The reading runs in a store's thread."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from fieldkit.reports import AnyReport, Area, Cell, Dimension, Period, Row, Table
    from fieldkit.reports.sql.monthly import Months
    from fieldkit.store import Store

YEARS = 8
"""Financial years that can be looked at."""
_CODES = ("code", "unit")
"""Columns for programs: people read the name and the figure."""


class Wanted(NamedTuple):
    """A report, its area and its period, and what its rows are."""

    report: AnyReport
    area: Area
    by: Dimension
    fy: str = ""
    """A financial year; empty: everything up to the day."""
    as_on: date | None = None
    """The day up to which events count; None: today."""

    def ways(self) -> Sequence[Dimension]:
        """Return what the rows can be here; only the whole UT has rows by division."""
        return [one for one in self.report.by if self._replace(by=one).within(self.area).by is one]

    def within(self, area: Area) -> Wanted:
        """Return the same for another area: below the whole UT, no longer by division."""
        from fieldkit.reports import Area
        from fieldkit.reports.declaration.report import AREA, DIVISION

        by: Dimension = AREA if self.by is DIVISION and area != Area() else self.by
        return self._replace(area=area, by=by)

    def up_to(self, day: date | None) -> Wanted:
        """Return the same as on another day; a year that the day does not reach is left."""
        return self._replace(as_on=day, fy=self.fy if self.fy in periods(day) else "")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A table with its figures, by places of rows and columns."""

    table: Table
    months: Mapping[tuple[Cell, ...], Mapping[str, Months]] = field(default_factory=dict)
    """By row (all: ``()``) and column: the last twelve months."""

    @property
    def total(self) -> int | None:
        """The place of the row of all, if there is one."""
        rows = self.table.rows
        without = [place for place, row in enumerate(rows) if row.key is None]
        if len(rows) == 1:
            return 0
        return without[0] if len(without) == 1 else None

    def figures(self, row: Row) -> Sequence[int]:
        """Return the places of the columns of a row in which something stands."""
        return [place for place in self.columns() if row.cells[place] not in (None, "")]

    def months_at(self, place: int) -> Mapping[str, Months]:
        """Return the months of a row's figures, by column."""
        row = self.table.rows[place]
        return self.months.get(() if place == self.total else row.key or ("",), {})

    def columns(self) -> Sequence[int]:
        """Return the places of the columns that stand for themselves, beside the name."""
        heads = self.table.columns
        left_out = {*_CODES, *(heading.upper for heading in heads if heading.upper)}
        return [n for n, heading in enumerate(heads) if n and heading.name not in left_out]


@dataclass(frozen=True, kw_only=True)
class Found(Shown):
    """A report as it came out."""

    wanted: Wanted
    period: Period
    held: Area
    """The area whose records are on this laptop."""

    @property
    def rows_by_area(self) -> bool:
        """Whether the rows are the areas below."""
        return self.wanted.by.name == "area"

    def place_of(self, key: tuple[Cell, ...] | None) -> int | None:
        """Return the place of the row with a key; None if there is none, or it is the total."""
        keys = [row.key for row in self.table.rows]
        return keys.index(key) if key is not None and key in keys else None

    def area_of(self, place: int) -> Area | None:
        """Return the area that a row is about, if it is one within the report's."""
        from fieldkit.reports import Area
        from fieldkit.reports.declaration.report import DIVISION

        row, wanted = self.table.rows[place], self.wanted
        if wanted.by is DIVISION:
            return Area(division=str(row.key[0])) if row.key and row.key[0] else None
        code = row.key[0] if row.key and self.rows_by_area else None
        if not isinstance(code, int) or not code:
            return None
        area = Area(district=code) if wanted.area.level == "district" else Area(block=code)
        return None if area == wanted.area else area


def read_table(store: Store, wanted: Wanted) -> Found:
    """Count a report."""
    from fieldkit.reports import period_of

    area = wanted.area
    period = store.query(partial(period_of, area=area, fy=wanted.fy, as_on=wanted.as_on))
    table = store.query(partial(wanted.report.run, area=area, period=period, by=wanted.by))
    return Found(wanted=wanted, period=period, table=table, held=held_area(store))


def read_months(store: Store, found: Found) -> Found:
    """Add the last months of each figure, and of the first one for each row."""
    from fieldkit.reports import months_of

    wanted = found.wanted
    asked = partial(
        months_of, report=wanted.report, area=wanted.area, period=found.period, by=wanted.by
    )
    return replace(found, months=store.query(asked))


def read_behind(store: Store, found: Found, row: Row, column: str) -> list[tuple[str, str]]:
    """Return kind and number of the records behind a figure."""
    wanted = found.wanted
    asked = partial(
        wanted.report.behind,
        area=wanted.area,
        period=found.period,
        by=wanted.by,
        key=row.key,
        column=column,
    )
    return store.query(asked)


def held_area(store: Store) -> Area:
    """Return the area whose records are on this laptop."""
    from fieldkit.reports import Area
    from fieldkit.screens.lookup.places import own_area

    scope = store.pull.state().scope
    if scope is None:
        return own_area(store)
    return Area(district=None if scope.block else scope.district or None, block=scope.block)


def holds(held: Area, area: Area) -> bool:
    """Say whether an area is all of what this laptop holds, or lies within it."""
    around: Area | None = area
    while around is not None:
        if around == held:
            return True
        around = around.around()
    return False


def periods(as_on: date | None) -> Sequence[str]:
    """Return the periods up to a day (None: today): all, then its financial year and back."""
    from fieldkit.records.fields.formats import today
    from fieldkit.reports.declaration.report import financial_year

    start = int(financial_year(as_on or today())[:4])
    return ["", *(f"{year}-{(year + 1) % 100:02d}" for year in range(start, start - YEARS, -1))]
