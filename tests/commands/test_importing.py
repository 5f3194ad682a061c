from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from itertools import islice, product
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

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
    assert "The import was stopped before its end. What is in stays in." in ran.json["notes"]
    assert cli("check").code == 0


def test_a_second_ctrl_c_stops_at_once(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, 2)
    before = signal.getsignal(signal.SIGINT)  # the parent process may ignore it
    ran = cli("import", "beneficiary", roster, "--json")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == "Stopped. What was already done stays done.\n"
    assert people(cli) == AT_ONCE
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_skips_the_other_files_of_a_folder(
    laptop: Path, cli: Cli, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 1, 1)
    ran = cli("import", sample, "--json")
    assert ran.code == 1
    assert list(ran.json) == ["beneficiary.jsonl"]
    assert people(cli) == ran.json["beneficiary.jsonl"]["imported"]


def test_saved_rows_stay_when_the_disk_fills_up(
    laptop: Path, cli: Cli, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_chunk(monkeypatch, 2, DiskFull("The disk is full."))
    ran = cli("import", "beneficiary", roster, "--json")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == ("The disk is full.\nAbout 500 rows were loaded before that and stay.\n")
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
