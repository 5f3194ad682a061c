from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from itertools import islice, product
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.records import kinds
from fieldkit.store import DiskFull, Edit, Refused, Saved, Store

ROWS = 1200
AT_ONCE = 500


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A roster of 1,200 artisans: three chunks."""
    file = tmp_path / "roster.csv"
    endings = islice(product("abcdefghijk", repeat=3), ROWS)
    lines = (f"Ali Lone{''.join(ending)},Carpenter" for ending in endings)
    file.write_text("\n".join(["Name,Trade", *lines]), encoding="utf-8")
    return file


def before_chunk(monkeypatch: pytest.MonkeyPatch, number: int, event: BaseException | int) -> None:
    """Raise an error, or send a number of Ctrl+C, when a chunk is about to be saved."""
    chunks = [0]
    save = Store.load

    def load(self: Store, edits: Sequence[Edit], operator: str) -> list[Saved | Refused]:
        chunks[0] += 1
        if chunks[0] == number:
            if isinstance(event, BaseException):
                raise event
            for _ in range(event):
                signal.raise_signal(signal.SIGINT)
        return save(self, edits, operator)

    monkeypatch.setattr(Store, "load", load)


def people(cli: Cli) -> int:
    count = cli("status", "--json").json["records"]["beneficiary"]
    assert isinstance(count, int)
    return count


def test_ctrl_c_stops_an_import_and_saved_rows_stay(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, 1)
    ran = cli("import", "beneficiary", roster, "--json")
    assert ran.code == 1
    assert ran.json["imported"] == people(cli) == 2 * AT_ONCE
    assert "The import was stopped before the end. Rows already imported stay." in ran.json["notes"]
    assert cli("check").code == 0


def test_a_second_ctrl_c_stops_at_once(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, 2)
    before = signal.getsignal(signal.SIGINT)  # the parent process may ignore it
    ran = cli("import", "beneficiary", roster, "--json")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == "Stopped. What was already saved stays saved.\n"
    assert people(cli) == AT_ONCE
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_skips_the_other_files_of_a_folder(
    laptop: Path, cli: Cli, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 1, 1)
    ran = cli("import", sample, "--json")
    assert ran.code == 1
    there = {file.stem for file in sample.iterdir()}
    first = next(kind for kind in kinds() if kind in there)
    assert list(ran.json) == [f"{first}.jsonl"]


def test_saved_rows_stay_when_the_disk_fills_up(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, DiskFull("The disk is full."))
    ran = cli("import", "beneficiary", roster, "--json")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == ("The disk is full.\nAbout 500 rows were imported before that, and stay.\n")
    assert people(cli) == AT_ONCE


def test_a_disk_full_from_the_start_is_refused(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 1, DiskFull("The disk is full."))
    ran = cli("import", "beneficiary", roster)
    assert (ran.code, ran.err) == (2, "The disk is full.\n")


def test_a_terminal_shows_progress(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = cli("import", "beneficiary", roster, "--json")
    assert (ran.code, ran.json["imported"]) == (0, ROWS)
    written = [line.strip() for line in ran.err.split("\r") if line.strip()]
    assert [line.partition(",")[0] for line in written[:2]] == ["500 rows", "1"]
    assert written[-1] == "1,200 rows, 100%  (Ctrl+C stops)"
    assert ran.err.endswith(f"\r{'':50}\r")
    assert "\n" not in ran.err
    assert cli("import", "beneficiary", "-", piped=roster.read_bytes()).err.count("%") == 0


def test_scripts_see_no_progress(laptop: Path, cli: Cli, roster: Path) -> None:
    assert cli("import", "beneficiary", roster, "--json").err == ""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a CSV of artisans into a folder of its own."""
    folder = tmp_path / "office"
    folder.mkdir()

    def written(text: str) -> Path:
        path = folder / "list.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


Written = Callable[[str], Path]
TWO_NAMES = "Name,Artisan Name,Trade\nAli Lone,Ali Khan,Mason\n"


def test_two_columns_of_names_are_refused_until_one_is_chosen(
    laptop: Path, cli: Cli, file: Written
) -> None:
    ran = cli("import", "beneficiary", file(TWO_NAMES))
    assert (ran.code, ran.out, people(cli)) == (2, b"", 0)
    assert "“Name” and “Artisan Name”" in ran.err
    assert '--map "name=Artisan Name"' in ran.err
    ran = cli("import", "beneficiary", file(TWO_NAMES), "--map", "name=artisan name", "--json")
    assert (ran.code, ran.json["imported"]) == (0, 1)
    assert cli("find", "Khan").code == 0


