"""Files that an earlier import stored wrongly or refused for a wrong reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.files.corpus.expectation import OfficeFile, Row, Writer, doubted, one_of, right
from tests.files.corpus.people import PEOPLE, roster
from tests.files.corpus.writing import (
    Content,
    book,
    hidden,
    merged,
    patched,
    raw,
    sheets,
    text,
)

_WHOLE = (
    "S.No=no | Name=name | Father Name=father | Gender=gender | DOB=born | "
    "Mobile No=mobile-number | Trade=trade | Village=village"
)
_THREE = roster(_WHOLE)
_TWO = roster(_WHOLE, PEOPLE[:2])


def _trades(*rows: tuple[str, str]) -> list[Row]:
    return [{"name": name, "trade_code": trade} for name, trade in rows]


def _of_1904(rows: list[list[Content]]) -> Writer:
    """Write a workbook of an old Macintosh: its days are counted from 1904."""

    def write(path: Path) -> None:
        workbook = openpyxl.Workbook()
        workbook.epoch = CALENDAR_MAC_1904
        sheet = workbook.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        workbook.save(path)

    return write


def _one_village_for_all() -> list[Row]:
    return [{**row, "village": "Handwara"} for row in _THREE.expected]


FILES: tuple[OfficeFile, ...] = (
    right(
        "01-father-becomes-artisan.csv",
        text("""
S.No,Name of the Applicant,Name of the Father,Trade
1,Ghulam Rasool,Abdul Gani,Carpenter
2,Haleema Begum,Abdul Rehman,Tailor
"""),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
    ),
    right(
        "02-dimension-A1.xlsx",
        patched(
            book(_THREE.rows),
            "xl/worksheets/sheet1.xml",
            '<dimension ref="A1:H4" />',
            '<dimension ref="A1" />',
        ),
        _THREE.expected,
    ),
    right(
        "03-month-first-column.csv",
        text("""
Name,DOB,Trade
Ghulam Rasool,08/15/1980,Carpenter
Haleema Begum,03/04/1985,Tailor
Rattan Lal,12/25/1990,Mason
Abdul Ahad,01/02/1979,Mason
"""),
        [
            {"name": "Ghulam Rasool", "born": "1980-08-15", "trade_code": "CARP"},
            {"name": "Haleema Begum", "born": "1985-03-04", "trade_code": "TAIL"},
            {"name": "Rattan Lal", "born": "1990-12-25", "trade_code": "MASN"},
            {"name": "Abdul Ahad", "born": "1979-01-02", "trade_code": "MASN"},
        ],
    ),
    right(
        "04-hidden-list-sheet-first.xlsx",
        sheets(
            ("Lists", [["Gender", "Trade"], ["M", "Carpenter"], ["F", "Tailor"]], hidden),
            ("Sheet1", _TWO.rows, None),
        ),
        _TWO.expected,
    ),
    right(
        "05-own-id-column.csv",
        text("ID,Name,Trade\n1,Ghulam Rasool,Carpenter\n2,Haleema Begum,Tailor"),
        _trades(("Ghulam Rasool", "CARP"), ("Haleema Begum", "TAIL")),
    ),
    right(
        "06-force-text.csv",
        text(
            "Name,Father Name,Trade,Village\n"
            '="Ghulam Rasool",="Abdul Gani",="Carpenter",="Handwara"'
        ),
        roster("N=name | F=father | T=trade | V=village", PEOPLE[:1]).expected,
    ),
    right(
        "07-space-before-quote.csv",
        text(
            '"Name", "Father Name", "Trade", "Village"\n'
            '"Ghulam Rasool", "Abdul Gani", "Carpenter", "Handwara"'
        ),
        roster("N=name | F=father | T=trade | V=village", PEOPLE[:1]).expected,
    ),
    right(
        "08-short-father-names.csv",
        text("""
