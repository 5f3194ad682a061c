"""Numbers that identify (mobile, account, codes) and numbers that count (amounts)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from fieldkit.plain_text import plain
from fieldkit.records.fields.base import Format, Unfit, Value, blank, clean

DECIMALS = re.compile(r"(?<=\d)\.0+$")
"""What a spreadsheet adds to a number it takes for an amount: 9419011432.0."""


@dataclass(frozen=True, slots=True)
class Mobile(Format[str]):
    """Ten digits, the first 6-9; +91 and 0 in front are dropped."""

    type: ClassVar[str] = "mobile"

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:  # noqa: ARG002
        """Read a mobile number in the ways people and spreadsheets write it."""
        text = plain(clean(typed))
        if blank(text):
            return None
        if re.fullmatch(r"'?[+-]?\d+([.,]\d+)?[eE]\+?\d+", text):
            raise Unfit(
                "The spreadsheet has changed this mobile number (like 9.41912E+09). Type all ten "
                "digits."
            )
        digits = re.sub(r"[\s()'./\u2010-\u2015-]", "", DECIMALS.sub("", text))
        digits = re.sub(r"^(\+910?|00910?|910?(?=\d{10}$)|0(?=\d{10}$))", "", digits)
        if not re.fullmatch(r"\d+", digits):
            raise Unfit("A mobile number can have only digits.")
        if len(digits) == 20:
            raise Unfit("There are two mobile numbers here. Keep one.")
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

    @property
    def ends(self) -> bool:
        """It has ten digits."""
        return True

    def is_whole(self, text: str) -> bool:
        """Count the digits; what begins with 91 or 0 may have two or one more in front."""
        digits = re.sub(r"\D", "", text)
        front = 2 if digits.startswith("91") else 1 if digits.startswith("0") else 0
        return len(digits) == 10 + front

    def show(self, value: Value) -> str:
        """Group as people read it out: 94190 11432."""
        return f"{value[:5]} {value[5:]}" if isinstance(value, str) else ""

    def boxes(self) -> str:
        """Ask for ten digits."""
        return "_____ _____"


@dataclass(frozen=True, slots=True)
class AadhaarLastFour(Format[str]):
    """The last four digits of an Aadhaar number; never more."""

    type: ClassVar[str] = "four digits"
    own: ClassVar[bool] = True

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:  # noqa: ARG002
        """Take four digits; a whole number is refused and not kept."""
        text = plain(clean(typed))
        digits = re.sub(r"[\sxX*'-]", "", DECIMALS.sub("", text))
        if not digits or blank(text):
            return None
        if not digits.isdecimal() or len(digits) > 4:
            raise Unfit("Enter only the last four digits. A full Aadhaar number is never kept.")
        if len(digits) < 4:
            raise Unfit(f"Four digits are needed; this has {len(digits)}.")
        return digits

    @property
    def ends(self) -> bool:
        """It has four digits."""
        return True

    def is_whole(self, text: str) -> bool:
        """Count the digits."""
        return len(text.strip()) == 4

    def may_rest(self, text: str) -> bool:
        """Refuse the beginning of a whole number as well."""
        return sum(map(str.isdecimal, text)) <= 4

    def printed(self, value: Value) -> str:
        """Show that there is more of the number, which is not kept."""
        return f"XXXX XXXX {value}" if isinstance(value, str) else ""

    def boxes(self) -> str:
        """Leave no space for more than the last four digits."""
        return "XXXX XXXX ____"


@dataclass(frozen=True, slots=True)
class Pattern(Format[str]):
    """A number of fixed shape, upper-cased, spaces dropped."""

    pattern: str = ""
    wrong: str = ""
    """The sentence for what does not fit the pattern."""
    shape: str = ""
    """Its boxes on a paper form."""
    private: bool = False
    """Paper that is handed out shows its last four characters alone."""

    def boxes(self) -> str:
        """Return the shape."""
        return self.shape

    @property
    def ends(self) -> bool:
        """A number with a shape has one length."""
        return bool(self.shape)

    def is_whole(self, text: str) -> bool:
        """Compare with the shape: what fits it in place of a space or a letter is no number yet."""
        typed = text.strip()
        return len(typed) == len(self.shape) and all(
            wanted in ("_", given) for wanted, given in zip(self.shape, typed.upper(), strict=True)
        )

    def printed(self, value: Value) -> str:
        """Show the last four characters alone of what is private."""
        if self.private and isinstance(value, str):
            return f"ends in {value[-4:]}"
        return Format.printed(self, value)

    def fit(self, text: str) -> Value:
        """Match the whole text."""
        text = self.tidy(re.sub(r"[\s']", "", plain(text)).upper())
        if not re.fullmatch(self.pattern, text):
            raise Unfit(self.wrong)
        return text

    def tidy(self, text: str) -> str:
        """Correct what can only mean one thing; formats override this."""
        return DECIMALS.sub("", text)


@dataclass(frozen=True, slots=True)
class Account(Pattern):
    """A bank account number: 9-18 digits, leading zeros kept."""

    own: ClassVar[bool] = True
    may_hold_twelve_digits: ClassVar[bool] = True
    pattern: str = r"\d{9,18}"
    wrong: str = "An account number has 9 to 18 digits."
    private: bool = True

    def tidy(self, text: str) -> str:
        """Drop the dashes of a passbook; say so where a spreadsheet has cut digits off."""
        if re.fullmatch(r"\d+([.,]\d+)?E\+?\d+", text):
            raise Unfit(
                "The spreadsheet has changed this account number (like 1.23457E+15). Type all its "
                "digits."
            )
        return DECIMALS.sub("", text).replace("-", "")


@dataclass(frozen=True, slots=True)
class BranchCode(Pattern):
    """An IFSC; its fifth character is always a zero."""

    suggest: ClassVar[str] = "ifsc"
    pattern: str = r"[A-Z]{4}0[A-Z0-9]{6}"
    wrong: str = "An IFSC has 11 characters: four letters, a zero, six more."
    shape: str = "____0______"

    def tidy(self, text: str) -> str:
        """Read the letter O in the fifth place as the zero that it must be."""
        text = text.replace("-", "")
        return f"{text[:4]}0{text[5:]}" if text[4:5] == "O" else text


@dataclass(frozen=True, slots=True)
class PostCode(Pattern):
    """A PIN code."""

    suggest: ClassVar[str] = "pin"


@dataclass(frozen=True, slots=True)
class OwnNumber(Pattern):
    """A number that one person or enterprise alone has."""

    own: ClassVar[bool] = True


PIN = PostCode(
    r"(18[01245]|19[0-3])\d{3}",
    "A PIN code of J&K has six digits and begins with 180-182, 184, 185 or 190-193.",
    "______",
)
IFSC = BranchCode()
PAN = OwnNumber(
    r"[A-Z]{3}P[A-Z]\d{4}[A-Z]",
    "A person's PAN looks like ABCPD1234E.",
    "__________",
    private=True,
)
UDYAM = OwnNumber(
    r"UDYAM-[A-Z]{2}-\d{2}-\d{7}",
    "A Udyam number looks like UDYAM-JK-01-0001234.",
    "UDYAM-__-__-_______",
)
MOBILE = Mobile()
AADHAAR_LAST_FOUR = AadhaarLastFour()
ACCOUNT = Account()
BARCODE = Pattern(
    r"[A-Z]{2}\d{9}IN", "An India Post barcode looks like EE123456789IN.", "___________IN"
)


_WHOLE = re.compile(r"-?(\d{1,15}|\d{1,3}([,\s]\d{2,3}){0,4}[,\s]\d{3})(\.0+)?")
"""Digits, perhaps grouped the Indian way or another; a spreadsheet may add ``.0``."""


@dataclass(frozen=True, slots=True)
class Whole(Format[int]):
    """A whole number."""

    type: ClassVar[str] = "whole number"
    numeric: ClassVar[bool] = True
    least: int = 0
    most: int = 10**9

    def fit(self, text: str) -> Value:
        """Read digits, with Indian or other grouping."""
        number = plain(text)
        if re.fullmatch(r"[1-9]\d{0,2}\.000", number):
            thousands = number.replace(".", "")
            raise Unfit(
                f"{number} can be {number[:-4]} or {thousands}. Write it without the point."
            )
        if not _WHOLE.fullmatch(number):
            raise Unfit("A whole number is needed.")
        return self._within(int(re.sub(r"[,\s]", "", number.partition(".")[0])))

    def _within(self, number: int) -> int:
        if not self.least <= number <= self.most:
            raise Unfit(f"It must be between {indian(self.least)} and {indian(self.most)}.")
        return number

    def show(self, value: Value) -> str:
        """Group the Indian way: 1,54,881."""
        return indian(value) if isinstance(value, int) else ""

    def read(self, value: object) -> Value:
        """Take an integer."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("This must be a whole number.")
        return self._within(value)


