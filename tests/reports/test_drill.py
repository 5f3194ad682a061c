"""Behind each figure stand exactly as many records as it counts."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Connection

from fieldkit.reports import AnyReport, Area, Dimension, Heading, Period, period_of, reports
from fieldkit.reports.declaration.report import Cell, Row
from fieldkit.store import Store


@pytest.mark.parametrize("name", reports())
def test_each_figure_has_its_records_behind_it(block_store: Store, name: str) -> None:
    report = reports()[name]
    for area, fy in ((Area(), ""), (Area(block=16), "2024-25")):
        period = block_store.query(partial(period_of, area=area, fy=fy))
        for by in report.by[: None if fy else 2]:
            ask = partial(report.run, area=area, period=period, by=by)
            table = block_store.query(ask)
            rows = table.rows if by.name == "metric" else table.rows[-2:]
            for row in rows:
                for heading, value in zip(table.columns, row.cells, strict=True):
                    if heading.drills and value:
                        behind = partial(_behind, report, area, period, by, row, heading)
                        found = block_store.query(behind)
                        adds = row.adds or heading.adds
                        assert _figure(block_store, found, adds) == value, heading.name


def _behind(
    report: AnyReport,
    area: Area,
    period: Period,
    by: Dimension,
    row: Row,
    heading: Heading,
    connection: Connection,
) -> list[tuple[str, str]]:
    return report.behind(connection, area, period, by, row.key, heading.name)


def _figure(store: Store, found: list[tuple[str, str]], adds: str) -> Cell:
    """Return what the records behind a figure amount to."""
    assert len(set(found)) == len(found)
    if not adds:
        return len(found)
    records = store.fetch({kind for kind, _ in found}, [number for _, number in found])
    return sum(int(str(records[one].value(adds) or 0)) for one in found)
