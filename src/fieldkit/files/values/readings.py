"""How the dates and numbers of a column are written, proven by all its values together. Pure.

``03/04/1985`` alone can be two days and ``10.000`` two numbers. Where other values of the column
can only be read one way, all of it is; where some can only be read one way and some only the other,
nothing of it is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from fieldkit.plain_text import plain


class Way(StrEnum):
    """How the values of a column are written; the text is what a person types to choose it."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_MONTH_DAY = "year-month-day"
    YEAR_DAY_MONTH = "year-day-month"
    SWAPPED = "dates-swapped"
    """Day first as text; real dates of the spreadsheet have day and month exchanged."""
    POINT = "decimal-point"
    COMMA = "decimal-comma"


DATES = (Way.DAY_FIRST, Way.MONTH_FIRST)
DATES_AFTER_YEAR = (Way.YEAR_MONTH_DAY, Way.YEAR_DAY_MONTH)
NUMBERS = (Way.POINT, Way.COMMA)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the values of a column show about the way they are written."""

    pair: tuple[Way, Way]
    """The two ways in question; where ``against`` is given, that of ``because`` comes first."""

    way: Way | None = None
    """The only way all of them can be read; None if nothing shows it, or not all of them agree."""
    because: str = ""
    """A value that can be read in one way only."""
    against: str = ""
    """A value that can only be read in another way."""
    open: str = ""
    """A value that could be read in two ways."""

    @property
    def doubted(self) -> bool:
        """Say whether the values are written in two ways."""
        return bool(self.against)


_TIME = r"(?:[T, ]+\d{1,2}:\d\d.*)?"
_YEAR_LAST = re.compile(
    r"(\d{1,2})(\s?[-/., ]\s?)(\d{1,2})((?:\s?[-/., ]\s?'?(?:\d{4}|\d\d))?" + _TIME + ")"
)
_RUN_TOGETHER = re.compile(r"(\d\d)()(\d\d)(\s*(?:\d{4}|\d\d)?)")
_YEAR_FIRST = re.compile(r"(\d{4}\s?[-/.]\s?)(\d{1,2})(\s?[-/.]\s?)(\d{1,2})(" + _TIME + ")")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_LONGEST_DATE = 40
_DAYS_TO_1904 = 1462
"""Days between the two calendars of spreadsheets."""
_NUMBER = re.compile(r"\d[\d.,\s]*\d")
_GROUPED = r"\d{1,3}(?:%s\d{2,3})*%s\d{3}"
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_THREE_DECIMALS = re.compile(r"[1-9]\d{0,2},\d{3}")


def proof_of_dates(values: Iterable[str], *, spreadsheet: bool = False) -> Proof:
    """Return what dates show: day first or month first.

    ``spreadsheet``: real dates of the file come as ISO text. One that reads text month first turns
    ``03/04/1985`` into a date, and leaves ``15/08/1980`` as text: then no date is certain.
    """
    texts = [text for value in values if len(text := plain(value).lstrip("'")) < _LONGEST_DATE]
    before = _proof(DATES_AFTER_YEAR, ((text, _orders_after_year(text)) for text in texts))
    if before.way is Way.YEAR_DAY_MONTH or before.doubted:
        return before
    proof = _proof(DATES, ((text, _orders(text)) for text in texts))
    dates = [found for text in texts if (found := _YEAR_FIRST.fullmatch(text))]
    swapped = len(dates) > 1 and all(int(found[4]) <= 12 for found in dates)
    if spreadsheet and swapped and proof.way is Way.DAY_FIRST and not proof.open:
        pair = Way.DAY_FIRST, Way.SWAPPED
        return Proof(pair, None, proof.because, dates[0].group())
    return proof


def proof_of_numbers(values: Iterable[str]) -> Proof:
    """Return what numbers show: whether a point or a comma begins the decimals.

    Amounts have no three decimals: ``10,000`` is ten thousand, as everywhere in India; ``10.000``
    is left open, unless other values show that points mark thousands.
    """
    read = [found.group() for value in values if (found := _NUMBER.search(plain(value)))]
    dotted = next((number for number in read if _DOTTED.fullmatch(number)), "")
    proof = _proof(NUMBERS, ((one, _marks(one)) for one in read if not _DOTTED.fullmatch(one)))
    if dotted and proof.way is Way.POINT:
        return replace(proof, way=None, against=dotted)
    return replace(proof, open="" if proof.way else dotted)


def _proof(pair: tuple[Way, Way], read: Iterable[tuple[str, frozenset[Way]]]) -> Proof:
    """Compare the ways in which each value can be read."""
    only: dict[Way, str] = {}
    several = ""
    for value, ways in read:
        if len(ways) == 1:
            only.setdefault(next(iter(ways)), value)
        elif ways and not several:
            several = value
    if not only:
        return Proof(pair, open=several)
    (first, because), *others = only.items()
    if not others:
        return Proof(pair, first, because, open=several)
    return Proof((first, others[0][0]), None, because, others[0][1], several)


def _orders(text: str) -> frozenset[Way]:
    found = _YEAR_LAST.fullmatch(text) or _RUN_TOGETHER.fullmatch(text)
    return _ways(int(found[1]), int(found[3]), Way.DAY_FIRST, Way.MONTH_FIRST) if found else _NONE


def _orders_after_year(text: str) -> frozenset[Way]:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return _NONE
    return _ways(int(found[4]), int(found[2]), Way.YEAR_MONTH_DAY, Way.YEAR_DAY_MONTH)


_NONE = frozenset[Way]()


def _ways(day: int, month: int, usual: Way, swapped: Way) -> frozenset[Way]:
    """Return in which orders two numbers are a day and a month; none if it makes no difference."""
    if day == month:
        return _NONE
    right = {usual} if 1 <= day <= 31 and 1 <= month <= 12 else set()
    return frozenset(right | ({swapped} if 1 <= month <= 31 and 1 <= day <= 12 else set()))


def _marks(number: str) -> frozenset[Way]:
    """Return what may begin the decimals of a number, by where its points and commas stand."""
    ways = {
        way
        for way, point, grouping in ((Way.POINT, r"\.", "[,\\s]"), (Way.COMMA, ",", "[.\\s]"))
        if re.fullmatch(rf"(?:\d+|{_GROUPED % (grouping, grouping)})(?:{point}\d+)?", number)
    }
    if len(ways) == 2 and _THREE_DECIMALS.fullmatch(number):
        ways.remove(Way.COMMA)
    return frozenset(ways) if re.search("[.,]", number) else _NONE


def read_as(way: Way | None, text: str) -> str:
    """Write a date or number of a column as a format reads it: day first, with a decimal point."""
    if way in {Way.MONTH_FIRST, Way.YEAR_DAY_MONTH, Way.SWAPPED}:
        return _swapped(plain(text).lstrip("'"), way)
    if way in {Way.POINT, Way.COMMA}:
        return _NUMBER.sub(lambda found: _bare(found.group(), way), plain(text), count=1)
    return text


def _swapped(text: str, way: Way) -> str:
    """Exchange day and month."""
    if way is Way.MONTH_FIRST:
        found = _YEAR_LAST.fullmatch(text) or _RUN_TOGETHER.fullmatch(text)
        return f"{found[3]}{found[2]}{found[1]}{found[4]}" if found else text
    found = _YEAR_FIRST.fullmatch(text)
    return f"{found[1]}{found[4]}{found[3]}{found[2]}{found[5]}" if found else text


def _bare(number: str, way: Way) -> str:
    """Drop the thousands marks of a number, and decimals that are all zero."""
    if not re.search("[.,]", number):
        return number
    point, grouping = (".", ",") if way is Way.POINT else (",", ".")
    whole, _, decimals = re.sub(rf"[{grouping}\s]", "", number).partition(point)
    return f"{whole}.{decimals}" if decimals.strip("0") else whole


def from_1904(text: str) -> str:
    """Turn a day of the calendar that begins in 1904 into one of the calendar from 1900."""
    found = _SERIAL.fullmatch(text)
    return f"{int(found[1]) + _DAYS_TO_1904}" if found else text
