"""Figures as people in India read them: 1,54,881 and 528.86 crore. Pure."""

from __future__ import annotations

from datetime import date

from fieldkit.records.fields.dates import show_date
from fieldkit.records.fields.numbers import indian
from fieldkit.reports.declaration.measure import PERCENT, RUPEES
from fieldkit.reports.declaration.report import Cell, Table

_CRORE, _LAKH = 10_000_000, 100_000


def in_words(value: Cell, unit: str = "") -> str:
    """Return a figure as people read it."""
    if isinstance(value, date):
        return show_date(value)
    if not isinstance(value, int | float):
        return value or ""
    if unit == RUPEES:
        return rupees(value)
    text = indian(int(value)) if value == int(value) else f"{value:,.1f}"
    return f"{text}%" if unit == PERCENT else text


def rupees(value: float) -> str:
    """Return rupees in crore or lakh, to two places, as reviews write them."""
    for size, word in ((_CRORE, "crore"), (_LAKH, "lakh")):
        if abs(value) >= size:
            whole, _, part = f"{abs(value) / size:.2f}".partition(".")
            return f"{'-' if value < 0 else ''}Rs {indian(int(whole))}.{part} {word}"
    return f"Rs {indian(round(value))}"


def subtitle(table: Table) -> str:
    """Return the line under a title: area, period and day."""
    year = f"financial year {table.fy}, " if table.fy else ""
    return f"{table.area}, {year}as on {show_date(table.as_on)}"
