"""A terminal for measured and tested programs: a pty whose screen can be read."""

import fcntl
import os
import re
import select
import signal
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte
from wcwidth import wcwidth

ENTER = "\r"
ESCAPE = "\x1b"
BACKSPACE = "\x7f"
UP, DOWN = "\x1b[A", "\x1b[B"
CTRL_N = "\x0e"
CTRL_Q = "\x11"
CTRL_S = "\x13"

_FRAME = re.compile(r'/src/fieldkit/([^"]+)", line (\d+) in (\w+)')
"""A line of the program itself in what faulthandler writes."""


class _Screen(pyte.Screen):
    """A screen that ignores marks without a width; pyte would drop the rest of the line."""

    def draw(self, data: str) -> None:
        """Draw text."""
        super().draw("".join(c for c in data if wcwidth(c) > 0 or unicodedata.combining(c)))


class Terminal:
    """Run a command in a pty and read its output. Times are ``time.perf_counter`` seconds.

    A paint is dated by the arrival of the bytes that completed it, so that the slowness of the
    screen emulator is not counted against the program.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        known |= {"COLUMNS": str(columns), "LINES": str(rows)}
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._arrived = 0.0
        self._undrawn = b""
        self.painted = bytearray()
        """Every byte the program wrote."""
        self.started = time.perf_counter()
        self._child = pexpect.spawn(
            command[0],
            list(command[1:]),
            env={**os.environ, **known, **(environment or {})},
            dimensions=(rows, columns),
            timeout=None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, so that the next run can use its home."""
        self._child.close(force=True)

    @property
    def lines(self) -> list[str]:
        """Return the current rows of the screen."""
        return list(self._screen.display)

    @property
    def cursor(self) -> tuple[int, int]:
        """Return the column and the row of the cursor."""
        return self._screen.cursor.x, self._screen.cursor.y

    def row(self, label: str) -> str:
        """Return the first row that contains the label, "" if there is none."""
        return next((line for line in self.lines if label in line), "")

    def press(self, keys: str) -> float:
        """Type keys and return the time."""
        at = time.perf_counter()
        os.write(self._child.child_fd, keys.encode(errors="surrogateescape"))
        return at

    def stream(self, keys: Iterable[str], gap: float, after_escape: float = 0.25) -> None:
        """Type keys ``gap`` seconds apart, reading the output without rendering it.

        A key right behind Escape would be read as one with Alt held down: there it waits until
        Escape was taken from the line, and a little longer.
        """
        due = time.perf_counter()
        for key in keys:
            self.press(key)
            if key == ESCAPE:
                while self._on_the_line():
                    self._receive(gap)
                self._receive_for(after_escape)
            due = max(due + gap, time.perf_counter())
            self._receive_for(due - time.perf_counter())

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self._child.kill(number)

    def kill(self) -> None:
        """End the program as a power cut would."""
        self.signal(signal.SIGKILL)
        self._child.wait()

    def abort(self) -> str:
        """End the program; return where its threads stood, if PYTHONFAULTHANDLER was set."""
        before = len(self.painted)
        self.signal(signal.SIGABRT)
        self.rest(1)
        written = self.painted[before:].decode("utf-8", "replace")
        threads = [_FRAME.findall(thread) for thread in written.split("hread 0x")]
        return "\n".join(
            f"stands in {' < '.join(f'{file}:{line} {name}' for file, line, name in frames)}"
            for frames in filter(None, threads)
        )

    def left(self, seconds: float = 30) -> int:
        """Wait until the program ends by itself and return its exit code.

        :raises TimeoutError: it runs on
        """
        end = time.perf_counter() + seconds
        while self._child.isalive():
            if time.perf_counter() > end:
                raise TimeoutError("\n".join(["runs on:", *self.lines]))
            self._read(0.05)
        while self._read(0):
            continue
        return int(self._child.exitstatus if self._child.exitstatus is not None else -1)

    def until(self, shown: Callable[["Terminal"], bool], seconds: float = 30) -> float:
        """Read until the screen shows the text; return the time its bytes arrived.

        :raises TimeoutError: with the screen as it stands
        """
        arrived = time.perf_counter()
        end = arrived + seconds
        while not shown(self):
            if not self._read(end - time.perf_counter()):
                raise TimeoutError("\n".join(["not shown in time:", *self.lines]))
            arrived = self._arrived
        return arrived

    def settle(self, quiet: float = 0.3, seconds: float = 30) -> None:
        """Read until the program has written nothing for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and self._read(quiet):
            continue

    def rest(self, seconds: float) -> None:
        """Keep reading for this many seconds."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def _on_the_line(self) -> int:
        """Return the number of typed bytes that the program has not read."""
        line = os.open(f"/proc/{self._child.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        try:
            counted = fcntl.ioctl(line, termios.FIONREAD, bytes(4))
        finally:
            os.close(line)
        return int.from_bytes(counted, sys.byteorder)

    def _receive_for(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._receive(left)

    def _read(self, seconds: float) -> bool:
        """Read and render output; return whether any came in time."""
        came = self._receive(0 if self._undrawn else seconds) or bool(self._undrawn)
        painted, self._undrawn = self._undrawn, b""
        self._stream.feed(painted)
        return came

    def _receive(self, seconds: float) -> bool:
        """Read output; return whether any came in time."""
        descriptor: int = self._child.child_fd
        if not select.select([descriptor], [], [], max(seconds, 0))[0]:
            return False
        self._arrived = time.perf_counter()
        try:
            painted = os.read(descriptor, 65536)
        except OSError:
            return False
        self.painted += painted
        self._undrawn += painted
        return bool(painted)
