"""A report: rows by area or another dimension, columns of measures and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from fieldkit.reports.area import TERRITORY
from fieldkit.reports.declaration.measure import DAYS, FILLED, PERCENT, Measure

Number: TypeAlias = int | float | None
Cell: TypeAlias = int | float | str | date | None


class Span(StrEnum):
    """The period a column looks at."""

    CHOSEN = "chosen"
    """The financial year asked for; without one, everything up to the day of the report."""
    ALL = "all"
    """Everything up to the day of the report."""
    YEAR = "year"
    """The financial year asked for, else that of the day of the report."""
    WEEK = "week"
    """The seven days that end with the day of the report."""
    DAY = "day"
    """The day of the report."""
    REVIEW = "review"
    """After the last review meeting."""
    UNDATED = "undated"
    """Records without a day: they are in no period."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A measure over a span: what the database is asked for."""

    measure: Measure
    span: Span = Span.CHOSEN


class Column(Protocol):
    """A column of figures."""

    @property
    def name(self) -> str: ...  # noqa: D102 - stable short name
    @property
    def label(self) -> str: ...  # noqa: D102 - heading
    @property
    def unit(self) -> str: ...  # noqa: D102 - see Measure.unit
    @property
    def needs(self) -> tuple[Counted, ...]:
        """What it is computed from."""

    def value(self, found: Mapping[Counted, Cell], as_on: date) -> Cell:
        """Return the figure of a row."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A column that shows a measure; the records behind it can be listed."""

    counted: Counted
    name: str
    label: str

    @property
    def unit(self) -> str:
        """The measure's unit."""
        return self.counted.measure.unit

    @property
    def needs(self) -> tuple[Counted, ...]:
        """The measure alone."""
        return (self.counted,)

    def value(self, found: Mapping[Counted, Cell], as_on: date) -> Cell:  # noqa: ARG002
        """Return what was counted."""
        return found[self.counted]


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that follows from measures."""

    name: str
    label: str
    unit: str
    needs: tuple[Counted, ...]
    follows: Callable[[tuple[Cell, ...], date], Cell]

    def value(self, found: Mapping[Counted, Cell], as_on: date) -> Cell:
        """Return what follows for a row."""
        return self.follows(tuple(found[one] for one in self.needs), as_on)


def figure(measure: Measure) -> Figure:
    """Return the column of a measure."""
    return Figure(Counted(measure), measure.name, measure.label)


def in_span(measure: Measure, span: Span, name: str, label: str) -> Figure:
    """Return the column of a measure over a span of its own."""
    return Figure(Counted(measure, span), name, label)


def share(part: Measure, whole: Measure, name: str, label: str) -> Derived:
    """Return the column that says how many percent of ``whole`` are ``part``."""
    return Derived(name, label, PERCENT, (Counted(part), Counted(whole)), _percent)


def difference(first: Measure, then: Measure, name: str, label: str) -> Derived:
    """Return the column of ``first`` less ``then``."""
    return Derived(name, label, first.unit, (Counted(first), Counted(then)), _less)


def average(total: Measure, many: Measure, name: str, label: str) -> Derived:
    """Return the column of an amount for each of those counted that have one."""
    both = {**total.where, **many.where, total.amount: FILLED}
    needs = tuple(Counted(replace(one, where=both)) for one in (total, many))
    return Derived(name, label, total.unit, needs, _each)


def oldest(measure: Measure, name: str, label: str) -> Derived:
    """Return the column of the days since the earliest of the records."""
    earliest = replace(measure, name=name, earliest=True, amount="", distinct=(), unit=DAYS)
    return Derived(name, label, DAYS, (Counted(earliest),), _days)


def percent(part: Cell, whole: Cell) -> float | None:
    """Return how many percent of ``whole`` are ``part``, to a tenth."""
    if not isinstance(part, int | float) or not isinstance(whole, int | float) or not whole:
        return None
    return round(100 * part / whole, 1)


def _percent(values: tuple[Cell, ...], _as_on: date) -> Cell:
    return percent(*values)


def _less(values: tuple[Cell, ...], _as_on: date) -> Cell:
    first, then = values
    if isinstance(first, int | float) and isinstance(then, int | float):
        return first - then
    return None


def _each(values: tuple[Cell, ...], _as_on: date) -> Cell:
    total, many = values
    if isinstance(total, int | float) and isinstance(many, int | float) and many:
        return round(total / many)
    return None


def _days(values: tuple[Cell, ...], as_on: date) -> Cell:
    (first,) = values
    return (as_on - first).days if isinstance(first, date) else None


@dataclass(frozen=True, eq=False)
class Dimension:
    """What rows may be made by."""

    name: str
    label: str
    paths: Mapping[str, str]
    """By kind: the field, or the path to it. Columns of other kinds stay empty."""
    unknown: str = "not given"
    """What a row without a value is called."""


AREA = Dimension("area", "Area", {})
"""The areas below the one chosen: districts, in a district its blocks."""
DIVISION = Dimension("division", "Division", {}, TERRITORY)
"""Jammu and Kashmir; what belongs to no district stands apart."""


@dataclass(frozen=True, eq=False)
class Report:
    """Rows and columns under a stable short name."""

    name: str
    title: str
    code: str
    """R1 to R22, as reviews know it."""
    columns: tuple[Column, ...]
    by: tuple[Dimension, ...] = (AREA,)
    """What its rows can be made by, the usual one first."""
    notes: tuple[str, ...] = ()
    """Definitions and sources that stand under it."""

    def measures(self) -> tuple[Counted, ...]:
        """Return what the database is asked for, each once."""
        return tuple(dict.fromkeys(one for column in self.columns for one in column.needs))

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Period:
    """The time a report is about."""

    as_on: date
    fy: str = ""
    """A financial year like 2025-26; empty: everything up to ``as_on``."""
    past: bool = False
    """Whether ``as_on`` was chosen: then records without a day are left out everywhere."""
    reviewed: date | None = None
    """The day of the last review meeting."""

    def days(self, span: Span) -> tuple[date | None, date]:
        """Return the first day of a span, None if it is open, and its last."""
        if span is Span.DAY:
            return self.as_on, self.as_on
        if span is Span.WEEK:
            return self.as_on - timedelta(days=6), self.as_on
        if span is Span.REVIEW:
            return (self.reviewed + timedelta(days=1) if self.reviewed else None), self.as_on
        if span in {Span.ALL, Span.UNDATED} or (span is Span.CHOSEN and not self.fy):
            return None, self.as_on
        first, last = year_of(self.fy or financial_year(self.as_on))
        return first, min(last, self.as_on)


def financial_year(day: date) -> str:
    """Return the financial year of a day, like 2025-26."""
    start = day.year - (day.month < 4)
    return f"{start}-{(start + 1) % 100:02d}"


def year_of(fy: str) -> tuple[date, date]:
    """Return the first and last day of a financial year."""
    start = int(fy[:4])
    return date(start, 4, 1), date(start + 1, 3, 31)


def per_kind(measures: tuple[Counted, ...]) -> Mapping[str, list[Counted]]:
    """Return the measures by the kind they count."""
    found: dict[str, list[Counted]] = {}
    for one in measures:
        found.setdefault(one.measure.kind, []).append(one)
    return found


@dataclass(slots=True)
class Heading:
    """A column of a table as it is printed."""

    name: str
    label: str
    unit: str = ""
    drills: bool = False
    """Whether the records behind its figures can be listed: as many as it counts."""
    adds: str = ""
    """The field of these records that is added up; empty: they are counted."""
    meaning: str = ""
    """What is counted, and by which day."""
    weight: int = 0
    """Where not all columns fit, those of more weight are shown first."""
    upper: str = ""
    """The column with the upper end, where this one may be the lower end of a range."""


@dataclass(slots=True)
class Row:
    """A row of a table."""

    cells: list[Cell]
    key: tuple[Cell, ...] | None = None
    """The values of its dimension, to ask for the records behind it; None: the total."""
    unit: str = ""
    """The unit of its figures, in columns whose unit is that of the row."""
    adds: str = ""
    """As :attr:`Heading.adds`, where it depends on the row."""


TOTAL = "Total"
"""What the row of all is called."""
UNIT_OF_ROW = "figure"
"""The unit of a column whose figures have the unit of their row."""


def unit_of(heading: Heading, row: Row) -> str:
    """Return the unit of a cell."""
    return row.unit if heading.unit == UNIT_OF_ROW else heading.unit


@dataclass(slots=True)
class Table:
    """A report as it came out."""

    name: str
    title: str
    as_on: date
    area: str
    columns: list[Heading]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    fy: str = ""
