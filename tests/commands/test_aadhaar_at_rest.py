"""No whole Aadhaar number is stored on a laptop or reaches a server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.commands.conftest import Cli
from tests.forked import local_server

from fieldkit.sample.roster import HEADINGS, messy_roster, write_roster
from fieldkit.server.operation.local import code

# Synthetic numbers that pass the check digit.
ONE, TWO = "999941057058", "999971658847"
WRITINGS = [
    ONE,
    "9999 4105 7058",
    "9999-4105-7058",
    "UID 9999 4105 7058 of the wife",
    "x" + TWO,
    "९९९९ ४१०५ ७०५८",
]


def at_rest(*folders: Path) -> bytes:
    """Return all bytes of all files in these folders, without separators of digits."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert files
    content = b"\n".join(file.read_bytes() for file in files)
    digits = content.decode("utf-8", "replace").translate(str.maketrans("०१२३४५६७८९", "0123456789"))
    return content + b"\n" + re.sub(r"(?<=\d)[ \-.]+(?=\d)", "", digits).encode()


def held(content: bytes, numbers: set[str]) -> set[str]:
    """Return the numbers that occur, as text or as a SQLite integer."""
    return {
        number
        for number in numbers
        if number.encode() in content or int(number).to_bytes(6, "big") in content
    }


def test_the_search_finds_numbers_it_should_find(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("9999 4105 7058", encoding="utf-8")
    (tmp_path / "b").write_bytes(b"\x00" + int(TWO).to_bytes(6, "big"))
    assert held(at_rest(tmp_path), {ONE, TWO}) == {ONE, TWO}
    (tmp_path / "a").write_text("९९९९ ४१०५ ७०५८", encoding="utf-8")
    assert held(at_rest(tmp_path), {ONE}) == {ONE}


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_importing_a_messy_roster_stores_no_aadhaar_number(
    laptop: Path, cli: Cli, tmp_path: Path, ending: str
) -> None:
    rows = messy_roster(150, 5, 2, 16)
    column = HEADINGS.index("Aadhaar No.")
    texts = [str(row[column]) for row in rows if len(row) > column]
    numbers = {digits for text in texts if len(digits := re.sub(r"\D", "", text)) == 12}
    assert len(numbers) > 100
    given = tmp_path / "given"
    given.mkdir()
    roster = given / f"roster.{ending}"
    write_roster(roster, people=150, seed=5, district=2, block=16)
    ran = cli("import", "beneficiary", roster, "--json")
    assert ran.json["imported"] > 100
    assert ran.json["rejected"] > 0
    assert any("only the last four" in note for note in ran.json["notes"])
    roster.unlink()
    assert held(at_rest(laptop, given), numbers) == set()
    (someone, *_) = cli("export", "beneficiary", "--format", "jsonl").lines
    assert re.fullmatch(r"\d{4}", someone["aadhaar_last4"])


def test_no_aadhaar_number_leaves_the_laptop(laptop: Path, cli: Cli, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(f"Name,Trade,Aadhaar\nAli Lone,Carpenter,{ONE}\n", encoding="utf-8")
    assert cli("import", "beneficiary", roster).code == 0
    copies = tmp_path / "copies"
    assert cli("backup", copies / "copy").code == 0
    for form in ("jsonl", "csv", "xlsx"):
        cli("export", "beneficiary", "-o", copies / f"beneficiary.{form}")
    database = tmp_path / "server" / "server.sqlite3"
    with local_server(database, tmp_path / "server.log") as url:
        cli("enrol", url, code(database))
        assert cli("sync").code == 0
        roster.unlink()
        assert held(at_rest(tmp_path), {ONE}) == set()


@pytest.mark.parametrize(
    "field", ["remarks", "name", "village", "ration_card", "of_a_newer_version", "nested"]
)
def test_an_edit_with_an_aadhaar_number_is_refused(laptop: Path, cli: Cli, field: str) -> None:
    person: dict[str, object] = {"id": "7KQ2M9XD-1", "name": "Ali Lone", "trade_code": "CARP"}
    cli("import", "beneficiary", "-", piped=json.dumps(person).encode())
    entries: list[dict[str, object]] = []
    for written in WRITINGS:
        value: object = {"deep": [{"er": written}]} if field == "nested" else written
        entries += [{"id": person["id"], field: value}, {**person, "id": "", field: value}]
    piped = "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries).encode()
    ran = cli("import", "beneficiary", "-", "--json", piped=piped)
    assert (ran.code, ran.json["rejected"]) == (1, len(entries))
    back = Path(ran.json["rejects_file"])
    assert back.parent == laptop / "imports"
    assert all("Aadhaar" in line for line in back.read_text(encoding="utf-8").splitlines())
    assert held(at_rest(laptop) + ran.out, {ONE, TWO}) == set()


def test_no_other_input_stores_an_aadhaar_number(laptop: Path, cli: Cli) -> None:
    ran = cli("init", "--name", f"Asha {ONE}", "--district", "2")
    assert (ran.code, ran.out) == (2, b"")
    assert ONE not in ran.err
    cli("find", ONE)
    cli("show", ONE)
    cli("enrol", "http://127.0.0.1:9", ONE)
    cli("export", "beneficiary", "--where", f"remarks={ONE}")
    assert held(at_rest(laptop), {ONE}) == set()
