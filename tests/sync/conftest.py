from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldkit.records.community.village_organisation import VillageOrganisation
from fieldkit.server.operation.local import code, local_server
from fieldkit.server.operation.status import DeviceStatus, status
from fieldkit.store import Edit, Store
from fieldkit.sync.client import enrol


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
