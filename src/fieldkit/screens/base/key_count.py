"""Counts keys, and the minutes in which one was pressed; never which keys."""

from __future__ import annotations

import time
from typing import NamedTuple


class Counted(NamedTuple):
    """Keys and minutes since they were taken last."""

    keys: int
    minutes: int


class KeyCount:
    """The keys of the operator at work; counting one takes no longer than adding two numbers."""

    def __init__(self) -> None:
        self._keys = self._minutes = 0
        self._minute = -1

    def press(self) -> None:
        """Count a key."""
        self._keys += 1
        minute = int(time.monotonic() / 60)
        if minute != self._minute:
            self._minute = minute
            self._minutes += 1

    def take(self) -> Counted:
        """Return what was counted, and begin again."""
        found = Counted(self._keys, self._minutes)
        self._keys = self._minutes = 0
        return found
