"""A laptop with sixty changes to send and twenty rows to receive, reset for every run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.office import Databases, Files, Office
from tests.faults.proxy import Proxy, Way
from tests.faults.sides import Rows, beside_records, converged, numberless, records

from fieldkit.protocol.change import Op
from fieldkit.protocol.messages.sync import SyncRequest
from fieldkit.protocol.wire.codec import decode
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.community.self_help_group import SelfHelpGroup
from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.database.connection import connect, writing
from fieldkit.server.database.migrate import migrate
from fieldkit.server.devices.enrolment import make_code
from fieldkit.store import Edit, Store
from fieldkit.sync.client import Outcome, enrol, sync
from fieldkit.sync.exchange.session import Pause

DISTRICT, BLOCK = 2, 16
SENT = 60
"""Changes that wait in the laptop's outbox."""


def at_once(_seconds: float) -> bool:
    """Retry after a lost connection without waiting."""
    return False


def give_up(_seconds: float) -> bool:
    """End the sync at the first failure."""
    return True


@dataclass
class Stage:
    """A server, a proxy to it, and a laptop whose home is reset for every run."""

    office: Office
    proxy: Proxy
    home: Path
    kept: Path
    records: Rows
    """The expected records of the server, as after a sync without faults."""
    beside: Rows

    def put_back(self) -> None:
        """Reset everything, with a proxy without faults."""
        self.office.put_back()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.kept, self.home)
        proxy = self.proxy
        proxy.lead_to(self.office.url)
        proxy.up, proxy.down = Way(), Way()
        proxy.lose, proxy.repeat = set(), ""
        proxy.requests.clear()

    def sync(self, pause: Pause = at_once) -> Outcome:
        """Sync once, as a newly started program."""
        store = Store.open(self.home)
        try:
            return sync(store, pause=pause)
        finally:
            store.close()

    def finish(self) -> None:
        """Sync until nothing is left; then both sides have the expected records, once."""
        assert any(self.sync().ok for _ in range(3))
        store = Store.open(self.home)
        try:
            stored = converged(self.office.database, self.home, store)
            assert store.check() == []
        finally:
            store.close()
        assert numberless(stored) == numberless(self.records)
        assert numberless(beside_records(self.office.database)) == numberless(self.beside)

    def delivered(self) -> list[int]:
        """Return the seq of every change sent completely, as often as it was sent."""
        seqs: list[int] = []
        for request in self.proxy.requests:
            head, whole, body = request.partition(b"\r\n\r\n")
            if not whole:
                continue
            lines = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
            if len(body) < int(lines[b"content-length"]):
                continue
            message = decode(body, SyncRequest, lines[b"content-encoding"].decode())
            if message.batch:
                first = message.batch.first
                seqs += range(first, first + len(message.batch.changes))
        return seqs


@contextmanager
def stage(databases: Files | Databases, folder: Path) -> Iterator[Stage]:
    """Set up the server, the proxy, and a laptop that worked offline, as others did."""
    migrate(databases.url)
    home = folder / "laptop"
    with Office(databases) as office, Proxy(office.url) as proxy:
        laptop = _laptop(home, proxy.url, _code(office))
        other = _laptop(folder / "other", office.url, _code(office))
        _work(laptop, other)
        for store in (laptop, other):
            store.close()
        shutil.copytree(home, folder / "kept")
        office.keep()
        stood = Stage(office, proxy, home, folder / "kept", {}, {})
        assert stood.sync().ok
        stood.records = records(office.database)
        stood.beside = beside_records(office.database)
        yield stood


def _code(office: Office) -> str:
    engine = connect(office.database)
    with writing(engine) as connection:
        code = make_code(connection, "operator", DISTRICT, BLOCK, int(time.time()))
    engine.dispose()
    return code


def _laptop(home: Path, server: str, code: str) -> Store:
    store = Store.open(home)
    store.init("Chadoora", DISTRICT, BLOCK)
    enrol(store, server, code)
    return store


def _work(laptop: Store, other: Store) -> None:
    """Share ten artisans, then let both laptops work offline on them and on their own."""
    artisans = [
        Edit(Beneficiary, {"name": f"Ghulam Mohammad Bhat {letter}", "trade_code": "CARP"})
        for letter in "ABCDEFGHIJ"
    ]
    known = [saved.id for saved in other.save(artisans, "Asha")]
    for store in (other, laptop):
        assert sync(store).ok

    def edit(number: int, **fields: str) -> Edit:
        return Edit(Beneficiary, fields, known[number])

    other.save([edit(n, mobile=f"941900000{n}") for n in range(5)], "Asha")
    other.save([edit(n, remarks="Met at home.") for n in range(5, 9)], "Asha")
    other.save([Edit(Beneficiary, {}, known[9], op=Op.DELETE)], "Asha")
    other.save([Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(10)], "Asha")
    assert sync(other).ok
    # Other fields of five, the same field of four, and the one deleted there.
    laptop.save([edit(n, remarks="Has moved.") for n in range(5)], "Bilal")
    laptop.save([edit(n, remarks=f"Seen at work {n}.") for n in range(5, 10)], "Bilal")
    laptop.save([Edit(SelfHelpGroup, {"name": f"Gulab SHG {n}"}) for n in range(40)], "Bilal")
    again = [Edit(SelfHelpGroup, {"name": f"Zoon SHG {n}"}) for n in range(5)]
    ids = [saved.id for saved in laptop.save(again, "Bilal")]
    laptop.save([Edit(SelfHelpGroup, {"remarks": "On Fridays."}, group) for group in ids], "Bilal")
    counts = laptop.outbox.counts()
    assert sum(counts.values()) == SENT, counts
