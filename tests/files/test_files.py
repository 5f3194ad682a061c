from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.files.raw_xlsx import row, write_xlsx

from fieldkit.files import Unreadable
from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries, Table

TABLE = "Name;Village;Mobile\nZoona Begum;Nagam;9419011432\nAli, Lone;Wathoora;9419011433\n"


def cells(content: bytes) -> list[list[str]]:
    with open_records(io.BytesIO(content)) as file:
        assert isinstance(file, Table)
        return [row.cells for row in file.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"]
)
def test_encodings_and_delimiters_are_guessed(encoding: str) -> None:
    assert cells(TABLE.encode(encoding)) == [
        ["Name", "Village", "Mobile"],
        ["Zoona Begum", "Nagam", "9419011432"],
        ["Ali, Lone", "Wathoora", "9419011433"],
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(delimiter: str) -> None:
    rows = [["A title"], ["Name", "Village"], ["Ali", "Nagam"], ["Zoona", "Wathoora"]]
    assert cells("\n".join(delimiter.join(row) for row in rows).encode()) == rows


def test_windows_letters_far_into_a_file_are_read() -> None:
    content = b"Name,Village\n" + b"Ali,Nagam\n" * 9000 + b"Jos\xe9,Caf\xe9 \x80\n"
    assert cells(content)[-1] == ["José", "Café €"]


def test_hindi_in_utf_16_without_a_mark() -> None:
    content = "नाम,गाँव\nज़ूना,नागाम\n".encode("utf-16-le")
    assert cells(content) == [["नाम", "गाँव"], ["ज़ूना", "नागाम"]]


def test_a_stray_quotation_mark_affects_no_other_row() -> None:
    lines = [f"{n},Ali,Nagam" for n in range(300)]
    lines[10] = '10,"Ali,Nagam'
    found = cells(("No,Name,Village\n" + "\n".join(lines) + "\n").encode())
    assert len(found) == 301
    assert found[11] == ["10", "Ali", "Nagam"]
    assert found[300] == ["299", "Ali", "Nagam"]


def test_a_cell_may_span_lines() -> None:
    with open_records(io.BytesIO(b'A,B\n"x\ny",1\nz,2\n')) as file:
        assert isinstance(file, Table)
        assert [(row.number, row.cells) for row in file.rows] == [
            (1, ["A", "B"]),
            (2, ["x\ny", "1"]),
            (4, ["z", "2"]),
        ]


def test_a_spreadsheet_gives_text(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Mobile", "Born", "Account"])
    sheet.append(["Ali", 9419112345.0, date(1988, 8, 15), "0012345678"])
    path = tmp_path / "roster.xlsx"
    book.save(path)
    with open_records(path) as file:
        assert isinstance(file, Table)
        assert [row.cells for row in file.rows][1] == [
            "Ali",
            "9419112345",
            "1988-08-15",
            "0012345678",
        ]


def test_an_old_spreadsheet_gives_text(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Roster")
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for at, heading in enumerate(["Name", "Mobile", "Born"]):
        sheet.write(0, at, heading)
    sheet.write(1, 0, "Ali")
    sheet.write(1, 1, 9419112345)
    sheet.write(1, 2, date(1988, 8, 15), day)
    path = tmp_path / "roster.xls"
    book.save(str(path))
    with open_records(path) as file:
        assert isinstance(file, Table)
        assert [row.cells for row in file.rows][1] == ["Ali", "9419112345", "1988-08-15"]


def test_numbers_rounded_by_a_spreadsheet_stay_recognisable() -> None:
    assert cell_text(1234567890123450.0) == "1.23456789012345E+15"
    assert cell_text(1234567890123456) == "1234567890123456"
    assert cell_text(0.5) == "0.5"
    assert cell_text(True) == "yes"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><body>Sign in", "web page without a table"),
        (b"<?xml version='1.0'?><data/>", "XML file"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (rb"{\rtf1\ansi Name}", "RTF"),
        (b"Name\0\1\2\3\4\5\6\0\1\2\3", "not a table of text"),
        (b"PK\x03\x04 no zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing", "damaged"),
    ],
)
def test_a_file_that_is_no_table_is_reported_in_a_sentence(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says), open_records(io.BytesIO(content)):
        pass


def test_a_missing_file_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="There is no file"), open_records(tmp_path / "none.csv"):
        pass


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldkit.files.tables.spreadsheets.package.MOST_UNPACKED", 1 << 20)
    path = tmp_path / "bomb.xlsx"
    write_xlsx(path, [row(1, "Name"), b" " * (2 << 20)])
    with pytest.raises(Unreadable, match="far too large"), open_records(path):
        pass


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b'{"a"', b"Name,B\n", b'"']))
def test_any_bytes_give_a_table_or_a_sentence(content: bytes, start: bytes) -> None:
    said = ""
    try:
        with open_records(io.BytesIO(start + content)) as file:
            rows = file.entries if isinstance(file, Entries) else file.rows
            assert all(one.number for one in rows)
    except Unreadable as problem:
        said = str(problem)
    assert not said or said.endswith(".")
