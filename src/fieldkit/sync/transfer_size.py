"""How much travels at once: about four seconds of the line as last measured."""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.protocol.messages import MOST_CHANGES
from fieldkit.store import SyncSession

SECONDS = 4
"""What one batch or one page may take of the line: a cut costs no more."""
LARGEST_BATCH = 16 * 1024
"""Bytes of a compressed batch."""
LARGEST_PAGE = 24 * 1024
"""Bytes of a compressed page, as far as rows can be weighed before they come."""
LEAST = 1024
"""Bytes that travel at once on any line."""
FEWEST = 10
"""Changes or rows that travel at once on any line."""
FIRST_PAGE, MOST_ROWS = 100, 500
"""Rows asked for before any was weighed, and at most."""
_TELLING = 2000
"""Bytes from which a request tells the speed of the line: below, waiting outweighs sending."""


def line_speed(sessions: Sequence[SyncSession]) -> float | None:
    """Return bytes per second, from the largest of some syncs; None if none of them tells."""
    worked = [one for one in sessions if one.ok and one.seconds > 0]
    if not worked:
        return None
    largest = max(worked, key=lambda one: one.bytes_up + one.bytes_down)
    return (largest.bytes_up + largest.bytes_down) / largest.seconds or None


class TransferSize:
    """The size of the next batch and of the next page: halved by failure, doubled by success."""

    def __init__(self, speed: float | None = None) -> None:
        self._speed = speed
        self._changes = MOST_CHANGES
        self._rows = FIRST_PAGE
        self._change_weight = self._row_weight = 0.0

    @property
    def changes(self) -> int:
        """Changes to put into the next batch."""
        fitting = self.room / self._change_weight if self._change_weight else MOST_CHANGES
        return max(min(self._changes, int(fitting)), 1)

    @property
    def rows(self) -> int:
        """Rows to ask for in the next page."""
        room = self._bounded(LARGEST_PAGE)
        fitting = room / self._row_weight if self._row_weight else FIRST_PAGE
        return max(min(self._rows, int(fitting)), FEWEST)

    @property
    def room(self) -> int:
        """Bytes that the next batch may have."""
        return self._bounded(LARGEST_BATCH)

    def _bounded(self, most: int) -> int:
        return most if self._speed is None else max(int(min(most, SECONDS * self._speed)), LEAST)

    def weighed(self, size: int, changes: int) -> None:
        """Learn what a batch of so many changes weighs."""
        self._change_weight = size / changes

    def failed(self) -> None:
        """Take less at once: the line broke."""
        self._changes = max(self._changes // 2, FEWEST)
        self._rows = max(self._rows // 2, FEWEST)

    def went(self, up: int, down: int, rows: int, seconds: float) -> None:
        """Learn from a request that was answered: bytes both ways, rows that came, time taken."""
        if seconds > 0 and up + down >= _TELLING:
            self._speed = (up + down) / seconds
        if rows >= FEWEST:
            self._row_weight = down / rows
        self._changes = min(self._changes * 2, MOST_CHANGES)
        self._rows = min(self._rows * 2, MOST_ROWS)