Name,Father Name,Trade
Ghulam Rasool,Ali,Carpenter
Haleema Begum,Gul,Tailor
Rattan Lal,Ram,Mason
"""),
        [
            {**row, "relation_name": father}
            for row, father in zip(
                roster("N=name | F=father | T=trade").expected, ("Ali", "Gul", "Ram"), strict=True
            )
        ],
    ),
    right(
        "10-two-row-heading.xlsx",
        book(
            [
                ["S.No", "Name", "Father Name", "Trade", "Bank details", None],
                [None, None, None, None, "Account No", "IFSC"],
                [1, "Ghulam Rasool", "Abdul Gani", "Carpenter", "0123456789012", "JAKA0HANDWA"],
            ]
        ),
        [
            {
                **roster("N=name | F=father | T=trade", PEOPLE[:1]).expected[0],
                "account_no": "0123456789012",
                "ifsc": "JAKA0HANDWA",
            }
        ],
    ),
    right("11-merged-village.xlsx", book(_THREE.rows, merged("H2:H4")), _one_village_for_all()),
    right(
        "12-html-div.xls",
        raw(
            b'<div>\n\t<table border="1"><tr><th>Name</th><th>Trade</th></tr>'
            b"<tr><td>Ghulam Rasool</td><td>Carpenter</td></tr></table></div>"
        ),
        _trades(("Ghulam Rasool", "CARP")),
        or_refused=("web page",),
    ),
    right(
        "13-shg-footer.xlsx",
        book(
            [
                ["S.No", "SHG Name", "Village", "Date of Formation"],
                ["(1)", "(2)", "(3)", "(4)"],
                [1, "Noor SHG", "Magam", "01/04/2019"],
                [None, "Certified that the above list is correct"],
                [None, "Sd/-"],
                [None, "Contd..."],
            ]
        ),
        [{"name": "Noor SHG", "village": "Magam", "formed_on": "2019-04-01"}],
        "self_help_group",
        says=["skipped|left out|no record"],
    ),
    right(
        "14-dot-thousands.csv",
        text("""
Name,Trade,Income a month
Ghulam Rasool,Carpenter,10.000
Haleema Begum,Tailor,"10.000,00"
"""),
        [
            {"name": "Ghulam Rasool", "trade_code": "CARP", "monthly_income": 10000},
            {"name": "Haleema Begum", "trade_code": "TAIL", "monthly_income": 10000},
        ],
    ),
    right(
        "15-date1904-general.xlsx",
        _of_1904([_TWO.rows[0], [27988 if isinstance(c, date) else c for c in _TWO.rows[1]]]),
        [{**_TWO.expected[0], "born": "1980-08-17"}],
    ),
    doubted(
        "16-age-typo.csv",
        text("Name,Age,Trade\nGhulam Rasool,150,Carpenter"),
        1,
        ["150"],
        or_asked=False,
    ),
    right(
        "17-name-with-residence.csv",
        text("""
Name,Trade
Ghulam Rasool S/o Abdul Gani R/o Handwara,Carpenter
Haleema Begum (W/o Abdul Rehman),Tailor
Zoona Begum Wd/o Abdul Ahad,Tailor
"""),
        [
            {
                "name": "Ghulam Rasool",
                "relation": "SO",
                "relation_name": "Abdul Gani",
                "village": "Handwara",
                "trade_code": "CARP",
            },
            {
                "name": "Haleema Begum",
                "relation": "WO",
                "relation_name": "Abdul Rehman",
                "trade_code": "TAIL",
            },
            {
                "name": "Zoona Begum",
                "relation": one_of("WO", None),
                "relation_name": "Abdul Ahad",
                "gender": one_of("F", None),
                "marital_status": one_of("W", None),
                "trade_code": "TAIL",
            },
        ],
    ),
    right(
        "18-villages-state-names.csv",
        text(
            "State Name,District Name,Village Code,Village Name\n"
            "Jammu and Kashmir (UT),Kupwara,1001,Magam"
        ),
        [{"code": 1001, "name": "Magam", "district_code": 8}],
        "villages",
    ),
)
