"""The last months of a report's figures, for lines of columns beside them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from fieldkit.reports.area import Area
from fieldkit.reports.declaration.report import Dimension, Period
from fieldkit.reports.run import AnyReport
from fieldkit.reports.sql.count import Key
from fieldkit.reports.sql.monthly import Months, monthly

_IN_ALL = Dimension("all", "", {})


def months_of(
    connection: Connection, report: AnyReport, area: Area, period: Period, by: Dimension
) -> Mapping[Key, Mapping[str, Months]]:
    """Return each figure in all (``()``) by month, and the first that has a day for each row."""
    found: dict[Key, dict[str, Months]] = {}
    for name, counted in report.measured().items():
        rows = by if len(found) < 2 else _IN_ALL
        for key, months in monthly(connection, counted, area, period, rows).items():
            found.setdefault(key, {})[name] = months
    return found
