"""What an Aadhaar card says, as far as it is used here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unreadable(ValueError):
    """The code cannot be used; the message is a sentence without anything of the code."""


class Checked(StrEnum):
    """How far the signature of a card was checked, as a sentence."""

    RIGHT = "The signature fits a certificate on this laptop."
    NO_LIBRARY = "Not verified: fieldkit is installed here without its scan extra."
    NO_CERTIFICATE = "Not verified: there is no certificate on this laptop to check it with."
    UNSIGNED = "Not verified: this older code has no signature."


@dataclass(frozen=True, slots=True)
class Card:
    """The details of one person; what the card does not say is empty."""

    name: str
    born: str
    """A day as 23/01/1984, or the year alone."""
    gender: str
    """M, F or T."""
    relation: str
    """SO, DO, WO or CO, as the card writes before the relative's name."""
    relative: str
    last_four: str
    village: str
    pin: str
    address: str
    """House, street and landmark on one line."""
    checked: Checked
