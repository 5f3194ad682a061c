"""Sheets as they are, whatever the file says about them."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook
from tests.files.raw_xlsx import row, write_xlsx

from fieldkit.files import Unreadable
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Row, Table

PLAIN = [row(1, "Name", "Trade"), row(2, "Ali Lone", "Mason")]


def opened(path: Path) -> tuple[Table, list[Row]]:
    with open_records(path) as file:
        assert isinstance(file, Table)
        return file, list(file.rows)


def cells(path: Path) -> list[list[str]]:
    return [one.cells for one in opened(path)[1]]


def test_the_size_a_file_declares_is_not_believed(tmp_path: Path) -> None:
    write_xlsx(path := tmp_path / "a.xlsx", PLAIN)  # It declares A1 alone.
    assert cells(path) == [["Name", "Trade"], ["Ali Lone", "Mason"]]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over(tmp_path: Path, state: str) -> None:
    write_xlsx(
        path := tmp_path / "a.xlsx",
        [row(1, "Gender", "Trade")],
        PLAIN,
        names=("Lists", "Data"),
        states=(state, "visible"),
    )
    table, rows = opened(path)
    assert table.sheet == "Data"
    assert [(sheet.name, sheet.hidden) for sheet in table.sheets] == [
        ("Lists", True),
        ("Data", False),
    ]
    assert rows[1].cells == ["Ali Lone", "Mason"]


def test_merged_cells_fill_down_and_right(tmp_path: Path) -> None:
    rows = [row(1, "A", "B", "C"), row(2, "x", "y", "z"), row(3, "", "", "w"), row(4, "v")]
    merged = '<mergeCells><mergeCell ref="A2:B3"/><mergeCell ref="C3:C4"/></mergeCells>'
    write_xlsx(path := tmp_path / "a.xlsx", rows, after=merged.encode())
    found = opened(path)[1]
    assert [one.cells for one in found] == [
        ["A", "B", "C"],
        ["x", "x", "z"],
        ["x", "x", "w"],
        ["v", "", "w"],
    ]
    assert [one.from_left for one in found] == [set(), {1}, {1}, set()]
    assert [one.from_above for one in found] == [set(), set(), {0, 1}, {2}]


def test_merged_blocks_that_overlap_or_cover_the_sheet_do_no_harm(tmp_path: Path) -> None:
    merged = '<mergeCell ref="A1:XFD1048576"/><mergeCell ref="A1:B2"/><mergeCell ref="B2:A1"/>'
    write_xlsx(path := tmp_path / "a.xlsx", PLAIN, after=merged.encode())
    assert {one for line in cells(path) for one in line} == {"Name"}


def test_merged_cells_and_hidden_rows_of_an_old_spreadsheet(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    book.add_sheet("Empty")
    for at, heading in enumerate(["Name", "Village", "Account"]):
        sheet.write(0, at, heading)
    for at, name in enumerate(["Ali", "Zoona", "Reyaz"], 1):
        sheet.write(at, 0, name)
    sheet.write_merge(1, 3, 1, 1, "Nagam")
    sheet.write(1, 2, 123, xlwt.easyxf(num_format_str="00000"))
    sheet.row(2).hidden = True
    book.save(str(path := tmp_path / "a.xls"))
    table, rows = opened(path)
    assert [one.cells for one in rows[1:]] == [
        ["Ali", "Nagam", "00123"],
        ["Zoona", "Nagam"],
        ["Reyaz", "Nagam"],
    ]
    assert "row 3" in table.remarks()[0]


def test_hidden_rows_are_read_and_said(tmp_path: Path) -> None:
    rows = [*PLAIN, row(3, "Zoona", "Tailor", attributes=' hidden="1"')]
    write_xlsx(path := tmp_path / "a.xlsx", rows)
    table, found = opened(path)
    assert found[2].cells == ["Zoona", "Tailor"]
    assert table.remarks() == [
        "Rows that are hidden or filtered out in the file are imported too: row 3."
    ]


def test_formulas_without_a_result_are_said(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Trade"])
    sheet.append(['=CONCATENATE("A","li")', "Mason"])
    book.save(path := tmp_path / "a.xlsx")
    table, found = opened(path)
    assert found[1].cells == ["", "Mason"]
    assert "row 2" in table.remarks()[0]


def test_zeros_that_a_format_shows_are_kept(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([143, 143, 143])
    for cell, form in zip(sheet[1], ("0000", "0", "#,##0.00"), strict=True):
        cell.number_format = form
    book.save(path := tmp_path / "a.xlsx")
    assert cells(path) == [["0143", "143", "143"]]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    cell = b'<row r="1"><c r="A1"><v>27988</v></c></row>'
    write_xlsx(path := tmp_path / "a.xlsx", [cell], book='<workbookPr date1904="1"/>')
    table, rows = opened(path)
    assert table.days_from_1904
    assert rows[0].cells == ["27988"]


def test_runs_of_text_are_joined_and_ruby_is_left_out(tmp_path: Path) -> None:
    text = b"<is><r><t>Ali </t></r><r><t>Lone</t></r><rPh><t>x</t></rPh></is>"
    write_xlsx(path := tmp_path / "a.xlsx", [b'<row><c t="inlineStr">' + text + b"</c></row>"])
    assert cells(path) == [["Ali Lone"]]


def test_shared_texts_are_found_without_a_link(tmp_path: Path) -> None:
    rows = [b'<row r="1"><c r="A1" t="s"><v>1</v></c></row>']
    shared = [b"<si><t>Ali</t></si>", "<si><t>ज़ूना</t></si>".encode()]
    write_xlsx(path := tmp_path / "a.xlsx", rows, shared=shared, linked=False)
    assert cells(path) == [["ज़ूना"]]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([b'<row r="1000000000"><c r="A1"><v>1</v></c></row>'], "row number"),
        ([b'<row r="0"><c r="A1"><v>1</v></c></row>'], "row number"),
        ([b'<row r="1"><c r="ABCDE1"><v>1</v></c></row>'], "column"),
        ([b'<row r="1"><c r="A1" t="s"><v>7</v></c></row>'], "damaged"),
        ([b'<row r="1"><c r="A1"><v>12x</v></c></row>'], "damaged"),
        ([b"<row><c></row>"], "damaged"),
    ],
)
def test_what_no_program_writes_is_refused(tmp_path: Path, rows: list[bytes], says: str) -> None:
    write_xlsx(path := tmp_path / "a.xlsx", rows)
    with pytest.raises(Unreadable, match=says):
        opened(path)


def test_a_declared_document_type_is_refused(tmp_path: Path) -> None:
    write_xlsx(path := tmp_path / "a.xlsx", PLAIN, shared=[b"<si><t>x</t></si>"])
    content = path.read_bytes()
    write_xlsx(path, PLAIN, shared_part="styles.xml", shared=[b""])
    assert content
