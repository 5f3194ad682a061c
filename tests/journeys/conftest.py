from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands.conftest import caller
from tests.faults.processes import Server
from tests.journeys.hand import run
from tests.journeys.office import Office
from tests.store.conftest import forget_place

from fieldkit.store import Store


@pytest.fixture(scope="session")
def _fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fresh")
    store = Store.open(home)
    store.init("Asha Jan", 2, 16)
    store.close()
    forget_place(home)
    return home


@pytest.fixture
def home(_fresh: Path, tmp_path: Path) -> Path:
    """The folder of a laptop set up in Chadoora, Budgam, without a record."""
    return Path(shutil.copytree(_fresh, tmp_path / "home"))


@pytest.fixture
def office(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Office:
    return Office(tmp_path, caller(capsysbinary, monkeypatch), monkeypatch)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Server]:
    run(Path(), "server", "migrate", "--database", postgres_url)
    with Server(postgres_url) as running:
        yield running
