"""How values are typed, stored and shown: one class per format, pure.

``parse`` reads what a person or a spreadsheet wrote and raises :class:`Unfit` with a sentence
that says what to do; ``show`` gives it back as people read it; ``read`` takes a JSON value as it
stands in a change, an export or a message.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, TypeAlias

from fieldkit import reference
from fieldkit.records.aadhaar import holds_aadhaar, plain
from fieldkit.records.identity import read_id

Value: TypeAlias = str | int | float | bool | date | None

_CONTROL = {"Cc", "Cs", "Co", "Cn"}
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EXCEL_DAY_0 = date(1899, 12, 30)
_RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)\s*(\d\d|\d{4})?")
_APART = re.compile(r"(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d\d|\d{4}))?")


class Unfit(ValueError):
    """What was typed does not fit; the text is a sentence for the person, naming the way out."""


class Doubtful(Unfit):
    """What was typed fits only if the person confirms it."""


def clean(text: str) -> str:
    """Return ``text`` as one line: NFC, runs of space folded, marks that reorder text dropped.

    Raises:
        Unfit: it holds control characters or halves of characters.
    """
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    text = " ".join(text.split())
    if any(unicodedata.category(character) in _CONTROL for character in text):
        raise Unfit("This holds characters that cannot be shown. Type it by hand.")
    return text


@dataclass(frozen=True, slots=True)
class Format:
    """The base: any text on one line, without a whole Aadhaar number in it."""

    type: ClassVar[str] = "text"
    """The word ``fieldkit kinds`` shows."""
    numeric: ClassVar[bool] = False
    """Shown right-aligned."""
    may_hold_twelve_digits: ClassVar[bool] = False
    """Twelve digits that look like an Aadhaar number are asked about, not refused."""

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:
        """Read what was typed; empty gives None.

        Raises:
            Unfit: it does not fit; Doubtful if it does once ``confirmed``.
        """
        text = clean(typed)
        if not text:
            return None
        if holds_aadhaar(text):
            if not self.may_hold_twelve_digits:
                raise Unfit("This looks like an Aadhaar number. It is never kept: remove it.")
            if not confirmed:
                raise Doubtful("This could be an Aadhaar number. If it is not, confirm it.")
        return self.fit(text)

    def fit(self, text: str) -> Value:
        """Read cleaned, non-empty text; formats override this."""
        return text

    def show(self, value: Value) -> str:
        """Return the value as people read it; None is empty."""
        return "" if value is None else str(value)

    def edit(self, value: Value) -> str:
        """Return the value as one would type it, so that ``parse(edit(v)) == v``."""
        return self.show(value)

    def read(self, value: object) -> Value:
        """Take a JSON value as it stands in a change.

        Raises:
            Unfit: it is not of this format's type.
        """
        if value is None:
            return None
        if not isinstance(value, str):
            raise Unfit(f"Text is expected, not {type(value).__name__}.")
        return self.parse(value, confirmed=True)


@dataclass(frozen=True, slots=True)
class Text(Format):
    """Free text."""

    longest: int = 200

    def fit(self, text: str) -> Value:
        """Refuse what is longer than the field takes."""
        if len(text) > self.longest:
            raise Unfit(f"Too long: at most {self.longest} characters.")
        return text


@dataclass(frozen=True, slots=True)
class PersonName(Text):
    """A name of a person, as on the Aadhaar card: no digits."""

    longest: int = 100

    def fit(self, text: str) -> Value:
        """Refuse digits and names without a letter; tidy names typed in one case."""
        if any(character.isdigit() for character in text):
            raise Unfit("A name has no digits in it.")
        if not any(character.isalpha() for character in text):
            raise Unfit("A name has letters in it.")
        Text.fit(self, text)
        return text.title() if text.isascii() and (text.islower() or text.isupper()) else text


@dataclass(frozen=True, slots=True)
class Code(Text):
    """An official number kept as upper-case text, because its pattern is not confirmed."""

    shortest: int = 1
    longest: int = 40

    def fit(self, text: str) -> Value:
        """Upper-case it; only letters, digits and ``/ - .``."""
        text = text.upper().replace(" ", "")
        if not re.fullmatch(r"[A-Z0-9/.-]+", text):
            raise Unfit("Only letters, digits and / - . are used here.")
        if not self.shortest <= len(text) <= self.longest:
            raise Unfit(f"{self.shortest} to {self.longest} characters; this has {len(text)}.")
        return text


@dataclass(frozen=True, slots=True)
class PortalNumber(Code):
    """A PM Vishwakarma or bank reference (UTR); format not confirmed (domain brief section 4)."""

    may_hold_twelve_digits: ClassVar[bool] = True
    shortest: int = 6
    longest: int = 24


@dataclass(frozen=True, slots=True)
class Mobile(Format):
    """Ten digits, the first 6-9; +91 and 0 in front are dropped (domain brief section 4)."""

    type: ClassVar[str] = "mobile"

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:  # noqa: ARG002
        """Read a mobile number in the ways people and spreadsheets write it."""
        text = plain(clean(typed))
        if not text:
            return None
        if re.fullmatch(r"[+-]?\d+([.,]\d+)?[eE]\+?\d+", text):
            raise Unfit(
                "The spreadsheet has broken this mobile number (like 9.41912E+09). "
                "Type all ten digits."
            )
        digits = re.sub(r"[\s()./-]", "", text)
        digits = re.sub(r"^(\+91|0091|91(?=\d{10}$)|0(?=\d{10}$))", "", digits)
        if not re.fullmatch(r"\d+", digits):
            raise Unfit("A mobile number has only digits.")
        if len(digits) != 10:
            missing = 10 - len(digits)
            raise Unfit(
                f"{len(digits)} digits: {missing} missing."
                if missing > 0
                else f"{len(digits)} digits: {-missing} too many."
            )
        if digits[0] not in "6789":
            raise Unfit("A mobile number begins with 6, 7, 8 or 9.")
        return digits

    def show(self, value: Value) -> str:
        """Group as people read it out: 94190 11432."""
        return f"{value[:5]} {value[5:]}" if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class AadhaarLastFour(Format):
    """The last four digits of an Aadhaar number; never more."""

    type: ClassVar[str] = "four digits"

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:  # noqa: ARG002
        """Take four digits; a whole number is refused and not kept."""
        digits = re.sub(r"[\sxX*-]", "", plain(clean(typed)))
        if not digits:
            return None
        if not digits.isdecimal() or len(digits) > 4:
            raise Unfit("Only the last four digits. A whole Aadhaar number is never kept.")
        if len(digits) < 4:
            raise Unfit(f"Four digits are needed; this has {len(digits)}.")
        return digits


@dataclass(frozen=True, slots=True)
class Pattern(Format):
    """A number of fixed shape, upper-cased, spaces dropped."""

    pattern: str = ""
    wrong: str = ""
    """The sentence for what does not fit the pattern."""

    def fit(self, text: str) -> Value:
        """Match the whole text."""
        text = re.sub(r"[\s]", "", plain(text)).upper()
        if not re.fullmatch(self.pattern, text):
            raise Unfit(self.wrong)
        return text


@dataclass(frozen=True, slots=True)
class Account(Pattern):
    """A bank account number: 9-18 digits, leading zeros kept (domain brief section 4)."""

    may_hold_twelve_digits: ClassVar[bool] = True
    pattern: str = r"\d{9,18}"
    wrong: str = "An account number has 9 to 18 digits."


PIN = Pattern(
    r"(18[01245]|19[0-3])\d{3}",
    "A PIN code of J&K has six digits and begins with 180-182, 184, 185 or 190-193.",
)
IFSC = Pattern(
    r"[A-Z]{4}0[A-Z0-9]{6}", "An IFSC has 11 characters: four letters, a zero, six more."
)
PAN = Pattern(r"[A-Z]{3}P[A-Z]\d{4}[A-Z]", "A person's PAN looks like ABCPD1234E.")
UDYAM = Pattern(r"UDYAM-[A-Z]{2}-\d{2}-\d{7}", "A Udyam number looks like UDYAM-JK-01-0001234.")
BARCODE = Pattern(r"[A-Z]{2}\d{9}IN", "An India Post barcode looks like EE123456789IN.")


@dataclass(frozen=True, slots=True)
class Whole(Format):
    """A whole number."""

    type: ClassVar[str] = "whole number"
    numeric: ClassVar[bool] = True
    least: int = 0
    most: int = 10**9

    def fit(self, text: str) -> Value:
        """Read digits, with Indian or other grouping."""
        digits = re.sub(r"[,\s]", "", plain(text))
        if not re.fullmatch(r"-?\d{1,15}(\.0+)?", digits):
            raise Unfit("A whole number is needed.")
        return self._within(int(digits.partition(".")[0]))

    def _within(self, number: int) -> int:
        if not self.least <= number <= self.most:
            raise Unfit(f"Between {indian(self.least)} and {indian(self.most)}.")
        return number

    def show(self, value: Value) -> str:
        """Group the Indian way: 1,54,881."""
        return indian(value) if isinstance(value, int) else ""

    def read(self, value: object) -> Value:
        """Take an integer."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("A whole number is expected.")
        return self._within(value)


