"""Days, ages, amounts and numbers whose reading the whole column proves, or leaves open."""

from __future__ import annotations

from datetime import date

from tests.files.corpus.expectation import OfficeFile, Row, doubted, right
from tests.files.corpus.people import of_age
from tests.files.corpus.writing import Content, book, text

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


def _named(name: str, relation: str | None, relative: str | None, **more: str) -> Row:
    row: dict[str, str] = {"name": name, "trade_code": "MASN"} | more
    if relation:
        row["relation"] = relation
    if relative:
        row["relation_name"] = relative
    return row


_SWAPPED: list[list[Content]] = [["Name", "DOB", "Trade"]]
"""Days typed as 02/01/1980: a spreadsheet of America swaps those it can, and leaves the rest."""
for _n in range(8):
    _SWAPPED.append([f"Artisan {'ABCDEFGH'[_n]}", date(1980 + _n, 1 + _n, 2 + _n), "Mason"])
    _SWAPPED.append([f"Artisan {'JKLMNOPQ'[_n]}", f"{14 + _n}/0{1 + _n}/198{_n}", "Mason"])


FILES: tuple[OfficeFile, ...] = (
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
    # Mobiles and trades.
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
