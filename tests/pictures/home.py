"""A made-up home at a fixed moment, the same on every run: what the pictures show."""

from __future__ import annotations

import os
import random
import secrets
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import uvicorn

from fieldkit.cli import run
from fieldkit.files import load_folder
from fieldkit.records.fields.dates import INDIA
from fieldkit.server.http.app import create_app
from fieldkit.server.operation.local import code
from fieldkit.settings import DATABASE
from fieldkit.store import Edit, Store
from fieldkit.store.clock import DAY, laptop_clock
from fieldkit.sync.client import enrol, sync

NOW = int(datetime(2026, 11, 21, 10, 42, tzinfo=INDIA).timestamp())
"""A Saturday morning."""
DISTRICT, BLOCK = 2, 16
"""Chadoora in Budgam."""
PEOPLE, OF_TODAY = 120, 14
"""People entered the day before, and on the day of the pictures."""
SPEED = 5_700.0
"""Bytes a second of the line, as if measured."""


@dataclass(frozen=True, slots=True)
class Block:
    """The home, and the records that pictures open."""

    home: Path
    person: str
    group: str


@contextmanager
def fixed() -> Iterator[None]:
    """Stop the clock; fix the terminal, the numbers of laptops and the speed of the line."""
    drawn = random.Random("pictures")

    def token(size: int = 32) -> str:
        return drawn.randbytes(size).hex()

    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    with (
        patch.dict(os.environ, terminal),
        patch("time.time", lambda: float(NOW)),
        patch.object(secrets, "choice", drawn.choice),
        patch.object(secrets, "token_hex", token),
        patch.object(secrets, "token_urlsafe", token),
        patch("fieldkit.sync.client.line_speed", lambda _sessions: SPEED),
    ):
        yield


@contextmanager
def served(database: Path) -> Iterator[str]:
    """Serve in a thread of this process, whose clock is stopped; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = create_app(f"sqlite:///{database}", clock=lambda: float(NOW))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def build(folder: Path) -> Block:
    """Make the home of Asha's laptop in ``folder``, with a colleague's work and a conflict."""
    home = folder / "home"
    with served(folder / "server.sqlite3") as url:
        _the_day_before(home, folder, url)
        store = Store.open(home)
        _a_days_work(store, folder)
        block = Block(home, _richest(store, "beneficiary"), _richest(store, "self_help_group"))
        store.close()
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute("UPDATE device SET server = 'https://fieldkit.example'")
        file.execute("UPDATE sync_session SET seconds = (bytes_up + bytes_down) / ?", (SPEED,))
    return block


def _sample(folder: Path, people: int, seed: int) -> Path:
    """Write made-up records of the block and return their folder."""
    target = folder / f"sample-{seed}"
    area = ["--district", str(DISTRICT), "--block", str(BLOCK)]
    run(["sample", "--people", str(people), *area, "--seed", str(seed), "--out", str(target)])
    return target


def _the_day_before(home: Path, folder: Path, url: str) -> None:
    """Import records dated yesterday, and sync them."""
    store = Store.open(home, clock=lambda: laptop_clock() - DAY)
    store.init("Asha", DISTRICT, BLOCK)
    load_folder(store, _sample(folder, PEOPLE, 7), operator="Asha")
    store.close()
    store, colleague = Store.open(home), Store.open(folder / "colleague")
    colleague.init("Reyaz", DISTRICT, BLOCK)
    for laptop in (store, colleague):
        enrol(laptop, url, code(folder / "server.sqlite3"))
        sync(laptop)
    _disagree(store, colleague)
    store.close()
    colleague.close()


def _disagree(store: Store, colleague: Store) -> None:
    """Give one artisan two mobile numbers, typed on two offline laptops."""
    (artisan,) = store.page("beneficiary", limit=1).records
    for laptop, who, mobile in (
        (colleague, "Reyaz", "9419011432"),
        (store, "Asha", "9419011433"),
    ):
        laptop.save([Edit(type(artisan), {"mobile": mobile}, id=artisan.id)], who)
    sync(colleague)
    sync(store)


def _a_days_work(store: Store, folder: Path) -> None:
    """Import today's records and edit three; none of it is sent yet."""
    load_folder(store, _sample(folder, OF_TODAY, 11), operator="Asha")
    for person in store.page("beneficiary", limit=3).records:
        store.save([Edit(type(person), {"remarks": "Came in person."}, id=person.id)], "Asha")


def _richest(store: Store, kind: str) -> str:
    """Return the id of the record with the longest timeline, among the first 300."""
    records = store.page(kind, limit=300).records
    return max(records, key=lambda record: len(store.timeline(record.id))).id