@dataclass(frozen=True, slots=True)
class Money(Whole):
    """Whole rupees."""

    type: ClassVar[str] = "money"
    most: int = 10**12

    def fit(self, text: str) -> Value:
        """Read rupees with or without Rs, and with /- behind."""
        amount = re.sub(r"(?i)^(rs\.?|inr|\u20b9)\s*|/-$", "", text)
        return Whole.fit(self, re.sub(r"\.00?$", "", amount))

    def show(self, value: Value) -> str:
        """Show rupees with Indian grouping."""
        return f"Rs {indian(value)}" if isinstance(value, int) else ""

    def edit(self, value: Value) -> str:
        """Give the bare number."""
        return Whole.show(self, value)


@dataclass(frozen=True, slots=True)
class YesNo(Format):
    """Yes or no; empty is neither."""

    type: ClassVar[str] = "yes or no"

    def fit(self, text: str) -> Value:
        """Read yes or no in the ways spreadsheets write it."""
        word = text.casefold()
        if word in {"y", "yes", "true", "1", "ha", "haan", "हाँ", "हां"}:
            return True
        if word in {"n", "no", "false", "0", "nahi", "nahin", "नहीं"}:
            return False
        raise Unfit("Type y for yes or n for no.")

    def show(self, value: Value) -> str:
        """Show the word."""
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ""

    def read(self, value: object) -> Value:
        """Take a truth value."""
        if value is not None and not isinstance(value, bool):
            raise Unfit("Yes or no is expected.")
        return value


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Date(Format):
    """A day; the year may be left out (this year), or the day and month where that is allowed."""

    type: ClassVar[str] = "date"
    past: bool = False
    """Years of two digits are read as the latest that is not in the future."""

    def fit(self, text: str) -> Value:
        """Read ``2301 1984``, ``23/01/1984``, ``15-Aug-88``, ``1984-01-23`` or a day of Excel."""
        return read_date(text, today(), past=self.past)

    def show(self, value: Value) -> str:
        """Show as 23 Jan 1984."""
        return show_date(value) if isinstance(value, date) else ""

    def read(self, value: object) -> Value:
        """Take an ISO date."""
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise Unfit("A date like 1984-01-23 is expected.") from None


