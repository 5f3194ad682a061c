"""Days, years and times as people and spreadsheets write them."""

from __future__ import annotations

import re
import time
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta, timezone
from typing import ClassVar

from typing_extensions import TypeVar

from fieldkit.plain_text import plain
from fieldkit.records.fields.base import Format, Unfit, Value
from fieldkit.records.fields.numbers import DECIMALS

D = TypeVar("D", bound=Value, covariant=True, default=date)

INDIA = timezone(timedelta(hours=5, minutes=30))
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_EXCEL_DAY_0 = date(1899, 12, 30)
_EARLIEST = 1900
_YEARS_AHEAD = 20
"""How many years ahead a two-digit year may be: ``27`` is 2027, except in a birth date."""

RELEASED = date(2026, 11, 1)
"""The day of this release; updated with each release."""
_LAST_SERVICE = RELEASED.replace(year=RELEASED.year + 20)

_CLOCK = re.compile(
    r"(?i)[T, ]+\d{1,2}:\d\d(:\d\d([.,]\d+)?)?(\s?[ap]\.?m\.?)?\s?(z|[+-]\d\d:?\d\d)?$"
)
"""A time of day after a date, as spreadsheets and portals write it."""
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})")
_RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)\s*(\d\d|\d{4})?")
_APART = re.compile(r"(\d{1,2})\s?[-/., ]\s?(\d{1,2})(?:\s?[-/., ]\s?'?(\d\d|\d{4}))?")
_MONTH_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[-/., ]*([A-Za-z]{3,9})[-/., ]*'?(\d\d|\d{4})?", re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})[. ]*(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})")


def day_at(moment: int) -> date:
    """Return the day in India at a moment (seconds since 1970 UTC)."""
    return datetime.fromtimestamp(moment, INDIA).date()


def believed(day: date) -> date:
    """Return the day a clock gives if that can be today, else the day of the release.

    A laptop with an empty battery starts in 1970: then all that is known of today is that it is
    after the release. Screens warn about the clock; it stops no entry.
    """
    return day if RELEASED <= day <= _LAST_SERVICE else RELEASED


def today() -> date:
    """Return today's date in India by the laptop's clock, never before the release."""
    return believed(day_at(int(time.time())))


def ages(born: str, on: date) -> tuple[int, int]:
    """Return the lowest and highest age on a day; they differ where only the year is known."""
    year = int(born[:4])
    if len(born) == 4:
        return on.year - year - 1, on.year - year
    age = on.year - year - ((on.month, on.day) < (int(born[5:7]), int(born[8:10])))
    return age, age


def age_in_words(born: str) -> str:
    """Return the age today: "42", or "about 42" where only the year is known."""
    lowest, highest = ages(born, today())
    return f"{highest}" if lowest == highest else f"about {highest}"


def show_date(day: date) -> str:
    """Show as 21 Nov 2026."""
    return f"{day.day:02d} {_MONTHS[day.month - 1][:3].title()} {day.year:04d}"


def read_date(text: str, today: date, *, past: bool, ahead: int = _YEARS_AHEAD) -> date:
    """Read a date, day before month, as people and spreadsheets write it.

    ``2301`` is the 23rd of January of the current year (the last one, if ``past``); ``230184`` and
    ``2301 1984`` give the year, of which two digits lie at most ``ahead`` years from now; a number
    of five digits is a day of Excel's calendar (1900 system); a time of day behind it is dropped.
    The word ``today`` is today.

    Raises:
        Unfit: it is no date, or not on the calendar.
    """
    text = _CLOCK.sub("", plain(text).strip().lstrip("'"))
    if text.casefold() == "today":
        return today

    def year(digits: str) -> int:
        return _full_year(digits, today, ahead) if digits else 0

    if _SERIAL.fullmatch(text):
        day = _EXCEL_DAY_0 + timedelta(days=int(text[:5]))
        return day.replace(year=year(str(day.year)))
    if found := _YEAR_FIRST.fullmatch(text):
        return _on_calendar(int(found[3]), int(found[2]), year(found[1]), today, past=past)
    if found := _RUN_TOGETHER.fullmatch(text) or _APART.fullmatch(text):
        return _on_calendar(int(found[1]), int(found[2]), year(found[3]), today, past=past)
    if found := _MONTH_NAMED.fullmatch(text):
        return _on_calendar(int(found[1]), _month(found[2]), year(found[3]), today, past=past)
    if found := _MONTH_FIRST.fullmatch(text):
        return _on_calendar(int(found[2]), _month(found[1]), year(found[3]), today, past=past)
    raise Unfit("A date looks like 23/01/1984, 2301 1984 or 23 Jan 1984.")


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name.casefold()):
            return number
    raise Unfit(f"There is no month {name}. A date looks like 23 Jan 1984.")


def _on_calendar(day: int, month: int, year: int, today: date, *, past: bool) -> date:
    """Return the day; ``year`` 0 means that none was given."""
    if month > 12:
        raise Unfit(f"There is no month {month}. Write the day first: 23/01/1984.")
    try:
        named = date(year or today.year, month, day)
        return date(today.year - 1, month, day) if past and not year and named > today else named
    except ValueError:
        raise Unfit("There is no such date in the calendar. Check day and month.") from None


