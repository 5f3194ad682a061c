"""The machines of a run: laptops and a server, each with a real database file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update
from tests.simulation.files import (
    FileReader,
    LogLine,
    ShownRecord,
    connect,
    copy_file,
    log_of,
    mark_of,
)
from tests.simulation.harness import Harness, PowerCut
from tests.simulation.model import (
    Entry,
    Expected,
    FileHistory,
    ServerState,
    Violation,
)
from tests.simulation.rights import Place, Term, reads

from fieldkit.protocol.messages.sync import EnrolAnswer, EnrolRequest, SyncAnswer, SyncRequest
from fieldkit.server.database import tables
from fieldkit.server.database.eras import begin_era
from fieldkit.server.devices import enrolment
from fieldkit.server.devices.authentication import device_numbered, hash_secret
from fieldkit.server.devices.scopes import begin_scope, close_scopes
from fieldkit.server.ingest import settling, unsettled
from fieldkit.server.ingest import sync as apply
from fieldkit.server.scope import Device
from fieldkit.settings import DATABASE
from fieldkit.store import Store


@dataclass
class Laptop:
    """One laptop: its home, its store, and the history of its file."""

    harness: Harness
    name: str
    home: Path
    device: int
    """Its enrolment; a copy has the same."""
    now: Callable[[], int]
    past: FileHistory = field(default_factory=FileHistory)
    enrolments: int = 0
    """How often it had to enrol again at the end of a run."""
    clock_offset: int = 0
    """Seconds by which its clock is ahead."""
    _store: Store | None = None

    def __post_init__(self) -> None:
        self.look = FileReader(self.path)

    @property
    def path(self) -> Path:
        return self.home / DATABASE

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = Store.open(self.home, clock=self.clock, connect=connect)
        return self._store

    def open(self) -> None:
        """Open the file if it is closed."""
        assert self.store

    @property
    def power_cut(self) -> PowerCut:
        return self.harness.power_cuts.setdefault(self.home, PowerCut())

    def clock(self) -> int:
        return self.now() + self.clock_offset

    def close(self) -> None:
        """Close the file, as at the end of a day or at a power cut."""
        self.power_cut.at = 0
        self.look.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    def rows(self) -> dict[str, ShownRecord]:
        return self.look.rows()

    def log(self) -> list[LogLine]:
        return log_of(self.look)


@dataclass(frozen=True)
class FileCopy:
    """A copy of a laptop's file, with its history so far."""

    number: int
    of: Laptop
    path: Path
    past: FileHistory