@dataclass(frozen=True, slots=True)
class Born(Date):
    """A date of birth, or the lone year where no more is known: ISO text, ``1984`` or a day."""

    past: bool = True

    def fit(self, text: str) -> Value:
        """Take a lone year, else a date."""
        lone = plain(text)
        if re.fullmatch(r"(19|20)\d\d", lone):
            return self._lived(lone)
        day = Date.fit(self, text)
        return self._lived(day.isoformat() if isinstance(day, date) else "")

    def _lived(self, iso: str) -> str:
        year = int(iso[:4])
        if not today().year - 120 <= year or iso > today().isoformat():
            raise Unfit("That is not the birth date of a living person. Check the year.")
        return iso

    def show(self, value: Value) -> str:
        """Show the year alone, or 23 Jan 1984."""
        if not isinstance(value, str):
            return ""
        return value if len(value) == 4 else show_date(date.fromisoformat(value))

    def read(self, value: object) -> Value:
        """Take ``1984`` or ``1984-01-23``."""
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{4}", value):
            return value
        day = Date.read(self, value)
        return day.isoformat() if isinstance(day, date) else None


@dataclass(frozen=True, slots=True)
class Moment(Format):
    """A point in time: seconds since 1970 UTC inside, ISO outside."""

    type: ClassVar[str] = "time"

    def fit(self, text: str) -> Value:
        """Read an ISO time."""
        try:
            return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
        except (ValueError, OverflowError, OSError):
            raise Unfit("A time like 2026-11-21T10:42:00Z is expected.") from None

    def show(self, value: Value) -> str:
        """Show in India's time, as the clock on the wall there reads."""
        if not isinstance(value, int):
            return ""
        moment = datetime.fromtimestamp(value, UTC) + timedelta(hours=5, minutes=30)
        return f"{show_date(moment.date())} {moment:%H:%M}"

    def read(self, value: object) -> Value:
        """Take whole seconds, or ISO text."""
        if isinstance(value, str):
            return self.fit(value)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Unfit("A time in whole seconds is expected.")
        return value


@dataclass(frozen=True, slots=True)
class FinancialYear(Format):
    """April to March, written 2025-26."""

    type: ClassVar[str] = "financial year"

    def fit(self, text: str) -> Value:
        """Read 2025-26, 2025-2026 or FY 25-26."""
        found = re.fullmatch(r"(?i)(?:fy\s*)?(?:20)?(\d\d)\s*[-/]\s*(?:20)?(\d\d)", plain(text))
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise Unfit("A financial year looks like 2025-26.")
        return f"20{found[1]}-{found[2]}"


