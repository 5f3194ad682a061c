"""What all tests share."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from fieldkit.settings import DATABASE
from fieldkit.store import store
from fieldkit.store.database import Database
from fieldkit.store.files.migrate import migrate

pytest_plugins = ["tests.postgres", "tests.server.engines"]

# No test asserts a time: a busy machine must not fail one.
settings.register_profile("fieldkit", deadline=None)
settings.load_profile("fieldkit")


def pytest_collection_finish() -> None:
    """Leave what was imported out of garbage collection: looking at it again takes a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _no_home_of_a_person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a test that names no home find an empty one, never that of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDKIT_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _new_files_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Copy a new data file from one that was migrated: making each again takes ten times as long.

    Programs that tests start, and the tests of migrations, make theirs in the usual way.
    """
    home = tmp_path_factory.mktemp("migrated")

    def copied(database: Database, back_up: Callable[[], object]) -> None:
        if database.path.stat().st_size or database.key is not None:
            migrate(database, back_up)
            return
        if not (home / DATABASE).stat().st_size:
            made = Database(home / DATABASE)
            migrate(made, back_up)
            made.close()
        shutil.copyfile(home / DATABASE, database.path)

    (home / DATABASE).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "migrate", copied)
        yield
