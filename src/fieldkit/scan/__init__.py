"""What a scanner reads from an Aadhaar card: checked, bounded, and reduced to what is kept.

Pure but for the certificates, which are files. The payload, the photo and the reference number
stay here: only a :class:`Card` leaves, and nothing of a code that cannot be read.
"""

from pathlib import Path

from fieldkit.scan.card import Card, Checked, Unreadable
from fieldkit.scan.fill import texts_of
from fieldkit.scan.keys import ScanKeys, looks_scanned
from fieldkit.scan.letter import read_letter
from fieldkit.scan.secure import LONGEST, read_secure

CERTIFICATES = "certificates"
"""The folder, in that of an installation, for the certificates that sign cards."""

__all__ = [
    "CERTIFICATES",
    "LONGEST",
    "Card",
    "Checked",
    "ScanKeys",
    "Unreadable",
    "looks_scanned",
    "read_card",
    "texts_of",
]


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
