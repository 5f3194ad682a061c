"""A server in a child process on this machine, for the demonstration and for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAM = """
import sys
from fieldkit.server.operation.local import serve
serve(sys.argv[1])
"""


@contextmanager
def local_server(database: str | Path, log: Path | None = None) -> Iterator[str]:
    """Run a server on a free loopback port; yield its URL once it answers.

    ``database``: a file or an SQLAlchemy URL. ``log``: the file for its log; None discards it. The
    server stops at the end, or when this process ends for any reason.

    Raises:
        RuntimeError: it did not start.
    """
    url = _url(database)
    with _log_file(log) as errors:
        server = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        with server:
            assert server.stdin is not None
            assert server.stdout is not None
            try:
                line = server.stdout.readline()
                if not line:
                    raise RuntimeError("The local server did not start. Try again.")
                yield str(json.loads(line)["address"])
            finally:
                server.stdin.close()
                try:
                    server.wait(30)
                except subprocess.TimeoutExpired:
                    server.kill()


def code(
    database: str | Path,
    role: str = "operator",
    district: int | None = None,
    block: int | None = None,
) -> str:
    """Make a one-time code in a database; without district and block, for the whole territory.

    Raises:
        Unusable: the database cannot be opened.
        WrongInput: there is no such role, district or block.
    """
    from fieldkit.server.database.connection import writing
    from fieldkit.server.database.migrate import open_database
    from fieldkit.server.devices.enrolment import make_code

    engine = open_database(_url(database))
    try:
        with writing(engine) as connection:
            return make_code(connection, role, district, block, int(time.time()))
    finally:
        engine.dispose()


def _url(database: str | Path) -> str:
    return database if isinstance(database, str) else f"sqlite:///{database}"


def serve(database: str) -> None:
    """Serve on a free port, write the address to standard output, stop when standard input ends."""
    from fieldkit.server.operation.run import run

    run(database, port=0, ready=_write_address, watch_input=True)


def _write_address(address: str) -> None:
    sys.stdout.write(json.dumps({"address": address}) + "\n")
    sys.stdout.flush()


@contextmanager
def _log_file(path: Path | None) -> Iterator[int]:
    if path is None:
        yield subprocess.DEVNULL
        return
    with path.open("ab") as file:
        yield file.fileno()
