"""The compression dictionaries: files of the package, named by their hash.

``scripts/train_dictionary.py`` makes a new one. Older ones stay in the package, so that a server
can read and answer laptops that have not been updated.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from pathlib import Path

CURRENT = "e0091a980a6d28be76b4ba0b6b6bed31e9bb8f56bd9cce58bc5c67b58f911d41"
"""SHA-256, in hexadecimal, of the dictionary that requests are compressed with."""
FOLDER = Path(__file__).parent


def path(name: str) -> Path:
    """Return the path of the dictionary of this hash, whether or not it exists."""
    return FOLDER / f"dictionary-{name}.raw"


@cache
def names() -> frozenset[str]:
    """Return the hashes of all dictionaries in the package."""
    files = FOLDER.glob("dictionary-*.raw")
    return frozenset(file.stem.removeprefix("dictionary-") for file in files)


def as_header(name: str) -> str:
    """Return a hash in the form of ``Available-Dictionary``, ``:base64:`` (RFC 9842)."""
    return f":{base64.b64encode(bytes.fromhex(name)).decode('ascii')}:"


def from_header(value: str) -> str | None:
    """Return the hash in an ``Available-Dictionary`` header; None if it is not a dictionary here.

    ``value`` is untrusted: any text is accepted.
    """
    text = value.strip()
    if len(text) != 46 or text[0] != ":" or text[-1] != ":":
        return None
    try:
        name = base64.b64decode(text[1:-1], validate=True).hex()
    except (binascii.Error, ValueError):
        return None
    return name if name in names() else None
