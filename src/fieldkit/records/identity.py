"""Identity without a server: ``<origin>-<n>``, short enough to read out or write on a slip."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ORIGIN = re.compile(rf"[{CROCKFORD}]{{8}}")
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class RecordId(NamedTuple):
    """The two parts of a record's id: the database it was born in and that database's counter."""

    origin: str
    number: int

    def __str__(self) -> str:
        return f"{self.origin}-{self.number}"


def new_origin() -> str:
    """Draw the identity of a new database: 8 Crockford base32 characters (40 random bits)."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(8))


def is_origin(text: str) -> bool:
    """Say whether ``text`` is shaped like an origin."""
    return _ORIGIN.fullmatch(text) is not None


def read_id(text: str) -> RecordId | None:
    """Read an id as a person types it (any case, O for 0, I or L for 1); None if it is not one."""
    origin, dash, number = text.strip().upper().partition("-")
    origin = origin.translate(_READ_AS)
    if not dash or not is_origin(origin) or not re.fullmatch(r"[1-9][0-9]{0,15}", number):
        return None
    return RecordId(origin, int(number))
