"""Record ids, unique without a server: ``<origin>-<n>``, short enough to read out or write down."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ORIGIN = re.compile(rf"[{CROCKFORD}]{{8}}")
_TYPED_ID = re.compile(r"([0-9A-Z]{8})\s?[-\u2010-\u2015_ ]\s?([1-9][0-9]{0,15})")
_EXACT_ID = re.compile(rf"(?=[0-9]*[A-Z])[{CROCKFORD}]{{8}}-[1-9][0-9]{{0,15}}")
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class RecordId(NamedTuple):
    """The two parts of a record's id: the origin that created it, and that origin's counter."""

    origin: str
    number: int

    def __str__(self) -> str:
        return f"{self.origin}-{self.number}"


def new_origin() -> str:
    """Draw the identity of a new database: 8 Crockford base32 characters (40 random bits).

    At least one is a letter, so that an id is never mistaken for an Aadhaar number.
    """
    origin = ""
    while not is_origin(origin):
        origin = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return origin


def derived_origin(origin: str, head: bytes) -> str:
    """Derive the origin of a copied database from the original and the head of its first change.

    Copies of a copy that share that change derive the same name (rule 3).
    """
    text = ""
    while not is_origin(text):
        head = hashlib.sha256(origin.encode() + head).digest()
        bits = int.from_bytes(head[:5])
        text = "".join(CROCKFORD[bits >> shift & 31] for shift in range(35, -1, -5))
    return text


def is_origin(text: str) -> bool:
    """Say whether ``text`` has the form of an origin, at least one letter included."""
    return _ORIGIN.fullmatch(text) is not None and not text.isdecimal()


def is_id(text: str) -> bool:
    """Say whether ``text`` is exactly the string of a :class:`RecordId`."""
    return _EXACT_ID.fullmatch(text) is not None


def id_order(text: str) -> tuple[str, int]:
    """Return the place of an id in the fixed order of all records."""
    read = read_id(text)
    return (read.origin, read.number) if read else (text, 0)


def read_id(text: str) -> RecordId | None:
    """Parse an id as a person types it (any case, O for 0, I or L for 1); None if it is not one."""
    found = _TYPED_ID.fullmatch(text.strip().upper())
    if not found:
        return None
    origin = found[1].translate(_READ_AS)
    return RecordId(origin, int(found[2])) if is_origin(origin) else None
