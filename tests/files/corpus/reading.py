"""Cells and bytes as programs write them: number formats, formulas, errors, broken numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from openpyxl.worksheet.worksheet import Worksheet
from tests.files.corpus.expectation import OfficeFile, Row, doubted, right
from tests.files.corpus.people import roster
from tests.files.corpus.writing import book, csv_file, old_book, raw, text

_PLAIN = roster("S.No=no | Name=name | Father Name=father | Mobile No=mobile | Trade=trade")
_LAL: Row = {"name": "Rattan Lal", "trade_code": "MASN"}


def _formats(column: str, number_format: str) -> Callable[[Worksheet], None]:
    def shape(sheet: Worksheet) -> None:
        for cell in sheet[column][1:]:
            cell.number_format = number_format

    return shape


FILES: tuple[OfficeFile, ...] = (
    right("sep-line.csv", raw(b"sep=;\r\nName;Trade\r\nRattan Lal;Mason\r\n"), [_LAL]),
    right("utf-16-big-end.csv", csv_file(_PLAIN.rows, "utf-16"), _PLAIN.expected),
    right("pipes.csv", csv_file(_PLAIN.rows, delimiter="|"), _PLAIN.expected),
    right(
        "lines-in-cells.csv",
        text('Name,Address,Trade\nRattan Lal,"House 5\nMain Road",Mason'),
        [{**_LAL, "address": "House 5 Main Road"}],
    ),
    right(
        "commas-at-the-end.csv",
        text("Name,Trade,,,\nRattan Lal,Mason,,,\n,,,,"),
        [_LAL],
    ),
    right("rows-cut-short.csv", text("Name,Trade,Village,Mobile\nRattan Lal,Mason"), [_LAL]),
    doubted(
        "comma-inside.csv",
        text("Name,Village,Trade\nRattan Lal,Magam,Mason\nNazir Lone,Magam, Ward 3,Mason"),
        1,
        ["cells|comma|heading"],
        [{**_LAL, "village": "Magam"}],
        or_asked=False,
    ),
    right(
        "mobile-as-decimal.csv",
        text("Name,Mobile,Trade\nRattan Lal,9906011432.0,Mason"),
        [{**_LAL, "mobile": "9906011432"}],
    ),
    right(
        "account-shown-with-zeros.xlsx",
        book(
            [["Name", "Trade", "Account No"], ["Rattan Lal", "Mason", 123456789012]],
            _formats("C", "0000000000000"),
        ),
        [{**_LAL, "account_no": "0123456789012"}],
    ),
    doubted(
        "account-beyond-15-digits.xlsx",
        book([["Name", "Trade", "Account No"], ["Rattan Lal", "Mason", 1.23456789012345e17]]),
        1,
        ["Account"],
        or_asked=False,
    ),
    doubted(
        "account-broken.csv",
        text("Name,Trade,Account No\nRattan Lal,Mason,1.23457E+15"),
        1,
        ["Account"],
        or_asked=False,
    ),
    doubted(
        "error-as-name.xlsx",
        book([["Name", "Trade"], ["#REF!", "Mason"], ["Rattan Lal", "Mason"]]),
        1,
        ["Name"],
        [_LAL],
        or_asked=False,
    ),
    doubted(
        "error-as-mobile.csv",
        text("Name,Mobile,Trade\nNazir Lone,#REF!,Mason\nRattan Lal,9906011432,Mason"),
        1,
        ["Mobile"],
        [{**_LAL, "mobile": "9906011432"}],
        or_asked=False,
    ),
    doubted(
        "formula-without-value.xlsx",
        book(
            [
                ["Name", "Trade", "Village"],
                ["Rattan Lal", "Mason", "Magam"],
                ['=CONCATENATE("Nazir"," Lone")', "Mason", "Magam"],
            ]
        ),
        1,
        ["Name|formula"],
        [{**_LAL, "village": "Magam"}],
        or_asked=False,
    ),
    right(
        "days-as-general-numbers.xlsx",
        book([["Name", "Trade", "DOB"], ["Rattan Lal", "Mason", 33208]]),
        [{**_LAL, "born": "1990-12-01"}],
    ),
    right(
        "days-with-american-format.xlsx",
        book(
            [["Name", "Trade", "DOB"], ["Rattan Lal", "Mason", datetime(1990, 2, 1)]],  # noqa: DTZ001
            _formats("C", "mm/dd/yyyy"),
        ),
        [{**_LAL, "born": "1990-02-01"}],
    ),
    right(
        "days-as-numbers.xls",
        old_book([["Name", "Trade", "DOB"], ["Rattan Lal", "Mason", 33208.0]]),
        [{**_LAL, "born": "1990-12-01"}],
    ),
    right(
        "mobiles-as-numbers.xls",
        old_book([["Name", "Trade", "Mobile"], ["Rattan Lal", "Mason", 9906011432.0]]),
        [{**_LAL, "mobile": "9906011432"}],
    ),
    right(
        "digits-of-hindi.csv",
        text("Name,Mobile,DOB,Trade\nRattan Lal,९९०६०११४३२,०१/१२/१९९०,Mason"),
        [{**_LAL, "mobile": "9906011432", "born": "1990-12-01"}],
    ),
    right(
        "invisible-marks.csv",
        text("\u200eName,Trade\u200b\n\u200fRattan Lal\u200e,Mason\u200b"),
        [_LAL],
    ),
    doubted(
        "mobile-too-short.csv",
        text("Name,Mobile,Trade\nNazir Lone,990601143,Mason\nRattan Lal,9906011432,Mason"),
        1,
        ["Mobile"],
        [{**_LAL, "mobile": "9906011432"}],
        or_asked=False,
    ),
    doubted(
        "ifsc-wrong.csv",
        text("Name,IFSC,Trade\nNazir Lone,JK0123,Mason\nRattan Lal,JAKA0CHADUR,Mason"),
        1,
        ["IFSC"],
        [{**_LAL, "ifsc": "JAKA0CHADUR"}],
        or_asked=False,
    ),
)
