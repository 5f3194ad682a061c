"""The machines of a run: laptops on real files, a server on its own, and a line that misbehaves.

No socket, no sleep, no clock but the run's. Files are copied from templates made once, and lie in
memory where the system offers that; the engines share what SQLAlchemy has compiled.
"""

from __future__ import annotations

import json
import random
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool
from tests.simulation.model import (
    Entry,
    Expected,
    Json,
    Past,
    Place,
    Roll,
    Violation,
    holds,
    number_of,
)

from fieldkit.records import Change, Record
from fieldkit.records.identity import CROCKFORD
from fieldkit.server import apply, database, migrate, tables
from fieldkit.server.problems import Refusal
from fieldkit.server.rows import Unfitting, readable
from fieldkit.server.scope import Device, ScopeAt
from fieldkit.settings import DATABASE
from fieldkit.store import Store
from fieldkit.sync.codec import decode, encode
from fieldkit.sync.line import Cut, NoLine, Told, Traffic
from fieldkit.sync.messages import M, Message, SyncAnswer, SyncRequest

KINDS = ("beneficiary", "self_help_group", "member")
START = 1_795_000_000
REFUSED = "Nowhere"
"""A village that the run's server refuses."""
_SPARE_FIELDS = {"id", "version", "extra", "deleted"}


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


@dataclass(frozen=True)
class Shown:
    """A record as it stands in a file."""

    kind: str
    id: str
    version: int
    values: dict[str, Json]

    @property
    def key(self) -> str:
        return f"{self.values.get('created_by', self.id)}/{number_of(self.id)}"

    @property
    def deleted(self) -> bool:
        return self.values.get("deleted") is True


class Look:
    """Reads a data file, laptop's or server's, by plain SQL; opened once, as that takes long."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def all(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        if self._file is None:
            self._file = sqlite3.connect(self._path)
            self._file.row_factory = sqlite3.Row
        return self._file.execute(query, values).fetchall()

    def rows(self) -> dict[str, Shown]:
        """Read every record."""
        found: dict[str, Shown] = {}
        for kind in KINDS:
            for row in self.all(f"SELECT * FROM {kind} ORDER BY rowid"):
                named = zip(row.keys(), row, strict=True)
                filled = {name: value for name, value in named if value is not None}
                values = {name: filled[name] for name in filled.keys() - _SPARE_FIELDS}
                values |= json.loads(row["extra"] or "{}")
                if row["deleted"]:
                    values["deleted"] = True
                found[row["id"]] = Shown(kind, row["id"], row["version"] or 0, values)
        return found


@dataclass(frozen=True)
class Line:
    """One line of a laptop's log."""

    origin: str
    seq: int
    kind: str
    record_id: str
    op: str
    fields: Mapping[str, Json]
    base: int
    operator: str
    verdict: str | None
    reason: str | None
    version: int | None
    acked: bool
    head: bytes

    @property
    def mark(self) -> str:
        return mark_of(self.operator, self.kind, self.record_id)


def mark_of(operator: str, kind: str, record_id: str) -> str:
    return f"{operator}/{kind}/{number_of(record_id)}"


_LOG = """
SELECT change.*, change.seq <= origin.acked_seq AS acked
FROM change JOIN origin USING (origin) ORDER BY origin.born, change.seq
"""


def log_of(look: Look) -> list[Line]:
    """Read a laptop's whole log."""
    return [
        Line(
            row["origin"],
            row["seq"],
            row["kind"],
            row["record_id"],
            row["op"],
            json.loads(row["fields"]),
            row["base"] or 0,
            row["operator"],
            row["verdict"],
            row["reason"],
            row["version"],
            bool(row["acked"]),
            row["head"],
        )
        for row in look.all(_LOG)
    ]


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

    def origin(self) -> str:
        return "Z" + "".join(self._chance.choice(CROCKFORD) for _ in range(7))


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
        _fold(made)
        _fold(self.laptop_template)
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
            patch("fieldkit.server.batch.readable", _choosy),
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


def connect(path: Path) -> sqlite3.Connection:
    """Open a data file without waiting for the disk: no power is cut here but by the run."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _choosy(change: Change, known: type[Record] | None) -> Change:
    """Read a change as the server does, but for one village that it does not take."""
    if change.fields.get("village") == REFUSED:
        raise Unfitting("There is no such village.", "village")
    return readable(change, known)


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _fold(path: Path) -> None:
    """Bring a file's write-ahead log into it, so that copying the one file copies all."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = DELETE")


