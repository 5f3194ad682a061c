"""Every format in one place: how values are typed, stored and shown. Pure.

Numbers and dates have modules of their own; a format that takes no options has a constant here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import TypeVar

from fieldkit import reference
from fieldkit.aadhaar import holds_aadhaar
from fieldkit.plain_text import plain
from fieldkit.protocol.identity import is_id, read_id
from fieldkit.records.fields.base import Doubtful, Format, Unfit, Value, clean
from fieldkit.records.fields.dates import (
    BORN,
    DAY,
    FINANCIAL_YEAR,
    MONTH,
    PAST_DATE,
    Born,
    Date,
    FinancialYear,
    Moment,
    Month,
    read_date,
    show_date,
    today,
)
from fieldkit.records.fields.numbers import (
    AADHAAR_LAST_FOUR,
    ACCOUNT,
    BARCODE,
    FIGURE,
    IFSC,
    MOBILE,
    PAN,
    PIN,
    RUPEES,
    UDYAM,
    AadhaarLastFour,
    Account,
    Mobile,
    Money,
    Pattern,
    Whole,
    indian,
)

__all__ = [
    "AADHAAR_LAST_FOUR",
    "ACCOUNT",
    "BARCODE",
    "BORN",
    "CODE",
    "DAY",
    "FIGURE",
    "FINANCIAL_YEAR",
    "IFSC",
    "KEPT_REPORT",
    "LONG_TEXT",
    "MOBILE",
    "MONTH",
    "PAN",
    "PAST_DATE",
    "PERSON_NAME",
    "PIN",
    "PORTAL_NUMBER",
    "RUPEES",
    "TEXT",
    "UDYAM",
    "YES_NO",
    "AadhaarLastFour",
    "Account",
    "Born",
    "Choice",
    "Code",
    "Date",
    "Doubtful",
    "FinancialYear",
    "Format",
    "Mobile",
    "Moment",
    "Money",
    "Month",
    "Pattern",
    "PersonName",
    "Place",
    "PortalNumber",
    "Reference",
    "Text",
    "Unfit",
    "Value",
    "Whole",
    "YesNo",
    "clean",
    "indian",
    "read_date",
    "show_date",
    "today",
]


C = TypeVar("C", bound=Value, covariant=True, default=str)


@dataclass(frozen=True, slots=True)
class Text(Format[str]):
    """Free text."""

    longest: int = 200

    def fit(self, text: str) -> Value:
        """Refuse what is longer than the field takes."""
        if len(text) > self.longest:
            raise Unfit(f"Too long: at most {self.longest} characters.")
        return text


@dataclass(frozen=True, slots=True)
class KeptReport(Text):
    """A report kept as the program packed it: it may look like the digits of an Aadhaar number."""

    may_hold_twelve_digits: ClassVar[bool] = True
    longest: int = 20_000

    def fit(self, text: str) -> Value:
        """Refuse what the program cannot have packed; with other letters it could not be sent."""
        if not text.isascii():
            raise Unfit("This is not a report that fieldkit kept.")
        return Text.fit(self, text)


@dataclass(frozen=True, slots=True)
class PersonName(Text):
    """A name of a person, as on the Aadhaar card: no digits."""

    longest: int = 100

    def fit(self, text: str) -> Value:
        """Refuse digits and names without a letter; tidy names typed in one case."""
        if not text.replace(" ", "").isalpha():  # as nearly all names are
            if any(character.isdigit() for character in text):
                raise Unfit("A name cannot have digits.")
            if not any(character.isalpha() for character in text):
                raise Unfit("A name must have letters.")
        Text.fit(self, text)
        if text.isascii() and (text.islower() or text.isupper()):
            return re.sub(r"[A-Za-z']+", lambda word: word.group().capitalize(), text)
        return text


@dataclass(frozen=True, slots=True)
class Code(Text):
    """An official number kept as upper-case text, because its pattern is not confirmed."""

    shortest: int = 1
    longest: int = 40

    def fit(self, text: str) -> Value:
        """Upper-case it; only letters, digits and ``/ - .``."""
        text = plain(text).upper().replace(" ", "").lstrip("'")
        if not re.fullmatch(r"[A-Z0-9/.-]+", text):
            raise Unfit("Use only letters, digits and / - . here.")
        if not self.shortest <= len(text) <= self.longest:
            raise Unfit(
                f"It must have {self.shortest} to {self.longest} characters; this has {len(text)}."
            )
        return text


@dataclass(frozen=True, slots=True)
class PortalNumber(Code):
    """A PM Vishwakarma or bank reference (UTR); format not confirmed."""

    own: ClassVar[bool] = True
    may_hold_twelve_digits: ClassVar[bool] = True
    shortest: int = 6
    longest: int = 24


@dataclass(frozen=True, slots=True)
class YesNo(Format[bool]):
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
            raise Unfit("This must be yes or no.")
        return value


@dataclass(frozen=True, slots=True)
class Choice(Format[C]):
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

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:
        """Read what was typed; an entry called None or NA is meant where the list has one."""
        text = clean(typed)
        named = reference.exact(self.options(), text)
        return named.code if named else Format.parse(self, text, confirmed=confirmed)

    def turn_away(self, text: str) -> None:
        """Raise Unfit for text that looks like an entry but is none; formats override it."""

    def fit(self, text: str) -> Value:
        """Take a code, a label, or what can only mean one entry."""
        self.turn_away(text)
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
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
        if isinstance(value, str) and len(value) < 12 and value.isalnum() and value.isascii():
            return value
        if not isinstance(value, str) or len(value) > 40 or holds_aadhaar(value):
            raise Unfit("This must be a code from the list.")
        return clean(value) or None


@dataclass(frozen=True, slots=True)
class Place(Choice[int]):
    """One entry of a list of places, kept by its LGD number."""


@dataclass(frozen=True, slots=True)
class Reference(Format[str]):
    """The id of another record, of one of these kinds."""

    type: ClassVar[str] = "reference"
    kinds: tuple[str, ...] = ()

    def fit(self, text: str) -> Value:
        """Read an id as a person writes it."""
        found = read_id(text)
        if found is None:
            raise Unfit("A record number looks like 7KQ2M9XD-142. Type a name to look for it.")
        return str(found)

    def read(self, value: object) -> Value:
        """Take an id, as it is if it is written as ids are."""
        if isinstance(value, str) and is_id(value) and not holds_aadhaar(value):
            return value
        return Format.read(self, value)


TEXT = Text()
LONG_TEXT = Text(longest=500)
KEPT_REPORT = KeptReport()
PERSON_NAME = PersonName()
CODE = Code()
PORTAL_NUMBER = PortalNumber()
YES_NO = YesNo()
