"""Turn a spreadsheet's or JSON value into text a person could have typed."""

from __future__ import annotations

from datetime import date, datetime, time

_EXACT_DIGITS = 15


def cell_text(value: object) -> str:
    """Return a value as text a person could have typed.

    Whole numbers become digits (9419112345.0 -> 9419112345). A spreadsheet loses the last digits
    of a number of more than 15: such a number becomes 1.23E+17, which every format refuses.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        at_midnight = value.time() == time() or value.microsecond >= 999_999
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number_text(number: int | float) -> str:
    inexact = isinstance(number, float)
    if isinstance(number, float):
        if number != number or number in {float("inf"), float("-inf")}:
            return ""
        if not number.is_integer():
            return format(number, ".15g")
        number = int(number)
    digits = str(number) if abs(number) < 10**40 else ""
    lost = abs(number) >= 10**_EXACT_DIGITS and (
        inexact or not digits.lstrip("-")[_EXACT_DIGITS:].strip("0")
    )
    if not digits or lost:
        return format(float(number), ".14E") if abs(number) < 10**300 else ""
    return digits
