from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.postgres import Postgres, _programs, _within_reach, running_postgres

from fieldkit.server.database.migrate import open_database

ALONE = """
import os, signal
from tests.postgres import running_postgres
with running_postgres() as server:
    print(server.url("postgres"), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("_time", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_url: str, _time: int) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE mark (number integer)")
        (version,) = connection.execute("SHOW server_version_num").fetchone() or (0,)
    assert int(version) >= 150_000


def test_a_copy_of_a_database_holds_what_it_held(postgres: Postgres) -> None:
    with postgres.database() as first:
        with psycopg.connect(postgres.url(first)) as connection:
            connection.execute("CREATE TABLE mark AS SELECT 5 AS number")
        with (
            postgres.database(template=first) as second,
            psycopg.connect(postgres.url(second)) as connection,
        ):
            assert connection.execute("SELECT number FROM mark").fetchall() == [(5,)]


def test_the_server_ends_with_the_tests_however_they_end() -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", ALONE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    # The keeper shares its standard error, which so ends when both have ended.
    said, _ = killed.communicate()
    folder = Path(said.strip().rpartition("host=")[2])
    assert folder.name.startswith("fieldkit-postgres-")
    assert not folder.exists()


def test_the_system_s_own_programs_do_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(_programs()), prepend=os.pathsep)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with running_postgres() as server:
        server.command("SELECT 1")


def test_programs_in_a_folder_closed_to_others_are_copied_from_it(tmp_path: Path) -> None:
    programs = tmp_path / "closed" / "package" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch(0o755)
    (tmp_path / "closed").chmod(0o700)
    copy = _within_reach(programs, tmp_path / "folder")
    assert copy == tmp_path / "folder" / "programs" / "package" / "pginstall" / "bin"
    assert (copy / "postgres").exists()


def test_a_migrated_database_is_ready_for_a_server(migrated_url: str) -> None:
    open_database(migrated_url).dispose()
