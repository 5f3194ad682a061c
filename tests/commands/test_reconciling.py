"""A portal's list on the command line: exit codes, JSON, and what the options do."""

from __future__ import annotations

import csv
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.reconcile.find import Finder
from fieldkit.reconcile.rows import Row
from fieldkit.store import Store

HEADINGS = ("Application ID", "Name", "Father Name", "Mobile", "Gender", "Trade", "Village")
FIELDS = ("portal_no", "name", "relation_name", "mobile", "gender", "trade_code", "village")


@pytest.fixture
def portal(filled: Path, tmp_path: Path) -> Path:
    """The portal's list of the sample: two trades differ, one mobile is bad, one is not here."""
    path = tmp_path / "portal.csv"
    store = Store.open(filled)
    held = [one for one in store.each("beneficiary") if one.value("portal_no")]
    store.close()
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        for at, record in enumerate(held):
            row = {name: record.value(name) or "" for name in FIELDS}
            if at < 2:
                row["trade_code"] = "COBB" if row["trade_code"] != "COBB" else "MASN"
            if at == 2:
                row["mobile"] = "94190"
            table.writerow(row.values())
        table.writerow(["PMV770001", "Zooni Akhter", "Gani", "9419011444", "F", "TAIL", "Nagam"])
    return path


def test_a_list_is_compared_accepted_and_then_the_same(
    cli: Cli, filled: Path, portal: Path, tmp_path: Path
) -> None:
    seen = cli("reconcile", "beneficiary", portal, "--as-of", "26 Sep 2026", "--json", "--dry-run")
    assert seen.code == 1
    counts = seen.json["counts"]
    assert (counts["differs"], counts["portal_only"], counts["rejected"]) == (2, 1, 1)
    assert {one["fields"][0]["field"] for one in seen.json["differs"]} == {"trade_code"}
    assert seen.json["portal"][0]["name"] == "Zooni Akhter"
    assert not list(tmp_path.glob("portal-rejected*"))

    said = cli("reconcile", "beneficiary", portal, "--accept", "Trade", "--create", "--dry-run")
    assert "3 records would change. Nothing was saved." in said.text
    ran = cli("reconcile", "beneficiary", portal, "--accept", "Trade", "--create")
    assert ran.code == 1  # one row was rejected, and some records have no number
    assert "3 records changed (portal, " in ran.text
    again = cli("reconcile", "beneficiary", portal, "-o", tmp_path / "left.csv")
    assert "0 differ, 0 differ and are kept" in again.text
    assert "0 only on the portal" in again.text
    undone = cli("entries", "--undo")
    assert "3 entries" in undone.text
    assert cli("reconcile", "beneficiary", portal, "--json").json["counts"] == counts


def test_a_list_that_says_the_same_exits_with_zero(cli: Cli, laptop: Path, tmp_path: Path) -> None:
    path = tmp_path / "portal.csv"
    path.write_text("Application ID,Name,Trade\nPMV770001,Zooni Akhter,Tailor\n", encoding="utf-8")
    assert cli("reconcile", "beneficiary", path, "--create").code == 0
    seen = cli("reconcile", "beneficiary", path)
    assert seen.code == 0
    assert "Nothing to decide" in seen.text
    path.write_text("Application ID,Trade\nPMV770001,Mason\n", encoding="utf-8")
    assert cli("reconcile", "beneficiary", path, "--keep", "all").code == 1
    assert "1 differ and are kept" in cli("reconcile", "beneficiary", path).text


def test_a_person_is_confirmed_by_row_and_number(cli: Cli, laptop: Path, tmp_path: Path) -> None:
    path = tmp_path / "portal.csv"
    line = "Ali Lone,Rashid Lone,9419011433,Carpenter,Wathoora"
    head = "Name,Father Name,Mobile,Trade,Village"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    cli("import", "beneficiary", path)
    path.write_text(f"{head},Application ID\n{line},PMV770002\n", encoding="utf-8")
    seen = cli("reconcile", "beneficiary", path, "--json").json
    number = seen["uncertain"][0]["could_be"][0]["id"]
    would = cli("reconcile", "beneficiary", path, "--same", "2=none", "--dry-run")
    assert "Row 2 would mean none of them." in would.text
    assert cli("reconcile", "beneficiary", path, "--same", f"2={number}").code == 0
    assert cli("find", "PMV770002", "--json").json[0]["id"] == number


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--accept", "colour"], "there is no such field"),
        (["--same", "9=1"], "with a row of the list"),
        (["--as-of", "soon"], "--as-of"),
        (["-o", "left.pdf"], "must end in .csv or .xlsx"),
        (["--map", "nobody=Name"], "There is no field"),
    ],
)
def test_what_cannot_be_meant_is_said(
    cli: Cli, laptop: Path, tmp_path: Path, options: list[str], why: str
) -> None:
    path = tmp_path / "portal.csv"
    path.write_text("Application ID,Name\nPMV770001,Zooni\n", encoding="utf-8")
    ran = cli("reconcile", "beneficiary", path, *options)
    assert ran.code == 2
    assert why in ran.err


def test_ctrl_c_stops_a_comparison_and_nothing_is_changed(
    cli: Cli, laptop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "portal.csv"
    path.write_text("Application ID,Name,Trade\nPMV770001,Zooni,Tailor\n", encoding="utf-8")
    before = Finder.by_number

    def stopped(self: Finder, rows: Sequence[Row]) -> list[Row]:
        signal.raise_signal(signal.SIGINT)
        return before(self, rows)

    monkeypatch.setattr(Finder, "by_number", stopped)
    ran = cli("reconcile", "beneficiary", path, "--create")
    assert ran.code == 1
    assert "Stopped. Nothing was changed." in ran.err
    assert cli("status", "--json").json["records"]["beneficiary"] == 0


def test_what_cannot_be_written_or_read_is_said_before_anything_is_saved(
    cli: Cli, laptop: Path, tmp_path: Path
) -> None:
    path = tmp_path / "portal.csv"
    text = "Application ID,Name,Trade\nPMV770001,Zooni Akhter,Tailor\n"
    path.write_text(text, encoding="utf-8")
    reconcile = ("reconcile", "beneficiary", path, "--create")
    assert "no such folder" in cli(*reconcile, "-o", tmp_path / "none" / "left.csv").err
    assert "is the portal's list itself" in cli(*reconcile, "-o", path).err
    assert path.read_text(encoding="utf-8") == text
    assert "is still to come" in cli(*reconcile, "--as-of", "1 Jan 2099").err
    assert cli("status", "--json").json["records"]["beneficiary"] == 0
    path.write_text(text.splitlines()[0], encoding="utf-8")
    assert "has headings and no rows" in cli(*reconcile).err
