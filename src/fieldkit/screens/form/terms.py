"""The terms between a form model and the page that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from fieldkit.records import Record, Value


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


@dataclass(frozen=True, slots=True)
class Opening:
    """What a form opens with."""

    kind: type[Record]
    record: Record | None = None
    """The record to edit; None: a new one."""
    texts: Mapping[str, str] | None = None
    """Texts put over it as if typed: from a search, from a draft."""
    field: str = ""
    """The field to go to; empty: the first one to fill."""
    place: Mapping[str, Value] | None = None
    """District and block, which the form does not ask for."""
