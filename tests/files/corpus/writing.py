"""Writers of CSV, XLSX, XLS and other bytes, as the programs of offices make them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlwt
from openpyxl.worksheet.worksheet import Worksheet
from tests.files.corpus.expectation import Writer

Content = str | int | float | date | datetime | None
Rows = Sequence[Sequence[Content]]
Shape = Callable[[Worksheet], None]


def text(content: str, encoding: str = "utf-8") -> Writer:
    """Write text as it stands, without the blanks and line ends around it."""
    return raw((content.strip() + "\n").encode(encoding))


def raw(content: bytes) -> Writer:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def table(content: str) -> Rows:
    """Read ``a | b`` lines as rows; an empty cell is None."""
    lines = [line for line in content.strip().splitlines() if line.strip()]
    return [[cell.strip() or None for cell in line.split("|")] for line in lines]


def csv_file(
    rows: Rows, encoding: str = "utf-8", delimiter: str = ",", line_end: str = "\r\n"
) -> Writer:
    """Write rows as CSV, as a spreadsheet saves them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(
        [["" if cell is None else str(cell) for cell in row] for row in rows]
    )
    return raw(out.getvalue().encode(encoding))


def fill(sheet: Worksheet, rows: Rows) -> None:
    """Put rows into a sheet; dates get the format of an Indian office."""
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            if value is not None:
                cell = sheet.cell(number, place, value)
                if isinstance(value, date):
                    cell.number_format = "dd/mm/yyyy"


def book(rows: Rows, shape: Shape | None = None, title: str = "Sheet1") -> Writer:
    """Write one sheet as XLSX, shaped further (merged cells, filters) if need be."""
    return sheets((title, rows, shape))


def sheets(*parts: tuple[str, Rows, Shape | None]) -> Writer:
    """Write several sheets as XLSX."""

    def write(path: Path) -> None:
        workbook = openpyxl.Workbook()
        first = workbook.active
        assert first is not None
        workbook.remove(first)
        for title, rows, shape in parts:
            sheet = workbook.create_sheet(title)
            fill(sheet, rows)
            if shape:
                shape(sheet)
        workbook.save(path)

    return write


def merged(*ranges: str) -> Shape:
    """Merge cells; what stood in all but the first is gone, as in Excel."""

    def shape(sheet: Worksheet) -> None:
        for cells in ranges:
            sheet.merge_cells(cells)

    return shape


def hidden(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


def very_hidden(sheet: Worksheet) -> None:
    sheet.sheet_state = "veryHidden"


def hidden_rows(*numbers: int) -> Shape:
    def shape(sheet: Worksheet) -> None:
        for number in numbers:
            sheet.row_dimensions[number].hidden = True

    return shape


def filtered(cells: str, *numbers: int) -> Shape:
    """Filter a table so that some of its rows do not show."""

    def shape(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = cells
        sheet.auto_filter.add_filter_column(1, ["Shown"])
        hidden_rows(*numbers)(sheet)

    return shape


def patched(write: Writer, member: str, old: str, new: str) -> Writer:
    """Change the text of one member of an XLSX."""

    def write_patched(path: Path) -> None:
        write(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        content = members[member].decode()
        assert old in content, f"{member} has no {old}"
        members[member] = content.replace(old, new).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return write_patched


def old_book(rows: Rows, title: str = "Sheet1") -> Writer:
    """Write one sheet as XLS of Excel 97."""

    def write(path: Path) -> None:
        workbook = xlwt.Workbook()
        sheet = workbook.add_sheet(title)
        day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write(number, place, value, day)
                elif value is not None:
                    sheet.write(number, place, value)
        workbook.save(str(path))

    return write


def web_page(rows: Rows, head: str = "<html><body>", tail: str = "</body></html>") -> Writer:
    """Write a web page with a table, as portals send it under the name of a spreadsheet."""
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) + "</tr>\n"
        for row in rows
    )
    return raw(f'{head}<table border="1">\n{body}</table>{tail}'.encode())