@dataclass
class Server:
    """The server: its database, its devices, and the expected records."""

    harness: Harness
    now: Callable[[], int]
    terms: dict[int, list[Term]] = field(default_factory=dict)
    """The scopes of each device, by epoch from 1."""
    roles: dict[int, str] = field(default_factory=dict)
    read: int = 0
    """The last checked row of the log."""
    accepted: int = 0
    """Changes stored so far."""
    sent: int = 0
    """Rows sent so far."""
    _kept: tuple[ServerState, int] | None = None

    def __post_init__(self) -> None:
        self.expected = Expected(self.terms, self.roles, self.now)

    def enrol(self, role: str, scope: Place) -> int:
        number = len(self.terms) + 1
        self.terms[number], self.roles[number] = [Term(scope, self.now())], role
        with self.harness.server.begin() as connection:
            self._insert_device(connection, number)
            connection.execute(
                insert(tables.SCOPE).values(_scope_row(number, 1, self.terms[number][0]))
            )
        return number

    def _insert_device(self, connection: Connection, number: int) -> None:
        connection.execute(
            insert(tables.DEVICE).values(
                id=number,
                token_hash=number.to_bytes(32, "big"),
                token_at=self.now(),
                name=f"laptop {number}",
                role=self.roles[number],
                epoch=1,
                enrolled_at=self.now(),
            )
        )

    def enrol_by_code(self, role: str, scope: Place, request: EnrolRequest) -> EnrolAnswer:
        """Let the program enrol a new device by a code; its number is that of the last one."""
        number = len(self.terms) + 1
        code = f"{number:010}"
        with self.harness.server.begin() as connection:
            connection.execute(
                insert(tables.CODE).values(
                    hash=hash_secret(code),
                    role=role,
                    district=scope[0],
                    block=scope[1],
                    expires_at=self.now() + 60,
                )
            )
            request = request.model_copy(update={"code": code})
            answer = enrolment.enrol(connection, request, "", self.now())
            made = connection.execute(select(func.max(tables.DEVICE.c.id))).scalar_one()
        assert made == number
        self.terms[number], self.roles[number] = [Term(scope, self.now())], role
        return answer

    def area(self, device: int) -> Place:
        """Return the present area of a device."""
        return self.terms[device][-1].area

    def change_scope(self, device: int, scope: Place) -> None:
        terms = self.terms[device]
        terms[-1] = replace(terms[-1], ended=self.now())
        terms.append(Term(scope, self.now()))
        with self.harness.server.begin() as connection:
            epoch = len(terms)
            connection.execute(
                update(tables.DEVICE).where(tables.DEVICE.c.id == device).values(epoch=epoch)
            )
            begin_scope(connection, device, epoch, *scope, self.now())

    def close_scopes(self, device: int) -> None:
        """A supervisor closes the ended scopes of a device."""
        self.terms[device] = [
            one if one.ended is None else replace(one, closed=True) for one in self.terms[device]
        ]
        with self.harness.server.begin() as connection:
            close_scopes(connection, device, self.now())

    def decide(self, mark: str, *, taken: bool) -> None:
        """A supervisor takes a late change in, or leaves it."""
        entry = self.expected.state.late[mark].entry
        with self.harness.server.begin() as connection:
            (one,) = unsettled.listed(connection, entry.origin, [entry.seq])
        if taken:
            settling.take(self.harness.server, one, self.now())
            self.expected.take(mark, self._floor())
        else:
            settling.leave(self.harness.server, one, self.now())
            self.expected.leave(mark)
        self._compare_all()

    def sender(self, device: int) -> Device:
        with self.harness.server.connect() as connection:
            return device_numbered(connection, device)

    def ask(self, device: int, request: SyncRequest) -> SyncAnswer:
        """Let the program answer, then check what it did."""
        sender = self.sender(device)
        try:
            answer = apply.sync(self.harness.server, sender, request, self.now())
        finally:
            self.look(device)
        self._in_scope(answer, self.area(device))
        self.sent += len(answer.page.rows) + len(answer.page.gone) if answer.page else 0
        return answer

    def look(self, device: int) -> None:
        """Read the new rows of the log, which came from a device, and check all verdicts."""
        floor, found = self._floor(), False
        for row in self.harness.look.all(
            "SELECT rowid, * FROM change WHERE rowid > ? ORDER BY rowid", [self.read]
        ):
            entry, mark = _entry(row)
            self.read = row["rowid"]
            self.accepted += 1
            self.expected.accept(entry, mark, device, floor)
            found = True
        if found:
            self._compare_all()

    def _compare_all(self) -> None:
        for row in self.harness.look.all("SELECT * FROM change ORDER BY rowid"):
            self.expected.compare(*_entry(row))

    def _floor(self) -> int:
        floor: int = self.harness.look.all("SELECT max(floor) FROM era")[0][0]
        return floor

    def _in_scope(self, answer: SyncAnswer, scope: Place) -> None:
        for row in answer.page.rows if answer.page else []:
            stands = self.expected.state.rows.get(row.id)
            if stands is None or not reads(scope, stands.place):
                raise Violation(f"P8: {row.id} was sent to a laptop though it is out of its scope")

    def rows(self) -> dict[str, ShownRecord]:
        return self.harness.look.rows()

    def back_up(self) -> None:
        copy_file(self.harness.server_path, self.harness.folder / "run" / "server-backup.sqlite3")
        self._kept = self.expected.saved_state(), self.read

    def restore(self) -> bool:
        """Restore the server's last backup; False if there is none."""
        if self._kept is None:
            return False
        self.harness.look.close()
        self.harness.server.dispose()
        copy_file(self.harness.folder / "run" / "server-backup.sqlite3", self.harness.server_path)
        # The restored server knows all devices, but not what those enrolled since have proved.
        state, self.read = self._kept
        self.expected.restore_state(state)
        with self.harness.server.begin() as connection:
            begin_era(connection, self.now())
            known = set(connection.execute(select(tables.DEVICE.c.id)).scalars())
            for device, terms in self.terms.items():
                if device not in known:
                    self._insert_device(connection, device)
                connection.execute(
                    update(tables.DEVICE)
                    .where(tables.DEVICE.c.id == device)
                    .values(epoch=len(terms))
                )
                connection.execute(tables.SCOPE.delete().where(tables.SCOPE.c.device == device))
                connection.execute(
                    insert(tables.SCOPE),
                    [_scope_row(device, epoch, one) for epoch, one in enumerate(terms, start=1)],
                )
        return True


def _scope_row(device: int, epoch: int, term: Term) -> dict[str, object]:
    return {
        "device": device,
        "epoch": epoch,
        "district": term.area[0],
        "block": term.area[1],
        "began_at": term.began,
        "ended_at": term.ended,
        "closed_at": term.ended if term.closed else None,
    }


def _entry(row: sqlite3.Row) -> tuple[Entry, str]:
    """Return a row of the server's log, and the mark of its change."""
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
    return entry, mark_of(body["operator"], body["kind"], body["id"])
