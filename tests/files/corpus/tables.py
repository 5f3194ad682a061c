"""Sheets of other shapes: titles, headings of two rows, merged cells, footers, several sheets."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, asked, refused, right
from tests.files.corpus.people import PEOPLE, roster
from tests.files.corpus.writing import (
    Content,
    book,
    csv_file,
    filtered,
    hidden,
    hidden_rows,
    merged,
    old_book,
    patched,
    sheets,
    table,
    very_hidden,
)

_PLAIN = roster(
    "S.No=no | Name=name | Father's Name=father | Mobile No=mobile | Trade=trade | Village=village"
)
_OTHER = roster("S.No=no | Name=name | Trade=trade", PEOPLE[2:])
_TITLE: list[list[Content]] = [
    ["Government of Jammu & Kashmir"],
    ["Office of the Block Development Officer, Chadoora"],
    ["List of artisans under PM Vishwakarma as on 31-03-2024"],
    [],
]


def _two_rows(
    above: list[Content], below: list[Content], body: list[list[Content]]
) -> list[list[Content]]:
    return [above, below, *body]


_BANK = roster("N=name | F=father | A=account | I=ifsc | T=trade")
_DETAILS = roster("S=no | N=name | F=father | D=d/m/y | M=mobile | V=village | T=trade")
_INSTRUCTIONS: list[list[Content]] = [
    ["Instructions"],
    ["1. Fill Name, Father Name, Mobile No and Trade of each artisan."],
    ["2. Do not change the headings."],
    ["3. Trade must be one of the 18 trades."],
]
_SUMMARY: list[list[Content]] = [
    ["Trade", "Village", "Number"],
    ["Carpenter", "Handwara", 1],
    ["Tailor", "Magam", 1],
    ["Mason", "Magam", 1],
]

FILES: tuple[OfficeFile, ...] = (
    right(
        "title-rows.xlsx",
        book(_TITLE + _PLAIN.rows, merged("A1:F1", "A2:F2", "A3:F3")),
        _PLAIN.expected,
    ),
    right("title-rows.csv", csv_file(_TITLE + _PLAIN.rows), _PLAIN.expected),
    right("title-rows.xls", old_book(_TITLE + _PLAIN.rows), _PLAIN.expected),
    right(
        "title-with-known-words.xlsx",
        book([["Name of Block: Chadoora", None, None, "District: Budgam"], [], *_PLAIN.rows]),
        _PLAIN.expected,
    ),
    # Headings of two rows.
    right(
        "two-rows-bank.xlsx",
        book(
            _two_rows(
                ["Name", "Father's Name", "Bank Details", None, "Trade"],
                [None, None, "Account No", "IFSC Code", None],
                _BANK.body,
            ),
            merged("A1:A2", "B1:B2", "C1:D1", "E1:E2"),
        ),
        _BANK.expected,
    ),
    right(
        "two-rows-all.xlsx",
        book(
            _two_rows(
                ["S.No", "Particulars of the artisan", None, None, "Contact", None, "Trade"],
                [None, "Name", "Father's Name", "Date of Birth", "Mobile", "Village", None],
                _DETAILS.body,
            ),
            merged("A1:A2", "B1:D1", "E1:F1", "G1:G2"),
        ),
        _DETAILS.expected,
    ),
    right(
        "two-rows-name-of.xlsx",
        book(
            _two_rows(
                ["S.No", "Name of", None, "Date of birth", "Mobile", "Village", "Trade"],
                [None, "Artisan", "Father", None, None, None, None],
                _DETAILS.body,
            ),
            merged("A1:A2", "B1:C1", "D1:D2", "E1:E2", "F1:F2", "G1:G2"),
        ),
        _DETAILS.expected,
    ),
    right(
        "two-rows-unmerged.csv",
        csv_file(
            _two_rows(
                ["Name", "Father's Name", "Bank Details", None, "Trade"],
                [None, None, "Account No", "IFSC", None],
                _BANK.body,
            )
        ),
        _BANK.expected,
    ),
    right(
        "two-rows-with-title.xls",
        old_book(
            _TITLE
            + _two_rows(
                ["Name", "Father's Name", "Bank Details", None, "Trade"],
                [None, None, "A/C No", "IFSC", None],
                _BANK.body,
            )
        ),
        _BANK.expected,
    ),
    # Merged cells.
    right(
        "merged-trade.xlsx",
        book(_PLAIN.rows, merged("E2:E4")),
        [{**row, "trade_code": "CARP"} for row in _PLAIN.expected],
    ),
    right(
        "merged-village-in-parts.xlsx",
        book(_PLAIN.rows, merged("F3:F4")),
        _PLAIN.expected,
    ),
    # Hidden and filtered rows.
    right("hidden-row.xlsx", book(_PLAIN.rows, hidden_rows(3)), _PLAIN.expected, says=["hidden"]),
    right(
        "filtered-rows.xlsx",
        book(_PLAIN.rows, filtered("A1:F4", 2, 4)),
        _PLAIN.expected,
        says=["hidden|filter"],
    ),
    # Several sheets.
    right(
        "instructions-first.xlsx",
        sheets(("Instructions", _INSTRUCTIONS, None), ("Data", _PLAIN.rows, None)),
        _PLAIN.expected,
    ),
    right(
        "very-hidden-list.xlsx",
        sheets(
            ("Master", table("Gender | Trade | Village\nMale | Carpenter | Magam"), very_hidden),
            ("Data", _PLAIN.rows, None),
        ),
        _PLAIN.expected,
    ),
    right(
        "hidden-old-copy.xlsx",
        sheets(("Old", _PLAIN.rows + _OTHER.body, hidden), ("Data", _PLAIN.rows, None)),
        _PLAIN.expected,
    ),
    right(
        "summary-first.xlsx",
        sheets(("Abstract", _SUMMARY, None), ("Artisans", _PLAIN.rows, None)),
        _PLAIN.expected,
    ),
    right(
        "empty-sheets.xlsx",
        sheets(("Sheet1", [], None), ("Sheet2", _PLAIN.rows, None), ("Sheet3", [], None)),
        _PLAIN.expected,
    ),
    right(
        "sheet-chosen.xlsx",
        sheets(("Magam", _OTHER.rows, None), ("All", _PLAIN.rows, None)),
        _OTHER.expected,
        options=["--sheet", "Magam"],
    ),
    asked(
        "two-villages-two-sheets.xlsx",
        sheets(
            ("Magam", _PLAIN.rows[:3], None), ("Nagam", _PLAIN.rows[:1] + _PLAIN.rows[3:], None)
        ),
        ["Magam", "Nagam"],
        ["--sheet", "Magam"],
        _PLAIN.expected[:2],
    ),
    right(
        "dimension-too-large.xlsx",
        patched(
            book(_PLAIN.rows),
            "xl/worksheets/sheet1.xml",
            '<dimension ref="A1:F4" />',
            '<dimension ref="A1:XFD1048576" />',
        ),
        _PLAIN.expected,
    ),
    right(
        "dimension-cuts-columns.xlsx",
        patched(
            book(_PLAIN.rows),
            "xl/worksheets/sheet1.xml",
            '<dimension ref="A1:F4" />',
            '<dimension ref="A1:B4" />',
        ),
        _PLAIN.expected,
    ),
    refused("empty.xlsx", book([]), ["empty|no table|no sheet|nothing"]),
)
