"""A measure month by month: the last twelve, for a line of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, Connection, extract, func, select

from fieldkit.reports.area import Area
from fieldkit.reports.declaration.report import AREA, Counted, Dimension, Period
from fieldkit.reports.sql.count import Key, path_of
from fieldkit.reports.sql.same_person import merging
from fieldkit.reports.sql.source import Source

MONTHS = 12
Months = Sequence[int]
"""The figure of each month, the earliest first."""


def monthly(
    connection: Connection,
    one: Counted,
    area: Area,
    period: Period,
    by: Dimension = AREA,
    months: int = MONTHS,
) -> Mapping[Key, Months]:
    """Return a measure by month up to the end of the period, for each row; in all under ``()``.

    Nothing for a measure without a day, and for one of several fields' different values.
    """
    measure, last = one.measure, period.days(one.span)[1]
    source = Source(measure.kind, period.as_on, merging=merging(connection))
    day = source.day(measure)
    if day is None or measure.earliest or len(measure.distinct) > 1:
        return {}
    newest = last.year * 12 + last.month
    year, month = divmod(newest - months, 12)  # the month after the one a year earlier
    path = path_of(measure.kind, area, by)
    group = [source.column(path)] if path else []
    numbered = extract("year", day) * 12 + extract("month", day)
    figures = select(numbered.label("month"), _figure(source, one).label("figure"), *group)
    conditions = [
        *source.live(),
        *area.holds(source.table),
        source.selected(measure, period, one.span),
        day >= date(year, month + 1, 1),
        day <= last,
    ]
    asked = figures.select_from(source.rows).where(*conditions).group_by(numbered, *group)
    found: dict[Key, list[int]] = {(): [0] * months}
    for number, figure, *row in connection.execute(asked):
        at = months - 1 - (newest - int(number))
        value = round(figure)
        found[()][at] += value
        if row:
            found.setdefault((row[0],), [0] * months)[at] += value
    return found


def _figure(source: Source, one: Counted) -> ColumnElement[int]:
    """Return the aggregate of the records of a month."""
    measure = one.measure
    if measure.amount:
        total = func.coalesce(func.sum(source.column(measure.amount)), 0)
        return cast("ColumnElement[int]", total)
    if measure.distinct:
        return func.count(source.number(measure.distinct[0]).distinct())
    return func.count()
