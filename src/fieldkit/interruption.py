"""Stopping database reads from another thread, or letting more urgent ones go first.

Writes are never stopped: a transaction that writes is :func:`uninterrupted`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_STEPS = 100_000
"""SQLite instructions between two checks whether a read must stop: about a millisecond."""
_LONGEST_HOLD = 10.0
"""The longest time, in seconds, that one check delays a call."""


class Interrupted(Exception):
    """A read was stopped because nobody waits for it any more; never shown to a person."""


class Interruption:
    """Stops the reads of one call on request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._free = threading.Event()
        self._free.set()
        self.requested = False

    def hold(self, *, back: bool) -> None:
        """Keep the call waiting at its next check, or let it continue."""
        if back and not self.requested:
            self._free.clear()
        else:
            self._free.set()

    def request(self) -> None:
        """Stop what is being read, and whatever the call would read after it."""
        with self._lock:
            self.requested = True
            self._free.set()
            for connection in self._connections:
                connection.interrupt()

    def check(self) -> None:
        """Wait while the call is held back; raise :class:`Interrupted` if it is to stop."""
        if not self._free.is_set():
            self._free.wait(_LONGEST_HOLD)
        if self.requested:
            raise Interrupted

    def run(self, call: Callable[[], T]) -> T:
        """Run ``call`` in this thread; its reads stop on :meth:`request`.

        Raises:
            Interrupted: they were stopped.
        """
        before = _present.set(self)
        try:
            self.check()
            return call()
        finally:
            _present.reset(before)

    @contextmanager
    def _watching(self, connection: sqlite3.Connection) -> Iterator[None]:
        with self._lock:
            self._connections.append(connection)
        # interrupt() is lost between two statements; the handler sees the request all the same.
        connection.set_progress_handler(lambda: self.requested, _STEPS)
        try:
            yield
        finally:
            with self._lock:
                self._connections.remove(connection)
            connection.set_progress_handler(None, 0)


_present: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


@contextmanager
def interruptible(connection: sqlite3.Connection) -> Iterator[None]:
    """Let the present call's interruption, if there is one, stop the reads of a connection."""
    interruption = _present.get()
    if interruption is None:
        yield
        return
    interruption.check()
    try:
        with interruption._watching(connection):
            yield
    except Exception:
        # Stopped while it prepares a table function, SQLite reports an error in the statement.
        if interruption.requested:
            raise Interrupted from None
        raise


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let nothing stop what is done in this block."""
    before = _present.set(None)
    try:
        yield
    finally:
        _present.reset(before)


def check_interruption() -> None:
    """Wait while the present call is held back; raise :class:`Interrupted` if it is to stop."""
    if interruption := _present.get():
        interruption.check()
