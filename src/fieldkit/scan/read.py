"""Read a scanned text, whichever code of an Aadhaar card it is."""

from __future__ import annotations

from pathlib import Path

from fieldkit.scan.card import Card
from fieldkit.scan.letter import read_letter
from fieldkit.scan.secure import read_secure

CERTIFICATES = "certificates"
"""The folder, in that of an installation, for the certificates that sign cards."""


def read_card(text: str, home: Path) -> Card:
    """Return what a scanned text says, and how far it was checked.

    ``home``: the folder of the installation.

    Raises:
        Unreadable: it is no code of an Aadhaar card, or nothing in it may be believed.
    """
    typed = text.strip()
    if typed.startswith("<"):
        return read_letter(typed)
    return read_secure(typed, home / CERTIFICATES)
