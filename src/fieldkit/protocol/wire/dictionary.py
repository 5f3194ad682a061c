"""The dictionaries that messages are compressed with: files of the package, named by their hash.

``scripts/train_dictionary.py`` makes a new one. Those before it stay in the package, so that a
server goes on reading laptops that have not been updated, and answers them in kind.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path

CURRENT = "e0091a980a6d28be76b4ba0b6b6bed31e9bb8f56bd9cce58bc5c67b58f911d41"
"""SHA-256 of the one that requests are compressed with, in hexadecimal."""
FOLDER = Path(__file__).parent


def path(name: str) -> Path:
    """Return where the dictionary of this hash lies, or would lie."""
    return FOLDER / f"dictionary-{name}.raw"


@cache
def names() -> frozenset[str]:
    """Return the hashes of all dictionaries in the package."""
    files = FOLDER.glob("dictionary-*.raw")
    return frozenset(file.stem.removeprefix("dictionary-") for file in files)


def as_header(name: str) -> str:
    """Return a hash as ``Available-Dictionary`` says it: ``:base64:`` of its bytes (RFC 9842)."""
    return f":{base64.b64encode(bytes.fromhex(name)).decode('ascii')}:"


def from_header(value: str) -> str | None:
    """Return the hash that an ``Available-Dictionary`` names; None if that is no dictionary here.

    ``value`` is what a stranger sent: nothing in it makes this fail.
    """
    text = value.strip()
    if len(text) != 46 or text[0] != ":" or text[-1] != ":":
        return None
    try:
        name = base64.b64decode(text[1:-1], validate=True).hex()
    except (binascii.Error, ValueError):
        return None
    return name if name in names() else None
