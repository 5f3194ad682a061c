"""Files that lead a careless reader astray, though a clerk has no doubt, or should have one."""

from __future__ import annotations

from datetime import date

from tests.files.corpus.expectation import OfficeFile, Row, asked, doubted, mapped, one_of, right
from tests.files.corpus.people import PEOPLE, of_age, roster
from tests.files.corpus.writing import book, csv_file, old_book, text

_TRADE = {"Carpenter": "CARP", "Tailor": "TAIL", "Mason": "MASN"}
_NAMES = ("Ghulam Rasool", "Haleema Begum", "Rattan Lal", "Abdul Ahad", "Zoona Begum", "Nazir Lone")


def _column(heading: str, *cells: str) -> str:
    """Write a CSV of names with a column of these cells, semicolons between."""
    rows = [f"{name};{cell};Mason" for name, cell in zip(_NAMES, cells, strict=False)]
    return "\n".join([f"Name;{heading};Trade", *rows])


def _rows(field: str, *values: str | int | None) -> list[Row]:
    return [
        {"name": name, "trade_code": "MASN"} | ({} if value is None else {field: value})
        for name, value in zip(_NAMES, values, strict=False)
    ]


def _two(heading: str) -> str:
    return f"""
{heading}
Ghulam Rasool,Abdul Gani,Mohd Rasool,Carpenter
Haleema Begum,Abdul Rehman,Haleema Bano,Tailor
"""


def _named(name: str, relation: str | None, relative: str | None, **more: str) -> Row:
    row: dict[str, str] = {"name": name, "trade_code": "MASN"} | more
    if relation:
        row["relation"] = relation
    if relative:
        row["relation_name"] = relative
    return row


_SWAPPED = [
    ["Name", "DOB", "Trade"],
    *([f"Artisan {chr(65 + n)}", date(1980 + n, 1 + n, 2 + n), "Mason"] for n in range(8)),
    *([f"Artisan {chr(73 + n)}", f"{14 + n}/0{1 + n}/198{n}", "Mason"] for n in range(8)),
]

