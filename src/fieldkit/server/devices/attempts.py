"""A limit on wrong one-time codes per address, kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from fieldkit.server.problems import refusal


class CodeAttempts:
    """Counts wrong codes by address and blocks an address that sent too many."""

    MOST = 10
    """Wrong codes allowed within :attr:`SECONDS`."""
    SECONDS = 15 * 60
    ADDRESSES = 10_000
    """Most addresses remembered; beyond it the one that failed least recently is forgotten."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Allow an address to try a code.

        Raises:
            Refusal: 429, it sent too many wrong codes.
        """
        with self._lock:
            failed = self._failed.get(address, deque())
            while failed and failed[0] <= now - self.SECONDS:
                failed.popleft()
            wait = failed[0] + self.SECONDS - now if len(failed) >= self.MOST else 0
        if wait:
            raise refusal(
                "too-many-tries",
                429,
                "Too many wrong codes came from here.",
                "Try again in a quarter of an hour.",
                retry_after=wait,
            )

    def count_failure(self, address: str, now: int) -> None:
        """Count a wrong code of an address."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=self.MOST)).append(now)
            self._failed.move_to_end(address)
            if len(self._failed) > self.ADDRESSES:
                self._failed.popitem(last=False)
