"""Recognise, mask and cut Aadhaar numbers, so that none is ever stored.

An Aadhaar number has twelve digits, the first 2-9, the last a Verhoeff check digit. About a tenth
of all other twelve-digit numbers pass by chance, so fields for such numbers (accounts, UTR, portal
numbers) ask for confirmation instead of refusing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from fieldkit.plain_text import plain

_MULTIPLICATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_GAP = r"[\s.,:;/_*\u00b7\u2010-\u2015\u2212-]"
_SHAPES = tuple(
    re.compile(rf"{before}(?=({number})(?!\d))")
    for before, number in (
        (r"(?<!\d)", rf"[2-9]\d{{3}}{_GAP}{{0,3}}\d{{4}}{_GAP}{{0,3}}\d{{4}}"),
        *(
            (
                r"(?<![0-9A-Za-z])(?=[2-9])",
                rf"(?:\d{{{group}}}{_GAP}{{1,3}}){{{12 // group - 1}}}\d{{{group}}}",
            )
            for group in (1, 2, 3, 6)
        ),
        (r"(?<!\d)", r"[2-9]\.\d{11}[eE]\+?11"),
    )
)
"""The forms of a number: twelve digits together, in fours as on the card, or in groups of one, two,
three or six; and a float.

Each uses lookahead, so that digits before a number do not hide it."""
_UNCHECKED = re.compile(rf"(?<!\d)\d{{4}}{_GAP}{{0,3}}\d{{4}}{_GAP}{{0,3}}(\d{{4}})(?!\d)")
_AROUND = re.compile(r"[\s.']*0*\s*")
"""Characters that a spreadsheet leaves around a number that fills a cell."""
_AADHAAR_HEADING = re.compile(r"a+dh?aa?r|(?<![a-z])uid(ai)?(?![a-z])|आधार", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_INVISIBLE = {"Cf", "Mn", "Me", "Cc"}
_INDIAN_MOBILE = re.compile(r"\+91[\s-]?[6-9](?:[\s-]?\d){9}(?!\d)")


def verhoeff(digits: str) -> bool:
    """Say whether a string of digits ends in its correct Verhoeff check digit."""
    check = 0
    for position, digit in enumerate(reversed(digits)):
        check = _MULTIPLICATION[check][_PERMUTATION[position % 8][int(digit)]]
    return check == 0


def holds_aadhaar(text: str) -> bool:
    """Say whether ``text`` contains an apparent Aadhaar number, with any spacing.

    A mobile number after +91 does not count.
    """
    return len(text) >= 12 and any(_spans(text))


def is_aadhaar(text: str) -> bool:
    """Say whether a cell contains an Aadhaar number and nothing else."""
    return any(_AROUND.fullmatch(text[:start] + text[end:]) for start, end in _spans(text))


def masked(text: str) -> str:
    """Mask all but the last four digits of every Aadhaar number in ``text``: XXXX XXXX 1234."""
    return _replaced(text, lambda number: f"XXXX XXXX {number[8:]}")


def cut_aadhaar(text: str) -> str:
    """Replace every number in an Aadhaar column's cell by its last four digits.

    A mistyped number, which fails Verhoeff, is cut as well if it is written as on the card.
    """
    return _UNCHECKED.sub(r"\1", plain(_replaced(text, lambda number: number[8:])))


def all_but_four(text: str) -> str:
    """Mask all but the last four digits of an Aadhaar column's cell."""
    return re.sub(r"\d(?=(?:\D*\d){4})", "X", plain(text))


def last_four(text: str) -> str:
    """Return an Aadhaar column's cell with at most its last four digits readable."""
    return all_but_four(cut_aadhaar(text))


def says_aadhaar(heading: str) -> bool:
    """Say whether a column's heading announces Aadhaar numbers."""
    return _AADHAAR_HEADING.search(heading) is not None


def _replaced(text: str, change: Callable[[str], str]) -> str:
    """Replace each Aadhaar number by ``change(digits)``, until none is left."""
    while spans := sorted(_spans(text)):
        parts, kept = list[str](), 0
        for start, end in spans:
            if start >= kept:
                digits = re.sub(r"\D", "", plain(text[start:end]))
                parts += text[kept:start], change(digits[:12])
                kept = end
        text = "".join((*parts, text[kept:]))
    return text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of Aadhaar numbers, in no order; they may overlap."""
    if len(_DIGIT.findall(text)) < 12:
        return
    digits = plain(text)
    seen: Sequence[int] = range(len(digits))
    if not digits.isascii():
        seen = [at for at in seen if unicodedata.category(digits[at]) not in _INVISIBLE]
    digits = "".join(digits[at] for at in seen)
    digits = _INDIAN_MOBILE.sub(lambda mobile: "+" * len(mobile.group()), digits)
    for shape in _SHAPES:
        for found in shape.finditer(digits):
            if verhoeff(re.sub(r"\D", "", found[1])[:12]):
                yield seen[found.start(1)], seen[found.end(1) - 1] + 1
