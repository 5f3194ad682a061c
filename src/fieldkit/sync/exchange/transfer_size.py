"""The size of the next batch and page: about four seconds of the connection as measured."""

from __future__ import annotations

from collections.abc import Sequence

from fieldkit.protocol.messages.sync import MOST_CHANGES
from fieldkit.store import SyncSession

SECONDS = 4
"""Most time that one batch or page may take, which is also the most a lost connection costs."""
LARGEST_BATCH = 16 * 1024
"""Most bytes of a compressed batch."""
LARGEST_PAGE = 24 * 1024
"""Most bytes of a compressed page, as estimated from earlier rows."""
LEAST = 1024
"""Bytes allowed at once even on the slowest line."""
FEWEST = 10
"""Changes or rows allowed at once even on the slowest line."""
FIRST_PAGE, MOST_ROWS = 100, 500
"""Rows requested before their size is known, and the most ever requested."""
_MEASURABLE = 2000
"""Least bytes of a request from which the speed is measured: below, latency dominates."""


def line_speed(sessions: Sequence[SyncSession]) -> float | None:
    """Return bytes per second of the largest successful sync; None if there is none."""
    worked = [one for one in sessions if one.ok and one.seconds > 0]
    if not worked:
        return None
    largest = max(worked, key=lambda one: one.bytes_up + one.bytes_down)
    return (largest.bytes_up + largest.bytes_down) / largest.seconds or None


class TransferSize:
    """The size of the next batch and page: halved by failures, doubled by successes."""

    def __init__(self, speed: float | None = None) -> None:
        self._speed = speed
        self._changes = MOST_CHANGES
        self._rows = FIRST_PAGE
        self._change_bytes = self._row_bytes = 0.0
        self._most_bytes = LARGEST_BATCH

    @property
    def changes(self) -> int:
        """Most changes of the next batch."""
        fitting = self.max_bytes / self._change_bytes if self._change_bytes else MOST_CHANGES
        return max(min(self._changes, int(fitting)), 1)

    @property
    def rows(self) -> int:
        """Rows to request in the next page."""
        fitting = self._bounded(LARGEST_PAGE) / self._row_bytes if self._row_bytes else FIRST_PAGE
        return max(min(self._rows, int(fitting)), FEWEST)

    @property
    def max_bytes(self) -> int:
        """Most bytes of the next batch."""
        return self._bounded(self._most_bytes)

    def _bounded(self, most: int) -> int:
        return most if self._speed is None else max(int(min(most, SECONDS * self._speed)), LEAST)

    def measured(self, size: int, changes: int) -> None:
        """Learn the bytes of a batch of so many changes."""
        self._change_bytes = size / changes

    def too_large(self, size: int) -> None:
        """Learn that a message of so many bytes does not get through."""
        self._most_bytes = max(min(size, self._most_bytes) // 2, LEAST)

    def failed(self) -> None:
        """Halve the sizes after a failed request."""
        self._changes = max(self._changes // 2, FEWEST)
        self._rows = max(self._rows // 2, FEWEST)

    def succeeded(self, up: int, down: int, rows: int, seconds: float) -> None:
        """Learn from an answered request: bytes up and down, rows received, time taken."""
        if seconds > 0 and up + down >= _MEASURABLE:
            self._speed = (up + down) / seconds
        if rows >= FEWEST:
            self._row_bytes = down / rows
        self._changes = min(self._changes * 2, MOST_CHANGES)
        self._rows = min(self._rows * 2, MOST_ROWS)
