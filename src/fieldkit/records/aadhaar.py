"""No Aadhaar number at rest: recognise one in whatever was typed or read.

Twelve digits, the first 2-9, closed by a Verhoeff check digit. Basis: domain brief section 4;
about a tenth of all other twelve-digit numbers pass by chance, so fields that hold such numbers
(accounts, UTR, portal numbers) ask instead of refusing.
"""

from __future__ import annotations

import re

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
_TWELVE = re.compile(r"(?<!\d)[2-9]\d{3}[\s.-]*\d{4}[\s.-]*\d{4}(?!\d)")


def verhoeff(digits: str) -> bool:
    """Say whether a string of digits ends in its right Verhoeff check digit."""
    check = 0
    for position, digit in enumerate(reversed(digits)):
        check = _TIMES[check][_TURN[position % 8][int(digit)]]
    return check == 0


def holds_aadhaar(text: str) -> bool:
    """Say whether ``text`` holds what looks like a whole Aadhaar number, spaced or not."""
    return any(
        verhoeff(re.sub(r"\D", "", found.group())) for found in _TWELVE.finditer(plain(text))
    )


def plain(text: str) -> str:
    """Read digits of any script as 0-9, so that no script hides a number."""
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)
