"""A server's database of each sort, ready, of each test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from tests.postgres import Postgres


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fieldkit.server.database.migrate import migrate

    file = tmp_path_factory.mktemp("migrated") / "server.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_engine(_migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    from fieldkit.server.database.connection import connect

    file = tmp_path / "server.sqlite3"
    shutil.copy(_migrated_file, file)
    engine = connect(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(migrated_url: str) -> Iterator[Engine]:
    from fieldkit.server.database.connection import connect

    engine = connect(migrated_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _shared_sqlite(
    _migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    from fieldkit.server.database.connection import connect

    file = tmp_path_factory.mktemp("shared") / "server.sqlite3"
    shutil.copy(_migrated_file, file)
    engine = connect(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _shared_postgres(postgres: Postgres, _migrated: str) -> Iterator[Engine]:
    from fieldkit.server.database.connection import connect

    with postgres.database(template=_migrated) as name:
        engine = connect(postgres.url(name))
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_engine(request: pytest.FixtureRequest) -> Engine:
    """One database for many tests, which look at their own records only."""
    found: Engine = request.getfixturevalue(
        "_shared_sqlite" if request.param == "sqlite" else "_shared_postgres"
    )
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The same test runs on both."""
    found: Engine = request.getfixturevalue(
        "sqlite_engine" if request.param == "sqlite" else "postgres_engine"
    )
    return found
