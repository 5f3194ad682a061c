"""A spreadsheet as it really reaches a block: titles, mixed dates, broken numbers, total row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeAlias

from fieldkit import reference
from fieldkit.aadhaar import verhoeff
from fieldkit.sample.area import Area, area
from fieldkit.sample.chunks import LAST_DAY
from fieldkit.sample.people import Person, Row, again, artisan, person

Cell: TypeAlias = str | int | float | date | None

HEADINGS = (
    "S.No", "Name of Beneficiary", "S/o, D/o, W/o", "Gender", "Date of Birth", "Mobile No.",
    "Aadhaar No.", "Category", "Village", "Trade", "IFSC Code", "Account No.",
    "Date of Registration", "Remarks",
)  # fmt: skip
_DAY_0 = date(1899, 12, 30)
_BROKEN = 0.02
_AGAIN = 0.02


def messy_roster(people: int, seed: int, district: int, block: int) -> list[list[Cell]]:
    """Return the rows of a register of ``people`` artisans as an office keeps it, titles first.

    Cells hold texts, numbers and dates. About one row in 50 is broken, and one in 50 repeats a
    person in another spelling. The made-up Aadhaar numbers pass the check digit: an import must
    not keep them.

    Raises:
        ValueError: there is no such block in the district (LGD codes).
    """
    where = area(district, block)
    random = Random(f"roster {seed} {district} {block}")
    names = reference.option("block", block), reference.option("district", district)
    block_name, district_name = (entry.label if entry else "" for entry in names)
    rows: list[list[Cell]] = [
        ["OFFICE OF THE BLOCK DEVELOPMENT OFFICER", *_empty(1)],
        [
            f"PM Vishwakarma: list of artisans, Block {block_name}, Distt. {district_name}",
            *_empty(1),
        ],
        _empty(),
        list(HEADINGS),
    ]
    known: list[Person] = []
    for number in range(1, people + 1):
        if known and random.random() < _AGAIN:
            someone = again(random, random.choice(known[-200:]))
        else:
            someone = person(random, where, number)
            known.append(someone)
        line = _line(random, where, someone, number)
        rows.append(_spoilt(random, line) if random.random() < _BROKEN else line)
        if number % 40 == 0:
            rows.append(_empty())
        if number % 500 == 0:
            rows.append(list(HEADINGS))
    rows += [_empty(), ["", "Total", people, *_empty(3)]]
    return rows


def write_roster(path: Path, *, people: int, seed: int, district: int, block: int) -> None:
    """Write the roster as XLSX or CSV, depending on the ending of ``path``.

    Raises:
        ValueError: there is no such block in the district (LGD codes).
        OSError: the file cannot be written.
    """
    rows = messy_roster(people, seed, district, block)
    if path.suffix.casefold() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_as_text(cell) for cell in row] for row in rows)
        return
    from openpyxl import Workbook  # slow to import, and a CSV needs none of it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in rows:
        sheet.append(row)
    book.save(path)


def _empty(filled: int = 0) -> list[Cell]:
    return [None] * (len(HEADINGS) - filled)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    return "" if cell is None else str(cell)


def _line(random: Random, where: Area, someone: Person, number: int) -> list[Cell]:
    registered = LAST_DAY - timedelta(days=random.randint(1, 700))
    row = artisan(random, where, someone, number, "SUBMITTED", registered)
    relation = {"SO": "S/o", "DO": "D/o", "WO": "W/o"}[someone.relation]
    shouted = random.random() < 0.3
    name = someone.name.upper() if shouted else someone.name
    return [
        number,
        f"  {name}" if random.random() < 0.05 else name,
        f"{relation} {someone.relation_name}" if random.random() < 0.4 else someone.relation_name,
        random.choice({"F": ("F", "Female"), "M": ("M", "Male")}[someone.gender]),
        _day(random, someone.born),
        _mobile(random, someone.mobile),
        _aadhaar(random),
        _category(someone.category),
        str(row["village"]),
        _trade(random, row),
        str(row["ifsc"]),
        str(row["account_no"]),
        registered if random.random() < 0.8 else f"{registered:%d/%m/%Y}",
        random.choice(("", "", "", "", "Verified", "form complete", "-")),
    ]


def _day(random: Random, born: str) -> Cell:
    """Write a birth date in one of several styles."""
    if len(born) == 4:
        return int(born)
    day = date.fromisoformat(born)
    writings: Sequence[Cell] = (
        day,
        day,
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d-%b-%y}" if day.year > 1969 else f"{day:%d-%b-%Y}",
        (day - _DAY_0).days,
    )
    return random.choice(writings)


def _mobile(random: Random, digits: str) -> Cell:
    writings: Sequence[Cell] = (
        int(digits),
        int(digits),
        digits,
        f"+91{digits}",
        f"+91-{digits}",
        f"0{digits}",
        f"{digits[:5]} {digits[5:]}",
    )
    return "" if random.random() < 0.03 else random.choice(writings)


def _aadhaar(random: Random) -> str:
    """Make up twelve digits that pass the check; they are stored nowhere."""
    eleven = f"{random.randint(2, 9)}{random.randrange(10**10):010d}"
    number = next(eleven + check for check in "0123456789" if verhoeff(eleven + check))
    return f"{number[:4]} {number[4:8]} {number[8:]}" if random.random() < 0.5 else number


def _category(code: str) -> str:
    return {"GEN": "General", "ST1": "ST"}.get(code, code)


def _trade(random: Random, row: Row) -> str:
    """Write a trade by its label, a local name, in capitals or, sometimes, misspelt."""
    entry = reference.option("trade", row["trade_code"])
    if entry is None:
        return ""
    if random.random() < 0.02:
        return entry.label.replace("a", "", 1)
    local = [name for name in entry.also if name.isascii()]
    return random.choice((entry.label, *local, entry.label.upper()))


def _spoilt(random: Random, line: list[Cell]) -> list[Cell]:
    """Break one cell of a row, as spreadsheets and typing mistakes do."""
    at, cell = random.choice(
        (
            (1, ""),
            (4, "31/02/1985"),
            (5, f"{float(str(random.randrange(6 * 10**9, 10**10))):.5E}"),
            (5, "94190114"),
            (9, "Pashmina weaving"),
            (10, "JAKA0"),
        )
    )
    return [*line[:at], cell, *line[at + 1 :]]
