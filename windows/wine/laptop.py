"""fieldkit installed in a Windows of Wine, as a person or a script uses it."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from windows.wine.prefix import HERE, Prefix, Ran

_HOLDER = """
import ctypes, sys
open_file = ctypes.windll.kernel32.CreateFileW
open_file.restype = ctypes.c_void_p
handle = open_file(sys.argv[1], 0x80000000, 0, None, 3, 0, None)
print(handle, flush=True)
sys.stdin.read()
"""
"""Opens a file so that no other program may (0 shares nothing), as some do with a table."""
_LOCKER = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1], timeout=0):
    print("locked", flush=True)
    sys.stdin.read()
"""
"""Holds what the application holds on a home while it is open."""
_INVALID = str(2**64 - 1)


class Laptop:
    """The installed program, its homes, and how it is run."""

    def __init__(self, prefix: Prefix, installer: Path) -> None:
        self.prefix, self.installer = prefix, installer
        (user,) = (one for one in (prefix.drive / "users").iterdir() if one.name != "Public")
        self.local = user / "AppData" / "Local"
        self.folder = self.local / "Programs" / "fieldkit"
        self.python = self.folder / "app" / "python.exe"
        self.usual_home = self.local / "fieldkit"
        self.files = prefix.drive / "office"
        self.files.mkdir(exist_ok=True)
        self._running: subprocess.Popen[bytes] | None = None

    def install(self) -> Ran:
        """Run the installer without a window."""
        return self.prefix.run_window(self.installer, "/S")

    def uninstall(self) -> Ran:
        """Remove the program, as the system's list of programs does; wait until it has ended."""
        inside = self.prefix.path(self.folder)
        return self.prefix.run_window(self.folder / "uninstall.exe", "/S", f"_?={inside}")

    def run(self, *arguments: str | Path, home: Path | str, given: bytes = b"") -> Ran:
        """Run ``fieldkit`` with these arguments on a home, in the process that runs all commands.

        Paths are given as Windows has them; a home as text is given as it stands.
        """
        if self._running is None:
            self._running = self.prefix.start(self.python, HERE / "commands.py")
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        words = [*self.prefix.words(arguments), *self.prefix.words((home,))]
        asked = [words[:-1], words[-1], base64.b64encode(given).decode()]
        self._running.stdin.write(json.dumps(asked).encode() + b"\n")
        self._running.stdin.flush()
        code, out, err = json.loads(self._running.stdout.readline())
        return Ran(code, base64.b64decode(out), base64.b64decode(err))

    def start(self, *arguments: str, home: Path | None = None) -> Ran:
        """Run ``fieldkit`` in a process of its own; without a home, on the usual one."""
        environment = {} if home is None else {"FIELDKIT_HOME": str(self.prefix.path(home))}
        return self.prefix.run(self.python, "-m", "fieldkit", *arguments, environment=environment)

    def close(self) -> None:
        """End the process that runs the commands: it has program files open."""
        if self._running is not None:
            self._running.communicate()
            self._running = None

    def seconds(self, *arguments: str, home: Path) -> float:
        """Return how long a command takes."""
        begun = time.monotonic()
        self.start(*arguments, home=home)
        return time.monotonic() - begun

    @cached_property
    def home(self) -> Path:
        """A home that most checks share: making one takes long under Wine."""
        return self.new_home("first")

    def new_home(self, name: str) -> Path:
        """Set up a home of this name, and return it."""
        home = self.files / name
        ran = self.run("init", "--name", "Asha", "--district", "2", "--block", "16", home=home)
        assert ran.code == 0, ran.text
        return home

    @contextmanager
    def held(self, file: Path) -> Iterator[None]:
        """Let another program have a file open meanwhile."""
        with self._beside(_HOLDER, file) as said:
            assert said not in {_INVALID, "-1"}, f"{file} cannot be opened"
            yield

    @contextmanager
    def open_application(self, home: Path) -> Iterator[None]:
        """Let the application be open on a home meanwhile."""
        with self._beside(_LOCKER, home / "fieldkit.lock") as said:
            assert said == "locked", said
            yield

    @contextmanager
    def _beside(self, program: str, file: Path) -> Iterator[str]:
        running = self.prefix.start(self.python, "-c", program, file)
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            yield running.stdout.readline().decode().strip()
        finally:
            running.stdin.close()
            running.wait()
            running.stdout.close()
