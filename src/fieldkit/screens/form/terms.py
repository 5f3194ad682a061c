"""What a form and whoever holds it say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from fieldkit.records import Record, Value


class Act(Enum):
    """What a key asks of whoever holds the model."""

    NONE = auto()
    """Nothing more: it is done, or it had nothing to do."""
    OTHER = auto()
    """The key means nothing to a form; it may mean something to the page."""
    SEEK = auto()
    """The key waits for what is found for the text shown: supply it and press the key again."""
    SAVE = auto()
    SAVE_NEXT = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
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
    """Texts that are put over it as if typed: from Find, from a draft."""
    field: str = ""
    """The field to go to; empty: the first one to fill."""
    standing: Mapping[str, Value] | None = None
    """Values the form does not ask: the laptop's district and block."""
