"""Made-up cards, packed as UIDAI packs them, signed by a key of the test's own."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

Sign = Callable[[bytes], bytes]
FIELDS = {
    "contact": "2",
    "reference": "014320240107101112345",
    "name": "Zooni Akhter",
    "dob": "23-01-1984",
    "gender": "F",
    "care": "D/O: Abdul Gani Lone",
    "district": "Budgam",
    "landmark": "Near Jamia Masjid",
    "house": "12",
    "location": "Bonpora",
    "pin": "191113",
    "office": "Chadoora",
    "state": "Jammu and Kashmir",
    "street": "Main Road",
    "tehsil": "Chadoora",
    "vtc": "Wathoora",
}
PHOTO = bytes(range(256)) * 4
LETTER = (
    '<?xml version="1.0" encoding="UTF-8"?> <PrintLetterBarcodeData uid="234567890124" '
    'name="Zooni Akhter" gender="F" yob="1984" gname="Abdul Gani" house="12" vtc="Wathoora" '
    'po="Chadoora" dist="Budgam" state="Jammu &amp; Kashmir" pc="191113"/>'
)


def unsigned(_signed: bytes) -> bytes:
    return bytes(256)


def payload(values: Mapping[str, str] | None = None, version: str = "V2") -> bytes:
    """Return the bytes that are signed; without a version: the form before V2."""
    parts = [version] if version else []
    parts += (FIELDS | dict(values or {})).values()
    parts += ["1432"] if version else []
    text = b"".join(part.encode("latin-1") + b"\xff" for part in parts)
    return text + PHOTO + bytes(32)


def digits(signed: bytes, sign: Sign = unsigned) -> str:
    """Return what a scanner types."""
    return typed(gzip.compress(signed + sign(signed), mtime=0))


def typed(packed: bytes) -> str:
    """Return packed bytes as the decimal number that a scanner types."""
    number = int.from_bytes(packed, "big")
    pieces = []
    while number:
        number, piece = divmod(number, 10**1000)
        pieces.append(f"{piece:01000}")
    return "".join(reversed(pieces)).lstrip("0")
