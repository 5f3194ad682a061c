"""The base of all formats: how a text that was typed or stands in a cell becomes a value.

``parse`` reads what a person or a spreadsheet wrote and raises :class:`Unfit` with a sentence
that says what to do; ``show`` gives it back as people read it; ``read`` takes a JSON value as it
stands in a change, an export or a message.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Generic, TypeAlias

from typing_extensions import TypeVar

from fieldkit.aadhaar import holds_aadhaar, masked

Value: TypeAlias = str | int | float | bool | date | None
V = TypeVar("V", bound=Value, covariant=True, default=Value)
"""The type a format stores its values as; a bare ``Format`` may store any."""


class Unfit(ValueError):
    """The text does not fit; the message is a sentence that tells the person what to do."""


class Doubtful(Unfit):
    """The text fits only if the person confirms it."""


_REFUSED = {"Cc", "Cs", "Co", "Cn"}
_EMOJI_TO_COME = range(0x1F000, 0x1FB00)
"""Not assigned in this Python, emoji in a newer one: accepted, so that all laptops agree."""
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Characters without width: invisible ones, and those that reverse the order of text."""
_IDLE_JOINERS = re.compile("(?<![^\x00-\x7f\u200c\u200d\\s])[\u200c\u200d]+")
"""Joiners with nothing before them to join; in Devanagari, Urdu and emoji they are spelling."""
_BLANK = re.compile(
    r"(?i)[-–—.,_/\\*?'`]+|n\.?\s?/?\s?a\.?|nil|null|none|nan|not (available|applicable)"
    r"|#(n/a|ref!|value!|name\?|null!|div/0!)|0{2,4}[-/.]0{2}[-/.]0{2,4}"
)
_BEGINS_BLANK = frozenset("-–—.,_/\\*?'`nN#0")


def clean(text: str) -> str:
    """Return ``text`` as one line: NFC, runs of space folded, marks that reorder text dropped.

    Raises:
        Unfit: it holds control characters or halves of characters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = _IDLE_JOINERS.sub("", _HIDDEN.sub("", text))
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if any(_refused(character) for character in text):
        raise Unfit("This has characters that cannot be shown. Type it by hand.")
    return text


def blank(text: str) -> bool:
    """Say whether cleaned text stands for nothing: a dash, NA, Nil, 00/00/0000, #N/A."""
    return not text or (text[0] in _BEGINS_BLANK and _BLANK.fullmatch(text) is not None)


def _refused(character: str) -> bool:
    category = unicodedata.category(character)
    return category in _REFUSED and not (category == "Cn" and ord(character) in _EMOJI_TO_COME)


@dataclass(frozen=True, slots=True)
class Format(Generic[V]):
    """The base: any text on one line, without a whole Aadhaar number in it."""

    type: ClassVar[str] = "text"
    """The word ``fieldkit kinds`` shows."""
    numeric: ClassVar[bool] = False
    """A count or an amount: in a file, ``1.2E+10`` means that a spreadsheet dropped digits."""
    suggest: ClassVar[str] = ""
    """The open list whose entries are offered while one types, for every field of the format."""
    may_hold_twelve_digits: ClassVar[bool] = False
    """Twelve digits that look like an Aadhaar number are asked about, not refused."""
    own: ClassVar[bool] = False
    """One person or record alone has it, as a date of birth: a form never offers the last one's."""

    def parse(self, typed: str, *, confirmed: bool = False) -> Value:
        """Return the value of a text; None if it is empty or stands for nothing (a dash, NA, Nil).

        Raises:
            Unfit: it does not fit; Doubtful if it does once ``confirmed``.
        """
        text = clean(typed)
        if blank(text):
            return None
        if not (confirmed and self.may_hold_twelve_digits) and holds_aadhaar(text):
            if not self.may_hold_twelve_digits:
                raise Unfit("This looks like an Aadhaar number. It is never kept: remove it.")
            raise Doubtful("This could be an Aadhaar number. If it is not, confirm it.")
        return self.fit(text)

    @property
    def ends(self) -> bool:
        """Whether every value has the same length, so that :meth:`is_whole` can tell its end."""
        return False

    def is_whole(self, text: str) -> bool:  # noqa: ARG002
        """Say whether a text that fits ends here: no further key can belong to it."""
        return False

    def may_rest(self, text: str) -> bool:
        """Say whether what was typed, finished or not, may be written to the disk in a draft."""
        return self.may_hold_twelve_digits or not holds_aadhaar(text)

    def fit(self, text: str) -> Value:
        """Read cleaned, non-empty text; formats override this."""
        return text

    def show(self, value: Value) -> str:
        """Return the value as people read it; None is empty."""
        return "" if value is None else str(value)

    def describe(self, value: Value) -> str:
        """Return the value as it stands on the record's page: with what follows from it."""
        return self.show(value)

    def printed(self, value: Value) -> str:
        """Return the value as it may stand on paper that is handed out."""
        return masked(self.show(value))

    def boxes(self) -> str:
        """Return what a paper form has for it, ``_`` for the box of a character; empty: a line."""
        return ""

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
            raise Unfit(f"This must be text, not {type(value).__name__}.")
        return self.parse(value, confirmed=True)
