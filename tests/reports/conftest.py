"""Homes with made-up people, of a block and of a district, shared by tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.reports.district import BLOCKS, BUDGAM, add_mixed

from fieldkit.cli import run
from fieldkit.protocol.change import Op
from fieldkit.records import kinds
from fieldkit.store import Edit, Store


def delete_some(home: Path) -> None:
    """Delete a record of every kind that has several: no report counts or lists it."""
    store = Store.open(home)
    for name, kind in kinds().items():
        records = list(store.each(name))
        if len(records) > 3:
            store.save([Edit(kind, {}, records[1].id, None, Op.DELETE)], "Asha")
    store.close()


@contextmanager
def _home(home: Path) -> Iterator[None]:
    """Let commands work on this home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDKIT_HOME", str(home))
        yield


@pytest.fixture(scope="session")
def block_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A laptop with the sample of one block, some of which was deleted."""
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("sample")
    with _home(home):
        assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
        assert run(["sample", "--people", "120", "--out", str(files)]) == 0
        assert run(["import", str(files)]) == 0
        delete_some(home)
        yield home


@pytest.fixture(scope="session")
def district_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laptop of a district: the samples of some blocks, some of it deleted, and mixed records."""
    home = tmp_path_factory.mktemp("home")
    with _home(home):
        assert run(["init", "--name", "Asha", "--district", str(BUDGAM)]) == 0
        for block in BLOCKS:
            files = tmp_path_factory.mktemp("sample")
            asked = ["--people", "40", "--office", "--block", str(block), "--seed", str(block)]
            assert run(["sample", *asked, "--out", str(files)]) == 0
            assert run(["import", str(files)]) == 0
        delete_some(home)
        add_mixed(home)
    return home


@pytest.fixture
def block_store(block_home: Path) -> Iterator[Store]:
    store = Store.open(block_home)
    yield store
    store.close()


@pytest.fixture(scope="session")
def district_store(district_home: Path) -> Iterator[Store]:
    store = Store.open(district_home)
    yield store
    store.close()
