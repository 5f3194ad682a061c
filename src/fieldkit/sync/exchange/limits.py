"""The end of a sync with a server that would keep the laptop busy for ever."""

from __future__ import annotations

from dataclasses import dataclass

MOST_IDLE = 3
"""Answers in a row that may bring nothing and yet promise more."""
MOST_SETBACKS = 50
"""How often a server may ask, in one sync, for part of a log that was sent before."""
WHOLE = 10
"""As how many of these counts what concerns all records: another origin or area, lost data."""
MOST_ROUNDS = 20_000
"""Requests of one sync, each with an answer. What is left after them comes with the next sync."""


class NoProgress(Exception):
    """The server does not let this sync come to an end."""


@dataclass(slots=True)
class SyncLimits:
    """Counts the rounds of one sync, those that bring nothing, and the steps back."""

    _rounds: int = 0
    _idle: int = 0
    _setbacks: int = 0

    def begin_round(self) -> None:
        """Count a request with its answer.

        Raises:
            NoProgress: the last ones brought nothing, or there were too many.
        """
        self._rounds += 1
        if self._idle >= MOST_IDLE or self._rounds > MOST_ROUNDS:
            raise NoProgress

    def end_round(self, *, progress: bool) -> None:
        """Note whether the answer acknowledged anything or brought any row."""
        self._idle = 0 if progress else self._idle + 1

    def step_back(self, weight: int = 1) -> None:
        """Count that something has to be sent or received again.

        Raises:
            NoProgress: that was asked too often.
        """
        self._setbacks += weight
        if self._setbacks > MOST_SETBACKS:
            raise NoProgress
