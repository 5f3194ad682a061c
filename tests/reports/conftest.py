"""A home with a made-up block, shared by the tests that only read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldkit.cli import run
from fieldkit.store import Store


@pytest.fixture(scope="session")
def block_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A laptop with the sample of one block."""
    home, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("sample")
    before = os.environ.get("FIELDKIT_HOME")
    os.environ["FIELDKIT_HOME"] = str(home)
    try:
        assert run(["init", "--name", "Asha", "--district", "2", "--block", "16"]) == 0
        assert run(["sample", "--people", "120", "--out", str(files)]) == 0
        assert run(["import", str(files)]) == 0
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