def image(source: Path, target: Path) -> None:
    """Copy a data file as it lies, as a disk image would."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as fresh:
        whole.backup(fresh)


@dataclass
class Laptop:
    """One laptop: a home, its store, and what its file has gone through."""

    bench: Bench
    name: str
    home: Path
    device: int
    """The enrolment it works under; a copy works under the same."""
    now: Callable[[], int]
    past: Past = field(default_factory=Past)
    astray: int = 0
    """Seconds its clock is ahead."""
    _store: Store | None = None

    def __post_init__(self) -> None:
        self.look = Look(self.path)

    @property
    def path(self) -> Path:
        return self.home / DATABASE

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = Store.open(self.home, clock=self.clock, connect=connect)
        return self._store

    def wake(self) -> None:
        """Make sure that the file is open."""
        assert self.store

    @property
    def fuse(self) -> Fuse:
        return self.bench.fuses.setdefault(self.home, Fuse())

    def clock(self) -> int:
        return self.now() + self.astray

    def close(self) -> None:
        """Close the file, as at the end of a day or when the power goes."""
        self.fuse.at = 0
        self.look.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    def rows(self) -> dict[str, Shown]:
        return self.look.rows()

    def log(self) -> list[Line]:
        return log_of(self.look)


@dataclass
class Central:
    """The server: its database, who may talk to it, and what it ought to hold."""

    bench: Bench
    expected: Expected
    now: Callable[[], int]
    scopes: dict[int, list[Place]] = field(default_factory=dict)
    """Of each device, epoch by epoch from 1."""
    roles: dict[int, str] = field(default_factory=dict)
    read: int = 0
    """The last line of the log looked at."""
    accepted: int = 0
    """Changes taken in so far."""
    sent: int = 0
    """Rows that went out so far."""
    _kept: tuple[Roll, int] | None = None

    def enrol(self, role: str, scope: Place) -> int:
        number = len(self.scopes) + 1
        self.scopes[number], self.roles[number] = [scope], role
        with self.bench.server.begin() as connection:
            connection.execute(
                insert(tables.DEVICE).values(
                    id=number,
                    token_hash=number.to_bytes(32, "big"),
                    token_at=self.now(),
                    name=f"laptop {number}",
                    role=role,
                    epoch=1,
                    enrolled_at=self.now(),
                )
            )
            connection.execute(
                insert(tables.SCOPE).values(
                    device=number, epoch=1, district=scope[0], block=scope[1]
                )
            )
        return number

    def incarnation(self) -> str:
        with self.bench.server.connect() as connection:
            return str(connection.execute(select(tables.SERVER.c.incarnation)).scalar_one())

    def rescope(self, device: int, scope: Place) -> None:
        self.scopes[device].append(scope)
        epoch = len(self.scopes[device])
        with self.bench.server.begin() as connection:
            connection.execute(
                insert(tables.SCOPE).values(
                    device=device, epoch=epoch, district=scope[0], block=scope[1]
                )
            )
            connection.execute(
                update(tables.DEVICE).where(tables.DEVICE.c.id == device).values(epoch=epoch)
            )

    def sender(self, device: int) -> Device:
        scopes = self.scopes[device]
        return Device(
            device,
            self.roles[device],
            len(scopes),
            tuple(ScopeAt(epoch, *scope) for epoch, scope in enumerate(scopes, start=1)),
        )

    def ask(self, device: int, request: SyncRequest) -> SyncAnswer:
        """Let the program answer, then look at what it did."""
        sender = self.sender(device)
        scopes = self.scopes[device][max(request.epoch - 1, 0) :] or self.scopes[device][-1:]
        try:
            answer = apply.sync(self.bench.server, sender, request, self.now())
        finally:
            self.look(scopes)
        self._in_scope(answer, self.scopes[device][-1])
        self.sent += len(answer.page.rows) + len(answer.page.gone) if answer.page else 0
        return answer

    def look(self, scopes: list[Place]) -> None:
        """Read the log on from where it was read last, and hold each change against its fate."""
        look = self.bench.look
        floor = look.all("SELECT floor FROM server")[0]["floor"]
        for row in look.all(
            "SELECT rowid, * FROM change WHERE rowid > ? ORDER BY rowid", [self.read]
        ):
            body = json.loads(row["body"])
            entry = Entry(
                row["origin"],
                row["seq"],
                row["verdict"],
                row["version"],
                body["id"],
                body,
                row["district"],
            )
            mark = mark_of(body["operator"], body["kind"], body["id"])
            self.read = row["rowid"]
            self.accepted += 1
            self.expected.accept(entry, mark, scopes, floor)

    def _in_scope(self, answer: SyncAnswer, scope: Place) -> None:
        for row in answer.page.rows if answer.page else []:
            stands = self.expected.roll.rows.get(row.id)
            if stands is None or not holds(scope, stands.place):
                raise Violation(f"P8: {row.id} was sent to a laptop out of whose scope it lies")

    def rows(self) -> dict[str, Shown]:
        return self.bench.look.rows()

    def back_up(self) -> None:
        image(self.bench.server_path, self.bench.folder / "run" / "server-backup.sqlite3")
        self._kept = self.expected.aside(), self.read

    def restore(self) -> bool:
        """Put the server's last backup back; False if there is none."""
        if self._kept is None:
            return False
        self.bench.look.close()
        self.bench.server.dispose()
        image(self.bench.folder / "run" / "server-backup.sqlite3", self.bench.server_path)
        # Who is enrolled is not what this is about: the backup has them all.
        roll, self.read = self._kept
        self.expected.put_back(roll)
        with self.bench.server.begin() as connection:
            for device, scopes in self.scopes.items():
                connection.execute(
                    update(tables.DEVICE)
                    .where(tables.DEVICE.c.id == device)
                    .values(epoch=len(scopes))
                )
                connection.execute(tables.SCOPE.delete().where(tables.SCOPE.c.device == device))
                connection.execute(
                    insert(tables.SCOPE),
                    [
                        {"device": device, "epoch": epoch, "district": one[0], "block": one[1]}
                        for epoch, one in enumerate(scopes, start=1)
                    ],
                )
        return True