@dataclass(frozen=True, slots=True)
class Choice(Format):
    """One entry of a closed reference list, kept by its code."""

    type: ClassVar[str] = "choice"
    list: str = ""
    within: str = ""
    """The field whose value narrows the list (a block within its district)."""

    def options(self, within: Value = None) -> tuple[reference.Option, ...]:
        """Return the entries, narrowed to those of ``within`` where the list nests."""
        entries = reference.options(self.list)
        if self.within and within is not None:
            return tuple(entry for entry in entries if entry.within == within)
        return entries

    def matching(self, typed: str, within: Value = None) -> tuple[reference.Option, ...]:
        """Return the entries that what was typed could mean, the best first; all for nothing."""
        return reference.matching(self.options(within), typed)

    def fit(self, text: str) -> Value:
        """Take a code, a label, or what can only mean one entry."""
        found = self.matching(text)
        if not found:
            raise Unfit("This is not on the list. Type its first letters, or ? for the list.")
        exact = reference.exact(found, text)
        if exact is None and len(found) > 1:
            raise Unfit(f"This could be {found[0].label} or {found[1].label}. Type more of it.")
        return (exact or found[0]).code

    def show(self, value: Value) -> str:
        """Show the label; a code this version does not know is shown as it is."""
        entry = reference.option(self.list, value)
        return entry.label if entry else "" if value is None else str(value)

    def edit(self, value: Value) -> str:
        """Give the code, which always reads back."""
        return "" if value is None else str(value)

    def read(self, value: object) -> Value:
        """Take a code; one that this version does not know is kept (an older or newer list)."""
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if not isinstance(value, str) or len(value) > 40:
            raise Unfit("A code of the list is expected.")
        return value


@dataclass(frozen=True, slots=True)
class Reference(Format):
    """The id of another record, of one of these kinds."""

    type: ClassVar[str] = "reference"
    kinds: tuple[str, ...] = ()

    def fit(self, text: str) -> Value:
        """Read an id as on a slip."""
        found = read_id(text)
        if found is None:
            raise Unfit("A record number looks like 7KQ2M9XD-142. Type a name to look for it.")
        return str(found)


def today() -> date:
    """Return today's date by the laptop's clock, in India's time."""
    return (datetime.now(UTC) + timedelta(hours=5, minutes=30)).date()


def indian(number: int) -> str:
    """Group digits the Indian way: 154881 -> 1,54,881."""
    sign, digits = ("-", str(-number)) if number < 0 else ("", str(number))
    head, tail = digits[:-3], digits[-3:]
    pairs = re.findall(r"\d{1,2}(?=(?:\d\d)*$)", head)
    return sign + ",".join([*pairs, tail])


def show_date(day: date) -> str:
    """Show as 21 Nov 2026."""
    return f"{day.day:02d} {_MONTHS[day.month - 1].title()} {day.year:04d}"


def read_date(text: str, today: date, *, past: bool) -> date:
    """Read a date, day before month, as people and spreadsheets write it.

    ``2301`` is the 23rd of January of the current year (the last one, if ``past``); ``230184`` and
    ``2301 1984`` give the year; a number of five digits is a day of Excel's calendar (1900 system).

    The word ``today`` is today.

    Raises:
        Unfit: it is no date, or not on the calendar.
    """
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", plain(text).strip())
    if text.casefold() == "today":
        return today
    wrong = Unfit("A date looks like 23/01/1984, 2301 1984 or 23 Jan 1984.")
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        return _EXCEL_DAY_0 + timedelta(days=int(text[:5]))
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        year, month, day = found[1], int(found[2]), int(found[3])
    elif found := _RUN_TOGETHER.fullmatch(text) or _APART.fullmatch(text):
        day, month, year = int(found[1]), int(found[2]), found[3] or ""
    elif found := re.fullmatch(r"(\d{1,2})[-/. ]*([A-Za-z]{3,9})[-/., ]*(\d\d|\d{4})?", text):
        name = found[2][:3].casefold()
        if name not in _MONTHS:
            raise wrong
        day, month, year = int(found[1]), _MONTHS.index(name) + 1, found[3] or ""
    else:
        raise wrong
    return _on_calendar(day, month, year, today, past=past)


def _on_calendar(day: int, month: int, year: str, today: date, *, past: bool) -> date:
    try:
        if len(year) == 4:
            return date(int(year), month, day)
        if year:
            full = today.year // 100 * 100 + int(year)
            if full > today.year + (0 if past else 20):
                full -= 100
            return date(full, month, day)
        this_year = date(today.year, month, day)
        if past and this_year > today:
            return date(today.year - 1, month, day)
    except ValueError:
        raise Unfit("There is no such day on the calendar.") from None
    return this_year
