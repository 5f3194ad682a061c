"""Sheets and packages of strange shapes: forms, tables beside each other, other programs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
from tests.files.corpus.expectation import OfficeFile, Row, Writer, asked, refused, right
from tests.files.corpus.people import PEOPLE, roster
from tests.files.corpus.writing import Content, book, csv_file, fill, raw, sheets, table

_PLAIN = roster("S.No=no | Name=name | Father's Name=father | Mobile No=mobile | Trade=trade")
_NOOR: Row = {"name": "Noor SHG", "village": "Magam", "formed_on": "2019-04-01"}
_FORM = table("""
SHG Name | Noor SHG
Village | Magam
Date of Formation | 01/04/2019
""")
_SHORT = [
    {"name": person.name, "trade_code": person.trade_code, "mobile": person.mobile}
    for person in PEOPLE
]


def _package(**members: str) -> Writer:
    """Write a ZIP of these members; ``__`` stands for a slash in a name."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name.replace("__", "/"), content)

    return write


def _chart_first(path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    fill(sheet, _PLAIN.rows)
    workbook.create_chartsheet("Chart", 0)
    workbook.save(path)


def _away(rows: list[list[Content]]) -> list[list[Content]]:
    return [[], [], [], [], *([None, None, None, *row] for row in rows)]


def _of_excel_2003(rows: list[list[Content]]) -> str:
    body = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        + "</Row>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Sheet1"><Table>{body}</Table></Worksheet></Workbook>'
    )


FILES: tuple[OfficeFile, ...] = (
    right(
        "form-of-one-group.xlsx",
        book(_FORM),
        [_NOOR],
        "self_help_group",
        or_refused=["heading|column|row|table"],
    ),
    right(
        "form-of-one-group.csv",
        csv_file(_FORM),
        [_NOOR],
        "self_help_group",
        or_refused=["heading|column|row|table"],
    ),
    asked(
        "two-tables-abreast.xlsx",
        book(
            [
                ["S.No", "Name", "Trade", None, "S.No", "Name", "Trade"],
                [1, "Ghulam Rasool", "Carpenter", None, 3, "Rattan Lal", "Mason"],
                [2, "Haleema Begum", "Tailor", None, 4, "Nazir Lone", "Mason"],
            ]
        ),
        ["Name"],
        [],
        [],
    ),
    right(
        "second-table-of-other-order.csv",
        csv_file(
            [
                ["Name", "Trade", "Mobile"],
                [PEOPLE[0].name, PEOPLE[0].trade, PEOPLE[0].mobile],
                [],
                ["Mobile", "Name", "Trade"],
                *([p.mobile, p.name, p.trade] for p in PEOPLE[1:]),
            ]
        ),
        _SHORT,
        or_refused=["heading"],
        or_returned=True,
    ),
    right(
        "father-and-name-change-places.csv",
        csv_file(
            [
                ["Name", "Father Name", "Trade"],
                ["Ghulam Rasool", "Abdul Gani", "Carpenter"],
                [],
                ["Father Name", "Name", "Trade"],
                ["Abdul Rehman", "Haleema Begum", "Tailor"],
            ]
        ),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
        or_refused=["heading"],
        or_returned=True,
    ),
    right("away-from-the-corner.xlsx", book(_away(_PLAIN.rows)), _PLAIN.expected),
    right("away-from-the-corner.csv", csv_file(_away(_PLAIN.rows)), _PLAIN.expected),
    right(
        "heading-in-row-15.xlsx",
        book([*([f"Paragraph {n} of the circular"] for n in range(1, 15)), *_PLAIN.rows]),
        _PLAIN.expected,
    ),
    right(
        "long-list-of-choices.xlsx",
        sheets(
            ("Choices", [["Trade", "Village"], *([p.trade, p.village] for p in PEOPLE * 20)], None),
            ("Entry", _PLAIN.rows, None),
        ),
        _PLAIN.expected,
    ),
    right("chart-first.xlsx", _chart_first, _PLAIN.expected),
    right(
        "excel-2003.xls",
        raw(_of_excel_2003(_PLAIN.rows).encode()),
        _PLAIN.expected,
        or_refused=["XML|web page"],
    ),
    refused(
        "opendocument.xlsx",
        _package(
            mimetype="application/vnd.oasis.opendocument.spreadsheet",
            content__xml="<office/>",
        ),
        ["ODS|OpenDocument|LibreOffice|no Excel|not an Excel|XLSX"],
    ),
    refused(
        "word.xlsx",
        _package(word__document="<w:document/>"),
        ["Word|no Excel|not an Excel|XLSX"],
    ),
    refused("zip.xlsx", _package(list="Name,Trade"), ["no Excel|not an Excel|ZIP|XLSX"]),
)
