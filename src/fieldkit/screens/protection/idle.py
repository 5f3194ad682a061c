"""How long no key was pressed. A laptop that sleeps counts as idle, whatever its clock does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

USUAL = 15
"""Minutes."""


class Idle:
    """Measures the time since the last key by two clocks; the longer time counts."""

    def __init__(self, clocks: Sequence[Callable[[], float]] = (time.monotonic, time.time)) -> None:
        """``clocks``: one that cannot be set, one that runs while the laptop sleeps."""
        self._clocks = clocks
        self._at: Sequence[float] = ()
        self.minutes = USUAL
        """After how many the laptop locks itself; 0: never."""
        self.press()

    def press(self) -> None:
        """Note a key."""
        self._at = [clock() for clock in self._clocks]

    @property
    def over(self) -> bool:
        """Whether it is time to lock."""
        longest = max(
            clock() - before for clock, before in zip(self._clocks, self._at, strict=True)
        )
        return bool(self.minutes) and longest >= self.minutes * 60