def _full_year(year: str, today: date, ahead: int) -> int:
    if len(year) == 4:
        if not _EARLIEST <= int(year) <= today.year + 100:
            raise Unfit(f"The year {year} cannot be right. Check it.")
        return int(year)
    full = today.year // 100 * 100 + int(year)
    return full - 100 if full > today.year + ahead else full


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where it has no such day.

    Beyond the year 9999 it is the last day of the calendar: some write 9999 for "never".
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Date(Format[D]):
    """A day; the year may be left out (this year), or the day and month where that is allowed."""

    type: ClassVar[str] = "date"
    past: bool = False
    """Without a year, the day is the last one of that name, not this year's."""
    ahead: ClassVar[int] = _YEARS_AHEAD

    def fit(self, text: str) -> Value:
        """Read ``2301 1984``, ``23/01/1984``, ``15-Aug-88``, ``1984-01-23`` or a day of Excel."""
        return read_date(text, today(), past=self.past, ahead=self.ahead)

    def show(self, value: Value) -> str:
        """Show as 23 Jan 1984."""
        return show_date(value) if isinstance(value, date) else ""

    def boxes(self) -> str:
        """Ask for day, month and year."""
        return "__/__/____"

    def read(self, value: object) -> Value:
        """Take an ISO date."""
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise Unfit("This must be a date like 1984-01-23.") from None


@dataclass(frozen=True, slots=True)
class Born(Date[str]):
    """A date of birth, or the lone year where no more is known: ISO text, ``1984`` or a day."""

    own: ClassVar[bool] = True
    past: bool = True
    ahead: ClassVar[int] = 0

    def fit(self, text: str) -> Value:
        """Take a lone year, else a date."""
        lone = DECIMALS.sub("", plain(text))
        if re.fullmatch(r"(19|20)\d\d", lone):
            return self._lived(lone)
        day = Date.fit(self, text)
        return self._lived(day.isoformat() if isinstance(day, date) else "")

    def _lived(self, iso: str) -> str:
        year = int(iso[:4])
        if not today().year - 120 <= year or iso > today().isoformat():
            raise Unfit("This cannot be the date of birth of a living person. Check the year.")
        return iso

    def show(self, value: Value) -> str:
        """Show the year alone, or 23 Jan 1984."""
        if not isinstance(value, str):
            return ""
        return value if len(value) == 4 else show_date(date.fromisoformat(value))

    def describe(self, value: Value) -> str:
        """Add the age."""
        return f"{self.show(value)}, {age_in_words(value)} years" if isinstance(value, str) else ""

    def read(self, value: object) -> Value:
        """Take ``1984`` or ``1984-01-23``."""
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value):
            return value
        day = Date.read(self, value)
        return day.isoformat() if isinstance(day, date) else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Moment(Format[int]):
    """A point in time: seconds since 1970 UTC inside, ISO outside."""

    type: ClassVar[str] = "time"

    def fit(self, text: str) -> Value:
        """Read an ISO time; without a zone it is India's."""
        try:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=INDIA)
            return self._within((moment - _EPOCH) // timedelta(seconds=1))
        except (ValueError, OverflowError):
            raise Unfit("This must be a time like 2026-11-21T10:42:00Z.") from None

    def show(self, value: Value) -> str:
        """Show in India's time zone."""
        if not isinstance(value, int):
            return ""
        try:
            moment = (_EPOCH + timedelta(seconds=value)).astimezone(INDIA)
        except OverflowError:
            return ""  # another laptop's clock may have said anything
        return f"{show_date(moment.date())} {moment:%H:%M}"

    def edit(self, value: Value) -> str:
        """Give ISO text in UTC."""
        if not isinstance(value, int):
            return ""
        return f"{(_EPOCH + timedelta(seconds=value)).replace(tzinfo=None).isoformat()}Z"

    def read(self, value: object) -> Value:
        """Take whole seconds, or ISO text."""
        if value is None or isinstance(value, str):
            return self.fit(value) if value else None
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("This must be a time in whole seconds.")
        return self._within(value)

    def _within(self, seconds: int) -> int:
        if not 0 <= seconds < _LATEST:
            raise Unfit("This time cannot be right: it must be between 1970 and 2200.")
        return seconds


@dataclass(frozen=True, slots=True)
class FinancialYear(Format[str]):
    """April to March, written 2025-26."""

    type: ClassVar[str] = "financial year"

    def fit(self, text: str) -> Value:
        """Read 2025-26, 2025-2026 or FY 25-26."""
        found = re.fullmatch(
            r"(?i)(?:f\.?y\.?\s*)?(?:20)?(\d\d)\s*[-–/]\s*(?:20)?(\d\d)", plain(text)
        )
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise Unfit("A financial year looks like 2025-26.")
        return f"20{found[1]}-{found[2]}"

    def boxes(self) -> str:
        """Ask for the last two digits of both years."""
        return "20__-__"


@dataclass(frozen=True, slots=True)
class Month(Date):
    """A month, kept as its first day."""

    type: ClassVar[str] = "month"
    past: bool = True

    def fit(self, text: str) -> Value:
        """Read ``10 2025``, ``Oct 2025``, ``2025-10`` or a day in the month."""
        written = plain(text)
        if found := re.fullmatch(
            r"(\d{1,2}(?=[-/. ]+\d{4}$)|[A-Za-z]{3,9})[-/., ]*'?(\d{4}|\d\d)", written
        ):
            day = Date.fit(self, f"1 {found[1]} {found[2]}")
        elif found := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})", written):
            day = Date.fit(self, f"{found[1]}-{found[2]}-1")
        else:
            day = Date.fit(self, text)
        return day.replace(day=1) if isinstance(day, date) else None

    def show(self, value: Value) -> str:
        """Show as Oct 2025."""
        return show_date(value).partition(" ")[2] if isinstance(value, date) else ""

    def boxes(self) -> str:
        """Ask for month and year."""
        return "__/____"

    def read(self, value: object) -> Value:
        """Take any ISO date in the month."""
        day = Date.read(self, value)
        return day.replace(day=1) if isinstance(day, date) else None


DAY = Date()
PAST_DATE = Date(past=True)
"""A day that has passed: without a year it is the last day of that name."""
BORN = Born()
MONTH = Month()
FINANCIAL_YEAR = FinancialYear()