FILES: tuple[OfficeFile, ...] = (
    # Which column is the name; which of two columns is meant.
    asked(
        "name-and-artisan-name.csv",
        text(_two("Name,Father's Name,Artisan Name,Trade")),
        ["Name", "Artisan Name"],
        mapped(name="Artisan Name"),
        [
            {**row, "name": name}
            for row, name in zip(
                roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
                ("Mohd Rasool", "Haleema Bano"),
                strict=True,
            )
        ],
    ),
    asked(
        "name-twice.csv",
        text(_two("Applicant Name,Father's Name,Beneficiary Name,Trade")),
        ["Applicant Name", "Beneficiary Name"],
        mapped(name="Applicant Name"),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
    ),
    asked(
        "father-and-husband.csv",
        text("""
Name,Father's Name,Husband's Name,Trade
Haleema Begum,Abdul Rehman,Nazir Ahmad,Tailor
Zoona Begum,Abdul Ahad,Bashir Ahmad,Tailor
"""),
        ["Father's Name", "Husband's Name"],
        mapped(relation_name="Father's Name"),
        [
            {
                "name": name,
                "relation_name": father,
                "trade_code": "TAIL",
                "relation": one_of(None, "DO"),
                "gender": one_of(None, "F"),
            }
            for name, father in (("Haleema Begum", "Abdul Rehman"), ("Zoona Begum", "Abdul Ahad"))
        ],
    ),
    asked(
        "trade-twice.csv",
        text(
            "Name,Trade,Trade applied for\nGhulam Rasool,Carpenter,Mason\nRattan Lal,Tailor,Mason"
        ),
        ["Trade", "Trade applied for"],
        mapped(trade_code="Trade applied for"),
        [
            {"name": "Ghulam Rasool", "trade_code": "MASN"},
            {"name": "Rattan Lal", "trade_code": "MASN"},
        ],
    ),
    asked(
        "same-heading-twice.csv",
        text("Name,Trade,Mobile No,Mobile No\nGhulam Rasool,Mason,9419011432,7006123456"),
        ["Mobile No"],
        [],
        [],
    ),
    asked(
        "account-twice.csv",
        text("Name,Trade,Account No,Bank A/C No\nGhulam Rasool,Mason,0123456789012,0987654321098"),
        ["Account No", "Bank A/C No"],
        mapped(account_no="Account No"),
        [{"name": "Ghulam Rasool", "trade_code": "MASN", "account_no": "0123456789012"}],
    ),
    right(
        "first-and-last-name.csv",
        text("""
First Name,Last Name,Father Name,Trade
Ghulam,Rasool,Abdul Gani,Carpenter
Haleema,Begum,Abdul Rehman,Tailor
"""),
        roster("N=name | F=father | T=trade", PEOPLE[:2]).expected,
        or_refused=["First Name", "Last Name"],
    ),
    right(
        "first-name-alone.csv",
        text("First Name,Father Name,Trade\nGhulam Rasool,Abdul Gani,Carpenter"),
        roster("N=name | F=father | T=trade", PEOPLE[:1]).expected,
    ),
    right(
        "names-of-other-things.csv",
        text("""
Bank Name,Name of Village,Name of Trade,Name of CSC,Name,Name of Scheme
Jammu and Kashmir Bank,Magam,Carpenter,CSC Magam,Ghulam Rasool,PM Vishwakarma
"""),
        [
            {
                "name": "Ghulam Rasool",
                "village": "Magam",
                "trade_code": "CARP",
                "bank_name": "Jammu and Kashmir Bank",
                "csc": one_of("CSC Magam", None),
            }
        ],
    ),
    # Days.
    right(
        "month-first-two-digit-years.csv",
        text(_column("DOB", "8/15/80", "3/4/85", "12/25/90")),
        _rows("born", "1980-08-15", "1985-03-04", "1990-12-25"),
    ),
    right(
        "day-first-proven.csv",
        text(_column("DOB", "15/08/1980", "03/04/1985", "25-12-1990")),
        _rows("born", "1980-08-15", "1985-04-03", "1990-12-25"),
    ),
    right(
        "day-first-usual.csv",
        text(_column("DOB", "05/08/1980", "03/04/1985")),
        _rows("born", "1980-08-05", "1985-04-03"),
    ),
    doubted(
        "both-orders.csv",
        text(_column("DOB", "25/12/1990", "12/25/1990", "03/04/1985")),
        3,
        ["DOB|Born"],
    ),
    doubted(
        "both-orders-far-down.csv",
        text(
            "\n".join(
                [
                    "Name;DOB;Trade",
                    *(
                        f"Artisan {chr(65 + n % 26)}{chr(97 + n // 26)};0{1 + n % 9}/04/1985;Mason"
                        for n in range(200)
                    ),
                    "Rattan Lal;25/12/1990;Mason",
                    "Nazir Lone;12/25/1990;Mason",
                ]
            )
        ),
        202,
        ["DOB|Born"],
    ),
    doubted("days-excel-swapped.xlsx", book(_SWAPPED), 16, ["DOB|Born"]),
    right(
        "two-columns-two-orders.csv",
        text("""
Name,DOB,Date of Registration,Trade
Ghulam Rasool,15/08/1980,12/25/2023,Mason
Rattan Lal,01/12/1990,01/02/2024,Mason
"""),
        [
            {
                "name": "Ghulam Rasool",
                "born": "1980-08-15",
                "registered_on": "2023-12-25",
                "trade_code": "MASN",
            },
            {
                "name": "Rattan Lal",
                "born": "1990-12-01",
                "registered_on": "2024-01-02",
                "trade_code": "MASN",
            },
        ],
    ),
    right(
        "days-of-words.csv",
        text(_column("DOB", "15 Aug 1980", "3-Apr-85", "25 December 1990", "1979-01-02")),
        _rows("born", "1980-08-15", "1985-04-03", "1990-12-25", "1979-01-02"),
    ),
    right(
        "days-with-times.csv",
        text(_column("DOB", "15/08/1980 00:00:00", "03/04/1985 00:00:00")),
        _rows("born", "1980-08-15", "1985-04-03"),
    ),
    right("years-alone.csv", text(_column("DOB", "1980", "1985")), _rows("born", "1980", "1985")),
    doubted("no-such-day.csv", text(_column("DOB", "31/02/1980")), 1, ["DOB|Born"], or_asked=False),
    doubted(
        "born-tomorrow.csv", text(_column("DOB", "15/08/2090")), 1, ["DOB|Born"], or_asked=False
    ),
    # Ages.
    right(
        "ages-with-words.csv",
        text(_column("Age", "45 yrs", "38 Years", "52")),
        [
            {"name": name, "trade_code": "MASN", **of_age(age)}
            for name, age in zip(_NAMES, (45, 38, 52), strict=False)
        ],
    ),
    right(
        "years-under-age.csv",
        text(_column("Age", "1980", "1985", "1990")),
        _rows("born", "1980", "1985", "1990"),
        or_refused=["Age"],
    ),
    doubted(
        "age-0.csv",
        text(_column("Age", "0", "")),
        1,
        ["Age|Born"],
        _rows("born", None, None)[1:],
        or_asked=False,
    ),
    doubted(
        "age-of-months.csv",
        text(_column("Age", "45", "540 months")),
        1,
        ["Age|540"],
        [{"name": _NAMES[0], "trade_code": "MASN", **of_age(45)}],
        or_asked=False,
    ),
    # Amounts.
    right(
        "amounts-indian.csv",
        text(_column("Monthly Income", "1,20,000", "Rs. 15,000/-", "12,500.00", "8500")),
        _rows("monthly_income", 120000, 15000, 12500, 8500),
    ),
    right(
        "amounts-with-comma-decimals.csv",
        text(_column("Monthly Income", "1.20.000,00", "15.000", "8.500,00")),
        _rows("monthly_income", 120000, 15000, 8500),
        or_refused=["Income"],
    ),
    doubted(
        "amounts-dots-unproven.csv",
        text(_column("Monthly Income", "10.000", "12.500")),
        2,
        ["Income"],
    ),
    doubted(
        "amounts-both-ways.csv",
        text(_column("Monthly Income", "10.000", "12,500.50", "10.000,00")),
        3,
        ["Income"],
    ),
    # Columns whose heading is ours, and whose values are not.
    right(
        "id-of-uuids.csv",
        text("""
_id,Name,Trade,Created At,Updated At,Created By
9f1c2d3e-0001,Ghulam Rasool,Carpenter,2024-01-05 10:22,2024-01-06 11:00,vle1
9f1c2d3e-0002,Haleema Begum,Tailor,2024-01-05 10:31,2024-01-06 11:00,vle1
"""),
        roster("N=name | T=trade", PEOPLE[:2]).expected,
    ),
    right(
        "created-at-iso.csv",
        text("""
id,name,trade,created_at,created_by
101,Ghulam Rasool,Carpenter,2024-01-05T10:22:00Z,admin
102,Haleema Begum,Tailor,2024-01-05T10:31:00Z,admin
"""),
        roster("N=name | T=trade", PEOPLE[:2]).expected,
    ),
    right(
        "short-fathers-and-gender.csv",
        text("Name,Father,Sex,Trade\nGhulam Rasool,So,M,Mason\nRattan Lal,Ram,M,Mason"),
        [
            {
                "name": name,
                "relation_name": father,
                "relation": one_of(None, "SO"),
                "gender": "M",
                "trade_code": "MASN",
            }
            for name, father in (("Ghulam Rasool", "So"), ("Rattan Lal", "Ram"))
        ],
    ),
    right(
        "name-looks-like-a-trade.csv",
        text("Name,Father Name,Trade\nLohar,Tarkhan,Mason\nDarzi,Lohar,Mason"),
        [
            {
                "name": name,
                "relation_name": father,
                "relation": one_of(None, "SO", "DO"),
                "gender": one_of(None, "M", "F"),
                "trade_code": "MASN",
            }
            for name, father in (("Lohar", "Tarkhan"), ("Darzi", "Lohar"))
        ],
    ),
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
    doubted(
        "broken-mobiles.csv",
        text(_column("Mobile No", "9.41912E+09", "7006123456")),
        1,
        ["Mobile"],
        [{"name": "Haleema Begum", "mobile": "7006123456", "trade_code": "MASN"}],
        or_asked=False,
    ),
    doubted(
        "two-mobiles-in-a-cell.csv",
        text(_column("Mobile No", "9419011432, 7006123456", "9906011432")),
        1,
        ["Mobile"],
        [{"name": "Haleema Begum", "mobile": "9906011432", "trade_code": "MASN"}],
        or_asked=False,
    ),
    doubted(
        "other-crafts.csv",
        text("Name,Trade\nRattan Lal,Mason\nZoona Begum,Pashmina spinner"),
        1,
        ["Trade"],
        [_named("Rattan Lal", None, None)],
        or_asked=False,
    ),
)
