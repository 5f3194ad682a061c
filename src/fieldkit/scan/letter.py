"""The older code on letters: one XML element with attributes, unsigned.

It holds the whole Aadhaar number, of which the last four digits alone are taken. The element is
read by a pattern: no parser of XML meets what a stranger's code may hold.
"""

from __future__ import annotations

import re

from fieldkit.scan.card import Card, Checked, Unreadable
from fieldkit.scan.values import card_of

_LONGEST = 4_000
_ELEMENT = re.compile(r"<PrintLetterBarcodeData\s([^<>]*)/?>")
_ATTRIBUTE = re.compile(r'(\w{1,20})\s*=\s*"([^"]*)"')
_NAMES = {
    "co": "care",
    "gname": "care",
    "lm": "landmark",
    "loc": "location",
    "pc": "pin",
}


def read_letter(text: str) -> Card:
    """Return what the code of an older letter says.

    Raises:
        Unreadable: it is none, or is damaged.
    """
    from html import unescape  # not before: it would slow the start

    element = _ELEMENT.search(text) if len(text) <= _LONGEST else None
    if element is None:
        raise Unreadable("This is not the code of an Aadhaar card, or its end is missing.")
    found = {name.casefold(): unescape(v) for name, v in _ATTRIBUTE.findall(element[1])}
    number = found.pop("uid", "")
    values = {_NAMES.get(name, name): value for name, value in found.items() if value}
    values["dob"] = found.get("dob") or found.get("yob", "")
    return card_of(values, number.strip()[-4:], Checked.UNSIGNED)
