"""Values of a card as they are written in either form, made what the fields of a form take."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fieldkit.plain_text import shown
from fieldkit.scan.card import Card, Checked, Unreadable

_LONGEST = 120
_CARE = re.compile(r"(?i)\s*([sdwc])\s*/\s*o\s*[:.,-]?\s*(.*)")
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")


def card_of(values: Mapping[str, str], last_four: str, checked: Checked) -> Card:
    """Return the card of values by name: name, dob, gender, care, vtc, pin, house ...

    Raises:
        Unreadable: the name or the last four digits are missing.
    """
    values = {name: _clean(value) for name, value in values.items()}
    if not values.get("name") or not re.fullmatch(r"[0-9]{4}", last_four):
        raise Unreadable("This code does not hold what an Aadhaar card says. Type it by hand.")
    care = _CARE.fullmatch(values.get("care", ""))
    parts = (values.get(name, "") for name in ("house", "street", "landmark", "location"))
    gender = values.get("gender", "")[:1].upper()
    return Card(
        name=values["name"],
        born=_born(values.get("dob", "")),
        gender=gender if gender in {"M", "F", "T"} else "",
        relation=f"{care[1].upper()}O" if care else "",
        relative=(care[2] if care else values.get("care", "")).strip(" ,"),
        last_four=last_four,
        village=values.get("vtc", ""),
        pin=values.get("pin", ""),
        address=", ".join(dict.fromkeys(part for part in parts if part)),
        checked=checked,
    )


def _clean(value: str) -> str:
    return " ".join(shown(value[:_LONGEST]).split()).strip(" ,")


def _born(text: str) -> str:
    """Return a day, or a year, as one types it; empty if it is neither."""
    if found := _DAY.fullmatch(text):
        day, month, year, year_first, month_then, day_last = found.groups()
        return f"{day_last or day}/{month_then or month}/{year_first or year}"
    return text if re.fullmatch(r"(19|20)[0-9]{2}", text) else ""
