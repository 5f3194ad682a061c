"""What a form model asks of the page that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple


class Act(Enum):
    """What a key asks of the page that holds the model."""

    NONE = auto()
    """Nothing: the model has handled the key."""
    OTHER = auto()
    """The key is not for a form; it may be for the page."""
    LOOK_UP = auto()
    """The key waits for what the text could mean: supply that and press the key again."""
    REGISTER = auto()
    """Open the form of the kind that the marked candidate names."""
    GO_TO = auto()
    """Ask which field to go to."""
    COMPARE = auto()
    """Show who may be the same person."""
    KEEP = auto()
    """What is kept for the next record is other than before."""
    SCANNED = auto()
    """Read the card that was scanned (``FormModel.scan``)."""
    SAVE = auto()
    SAVE_NEXT = auto()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the store: what could ``text`` mean in ``field``?"""

    field: str
    text: str


class Message(NamedTuple):
    """A sentence on what the last key did."""

    text: str = ""
    then: str = ""
    """What to press next; it is never cut."""
    alarm: bool = False
    """Whether it is an error."""

    @property
    def whole(self) -> str:
        """All of it."""
        return f"{self.text} {self.then}".strip()
