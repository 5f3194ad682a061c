"""Servers, commands and calls for tests, each in a process that has the modules loaded.

Loading them anew takes several times as long as all else that most of these processes do. They are
copies of one process that did it once.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from fieldkit.server.operation import local

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext  # Windows has none

CAN_FORK = sys.platform != "win32"
_LOADED = [
    "pytest",
    "fieldkit.server.operation.run",
    "fieldkit.server.database.migrate",
    *(
        f"fieldkit.commands.{name}"
        for name in ("entry.importing", "records.reading", "laptop", "server")
    ),
    *("fieldkit.cli", "fieldkit.arguments", "fieldkit.sample", "fieldkit.sync.client"),
    *("fieldkit.files.tables.open", "openpyxl.styles.numbers", "openpyxl.utils.datetime", "xlrd"),
]
_PATIENCE = 120
"""Seconds that a command may take."""


@cache
def _copies() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


@contextmanager
def local_server(database: str | Path, log: Path | None = None) -> Iterator[str]:
    """Run a server as :func:`fieldkit.server.operation.local.local_server` does, but start faster.

    A new file is a copy of a migrated one; the server begins an era of its own in it.
    """
    if isinstance(database, Path) and database.parent.is_dir() and not database.exists():
        shutil.copyfile(Path(_migrated().name, "server.sqlite3"), database)
    if not CAN_FORK:
        with local.local_server(database, log) as url:
            yield url
        return
    there, stop = multiprocessing.Pipe(duplex=False)
    address, tell = multiprocessing.Pipe(duplex=False)
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    server = _copies().Process(target=_serve, args=(url, log, there, tell), daemon=True)
    server.start()
    there.close()
    tell.close()
    try:
        yield str(address.recv())
    finally:
        stop.close()
        server.join(30)
        server.kill()


def command(home: Path, *arguments: str) -> CompletedProcess[str]:
    """Run a command on a home; its output is read once it has ended."""
    return called(_run, home, arguments)


def called(function: Callable[..., None], *arguments: object) -> CompletedProcess[str]:
    """Call a function of a module in a process; its output is read once it has ended."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _copies().Process(target=_call, args=(out, err, function, arguments))
        process.start()
        process.join(_PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(function.__name__)
        said = [path.read_text(encoding="utf-8") for path in (out, err)]
        return CompletedProcess(function.__name__, process.exitcode, *said)


def _serve(url: str, log: Path | None, there: Connection, tell: Connection) -> None:
    """Serve until the tests close the other end of ``there``, or end."""
    from fieldkit.server.operation.run import run

    _redirect(2, log or Path(os.devnull))
    sys.stdin = open(there.fileno(), closefd=False, encoding="utf-8")  # noqa: SIM115
    run(url, port=0, ready=tell.send, watch_input=True)


def _call(
    out: Path, err: Path, function: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    _redirect(1, out)
    _redirect(2, err)
    function(*arguments)


def _run(home: Path, arguments: tuple[str, ...]) -> None:
    from fieldkit.cli import main

    os.environ["FIELDKIT_HOME"] = str(home)
    main(arguments)


def _redirect(descriptor: int, path: Path) -> None:
    with path.open("ab") as file:
        os.dup2(file.fileno(), descriptor)


@cache
def _migrated() -> tempfile.TemporaryDirectory[str]:
    """Make a folder with a migrated database; it is removed when the tests end."""
    from fieldkit.server.database.migrate import migrate

    folder = tempfile.TemporaryDirectory(prefix="fieldkit-migrated-")
    migrate(f"sqlite:///{folder.name}/server.sqlite3")
    return folder