def test_a_column_may_be_left_out(laptop: Path, cli: Cli, file: Written) -> None:
    ran = cli("import", "beneficiary", file(TWO_NAMES), "--map", "=Name", "--json")
    assert (ran.code, ran.json["imported"]) == (0, 1)
    assert any("“Name”" in str(note) for note in ran.json["notes"])


def test_dates_of_two_orders_are_refused_until_one_is_chosen(
    laptop: Path, cli: Cli, file: Written
) -> None:
    path = file("Name,DOB,Trade\nAli,15/08/1980,Mason\nGul,08/16/1980,Mason\nRam,02/03/1980,Mason")
    ran = cli("import", "beneficiary", path)
    assert (ran.code, people(cli)) == (2, 0)
    assert '--read "DOB=month-first"' in ran.err
    ran = cli("import", "beneficiary", path, "--read", "DOB=day-first", "--json")
    assert (ran.code, ran.json["imported"], ran.json["rejected"]) == (1, 2, 1)
    assert ran.json["reasons"] == [
        {"row": 3, "reason": "Born: There is no month 16. Write the day first: 23/01/1984."}
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--map", "name=Nobody"], "Choose one of: “Name”, “Artisan Name”, “Trade”."),
        (["--map", "nothing=Name"], "no field 'nothing'"),
        (["--map", "name"], "FIELD=HEADING"),
        (["--map", "name=Name", "--map", "name=Artisan Name"], "two columns for name"),
        (["--read", "Name=sideways"], "day-first"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused(
    laptop: Path, cli: Cli, file: Written, options: list[str], why: str
) -> None:
    ran = cli("import", "beneficiary", file(TWO_NAMES), *options)
    assert (ran.code, ran.out, people(cli)) == (2, b"", 0)
    assert why in ran.err


def test_answers_are_for_one_file(laptop: Path, cli: Cli, sample: Path) -> None:
    ran = cli("import", sample, "--map", "name=Name")
    assert (ran.code, ran.out) == (2, b"")


def test_a_dry_run_shows_what_would_be_stored_and_writes_nothing(
    laptop: Path, cli: Cli, file: Written
) -> None:
    path = file(
        "Name of the Applicant,DOB,Trade,Shop\nAli S/o Ahad,08/15/1980,Mason,x\n"
        "Gul,03/04/1985,Astronaut,y\n"
    )
    before = {each: each.read_bytes() for each in path.parent.rglob("*")}
    ran = cli("import", "beneficiary", path, "--dry-run")
    assert ran.code == 1
    assert "“DOB”: Born, sure. The heading says so. It is written month-first" in ran.text
    assert "“Shop”: no field, left out." in ran.text
    assert "Father or husband: Ahad; " in ran.text
    assert "Born: 15 Aug 1980" in ran.text
    assert "Row 3: Trade: “Astronaut” is not on the list." in ran.text
    assert {each: each.read_bytes() for each in path.parent.rglob("*")} == before
    assert not list(laptop.glob("imports/*"))
    assert people(cli) == 0


def test_a_dry_run_shows_the_preview_of_a_file_in_doubt(
    laptop: Path, cli: Cli, file: Written
) -> None:
    ran = cli("import", "beneficiary", file(TWO_NAMES), "--dry-run")
    assert ran.code == 2
    assert "“Name”: no field, doubted." in ran.text
    shown = cli("import", "beneficiary", file(TWO_NAMES), "--dry-run", "--json").json["preview"]
    assert shown["questions"][0]["columns"] == ["Name", "Artisan Name"]


def test_a_dry_run_of_a_folder_shows_each_file(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "beneficiary.csv").write_text("Name,Trade\nAli,Mason\n", encoding="utf-8")
    (tmp_path / "member.csv").write_text(TWO_NAMES, encoding="utf-8")
    ran = cli("import", tmp_path, "--dry-run")
    assert ran.code == 1
    assert "“Name”: Name as on Aadhaar, sure." in ran.text
    assert "“Name” and “Artisan Name”" in ran.text
    assert "import only this file" in ran.text
