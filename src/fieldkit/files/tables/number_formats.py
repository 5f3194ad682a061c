"""What a number's format says about it: that it is a date, or shown with leading zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldkit.files.tables.cell_text import cell_text

_ZEROS = re.compile(r"0{2,20}(;|$)")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of one style are meant."""

    date: bool = False
    zeros: int = 0
    """Digits they are shown with: the format ``0000`` shows 143 as 0143."""


PLAIN = NumberFormat()


def number_format(code: str) -> NumberFormat:
    """Read a number format such as ``dd/mm/yyyy``."""
    from openpyxl.styles.numbers import is_date_format

    if _ZEROS.match(code):
        return NumberFormat(zeros=code.partition(";")[0].count("0"))
    return NumberFormat(date=bool(is_date_format(code)))


def number_text(number: int | float, form: NumberFormat, *, from_1904: bool) -> str:
    """Return a number as text a person could have typed."""
    if form.date and (day := _moment(number, from_1904=from_1904)) is not None:
        return cell_text(day)
    text = cell_text(number)
    return text.zfill(form.zeros) if form.zeros and text.isdecimal() else text


def _moment(number: float, *, from_1904: bool) -> object:
    """Convert a serial number of days to a date or time; None if it is none."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        return from_excel(number, MAC_EPOCH if from_1904 else WINDOWS_EPOCH)
    except (ValueError, OverflowError):
        return None
