"""Laptops that work and sync concurrently over failing connections: all converge."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.faults.office import Databases, Files, Office
from tests.faults.proxy import Fault, Proxy
from tests.faults.sides import Rows, converged, on_laptop, records
from tests.faults.stage import at_once
from tests.postgres import Postgres

from fieldkit.protocol.change import Op
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.migrate import migrate
from fieldkit.server.devices.enrolment import make_code
from fieldkit.store import Edit, Keep, Store, StoreError
from fieldkit.sync.client import enrol, sync

PLACES = [(2, 16), (2, 17), (1, 1)]
"""Two blocks of one district, and one of another."""
SCOPES = [(None, None), (None, None), (2, None), (2, 16)]
"""The scope of each laptop: all, all, a district, a block."""


class Worker:
    """A laptop, its operator and its own proxy."""

    def __init__(self, home: Path, line: Proxy, code: str, seed: int) -> None:
        self.home = home
        self._line = line
        self._chance = random.Random(seed)
        self.store = Store.open(home)
        self.store.init(f"Operator {seed}", *PLACES[0])
        enrol(self.store, line.url, code)

    def work(self, rounds: int) -> None:
        """Enter, edit, move, delete and decide; sync sometimes, while connections are cut."""
        for _ in range(rounds):
            for _ in range(self._chance.randrange(5)):
                self._do_something()
            way = self._chance.choice([self._line.up, self._line.down])
            way.at(way.passed + self._chance.randrange(1500), Fault.CUT)
            self.sync()

    def sync(self) -> bool:
        """Sync; return whether it succeeded."""
        return sync(self.store, pause=at_once).ok

    def _do_something(self) -> None:
        chance, people = self._chance, [one.id for one in self.store.each("beneficiary")]
        conflicts = self.store.review.conflicts()
        try:
            if conflicts and chance.random() < 0.5:
                keep = chance.choice([Keep.MINE, Keep.THEIRS])
                self.store.review.resolve(chance.choice(conflicts), keep, "Asha")
            elif not people or chance.random() < 0.3:
                name = "Ghulam Mohammad " + "".join(chance.choices("abcdefghij", k=6)).title()
                self.store.save([Edit(Beneficiary, {"name": name, "trade_code": "CARP"})], "Asha")
            else:
                self.store.save([self._edit(chance.choice(people))], "Asha")
        except StoreError:
            pass  # a rule stood against it, or it was decided meanwhile

    def _edit(self, person: str) -> Edit:
        chance = self._chance
        if chance.random() < 0.1:
            return Edit(Beneficiary, {}, person, op=Op.DELETE)
        if chance.random() < 0.2:
            district, block = chance.choice(PLACES)
            return Edit(Beneficiary, {"district": district, "block": block}, person)
        field = chance.choice(["remarks", "address"])
        return Edit(Beneficiary, {field: f"Seen {chance.randrange(1000)}."}, person)


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Files | Databases]:
    if request.param == "sqlite":
        yield Files(tmp_path)
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        with postgres.database() as name:
            yield Databases(postgres, name)


def _code(database: str, district: int | None, block: int | None) -> str:
    engine = connect(database)
    with writing(engine) as connection:
        code = make_code(connection, "operator", district, block, int(time.time()))
    engine.dispose()
    return code


def _seen(rows: Rows, district: int | None, block: int | None) -> Rows:
    """Return the rows in a scope."""
    return {
        key: row
        for key, row in rows.items()
        if district in {None, row["district"]} and block in {None, row["block"]}
    }


def _work_together(databases: Files | Databases, folder: Path, seed: int, rounds: int) -> None:
    migrate(databases.url)
    with ExitStack() as open_things:
        office = open_things.enter_context(Office(databases))
        workers = []
        for number, scope in enumerate(SCOPES):
            line = open_things.enter_context(Proxy(office.url))
            code = _code(databases.url, *scope)
            workers.append(Worker(folder / f"laptop-{number}", line, code, 10 * seed + number))
            open_things.callback(workers[-1].store.close)
        with ThreadPoolExecutor(len(workers)) as threads:
            list(threads.map(lambda worker: worker.work(rounds), workers))
        for worker in [*workers, *workers]:
            assert worker.sync() or worker.sync()
        stored = records(databases.url)
        assert stored
        for worker, scope in zip(workers, SCOPES, strict=True):
            if scope == (None, None):
                converged(databases.url, worker.home, worker.store)
            assert on_laptop(worker.home) == _seen(stored, *scope)
            assert worker.store.check() == []


def test_laptops_that_sync_concurrently_converge(
    databases: Files | Databases, tmp_path: Path
) -> None:
    _work_together(databases, tmp_path, seed=1, rounds=6)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 12))
def test_laptops_that_sync_concurrently_for_long_converge(
    databases: Files | Databases, tmp_path: Path, seed: int
) -> None:
    _work_together(databases, tmp_path, seed, rounds=30)
