"""What the runs of one process share: template files, compiled statements, power that can fail.

Files are copied from templates made once, and lie in memory where the system offers that; the
engines share what SQLAlchemy has compiled.
"""

from __future__ import annotations

import random
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool
from tests.simulation.files import Look, connect, fold

from fieldkit.protocol.change import Change
from fieldkit.server import database
from fieldkit.server.operation import migrate
from fieldkit.server.rows import Unfitting, readable
from fieldkit.settings import DATABASE
from fieldkit.store import Store

REFUSED = "Nowhere"
"""A village that the run's server refuses."""


class Crash(BaseException):
    """A machine loses its power; nothing of the program may catch this."""


@dataclass
class Fuse:
    """Cuts the power of a machine at one of its commits."""

    at: int = 0
    """Which of the commits to come; 0: none."""
    after: bool = False
    """Whether that commit still reaches the disk."""

    def burn(self, connection: Connection) -> None:
        if self.at:
            self.at -= 1
            if not self.at:
                if self.after:
                    dbapi = connection.connection.dbapi_connection
                    assert dbapi is not None
                    dbapi.commit()
                raise Crash


class Drawn:
    """Names and numbers that the program draws at random, drawn from the run's seed instead."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)

    def choice(self, options: str) -> str:
        return self._chance.choice(options)

    def token_hex(self, many: int = 16) -> str:
        return self._chance.randbytes(many).hex()

    def token_urlsafe(self, many: int = 32) -> str:
        return self.token_hex(many)


class Bench:
    """What the runs of one process share: a folder, the template files, compiled statements."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(
            prefix="simulation-", dir=memory if memory.is_dir() else None
        )
        self.folder = Path(self._folder.name)
        self._base: Engine | None = None
        self.places: dict[Path, str] = {}
        """What each data file is told of the machine and path it lies at."""
        self.fuses: dict[Path, Fuse] = {}
        with self.at_work("template"):
            template = Store.open(self.folder / "template", connect=connect)
            template.close()
        self.laptop_template = self.folder / "template" / DATABASE
        self.server_path = self.folder / "run" / "server.sqlite3"
        made = self.folder / "server.sqlite3"
        with patch.object(secrets, "token_hex", Drawn("server").token_hex):
            migrate.open_database(f"sqlite:///{made}").dispose()
        self.server_template = made
        fold(made)
        fold(self.laptop_template)
        self.server_fuse = Fuse()
        self.look = Look(self.server_path)
        self.server = database.connect(f"sqlite:///{self.server_path}")
        event.listen(self.server, "connect", _hurry)
        event.listen(self.server, "commit", lambda connection: self.server_fuse.burn(connection))

    def close(self) -> None:
        self.look.close()
        self.server.dispose()
        self._folder.cleanup()

    def fresh(self) -> Path:
        """Clear the table for a run; return its folder."""
        self.look.close()
        self.server.dispose()
        run = self.folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        shutil.copyfile(self.server_template, self.server_path)
        self.server_fuse = Fuse()
        self.places.clear()
        self.fuses.clear()
        return run

    @contextmanager
    def at_work(self, seed: str) -> Iterator[None]:
        """Let the program draw from ``seed``, and its engines share what they compile."""
        drawn = Drawn(seed)
        with (
            patch.object(secrets, "choice", drawn.choice),
            patch.object(secrets, "token_hex", drawn.token_hex),
            patch.object(secrets, "token_urlsafe", drawn.token_urlsafe),
            patch("fieldkit.store.database.create_engine", self._engine),
            patch("fieldkit.store.store.place_of", self._place_of),
            patch("fieldkit.server.ingest.batch.readable", _choosy),
        ):
            yield

    def _place_of(self, path: Path) -> str:
        return self.places.get(path, str(path))

    def _engine(self, url: str, *, creator: Callable[[], DBAPIConnection], **_: object) -> Engine:
        if self._base is None:
            self._base = create_engine("sqlite://", hide_parameters=True)
            with self._base.connect():
                pass
        pool = QueuePool(creator, pool_size=4, max_overflow=-1)
        pool._dialect = self._base.dialect
        engine = Engine(pool, self._base.dialect, self._base.url, hide_parameters=True)
        engine._compiled_cache = self._base._compiled_cache
        event.listen(engine, "commit", self._burn)
        return engine

    def _burn(self, connection: Connection) -> None:
        for fuse in self.fuses.values():
            fuse.burn(connection)


def _choosy(change: Change, *given: object) -> Change:
    """Read a change as the server does, but for one village that it does not take."""
    if change.fields.get("village") == REFUSED:
        raise Unfitting("unfitting.value", "village", why="There is no such village.")
    return readable(change, *given)  # type: ignore[arg-type]


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