@dataclass
class Trouble:
    """What goes wrong on a line, by the number of the request."""

    by_request: dict[int, str] = field(default_factory=dict)
    """``lost``, ``unanswered``, ``server dies``, ``server dies late``, ``laptop dies``,
    ``laptop dies late``, ``twice``, ``meanwhile``."""
    down_from: int = 0
    """From which request on there is no line; 0: never."""
    meanwhile: Callable[[], None] | None = None
    """What happens while that request is under way."""
    most: int = 0
    """Changes in a batch and rows in a page at most; 0: as many as usual."""
    coding: str | None = None
    """How messages are packed on the way; None: handed over as they are."""


class Wire:
    """A line of the run, as the program's sync takes it."""

    def __init__(
        self,
        central: Central,
        device: int,
        trouble: Trouble | None = None,
        keep: Callable[[int, SyncRequest], None] | None = None,
    ) -> None:
        self.traffic = Traffic()
        self._central = central
        self._device = device
        self._trouble = trouble or Trouble()
        self._keep = keep

    def use(self, token: str) -> None:
        """No token is looked at here."""

    def weigh(self, message: Message) -> int:
        return 100

    def ask(self, path: str, message: Message, kind: type[M]) -> M:
        assert path == "/v1/sync", path
        assert isinstance(message, SyncRequest)
        self.traffic.requests += 1
        number, trouble = self.traffic.requests, self._trouble
        if number > 500:
            raise Violation("P7: a sync of 500 requests has no end")
        if trouble.down_from and number >= trouble.down_from:
            raise NoLine
        what = trouble.by_request.get(number, "")
        if what == "lost":
            raise Cut
        if what == "laptop dies":
            raise Crash
        answer = self._deliver(self._pack(message, SyncRequest), what)
        if what == "laptop dies late":
            raise Crash
        if what == "unanswered":
            raise Cut
        if what == "twice":
            self._deliver(message, "")
        if what == "meanwhile" and trouble.meanwhile:
            trouble.meanwhile()
        packed = self._pack(answer, SyncAnswer)
        assert isinstance(packed, kind)
        return packed

    def _deliver(self, request: SyncRequest, what: str) -> SyncAnswer:
        if self._keep:
            self._keep(self._device, request)
        fuse = self._central.bench.server_fuse
        if what.startswith("server dies"):
            fuse.at, fuse.after = 1, what.endswith("late")
        try:
            return self._central.ask(self._device, request)
        except Refusal as refused:
            raise Told(refused.problem.status, refused.problem) from None
        except Crash:
            self._central.bench.server.dispose()
            raise Cut from None
        finally:
            fuse.at = 0

    def _pack(self, message: M, kind: type[M]) -> M:
        coding = self._trouble.coding
        return message if coding is None else decode(encode(message, coding), kind, coding)
