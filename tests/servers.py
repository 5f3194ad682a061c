"""Servers for tests: each a process of its own, started from one that has loaded the modules.

Loading them anew takes ten times as long as all else that a server does before it answers.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from fieldkit.server.operation import local

_LOADED = ["pytest", "fieldkit.server.operation.run", "fieldkit.server.database.migrate"]


@contextmanager
def local_server(database: str | Path, log: Path | None = None) -> Iterator[str]:
    """Run a server as :func:`fieldkit.server.operation.local.local_server` does, but start faster.

    A new file is a copy of a migrated one; the server begins an era of its own in it.
    """
    if isinstance(database, Path) and database.parent.is_dir() and not database.exists():
        shutil.copyfile(Path(_migrated().name, "server.sqlite3"), database)
    if sys.platform == "win32":
        with local.local_server(database, log) as url:
            yield url
        return
    there, stop = multiprocessing.Pipe(duplex=False)
    address, tell = multiprocessing.Pipe(duplex=False)
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    started_from = multiprocessing.get_context("forkserver")
    started_from.set_forkserver_preload(_LOADED)
    server = started_from.Process(target=_serve, args=(url, log, there, tell), daemon=True)
    server.start()
    there.close()
    tell.close()
    try:
        yield str(address.recv())
    finally:
        stop.close()
        server.join(30)
        server.kill()


def _serve(url: str, log: Path | None, there: Connection, tell: Connection) -> None:
    """Serve until the tests close the other end of ``there``, or end."""
    from fieldkit.server.operation.run import run

    with Path(log or os.devnull).open("ab") as errors:
        os.dup2(errors.fileno(), 2)
    sys.stdin = open(there.fileno(), closefd=False, encoding="utf-8")  # noqa: SIM115
    run(url, port=0, ready=tell.send, watch_input=True)


@cache
def _migrated() -> tempfile.TemporaryDirectory[str]:
    """Make a folder with a migrated database; it is removed when the tests end."""
    from fieldkit.server.database.migrate import migrate

    folder = tempfile.TemporaryDirectory(prefix="fieldkit-migrated-")
    migrate(f"sqlite:///{folder.name}/server.sqlite3")
    return folder
