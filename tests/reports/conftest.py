"""A home with a made-up block, shared by the tests that only read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def block_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A laptop with the sample of one block, some of which was deleted."""
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("sample")
    before = os.environ.get("FIELDKIT_HOME")
    os.environ["FIELDKIT_HOME"] = str(home)
    try:
        assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
        assert run(["sample", "--people", "120", "--out", str(files)]) == 0
        assert run(["import", str(files)]) == 0
        delete_some(home)
        yield home
    finally:
        if before is None:
            del os.environ["FIELDKIT_HOME"]
        else:
            os.environ["FIELDKIT_HOME"] = before


@pytest.fixture
def block_store(block_home: Path) -> Iterator[Store]:
    store = Store.open(block_home)
    yield store
    store.close()
