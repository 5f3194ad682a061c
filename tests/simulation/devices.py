"""The machines of a run: laptops on real files, and a server on its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select, update
from tests.simulation.bench import Bench, Fuse
from tests.simulation.files import Line, Look, Shown, connect, image, log_of, mark_of
from tests.simulation.model import Entry, Expected, Past, Place, Roll, Violation, holds

from fieldkit.protocol.messages import SyncAnswer, SyncRequest
from fieldkit.protocol.scope import Scope
from fieldkit.server import tables
from fieldkit.server.devices.scope import Device
from fieldkit.server.feed.positions import start
from fieldkit.server.ingest import sync as apply
from fieldkit.settings import DATABASE
from fieldkit.store import Store


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


@dataclass(frozen=True)
class Kept:
    """A copy of a laptop's file, and what it had gone through."""

    number: int
    of: Laptop
    path: Path
    past: Past


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
            len(scopes),
            tuple(
                Scope.model_validate(
                    {"role": self.roles[device], "district": place[0], "block": place[1]}
                    | {"epoch": epoch}
                )
                for epoch, place in enumerate(scopes, start=1)
            ),
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
            start(connection, self.now())
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
