"""Each report says what plain SQL says over the exported files, for a district of sample data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeAlias

import pytest
from sqlalchemy import Connection
from tests.reports.district import AS_ON, BLOCKS, BUDGAM
from tests.reports.exported import Asked, Exported
from tests.reports.plain_sql import DIFFERENCES, SHARES, SQL, statement

from fieldkit.records.fields.dates import today
from fieldkit.reports import Area, period_of, reports
from fieldkit.reports.catalogue import LEAGUE, declared
from fieldkit.reports.declaration.report import Cell, Table
from fieldkit.store import Store

Figures: TypeAlias = dict[str, Cell]

DISTRICT = Area(district=BUDGAM)
PERIODS: Mapping[str, tuple[str, date | None, Asked]] = {
    "up to today": ("", None, Asked(today(), undated=True)),
    "of a year": ("2024-25", None, Asked(today(), date(2024, 4, 1), date(2025, 3, 31))),
    "as on a day": ("", AS_ON, Asked(AS_ON)),
}
"""The financial year and the day asked of a report, and the same for statements."""
REVIEWED = "SELECT max(held_on) FROM programme WHERE programme_kind = 'REVIEW' AND held_on < '{}'"
ZERO = {"data_quality.artisans_no_trade"}
"""Figures that are zero here: an artisan is not entered without a trade."""


@pytest.fixture(scope="module")
def exported(district_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    found = Exported()
    found.fill(district_store, tmp_path_factory.mktemp("exported"))
    return found


def table_of(store: Store, report: str, fy: str = "", as_on: date | None = None) -> Table:
    def run(connection: Connection) -> Table:
        found = reports()[report]
        period = period_of(connection, DISTRICT, fy, as_on)
        return found.run(connection, DISTRICT, period, found.by[0])

    return store.query(run)


def by_block(table: Table) -> dict[str | None, Figures]:
    """Return the figures of each block by its code, and those of the total under an empty text."""
    names = [heading.name for heading in table.columns][2:]
    rows: dict[str | None, Figures] = {}
    for row in table.rows:
        code = row.key[0] if row.key else ""
        block = None if code is None else str(code)
        rows[block] = dict(zip(names, row.cells[2:], strict=True))
    return rows


def expected(exported: Exported, report: str, asked: Asked) -> Figures:
    """Return what the columns of a report are to be."""
    found: Figures = {name: exported.ask(one, asked) for name, one in SQL[report].items()}
    for column, (part, whole) in SHARES.get(report, {}).items():
        few, every = (exported.ask(statement(report, one), asked) for one in (part, whole))
        found[column] = round(100 * few / every, 1) if every else None
    for column, (first, then) in DIFFERENCES.get(report, {}).items():
        more, less = (exported.ask(statement(report, one), asked) for one in (first, then))
        found[column] = more - less
    return found


@pytest.mark.parametrize("report", [one.name for one in declared()])
def test_every_column_has_a_statement(report: str) -> None:
    asked = SQL[report].keys() | SHARES.get(report, {}).keys() | DIFFERENCES.get(report, {}).keys()
    (columns,) = (one.columns for one in declared() if one.name == report)
    assert asked == {column.name for column in columns}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("report", SQL)
def test_a_report_equals_plain_sql(
    district_store: Store, exported: Exported, report: str, period: str
) -> None:
    fy, as_on, of_period = PERIODS[period]
    table = table_of(district_store, report, fy, as_on)
    rows, asked = by_block(table), replace(of_period, as_on=table.as_on)
    assert rows[""] == expected(exported, report, asked)
    assert {str(block) for block in BLOCKS} <= rows.keys() - {"", None}
    for block in exported.blocks():
        figures = expected(exported, report, replace(asked, block=block))
        if block in rows:
            assert rows[block] == figures, f"block {block}"
        else:
            assert not any(figures.values()), f"block {block}"


def test_the_sample_has_something_of_every_figure(exported: Exported) -> None:
    nothing = {
        f"{report}.{column}"
        for report, columns in SQL.items()
        for column, asked in columns.items()
        if not any(exported.ask(asked, period) for _, _, period in PERIODS.values())
    }
    assert nothing == ZERO


def metrics() -> Iterator[tuple[str, str]]:
    """Give the figures of the scoreboard with their statements."""
    for columns in SQL.values():
        yield from columns.items()


@pytest.mark.parametrize("as_on", [None, AS_ON])
def test_the_scoreboard_equals_plain_sql(
    district_store: Store, exported: Exported, as_on: date | None
) -> None:
    table = table_of(district_store, "scoreboard", as_on=as_on)
    day = table.as_on
    year = date(day.year - (day.month < 4), 4, 1)
    reviewed = date.fromisoformat(str(exported.find(REVIEWED.format(day))))
    spans = {
        "recorded": Asked(day, undated=as_on is None),
        "recorded_fy": Asked(day, year),
        "since_review": Asked(day, reviewed + timedelta(days=1)),
    }
    statements = dict(metrics())
    names = [heading.name for heading in table.columns]
    for row in table.rows:
        cells = dict(zip(names, row.cells, strict=True))
        asked = statements[str(cells["code"])]
        for column, span in spans.items():
            assert cells[column] == exported.ask(asked, span), f"{cells['code']} {column}"


@pytest.mark.parametrize("period", PERIODS)
def test_the_rankings_equal_plain_sql(
    district_store: Store, exported: Exported, period: str
) -> None:
    fy, as_on, of_period = PERIODS[period]
    statements = dict(metrics())
    table = table_of(district_store, "rankings", fy, as_on)
    asked = replace(of_period, as_on=table.as_on)
    names = [heading.name for heading in table.columns]
    rows = [dict(zip(names, row.cells, strict=True)) for row in table.rows]
    assert {str(block) for block in BLOCKS} < {str(row["code"]) for row in rows}
    for metric in LEAGUE:
        figures = {
            row["code"]: exported.ask(statements[metric], replace(asked, block=str(row["code"])))
            for row in rows
        }
        for row in rows:
            assert row[metric] == figures[row["code"]]
            ahead = sum(one > figures[row["code"]] for one in figures.values())
            assert row[f"{metric}_rank"] == ahead + 1
