"""What the last saves were, so that one of them can be undone while the application is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldkit.records import Value

MOST = 20
"""Saves that can be undone, the last one first."""


class LastSave(NamedTuple):
    """One save of one record by an operator."""

    kind: str
    id: str
    label: str
    operator: str
    saved: Mapping[str, Value]
    """The values that the save changed, as they were saved."""
    before: Mapping[str, Value] | None
    """The same values as they were before; None: the record was new."""
    instead: str = ""
    """Of a conflict that was settled: the field and the value that an undo keeps, in words."""


class LastSaves:
    """The last saves of this run, the newest last."""

    def __init__(self) -> None:
        self._saves: list[LastSave] = []

    def note(self, save: LastSave) -> None:
        """Note a save."""
        self._saves = [*self._saves, save][-MOST:]

    def last(self, operator: str) -> LastSave | None:
        """Return the last save of an operator that was not undone."""
        return next((one for one in reversed(self._saves) if one.operator == operator), None)

    def drop(self, save: LastSave) -> None:
        """Forget a save: it was undone, or cannot be."""
        self._saves = [one for one in self._saves if one is not save]
