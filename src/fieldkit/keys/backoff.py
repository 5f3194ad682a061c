"""How long to wait after wrong passphrases; it survives a restart and a clock that is set."""

from __future__ import annotations

from dataclasses import dataclass

_FREE = 3
"""Wrong passphrases in a row after which nobody waits yet."""
_FIRST = 30
_LONGEST = 15 * 60


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passphrases in a row, and when the last one was given (or the clock found wrong)."""

    many: int = 0
    last: int = 0
    """Seconds since 1970 UTC."""

    def one_more(self, now: int) -> Failures:
        """Count one more."""
        return Failures(self.many + 1, now)

    def adjusted(self, now: int) -> Failures:
        """Return the same, counted from now on if the clock was set back.

        A clock that is set back then neither shortens the wait nor makes it longer.
        """
        return Failures(self.many, now) if self.many and now < self.last else self

    def wait(self, now: int) -> int:
        """Return the seconds to wait before the next try."""
        return max(self.last + _delay(self.many) - max(now, self.last), 0)


def _delay(many: int) -> int:
    """Return the wait after so many wrong ones: 0, 0, 0, 30, 60, 120 ... 900 seconds."""
    steps = min(many - _FREE, 10)
    return 0 if steps <= 0 else min(_FIRST << (steps - 1), _LONGEST)
