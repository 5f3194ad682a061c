from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from tests.faults.office import Databases, Files
from tests.faults.stage import Stage, stage
from tests.postgres import Postgres

from fieldkit.sync.exchange import transfer_size

BATCH = 20
"""Changes in a batch here, so that a sync has several."""


@contextmanager
def small_batches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer_size, "MOST_CHANGES", BATCH)
        patch.setattr(transfer_size, "FIRST_PAGE", 12)
        yield


@pytest.fixture(autouse=True)
def _in_small_batches() -> Iterator[None]:
    with small_batches():
        yield


@pytest.fixture(scope="session")
def _on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with ExitStack() as held:
        with small_batches():
            stood = held.enter_context(stage(Files(folder), folder))
        yield stood


@pytest.fixture(scope="session")
def _on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with postgres.database() as name, ExitStack() as held:
        with small_batches():
            stood = held.enter_context(stage(Databases(postgres, name), folder))
        yield stood


@pytest.fixture
def on_sqlite(_on_sqlite: Stage) -> Stage:
    """The stage, set up again, with a server on SQLite."""
    _on_sqlite.put_back()
    return _on_sqlite


@pytest.fixture
def on_postgres(_on_postgres: Stage) -> Stage:
    """The stage, set up again, with a server on PostgreSQL."""
    _on_postgres.put_back()
    return _on_postgres


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.torture), "postgres"])
def stood(request: pytest.FixtureRequest) -> Stage:
    """The stage, set up again: on PostgreSQL, and in the long runs on SQLite too."""
    found: Stage = request.getfixturevalue(f"on_{request.param}")
    return found
