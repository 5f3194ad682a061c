"""Long commands on a terminal: a line that shows how far they are, and Ctrl+C that stops them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from fieldkit.records.fields.formats import indian


class ProgressLine:
    """A line on the terminal that shows the progress of an import or a comparison."""

    def __init__(self) -> None:
        self.rows = 0
        """Rows read of the current file."""
        self._visible = sys.stderr.isatty()

    def __call__(self, rows: int, done: int, total: int) -> None:
        """Show how many rows were read, and which share of the file."""
        self.rows = rows
        share = f", {100 * done // total}%" if total else ""
        self._write(f"{indian(rows)} rows{share}  (Ctrl+C stops)")

    def clear(self) -> None:
        """Clear the line for the next message."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._visible:
            sys.stderr.write(f"\r{text:50}\r")
            sys.stderr.flush()


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """Show a line of progress until the work is done."""
    progress = ProgressLine()
    try:
        yield progress
    finally:
        progress.clear()


@contextmanager
def stoppable() -> Iterator[Event]:
    """Let the first Ctrl+C stop the work between two rows, and a second one at once."""
    stop = Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, request_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
