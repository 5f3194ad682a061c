"""What may be imported where: the client runs on Windows, without the server, and starts fast."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fieldkit

PACKAGE = Path(fieldkit.__file__).parent

POSIX_MODULES = set("curses fcntl grp posix pty pwd resource syslog termios tty".split())  # noqa: SIM905
POSIX_NAMES = {
    f"{module}.{name}"
    for module, names in {
        "os": "fork forkpty getuid geteuid getgid getegid setsid getpgid killpg uname chown fchmod "
        "mkfifo statvfs getloadavg nice wait wait4 WNOHANG sysconf sched_getaffinity sync "
        "O_DIRECTORY O_NOFOLLOW",
        "signal": "SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGALRM SIGCHLD SIGPIPE SIGWINCH "
        "alarm setitimer pause",
        "asyncio": "open_unix_connection start_unix_server",
        "socket": "AF_UNIX",
        "time": "tzset",
    }.items()
    for name in names.split()
}


def posix_only(source: str) -> Iterator[str]:
    """Name what Windows lacks among the imports and the ``module.name`` uses of a source text."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name in POSIX_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module in POSIX_MODULES:
                    yield module
                yield from sorted({f"{module}.{one.name}" for one in names} & POSIX_NAMES)
            case ast.Attribute(value=ast.Name(id=module), attr=attribute):
                if f"{module}.{attribute}" in POSIX_NAMES:
                    yield f"{module}.{attribute}"
            case ast.Call(func=ast.Attribute(attr="add_signal_handler")):
                yield "add_signal_handler"


def client_sources() -> list[Path]:
    return [
        path for path in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "server" not in path.parents
    ]


def test_the_client_uses_nothing_that_windows_lacks() -> None:
    found = {
        str(path.relative_to(PACKAGE)): names
        for path in client_sources()
        if (names := sorted(posix_only(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import fcntl", "fcntl"),
        ("def f():\n    from termios import tcgetattr", "termios"),
        ("import os\nos.fork()", "os.fork"),
        ("from signal import SIGKILL", "signal.SIGKILL"),
        ("import signal\nsignal.SIGKILL", "signal.SIGKILL"),
    ],
)
def test_the_scan_sees_what_windows_lacks(source: str, name: str) -> None:
    assert list(posix_only(source)) == [name]


SERVER = {"fastapi", "uvicorn", "starlette", "fieldkit.server"}
HEAVY = {
    *("sqlmodel", "sqlalchemy", "pydantic", "alembic", "httpx", "openpyxl", "xlrd"),
    *("fieldkit.records", "fieldkit.schema", "fieldkit.store", "fieldkit.sync"),
    *("fieldkit.files", "fieldkit.sample", "fieldkit.server", "fieldkit.protocol"),
    *("fieldkit.matching", "fieldkit.papers", "fieldkit.day"),
    *("hashlib", "secrets", "nacl", "sqlcipher3"),
}

HOME_WITHOUT_ITS_STORE = """
import asyncio, sys, tempfile
from pathlib import Path
from fieldkit import cli
from fieldkit.app import FieldkitApp

class Waiting(FieldkitApp):
    async def open_store(self):
        await asyncio.Event().wait()

async def look():
    app = Waiting(Path(tempfile.gettempdir()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z", "o", "o")
        assert "zoo" in app.export_screenshot()

asyncio.run(look())
"""


def imported_by(program: str) -> frozenset[str]:
    """Return the packages a fresh interpreter holds after the program, and fieldkit's own."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    names = ran.stdout.split()
    own = {".".join(name.split(".")[:2]) for name in names if name.startswith("fieldkit.")}
    return frozenset({name.partition(".")[0] for name in names} | own)


def client_modules() -> list[str]:
    names = [path.relative_to(PACKAGE).with_suffix("").parts for path in client_sources()]
    modules = [".".join(("fieldkit", *parts)).removesuffix(".__init__") for parts in names]
    serving = {"fieldkit.__main__", "fieldkit.commands.server"}
    return [name for name in modules if name not in serving and ".migrations." not in name]


def test_the_laptop_does_without_the_servers_libraries() -> None:
    assert imported_by(f"import {', '.join(client_modules())}") & SERVER == set()


def test_home_paints_and_takes_keys_before_anything_heavy_is_imported() -> None:
    assert imported_by(HOME_WITHOUT_ITS_STORE) & HEAVY == set()