_IN_LAKH = re.compile(r"(?i)(\d{1,7}(?:\.\d{1,7})?)\s*(lakhs?|lacs?|crores?|cr\.?)")


@dataclass(frozen=True, slots=True)
class Money(Whole):
    """Whole rupees."""

    type: ClassVar[str] = "money"
    most: int = 10**12

    def fit(self, text: str) -> Value:
        """Read rupees with or without Rs, with /- behind, or in lakh and crore."""
        amount = re.sub(r"(?i)^(rs\.?|inr|\u20b9)\s*|\s*(/-|/=|rs\.?|inr|rupees)$", "", plain(text))
        amount = re.sub(r"/-$|\.00?$", "", amount)
        if found := _IN_LAKH.fullmatch(amount):
            rupees = Decimal(found[1]) * (10**7 if found[2].casefold().startswith("c") else 10**5)
            return Whole.fit(self, str(int(rupees)) if rupees == int(rupees) else str(rupees))
        return Whole.fit(self, amount)

    def show(self, value: Value) -> str:
        """Show rupees with Indian grouping."""
        return f"Rs {indian(value)}" if isinstance(value, int) else ""

    def edit(self, value: Value) -> str:
        """Give the bare number."""
        return Whole.show(self, value)


RUPEES = Money()

_DECIMAL = re.compile(r"(\d{1,15}|\d{1,3}(?:[,\s]\d{2,3}){0,6}[,\s]\d{3})(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Figure(Format[float]):
    """A number that may have decimals: a figure as it was published, or a share in percent."""

    type: ClassVar[str] = "number"
    numeric: ClassVar[bool] = True
    most: float = 1e13

    def fit(self, text: str) -> Value:
        """Read digits, grouped or not, with decimals, in percent, in lakh or crore."""
        number = re.sub(r"(?i)^(rs\.?|inr|\u20b9)\s*|\s*%$", "", plain(text))
        if found := _IN_LAKH.fullmatch(number):
            times = 10**7 if found[2].casefold().startswith("c") else 10**5
            return self._within(float(Decimal(found[1]) * times))
        if not _DECIMAL.fullmatch(number):
            raise Unfit("A number is needed, like 1,54,881 or 99.3.")
        return self._within(float(re.sub(r"[,\s]", "", number)))

    def _within(self, number: float) -> float:
        if not 0 <= number <= self.most:
            raise Unfit(f"It must be between 0 and {indian(int(self.most))}.")
        return number

    def show(self, value: Value) -> str:
        """Group the Indian way: 1,54,881 or 99.3."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        whole, _, part = f"{Decimal(repr(value)):f}".partition(".")
        return indian(int(whole)) + (f".{part}" if part.strip("0") else "")

    def read(self, value: object) -> Value:
        """Take a number."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit("This must be a number.")
        return self._within(float(value))


FIGURE = Figure()


def indian(number: int) -> str:
    """Group digits the Indian way: 154881 -> 1,54,881."""
    sign, digits = ("-", str(-number)) if number < 0 else ("", str(number))
    head, tail = digits[:-3], digits[-3:]
    pairs = re.findall(r"\d{1,2}(?=(?:\d\d)*$)", head)
    return sign + ",".join([*pairs, tail])
