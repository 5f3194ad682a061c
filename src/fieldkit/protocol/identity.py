"""Identity without a server: ``<origin>-<n>``, short enough to read out or write on a slip."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ORIGIN = re.compile(rf"[{CROCKFORD}]{{8}}")
_ID = re.compile(r"([0-9A-Z]{8})\s?[-\u2010-\u2015_ ]\s?([1-9][0-9]{0,15})")
_WRITTEN = re.compile(rf"(?=[0-9]*[A-Z])[{CROCKFORD}]{{8}}-[1-9][0-9]{{0,15}}")
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class RecordId(NamedTuple):
    """The two parts of a record's id: the database it was born in and that database's counter."""

    origin: str
    number: int

    def __str__(self) -> str:
        return f"{self.origin}-{self.number}"


def new_origin() -> str:
    """Draw the identity of a new database: 8 Crockford base32 characters (40 random bits).

    At least one is a letter, so that an id is never taken for an Aadhaar number.
    """
    origin = ""
    while not is_origin(origin):
        origin = "".join(secrets.choice(CROCKFORD) for _ in range(8))
    return origin


def derived_origin(origin: str, head: bytes) -> str:
    """Name the origin of a copy after the one it was copied from and the first change it made.

    Every copy of the copy that made the same change comes to the same name (3).
    """
    text = ""
    while not is_origin(text):
        head = hashlib.sha256(origin.encode() + head).digest()
        bits = int.from_bytes(head[:5])
        text = "".join(CROCKFORD[bits >> shift & 31] for shift in range(35, -1, -5))
    return text


def is_origin(text: str) -> bool:
    """Say whether ``text`` is shaped like an origin: with a letter, as :func:`new_origin` draws."""
    return _ORIGIN.fullmatch(text) is not None and not text.isdecimal()


def is_id(text: str) -> bool:
    """Say whether ``text`` is an id exactly as :class:`RecordId` writes it."""
    return _WRITTEN.fullmatch(text) is not None


def read_id(text: str) -> RecordId | None:
    """Read an id as a person types it (any case, O for 0, I or L for 1); None if it is not one."""
    found = _ID.fullmatch(text.strip().upper())
    if not found:
        return None
    origin = found[1].translate(_READ_AS)
    return RecordId(origin, int(found[2])) if is_origin(origin) else None
