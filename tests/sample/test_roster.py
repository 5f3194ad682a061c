from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from fieldkit.aadhaar import holds_aadhaar, verhoeff
from fieldkit.files import load
from fieldkit.records.fields.formats import Mobile, Unfit
from fieldkit.sample import messy_roster, write_roster
from fieldkit.sample.roster import HEADINGS
from fieldkit.store import Store

BUDGAM, CHADOORA = 2, 16
PEOPLE = 600


@pytest.fixture(scope="module")
def rows() -> list[list[object]]:
    return [list(row) for row in messy_roster(PEOPLE, 7, BUDGAM, CHADOORA)]


def people_in(rows: list[list[object]]) -> list[list[object]]:
    return [row for row in rows if isinstance(row[0], int)]


def column(rows: list[list[object]], heading: str) -> list[object]:
    return [row[HEADINGS.index(heading)] for row in people_in(rows)]


def test_the_roster_looks_like_an_office_register(rows: list[list[object]]) -> None:
    assert len(people_in(rows)) == PEOPLE
    assert "Chadoora" in str(rows[1][0])
    assert rows.index(list(HEADINGS)) == 3
    assert rows.count(list(HEADINGS)) == 2
    assert sum(not any(row) for row in rows) > 10
    assert rows[-1][1] == "Total"
    assert {len(row) for row in rows} >= {len(HEADINGS)}


def test_dates_are_written_in_many_ways(rows: list[list[object]]) -> None:
    born = column(rows, "Date of Birth")
    assert sum(isinstance(day, date) for day in born) > PEOPLE / 10
    assert sum(isinstance(day, int) and day > 10_000 for day in born) > PEOPLE / 20
    shapes = {
        "".join("9" if c.isdecimal() else "a" if c.isalpha() else c for c in day)
        for day in born
        if isinstance(day, str)
    }
    assert {"99/99/9999", "99-99-9999", "99.99.9999", "99-aaa-99"} <= shapes


def test_most_mobiles_can_be_read_and_some_are_broken(rows: list[list[object]]) -> None:
    broken: Counter[str] = Counter()
    mobiles = [str(cell) for cell in column(rows, "Mobile No.")]
    for mobile in mobiles:
        try:
            Mobile().parse(mobile)
        except Unfit as why:
            broken[str(why)[:15]] += 1
    assert 0 < sum(broken.values()) < PEOPLE / 20
    assert any("E+09" in mobile for mobile in mobiles)
    assert any(mobile.startswith("+91") for mobile in mobiles)


def test_the_column_of_aadhaar_numbers_passes_the_check_digit(rows: list[list[object]]) -> None:
    numbers = [str(cell).replace(" ", "") for cell in column(rows, "Aadhaar No.")]
    assert all(len(number) == 12 and verhoeff(number) for number in numbers)
    assert len(set(numbers)) == PEOPLE


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_all_but_broken_rows_are_imported_and_no_aadhaar_is_stored(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"roster.{ending}"
    write_roster(path, people=200, seed=7, district=BUDGAM, block=CHADOORA)
    home = tmp_path / "home"
    store = Store.open(home)
    store.init("Test", BUDGAM, CHADOORA)
    loaded = load(store, "beneficiary", path, operator="Asha")
    store.close()
    assert loaded.imported + loaded.rejected == 200
    assert 0 < loaded.rejected <= 12
    assert loaded.duplicates
    assert not whole_numbers_in(home / "fieldkit.sqlite3")


def whole_numbers_in(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    found = connection.execute("select aadhaar_last4, name, remarks, village from beneficiary")
    texts = [str(cell) for row in found for cell in row]
    changes = connection.execute("select fields from change").fetchall()
    connection.close()
    assert changes
    numbers = {str(row[6]) for row in messy_roster(200, 7, BUDGAM, CHADOORA) if len(row) > 6}
    everything = "\n".join([*texts, *(str(fields) for (fields,) in changes)])
    spaced = {number for number in numbers if holds_aadhaar(number)}
    assert len(spaced) == 200
    plain = {number.replace(" ", "") for number in spaced}
    return [number for number in spaced | plain if number in everything]


def test_the_same_seed_gives_the_same_roster(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_roster(
            tmp_path / f"{name}.csv", people=60, seed=seed, district=BUDGAM, block=CHADOORA
        )
    first, second, third = ((tmp_path / f"{n}.csv").read_bytes() for n in "abc")
    assert first == second != third
    assert first.startswith(b"\xef\xbb\xbf")
    text = first.decode("utf-8-sig").splitlines()
    assert any(row[:2] == ["S.No", "Name of Beneficiary"] for row in csv.reader(text))
