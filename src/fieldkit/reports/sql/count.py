"""Counting: all measures of one kind in one pass over its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import ColumnElement, Connection, Label, case, func, literal, or_, select

from fieldkit.reports.area import Area
from fieldkit.reports.declaration.measure import Measure
from fieldkit.reports.declaration.report import (
    AREA,
    DIVISION,
    Cell,
    Counted,
    Dimension,
    Period,
    per_kind,
)
from fieldkit.reports.sql.same_person import merging
from fieldkit.reports.sql.source import DIVISION_PATH, Source, links_of

Key = tuple[Cell, ...]
Found = dict[Key, dict[Counted, Cell]]
"""What was counted, by the row it belongs to; the total stands under ``()``."""


def count(
    connection: Connection,
    measures: Sequence[Counted],
    area: Area,
    period: Period,
    by: Dimension,
) -> Found:
    """Count measures for each row of a dimension, and in total."""
    found: Found = {(): {}}
    merged = merging(connection)
    for kind, some in per_kind(tuple(measures)).items():
        path = path_of(kind, area, by)
        if path is not None:
            _add(found, _pass(connection, kind, some, area, period, path, merged))
        again = [one for one in some if path is None or not _adds_up(one.measure, path)]
        if again:
            _add(found, _pass(connection, kind, again, area, period, "", merged))
        summed = [one for one in some if one not in again]
        for one in summed:
            found[()][one] = _total(one, [row.get(one) for key, row in found.items() if key])
    return found


def path_of(kind: str, area: Area, by: Dimension) -> str | None:
    """Return the path to what a kind's rows are grouped by; None if it has none."""
    if by is DIVISION:
        return DIVISION_PATH
    return by.paths.get(kind) if by is not AREA else area.level


def _adds_up(measure: Measure, path: str) -> bool:
    """Say whether the figures of the rows add up to the total.

    Different values do only if no value can stand in two rows.
    """
    by_place = path in {"district", "block", DIVISION_PATH} and "block" in measure.distinct
    return not measure.distinct or path in measure.distinct or by_place


def _total(one: Counted, values: Sequence[Cell]) -> Cell:
    """Add figures up; of days, take the earliest."""
    if one.measure.earliest:
        return min((value for value in values if isinstance(value, date)), default=None)
    return sum(value for value in values if isinstance(value, int | float))


def _add(found: Found, rows: Mapping[Key, Mapping[Counted, Cell]]) -> None:
    for key, row in rows.items():
        found.setdefault(key, {}).update(row)


def _pass(
    connection: Connection,
    kind: str,
    measures: Sequence[Counted],
    area: Area,
    period: Period,
    path: str,
    merged: frozenset[str],
) -> Found:
    """Count in one query; in one more each, sets of values and what needs the same links."""
    found: Found = {}
    together: dict[object, list[Counted]] = {}
    sets: dict[tuple[str, ...], list[Counted]] = {}
    for one in measures:
        if len(one.measure.distinct) < 2:
            together.setdefault(links_of(one.measure), []).append(one)
        else:
            sets.setdefault(one.measure.distinct, []).append(one)
    for fields, some in sets.items():
        source = Source(kind, period.as_on, merging=merged)
        _add(found, _sets(connection, source, fields, some, area, period, path))
    for links, some in together.items():
        source = Source(kind, period.as_on, merging=merged, linked=bool(links))
        _add(found, _whole(connection, source, some, area, period, path))
        people = [one for one in some if source.people(one.measure.distinct)]
        if people:
            source = Source(kind, period.as_on, merging=merged)
            _take_off(connection, source, people, area, period, path, found)
    return found


def _whole(
    connection: Connection,
    source: Source,
    measures: Sequence[Counted],
    area: Area,
    period: Period,
    path: str,
) -> Found:
    """Count measures in one query over the same rows."""
    figures = [_figure(source, one, period).label(f"f{n}") for n, one in enumerate(measures)]
    group = [source.column(path).label("row")] if path else []
    asked = (
        select(*group, *figures)
        .select_from(source.rows)
        .where(*source.live(), *area.holds(source.table))
        .group_by(*group)
    )
    found: Found = {}
    for values in connection.execute(asked):
        key = (_plain(values[0]),) if path else ()
        numbers = [_plain(value) for value in values[len(group) :]]
        found[key] = dict(zip(measures, numbers, strict=True))
    return found


def _take_off(
    connection: Connection,
    source: Source,
    measures: Sequence[Counted],
    area: Area,
    period: Period,
    path: str,
    found: Found,
) -> None:
    """Count people once whose records name them by several numbers.

    Only these records are looked at: those of all others are counted in the order of their numbers.
    """
    group = [source.column(path).label("row")] if path else []
    figures: list[Label[int]] = []
    several: list[ColumnElement[bool]] = []
    for one in measures:
        field = one.measure.distinct[0]
        condition = source.selected(one.measure, period, one.span)
        for number in (source.column(field), source.number(field)):
            different = func.count(case((condition, number)).distinct())
            figures.append(different.label(f"f{len(figures)}"))
        several.append(source.has_several(field))
    asked = (
        select(*group, *figures)
        .select_from(source.rows)
        .where(*source.live(), *area.holds(source.table), or_(*several))
        .group_by(*group)
    )
    for values in connection.execute(asked):
        row = found[(_plain(values[0]),) if path else ()]
        counts = [cast("int", value) for value in values[len(group) :]]
        for one, numbers, people in zip(measures, counts[::2], counts[1::2], strict=True):
            row[one] = int(cast("int", row[one])) - numbers + people


def _figure(source: Source, one: Counted, period: Period) -> ColumnElement[object]:
    """Return the aggregate of one measure."""
    measure = one.measure
    condition = source.selected(measure, period, one.span)
    if measure.earliest:
        return func.min(case((condition, source.day(measure))))
    if measure.amount:
        return func.coalesce(func.sum(case((condition, source.column(measure.amount)))), 0)
    if measure.distinct:
        different = case((condition, source.column(measure.distinct[0]))).distinct()
        return cast("ColumnElement[object]", func.count(different))
    return cast("ColumnElement[object]", func.count(case((condition, literal(1)))))


def _sets(
    connection: Connection,
    source: Source,
    fields: Sequence[str],
    measures: Sequence[Counted],
    area: Area,
    period: Period,
    path: str,
) -> Found:
    """Count the different sets of values of the same fields."""
    selected = [source.selected(one.measure, period, one.span) for one in measures]
    every = len(measures) == 1  # each set has been selected by the one condition
    flags = [
        (literal(1) if every else func.max(case((test, literal(1))))).label(f"f{n}")
        for n, test in enumerate(selected)
    ]
    place = ["district"] if "block" in fields else []  # a block lies in one: the index begins so
    names = dict.fromkeys([*([path] if path else []), *place, *fields])
    numbers = [source.number(name) for name in names]
    columns = [number.label(f"k{n}") for n, number in enumerate(numbers)]
    sets = (
        select(*columns, *flags)
        .select_from(source.rows)
        .where(*source.live(), *area.holds(source.table), or_(*selected))
        .group_by(*numbers)
        .subquery()
    )
    group = [sets.c.k0] if path else []
    counts = [func.count(sets.c[flag.name]) for flag in flags]
    found: Found = {}
    for values in connection.execute(select(*group, *counts).group_by(*group)):
        key = (_plain(values[0]),) if path else ()
        found[key] = dict(zip(measures, map(_plain, values[len(group) :]), strict=True))
    return found


def _plain(value: object) -> Cell:
    """Return a value of the database as a number, text or day."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if value is None or isinstance(value, bool | int | float | str | date):
        return value
    return str(value)
