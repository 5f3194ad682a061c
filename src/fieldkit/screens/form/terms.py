"""What a form model asks of the page that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What a key asks of the page that holds the model."""

    NONE = auto()
    """Nothing: the model has handled the key."""
    OTHER = auto()
    """The key is not for a form; it may be for the page."""
    LOOK_UP = auto()
    """The key waits for what the text could mean: supply that and press the key again."""
    SAVE = auto()
    SAVE_NEXT = auto()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the store: what could ``text`` mean in ``field``?"""

    field: str
    text: str
