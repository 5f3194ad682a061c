"""Rows of targets as they come: read as they are meant, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldkit.cli import run

Json = dict[str, object]
HEADINGS = "metric,scheme,area,period,target,achievement,unit,kind,note,source"
Load = Callable[..., Json]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDKIT_HOME", str(tmp_path / "home"))
    assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
    return tmp_path


@pytest.fixture
def load(home: Path, capsys: pytest.CaptureFixture[str]) -> Load:
    def load(*rows: str) -> Json:
        file = home / "targets.csv"
        file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
        capsys.readouterr()
        assert run(["target", "import", str(file), "--json"]) in {0, 1}
        found: Json = json.loads(capsys.readouterr().out)
        return found

    return load


@pytest.fixture
def targets(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Json]]:
    def targets() -> list[Json]:
        capsys.readouterr()
        assert run(["target", "list", "--json"]) == 0
        found: list[Json] = json.loads(capsys.readouterr().out)
        return found

    return targets


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"toolkits delivered,,Budgam,FY 2026-27,{'9' * 400},,toolkits,target,,x", "target:"),
        ('toolkits delivered,,Budgam,FY 2026-27,"1,5",,toolkits,target,,x', "target:"),
        ("toolkits delivered,,Budgam,FY 2026-27,99,,percent,target,,x", "unit:"),
        ("toolkits delivered,,Budgam,FY 2026-27,99,,Rs crore,target,,x", "unit:"),
        ("capitalisation support to CBOs,,Budgam,FY 2026-27,528.86,,,target,,x", "unit:"),
        ("capitalisation support to CBOs,,Budgam,,5 crore,,Rs crore,target,,x", "target:"),
        ("SVEP funds utilised,,Budgam,,,5,Rs crore,achievement,,x", "unit:"),
        ("toolkits delivered,,Budgam,as on 2025-13-45,,5,toolkits,achievement,,x", "period:"),
        ("toolkits delivered,,Budgam,FY 2026-29,5,,toolkits,target,,x", "period:"),
        ("toolkits delivered,,Budgam; Atlantis,FY 2026-27,5,,toolkits,target,,x", "area:"),
        ("toolkits delivered,,Budgam,FY 2026-27,5,,toolkits,target,,\x1b[31mx", "source:"),
        (f"toolkits delivered,,Budgam,FY 2026-27,5,,toolkits,target,,{'x' * 5000}", "source:"),
    ],
)
def test_a_row_that_cannot_be_meant_so_is_refused(load: Load, row: str, reason: str) -> None:
    found = load(row)
    assert (found["saved"], found["rejected"]) == (0, 1)
    assert str(found["reasons"][0]["reason"]).startswith(reason)  # type: ignore[index]


@pytest.mark.parametrize(
    ("metric", "number", "unit", "low"),
    [
        ("capitalisation support to CBOs", "528.86", "Rs crore", 5_288_600_000),
        ("capitalisation support to CBOs", "528.86", "Rs. Crores", 5_288_600_000),
        ("capitalisation support to CBOs", "528.86", "crore", 5_288_600_000),
        ("capitalisation support to CBOs", "Rs 528.86 crore", "Rs", 5_288_600_000),
        ("toolkits delivered", '"1,54,881"', "toolkits", 154_881),
        ("toolkits delivered", "1.5", "lakh", 150_000),
        ("toolkits delivered", "1.5 lakh", "toolkits", 150_000),
    ],
)
def test_lakh_and_crore_are_read(
    load: Load, targets: Callable[[], list[Json]], metric: str, number: str, unit: str, low: int
) -> None:
    load(f"{metric},,Budgam,FY 2026-27,{number},,{unit},target,,letter")
    (target,) = targets()
    assert target["low"] == low


@pytest.mark.parametrize(
    ("period", "fy", "deadline"),
    [
        ("2026-27", "2026-27", None),
        ("FY 2026-2027", "2026-27", None),
        ("F.Y. 2026-27", "2026-27", None),
        ("by 31 Oct 2025", None, "2025-10-31"),
        ("by 2025-10-31", None, "2025-10-31"),
        ("by end of October 2025", None, "2025-10-31"),
        ("since 2013-14", None, None),
    ],
)
def test_the_time_of_a_target_is_read(
    load: Load,
    targets: Callable[[], list[Json]],
    period: str,
    fy: str | None,
    deadline: str | None,
) -> None:
    load(f"toolkits delivered,,Budgam,{period},900,,toolkits,target,,letter")
    (target,) = targets()
    assert (target["fy"], target["deadline"], target["as_on"]) == (fy, deadline, None)


def test_a_file_that_contradicts_itself_gets_the_second_row_back(
    load: Load, targets: Callable[[], list[Json]]
) -> None:
    row = "toolkits delivered,,Budgam,FY 2026-27,{},,toolkits,target,,letter"
    found = load(row.format(900), row.format(900), row.format(1000))
    assert (found["saved"], found["same"], found["rejected"]) == (1, 1, 1)
    assert [one["low"] for one in targets()] == [900]
    found = load(row.format(1000))
    assert (found["saved"], found["rejected"]) == (1, 0)
    assert [one["low"] for one in targets()] == [1000]


def test_the_list_names_the_numbers(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    load("capitalisation support to CBOs,,Budgam,,1.5-2.5,,Rs crore,target,,letter")
    assert run(["target", "list"]) == 0
    assert "Rs 1.50 crore to Rs 2.50 crore" in capsys.readouterr().out
