"""Syncs over a mobile line (50 kbit/s, 400 ms round trip), also after a cut; all HTTP bytes."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.proxy import Proxy

from benchmarks.figures import Figure
from benchmarks.homes import fieldkit, home_of_people, new_home, roster
from benchmarks.ingest import NOW, enrolled, opened
from benchmarks.mixed import creations, requests
from fieldkit.server.ingest.sync import sync as take_in
from fieldkit.server.operation.local import code, local_server
from fieldkit.store import Store, SyncSession
from fieldkit.sync.client import enrol, sync
from fieldkit.sync.exchange.transfer_size import LARGEST_BATCH

BITS_PER_SECOND, THERE_AND_BACK = 50_000, 0.4
DISTRICT, BLOCK = 2, 16
THOUSAND = 1000


def measure(people: int, waiting: int) -> list[Figure]:
    """Send the records of a sample, sync again with nothing new, and pull a roster to a laptop."""
    return [*_sending(people), *_cut(people), *_bringing(waiting)]


@contextmanager
def _laptop(home: Path, database: Path, url: str) -> Iterator[Store]:
    """Open a home and enrol it for its block at this address."""
    store = Store.open(home)
    enrol(store, url, code(database, "operator", DISTRICT, BLOCK))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _sender(people: int) -> Iterator[tuple[Store, Proxy, int]]:
    """Yield a laptop with unsent records, the line to a new server, and the number of changes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "server.sqlite3"
        home = new_home(folder / "home")
        fieldkit(home, "import", str(roster(people)), "--json")
        with (
            local_server(database) as url,
            Proxy(url) as line,
            _laptop(home, database, line.url) as store,
        ):
            yield store, line, sum(store.outbox.counts().values())


def _sync(store: Store) -> tuple[float, SyncSession]:
    """Sync without waiting after a failure; return the seconds and the recorded session."""
    began = time.perf_counter()
    outcome = sync(store, pause=lambda _seconds: False)
    if not outcome.ok:
        raise RuntimeError(outcome.session.error)
    return time.perf_counter() - began, outcome.session


def _sending(people: int) -> list[Figure]:
    with _sender(people) as (store, line, many):
        line.slow(BITS_PER_SECOND, THERE_AND_BACK)
        seconds, whole = _sync(store)
        _, quiet = _sync(store)
    return [
        Figure(
            f"1,000 records at 50 kbit/s, 400 ms (of {many:,})",
            seconds * THOUSAND / many,
            None,
            "s",
            limit=13,
        ),
        Figure("  bytes a record", (whole.bytes_up + whole.bytes_down) / many, None, "B", limit=60),
        Figure("quiet sync", quiet.bytes_up + quiet.bytes_down, None, "B", limit=1024),
        Figure("  requests", quiet.requests, None, "", limit=1),
    ]


def _cut(people: int) -> list[Figure]:
    """Send the same data uncut, and cut where it costs most: after a batch, before its answer."""
    with _sender(people) as (store, line, _):
        _sync(store)
        whole = line.up.passed
    with _sender(people) as (store, line, _):
        line.lose = {2}
        _sync(store)
        again = line.up.passed - whole
    return [Figure("sent again after a cut, at most", again, None, "B", limit=LARGEST_BATCH)]


def _bringing(waiting: int) -> list[Figure]:
    """Pull people that others registered to a new laptop."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "server.sqlite3"
        with opened(f"sqlite:///{database}") as engine:
            device = enrolled(engine)
            for request in requests(creations(home_of_people(waiting)), 200):
                take_in(engine, device, request, NOW)
        with (
            local_server(database) as url,
            Proxy(url) as line,
            _laptop(new_home(folder / "home"), database, line.url) as store,
        ):
            line.slow(BITS_PER_SECOND, THERE_AND_BACK)
            seconds, session = _sync(store)
            if store.counts()["beneficiary"] != waiting:
                raise RuntimeError(f"{store.counts()} have come")
        shutil.rmtree(folder / "home")
    return [
        Figure(
            f"roster of {waiting:,} people, first pull",
            (session.bytes_up + session.bytes_down) / THOUSAND,
            None,
            "kB",
            limit=900 * waiting / 10_000,
        ),
        Figure("  at 50 kbit/s, 400 ms", seconds, None, "s"),
        Figure("  requests", session.requests, None, ""),
    ]
