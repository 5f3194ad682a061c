"""What stands around and inside a name: relatives, residence, marks of spreadsheets."""

from __future__ import annotations

from tests.files.corpus.expectation import OfficeFile, Row, one_of, right
from tests.files.corpus.writing import csv_file, old_book, text

_NAMES = ("Ghulam Rasool", "Haleema Begum", "Rattan Lal", "Abdul Ahad", "Zoona Begum", "Nazir Lone")


def _column(heading: str, *cells: str) -> str:
    """Write a CSV of names with a column of these cells, semicolons between."""
    rows = [f"{name};{cell};Mason" for name, cell in zip(_NAMES, cells, strict=False)]
    return "\n".join([f"Name;{heading};Trade", *rows])


def _named(name: str, relation: str | None, relative: str | None, **more: str) -> Row:
    row: dict[str, str] = {"name": name, "trade_code": "MASN"} | more
    if relation:
        row["relation"] = relation
    if relative:
        row["relation_name"] = relative
    return row


FILES: tuple[OfficeFile, ...] = (
    # What stands around and inside a name.
    right(
        "relatives-in-names.csv",
        text(
            _column(
                "Remarks",
                *[""] * 6,
            )
            .replace("Ghulam Rasool", "Ghulam Rasool S/O Abdul Gani")
            .replace("Haleema Begum", "Haleema Begum, D/o Abdul Rehman")
            .replace("Rattan Lal", "Rattan Lal s/o Des Raj")
            .replace("Abdul Ahad", "Abdul Ahad C/o Bashir Ahmad")
            .replace("Zoona Begum", "Zoona Begum W/o Nazir Ahmad")
            .replace("Nazir Lone", "Nazir Lone (S/o Ali Lone)")
        ),
        [
            _named("Ghulam Rasool", "SO", "Abdul Gani"),
            _named("Haleema Begum", "DO", "Abdul Rehman"),
            _named("Rattan Lal", "SO", "Des Raj"),
            _named("Abdul Ahad", "CO", "Bashir Ahmad"),
            _named("Zoona Begum", "WO", "Nazir Ahmad"),
            _named("Nazir Lone", "SO", "Ali Lone"),
        ],
    ),
    right(
        "residence-in-names.csv",
        text(
            "Name,Trade\n"
            "Ghulam Rasool S/o Abdul Gani R/o Handwara,Mason\n"
            "Rattan Lal R/o Magam,Mason\n"
            '"Nazir Lone, S/o Ali Lone, R/o Nagam",Mason'
        ),
        [
            _named("Ghulam Rasool", "SO", "Abdul Gani", village="Handwara"),
            _named("Rattan Lal", None, None, village="Magam"),
            _named("Nazir Lone", "SO", "Ali Lone", village="Nagam"),
        ],
    ),
    right(
        "husband-of.csv",
        text("Name,Trade\nRattan Lal H/o Shanti Devi,Mason"),
        [
            {
                **_named("Rattan Lal", None, None),
                "relation_name": one_of("Shanti Devi", None),
                "relation": one_of(None, "CO"),
                "gender": one_of(None, "M"),
                "marital_status": one_of(None, "M"),
            }
        ],
    ),
    right(
        "residence-in-father.csv",
        text("Name,Father Name,Trade\nRattan Lal,Des Raj R/o Magam,Mason"),
        [
            {
                **_named("Rattan Lal", None, "Des Raj"),
                "relation": one_of(None, "SO", "DO"),
                "gender": one_of(None, "M", "F"),
                "village": "Magam",
            }
        ],
    ),
    right(
        "relation-in-parentage.csv",
        text("Name,Parentage,Trade\nRattan Lal,S/o Des Raj,Mason\nZoona Begum,W/o Ali Lone,Mason"),
        [_named("Rattan Lal", "SO", "Des Raj"), _named("Zoona Begum", "WO", "Ali Lone")],
    ),
    right(
        "force-text-numbers.csv",
        text('Name,Mobile No,Account No,Trade\n="Rattan Lal",="9906011432",="0123456789012",Mason'),
        [
            {
                "name": "Rattan Lal",
                "mobile": "9906011432",
                "account_no": "0123456789012",
                "trade_code": "MASN",
            }
        ],
    ),
    right(
        "force-text-quoted.csv",
        text(
            "Name,Mobile No,Account No,Trade\n"
            '"=""Rattan Lal""","=""9906011432""","=""0123456789012""",Mason'
        ),
        [
            {
                "name": "Rattan Lal",
                "mobile": "9906011432",
                "account_no": "0123456789012",
                "trade_code": "MASN",
            }
        ],
    ),
    right(
        "apostrophes.csv",
        text("Name,Father Name,Mobile No,Trade\n'Rattan Lal,'Des Raj,'9906011432,'Mason"),
        [
            {
                **_named("Rattan Lal", None, "Des Raj", mobile="9906011432"),
                "relation": one_of(None, "SO", "DO"),
                "gender": one_of(None, "M", "F"),
            }
        ],
    ),
    right(
        "space-before-quote-and-comma.csv",
        text('"Name", "Address", "Trade"\n"Rattan Lal", "House 5, Main Road", "Mason"'),
        [_named("Rattan Lal", None, None, address="House 5, Main Road")],
    ),
    right(
        "hard-spaces.xls",
        old_book([["Name", "Trade"], ["\u00a0Rattan\u00a0Lal ", " Mason\u00a0"]]),
        [_named("Rattan Lal", None, None)],
    ),
    right(
        "nil-and-dashes.csv",
        csv_file(
            [
                ["Name", "Father Name", "Mobile No", "DOB", "Trade"],
                ["Rattan Lal", "-", "Nil", "N/A", "Mason"],
                ["Ghulam Rasool", "--", "NA", "", "Mason"],
            ]
        ),
        [_named("Rattan Lal", None, None), _named("Ghulam Rasool", None, None)],
    ),
)
