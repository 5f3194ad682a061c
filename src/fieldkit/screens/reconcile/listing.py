"""How the file of a list is understood, and what its sections are called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.glyphs import CORRECT, OPEN, SETTLE
from fieldkit.screens.look.text import StyleName

if TYPE_CHECKING:
    from fieldkit.files import Choices, Preview
    from fieldkit.reconcile.acts import Act
    from fieldkit.reconcile.comparison import Comparison
    from fieldkit.records import Record
    from fieldkit.store import Store


class Section(NamedTuple):
    """One sort of rows: its outcome, sign and words."""

    outcome: str
    """Empty: the records that only the field has."""
    sign: str
    style: StyleName
    words: str
    then: str
    """What can be done."""


SECTIONS = (
    Section("differs", CORRECT, "warn", "differ", "take the portal's values, or keep ours"),
    Section("uncertain", SETTLE, "warn", "uncertain", "say which record is meant"),
    Section("portal", SETTLE, "warn", "only on the portal", "make the records"),
    Section("", OPEN, "dim", "only in the field", "look at them"),
    Section("kept", OPEN, "dim", "differ, kept as they are here", "ask again"),
)


class Session:
    """A comparison under way: what it found, and the last act on it."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        self.last: Act | None = None
        """What an undo takes back."""


def understood(store: Store, path: Path, kind: type[Record], choices: Choices | None) -> Preview:
    """Return how the file of a list is read."""
    from fieldkit.files import preview

    home = store.device.district if store.device else 0
    return preview(path, kind.kind(), choices=choices, home=home, known=store, about_people=True)


def labels(kind: type[Record]) -> Mapping[str, str]:
    """Return what a column of a list can hold, with the labels."""
    from fieldkit.files import list_targets

    return list_targets(kind)
