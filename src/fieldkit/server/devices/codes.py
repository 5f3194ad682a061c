"""One-time codes: ten characters (50 random bits) in two groups, stored as SHA-256."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from fieldkit.protocol.identity import CROCKFORD
from fieldkit.server.devices.authentication import hash_secret

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})


class NewCode(NamedTuple):
    """A code that was just drawn."""

    shown: str
    hash: bytes


def draw_code() -> NewCode:
    """Draw a code."""
    code = "".join(secrets.choice(CROCKFORD) for _ in range(10))
    return NewCode(f"{code[:5]}-{code[5:]}", hash_secret(code))


def hash_typed(code: str) -> bytes:
    """Return the hash of a code as somebody typed it."""
    return hash_secret(code.strip().upper().translate(_READ_AS))
