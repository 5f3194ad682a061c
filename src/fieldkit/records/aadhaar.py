"""No Aadhaar number at rest: recognise one in whatever was typed or read.

Twelve digits, the first 2-9, closed by a Verhoeff check digit. Basis: domain brief section 4;
about a tenth of all other twelve-digit numbers pass by chance, so fields that hold such numbers
(accounts, UTR, portal numbers) ask instead of refusing.
"""

from __future__ import annotations

import re
import unicodedata

from fieldkit.plain_text import plain

_TIMES = (
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
_TURN = (
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
_TWELVE = (
    re.compile(rf"(?<!\d)[2-9]\d{{3}}{_GAP}{{0,3}}\d{{4}}{_GAP}{{0,3}}\d{{4}}(?!\d)"),
    *(
        re.compile(
            rf"(?<![0-9A-Za-z])(?=[2-9])"
            rf"(?:\d{{{group}}}{_GAP}{{1,3}}){{{12 // group - 1}}}\d{{{group}}}(?!\d)"
        )
        for group in (1, 2, 3, 6)
    ),
)
"""Twelve digits together, in fours as on the card, or in ones, twos, threes or sixes."""
_UNSEEN = {"Cf", "Mn", "Me", "Cc"}
_FLOAT = re.compile(r"(\d)\.(\d{11})(?=[eE]\+?11(?!\d))")
_INDIAN_MOBILE = re.compile(r"\+91[\s-]?[6-9](?:[\s-]?\d){9}(?!\d)")


def verhoeff(digits: str) -> bool:
    """Say whether a string of digits ends in its right Verhoeff check digit."""
    check = 0
    for position, digit in enumerate(reversed(digits)):
        check = _TIMES[check][_TURN[position % 8][int(digit)]]
    return check == 0


def holds_aadhaar(text: str) -> bool:
    """Say whether ``text`` holds what looks like a whole Aadhaar number, however spaced.

    A mobile number behind its +91 is none.
    """
    digits = plain(text)
    if sum(map(str.isdecimal, digits)) < 12:
        return False
    if not digits.isascii():
        digits = "".join(c for c in digits if unicodedata.category(c) not in _UNSEEN)
    digits = _FLOAT.sub(r"\1\2", _INDIAN_MOBILE.sub("+", digits))
    return any(
        verhoeff(re.sub(r"\D", "", found.group()))
        for shape in _TWELVE
        for found in shape.finditer(digits)
    )
