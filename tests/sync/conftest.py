from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from tests.forked import local_server

from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code
from fieldkit.server.operation.status import DeviceStatus, status
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol, sync


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    with local_server(folder / "server.sqlite3", folder / "log") as url:
        yield url


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Store]:
    """A laptop that is set up and not enrolled."""
    store = Store.open(tmp_path / "laptop")
    store.init("CSC Chadoora", 2, None)
    yield store
    store.close()


@pytest.fixture
def store(fresh: Store, server: str, folder: Path) -> Store:
    enrol(fresh, server, code(folder / "server.sqlite3"))
    return fresh


class Enrolled(Protocol):
    """Makes a laptop by name, enrolled for block 16 of district 2."""

    def __call__(self, name: str, role: str = "registrar") -> Store: ...


@pytest.fixture
def laptop(tmp_path: Path, server: str, folder: Path) -> Iterator[Enrolled]:
    made: list[Store] = []

    def make(name: str, role: str = "registrar") -> Store:
        store = Store.open(tmp_path / name)
        made.append(store)
        store.init(name, 2, 16)
        enrol(store, server, code(folder / "server.sqlite3", role, 2, 16))
        return store

    yield make
    for store in made:
        store.close()


def done(*stores: Store) -> None:
    """Sync these laptops, one after the other; nothing is left to send."""
    for store in stores:
        outcome = sync(store)
        assert outcome.ok, outcome.session.error
        assert outcome.waiting == 0


Register = Callable[[Store, int], list[str]]


@pytest.fixture
def register() -> Register:
    """Save so many village organisations; return their ids."""

    def save(store: Store, many: int) -> list[str]:
        edits = [Edit(VillageOrganisation, {"name": f"Noor VO {n}"}) for n in range(many)]
        return [saved.id for saved in store.save(edits, "Asha")]

    return save


@pytest.fixture
def held(folder: Path) -> Callable[[Store], DeviceStatus]:
    """Return the server's state of a laptop's own origin."""

    def look(store: Store) -> DeviceStatus:
        device = store.device
        assert device is not None
        found = status(f"sqlite:///{folder / 'server.sqlite3'}")["devices"]
        (one,) = [one for one in found if one["origin"] == device.origin]
        return one

    return look
