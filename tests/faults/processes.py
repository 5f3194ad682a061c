"""The server and a laptop's commands as child processes that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

_PROGRAM = [sys.executable, "-m", "fieldkit"]
_LIMITED = """
import resource, runpy, sys
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
runpy.run_module("fieldkit", run_name="__main__", alter_sys=True)
"""
"""Runs the program with a limit on the size of files."""


class Server:
    """``fieldkit server run`` on one port, also when started again; a context manager."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self.log: list[dict[str, object]] = []
        """Its log over all starts."""
        self.url = ""

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.stop()

    def start(self, *, largest_file: int | None = None) -> None:
        """Start it unless it runs, and wait until it listens.

        ``largest_file``: bytes beyond which no file may grow, as on a disk that is full.

        Raises:
            RuntimeError: it did not.
        """
        if self._process is not None:
            return
        arguments = ["server", "run", "--database", self._database, "--port", str(self._port)]
        limited = [sys.executable, "-c", _LIMITED, str(largest_file)]
        self._process = subprocess.Popen(
            [*(_PROGRAM if largest_file is None else limited), *arguments],
            stderr=subprocess.PIPE,
            text=True,
        )
        said = self._process.stderr
        assert said is not None
        for line in said:
            if self._note(line).get("event") == "listening":
                break
        else:
            raise RuntimeError(f"The server did not start: {self.log}")
        self.url = str(self.log[-1]["address"])
        self._port = int(self.url.rpartition(":")[2])
        # Read on, so that it never waits for a reader.
        threading.Thread(target=lambda: [self._note(line) for line in said], daemon=True).start()

    def kill(self) -> None:
        """Kill it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop it as a service manager does, and check that it ends cleanly."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait()
        self._process = None
        assert code in {0, -signal.SIGTERM}, self.log

    def _note(self, line: str) -> dict[str, object]:
        try:
            entry: dict[str, object] = json.loads(line)
        except ValueError:
            entry = {"event": "said", "text": line}
        self.log.append(entry)
        return entry


def laptop(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of a laptop."""
    return subprocess.Popen(
        [*_PROGRAM, *arguments],
        env={**os.environ, "FIELDKIT_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
