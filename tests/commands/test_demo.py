from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.commands.conftest import Cli

from fieldkit.server.operation import status as server_status


def test_the_demonstration_ends_with_laptop_and_server_equal(
    home: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "demo"
    ran = cli("demo", "--headless", "--people", "60", "--home", folder)
    assert (ran.code, ran.err) == (0, "")
    table = re.findall(r"^  (\S.*?) {2,}(\S+) +(\S+) +(\S+)  (same|not the same)$", ran.text, re.M)
    counts = {kind: (here, there) for kind, here, second, there, _ in table if here == second}
    assert {same for *_, same in table} == {"same"}
    assert all(here == there for here, there in counts.values())
    assert {"Artisans", "Toolkits", "Self-help groups", "Enrolments", "Attendance"} <= set(counts)
    assert counts["Members"] == ("12", "12")
    assert counts["Enrolments"] == ("20", "20")
    assert re.search(r"^Log of changes: same \([0-9a-f]{12}\)$", ran.text, re.M)
    assert "found Ghulam Mohiuddin Bhat" in ran.text
    assert "1 value to settle (the mobile)" in ran.text
    assert "Settled: both laptops show the same." in ran.text
    assert not home.exists()

    # The result can be inspected.
    monkeypatch.setenv("FIELDKIT_HOME", str(folder / "laptop"))
    status = cli("status", "--json").json
    assert status["head"] == status["server_head"]
    delivered = cli("export", "toolkit", "--format", "jsonl", "--where", "state=delivered").lines
    assert len(delivered) == 5
    assert all(toolkit["delivered_on"] for toolkit in delivered)
    assert cli("check").code == 0


def test_the_demonstration_touches_no_existing_folder(laptop: Path, cli: Cli) -> None:
    before = {path: path.read_bytes() for path in laptop.iterdir() if path.is_file()}
    for place in (laptop, laptop / "fieldkit.sqlite3"):
        ran = cli("demo", "--headless", "--people", "3", "--home", place)
        assert (ran.code, ran.out) == (2, b"")
        assert "is not an empty folder" in ran.err
    assert {path: path.read_bytes() for path in laptop.iterdir() if path.is_file()} == before


def test_a_differing_server_is_reported(
    home: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = server_status.status

    def one_less(database: str) -> server_status.ServerStatus:
        found = honest(database)
        found["records"]["member"] -= 1
        return found

    monkeypatch.setattr(server_status, "status", one_less)
    ran = cli("demo", "--headless", "--people", "3")
    assert ran.code == 1
    assert re.search(r"Members +12 +12 +11  not the same", ran.text)


def test_without_the_extra_it_says_what_to_install(
    home: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "fieldkit.server.operation.run", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    ran = cli("demo", "--headless")
    assert (ran.code, ran.out) == (2, b"")
    assert "fieldkit-jk[server]" in ran.err
