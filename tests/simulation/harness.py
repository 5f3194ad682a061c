"""Resources shared by the runs of one process: template files, compiled statements, power cuts.

Each run copies its files from templates, in memory if the system offers that; the engines share
SQLAlchemy's compiled statements.
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
from tests.simulation.files import FileReader, checkpoint, connect

from fieldkit.protocol.change import Change
from fieldkit.server.database import connection as database
from fieldkit.server.database import migrate
from fieldkit.server.database.rows import UnfitChange, read_change
from fieldkit.settings import DATABASE
from fieldkit.store import Store

REFUSED = "Nowhere"
"""A village that the run's server repower_cuts."""


class Crash(BaseException):
    """A machine loses power; no code of the program may catch this."""


@dataclass
class PowerCut:
    """Cuts the power of a machine at one of its commits."""

    at: int = 0
    """The number of the next commit that fails; 0: none."""
    after: bool = False
    """Whether that commit still reaches the disk."""

    def on_commit(self, connection: Connection) -> None:
        if self.at:
            self.at -= 1
            if not self.at:
                if self.after:
                    dbapi = connection.connection.dbapi_connection
                    assert dbapi is not None
                    dbapi.commit()
                raise Crash


class SeededSecrets:
    """Replaces ``secrets``: draws from the run's seed."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)

    def choice(self, options: str) -> str:
        return self._chance.choice(options)

    def token_hex(self, many: int = 16) -> str:
        return self._chance.randbytes(many).hex()

    def token_urlsafe(self, many: int = 32) -> str:
        return self.token_hex(many)


class Harness:
    """A folder, template files and compiled statements, shared by the runs of one process."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(
            prefix="simulation-", dir=memory if memory.is_dir() else None
        )
        self.folder = Path(self._folder.name)
        self._base: Engine | None = None
        self.places: dict[Path, str] = {}
        """The machine and path that the program finds each data file at."""
        self.power_cuts: dict[Path, PowerCut] = {}
        with self.seeded("template"):
            template = Store.open(self.folder / "template", connect=connect)
            template.close()
        self.laptop_template = self.folder / "template" / DATABASE
        self.server_path = self.folder / "run" / "server.sqlite3"
        made = self.folder / "server.sqlite3"
        with patch.object(secrets, "token_hex", SeededSecrets("server").token_hex):
            migrate.open_database(f"sqlite:///{made}").dispose()
        self.server_template = made
        checkpoint(made)
        checkpoint(self.laptop_template)
        self.server_power_cut = PowerCut()
        self.look = FileReader(self.server_path)
        self.server = database.connect(f"sqlite:///{self.server_path}")
        event.listen(self.server, "connect", _skip_fsync)
        event.listen(
            self.server, "commit", lambda connection: self.server_power_cut.on_commit(connection)
        )

    def close(self) -> None:
        self.look.close()
        self.server.dispose()
        self._folder.cleanup()

    def new_run(self) -> Path:
        """Prepare an empty folder and a fresh server for a run; return the folder."""
        self.look.close()
        self.server.dispose()
        run = self.folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        shutil.copyfile(self.server_template, self.server_path)
        self.server_power_cut = PowerCut()
        self.places.clear()
        self.power_cuts.clear()
        return run

    @contextmanager
    def seeded(self, seed: str) -> Iterator[None]:
        """Patch the program: secrets from ``seed``, shared engines, one village rejected."""
        drawn = SeededSecrets(seed)
        with (
            patch.object(secrets, "choice", drawn.choice),
            patch.object(secrets, "token_hex", drawn.token_hex),
            patch.object(secrets, "token_urlsafe", drawn.token_urlsafe),
            patch("fieldkit.store.database.create_engine", self._engine),
            patch("fieldkit.store.store.place_of", self._place_of),
            patch("fieldkit.server.ingest.batch.read_change", _read_change_or_refuse),
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
        event.listen(engine, "commit", self._maybe_cut)
        return engine

    def _maybe_cut(self, connection: Connection) -> None:
        for power_cut in self.power_cuts.values():
            power_cut.on_commit(connection)


def _read_change_or_refuse(change: Change, *given: object) -> Change:
    """Read a change as the server does, but reject one village."""
    if change.fields.get("village") == REFUSED:
        raise UnfitChange("unfitting.value", "village", why="There is no such village.")
    return read_change(change, *given)  # type: ignore[arg-type]


def _skip_fsync(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
