"""A pause after something new has appeared, in which no key decides about it."""

from __future__ import annotations

from math import inf
from time import monotonic

PAUSE = 0.7
"""Seconds in which it cannot have been read yet. A key that is held down repeats faster than this,
and each repeat starts the pause again."""


class Pause:
    """Tells whether what is shown can have been read: a double or held key decides nothing."""

    def __init__(self) -> None:
        self._since = -inf
        """When the thing appeared, or a key came too soon to decide it."""

    def begin(self) -> None:
        """Begin the pause: something else is shown."""
        self._since = monotonic()

    def is_over(self) -> bool:
        """Say whether a key may decide; one that may not begins the pause again."""
        over = monotonic() - self._since >= PAUSE
        if not over:
            self.begin()
        return over
