"""Asking a sync to end: after the request under way, or at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 2.0
"""Seconds the request under way is given before the line is closed."""


class Stop(threading.Event):
    """Set once, a sync ends after the request under way; set again, or late, at once.

    Nothing is lost either way: what was sent and not answered is sent again.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        super().__init__()
        self._patience = patience
        self._abort: Callable[[], None] | None = None

    @contextmanager
    def ends(self, abort: Callable[[], None]) -> Iterator[None]:
        """Call ``abort``, from another thread, if what runs here is to end at once."""
        self._abort = abort
        try:
            yield
        finally:
            self._abort = None

    def set(self) -> None:
        """Ask it to end; asked again, it ends at once."""
        again = self.is_set()
        super().set()
        if again:
            self._now()
        elif self._abort:
            timer = threading.Timer(self._patience, self._now)
            timer.daemon = True
            timer.start()

    def _now(self) -> None:
        abort = self._abort
        if abort and self.is_set():
            abort()
