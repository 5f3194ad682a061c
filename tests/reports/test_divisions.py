"""The whole territory by division: each row is that division's own report, and leads into it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.records import kinds
from fieldkit.reference import division_of, divisions
from fieldkit.reports import AnyReport, Area, Dimension, Row, Table, period_of, reports
from fieldkit.settings import DATABASE
from fieldkit.store import Store

PLACES = ((2, 16), (2, 15), (1, 1), (7, 6970), (4, None), (0, None))
"""District and block: two districts of Kashmir, two of Jammu, and the whole UT."""
BY_DIVISION = [
    name for name, one in reports().items() if any(way.name == "division" for way in one.by)
]


@pytest.fixture(scope="module")
def ut_home(block_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, spread over districts of both divisions."""
    home = tmp_path_factory.mktemp("ut")
    with (
        closing(sqlite3.connect(block_home / DATABASE)) as source,
        closing(sqlite3.connect(home / DATABASE)) as file,
    ):
        source.backup(file)
        for kind in kinds():
            rows = [row[0] for row in file.execute(f"SELECT id FROM {kind} ORDER BY id")]
            placed = [(*PLACES[n % len(PLACES)], one) for n, one in enumerate(rows)]
            file.executemany(f"UPDATE {kind} SET district = ?, block = ? WHERE id = ?", placed)
        file.commit()
    for path in block_home.iterdir():
        if path.is_file() and DATABASE not in path.name:
            shutil.copy(path, home)
    return home


@pytest.fixture
def ut_store(ut_home: Path) -> Iterator[Store]:
    store = Store.open(ut_home)
    yield store
    store.close()


def way(report: AnyReport, name: str) -> Dimension:
    return next(one for one in report.by if one.name == name)


def table(store: Store, report: AnyReport, area: Area, by: str, fy: str = "") -> Table:
    period = store.query(partial(period_of, area=Area(), fy=fy))
    return store.query(partial(report.run, area=area, period=period, by=way(report, by)))


def by_name(found: Table) -> dict[str, Row]:
    return {str(row.cells[0]): row for row in found.rows}


def figures(found: Table, row: Row) -> dict[str, object]:
    """Return the figures of a row by column: not its name and code."""
    names = [heading.name for heading in found.columns]
    return {
        name: cell
        for name, cell in zip(names, row.cells, strict=True)
        if name not in {"division", "district", "code"}
    }


@pytest.mark.parametrize("name", [name for name in BY_DIVISION if name != "rankings"])
def test_a_divisions_row_is_its_own_report(ut_store: Store, name: str) -> None:
    report = reports()[name]
    for fy in ("", "2025-26"):
        whole = table(ut_store, report, Area(), "division", fy)
        assert whole.columns[0].label == "Division"
        rows = by_name(whole)
        assert set(rows) - {"Total"} <= {*divisions(), "J&K UT"}
        for division in set(rows) & {*divisions()}:
            own = table(ut_store, report, Area(division=division), "area", fy)
            total = own.rows[-1]
            assert figures(whole, rows[division]) == figures(own, total), (division, fy)
        of_all = table(ut_store, report, Area(), "area", fy)
        assert figures(whole, whole.rows[-1]) == figures(of_all, of_all.rows[-1])


def test_divisions_add_up_to_the_total_as_their_districts_add_up_to_them(ut_store: Store) -> None:
    report = reports()["pmv_funnel"]
    whole, districts = (table(ut_store, report, Area(), by) for by in ("division", "area"))
    rows, counted = by_name(whole), 0
    for place, heading in enumerate(whole.columns):
        if not heading.drills:
            continue
        there = [one.name for one in districts.columns].index(heading.name)
        sums = dict.fromkeys([*divisions(), "J&K UT"], 0)
        for row in districts.rows:
            if row.key:
                code = row.cells[1]
                assert isinstance(code, int)
                sums[division_of(code) or "J&K UT"] += int(str(row.cells[there]))
        assert {one: rows[one].cells[place] for one in sums} == sums
        assert sum(sums.values()) == rows["Total"].cells[place]
        counted += sum(sums.values())
    assert counted > 100
    assert [row.cells[0] for row in whole.rows] == ["Jammu", "Kashmir", "J&K UT", "Total"]


@pytest.mark.parametrize("name", ["pmv_funnel", "shg_institutions", "lakhpati", "rankings"])
def test_behind_a_divisions_figure_are_the_records_of_the_division(
    ut_store: Store, name: str
) -> None:
    report = reports()[name]
    whole = table(ut_store, report, Area(), "division")
    period = ut_store.query(partial(period_of, area=Area()))

    def behind(area: Area, by: str, key: Sequence[str] | None, column: str) -> set[tuple[str, str]]:
        asked = partial(
            report.behind,
            area=area,
            period=period,
            by=way(report, by),
            key=tuple(key) if key else None,
            column=column,
        )
        return set(ut_store.query(asked))

    found = 0
    for heading in whole.columns:
        for division in divisions() if heading.drills else ():
            own = behind(Area(division=division), "area", None, heading.name)
            assert behind(Area(), "division", (division,), heading.name) == own
            found += len(own)
    assert found


def test_divisions_are_ranked_against_each_other(ut_store: Store) -> None:
    league = table(ut_store, reports()["rankings"], Area(), "division")
    assert {row.cells[0] for row in league.rows} == {*divisions()}
    assert [heading.name for heading in league.columns][:2] == ["division", "pmv_registrations"]
    for place, heading in enumerate(league.columns):
        if heading.unit == "rank":
            values = sorted(
                ((row.cells[place - 1], row.cells[place]) for row in league.rows), reverse=True
            )
            assert values[0][1] == 1
            assert values[1][1] == (1 if values[0][0] == values[1][0] else 2)


def test_the_command_prints_rows_by_division(
    ut_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIELDKIT_HOME", str(ut_home))
    assert run(["report", "pmv_funnel", "--by", "division", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["division"] for row in found["rows"]] == ["Jammu", "Kashmir", "J&K UT", "Total"]
    assert run(["report", "scoreboard", "--by", "division"]) == 2
