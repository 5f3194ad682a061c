"""A backup may come from anywhere: only its rows are taken, and ``check`` names what is strange."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.conftest import Turned, save

from fieldkit.settings import DATABASE
from fieldkit.store import Damaged, Store, Unwritable

STRANGE = {
    "trigger": (
        "CREATE TRIGGER renames AFTER UPDATE ON device BEGIN "
        "UPDATE beneficiary SET name = 'Somebody Else'; "
        "UPDATE device SET server = 'http://evil.example'; END"
    ),
    "view": "CREATE VIEW everybody AS SELECT * FROM beneficiary",
    "virtual table": "CREATE VIRTUAL TABLE spy USING fts5(name)",
    "table": "CREATE TABLE spying (name TEXT)",
}


def altered(store: Store, target: Path, *statements: str) -> Path:
    """Return a backup to which somebody did something."""
    store.back_up(target)
    with closing(sqlite3.connect(target)) as file, file:
        for statement in statements:
            file.execute(statement)
    return target


@pytest.mark.parametrize("sort", STRANGE)
def test_a_restore_leaves_behind_what_is_not_ours(
    store: Store, home: Path, tmp_path: Path, clock: Turned, sort: str
) -> None:
    record_id = save(store, name="Asha Devi")
    copy = altered(store, tmp_path / "copy.sqlite3", STRANGE[sort])
    store.close()
    Store.restore(home, copy, clock=clock)
    fresh = Store.open(home, clock=clock)
    kept = fresh.record(record_id)
    assert kept is not None
    assert kept.value("name") == "Asha Devi"
    assert fresh.device is not None
    assert fresh.device.server is None
    assert [hit.id for hit in fresh.find("asha")] == [record_id]
    assert fresh.check() == []
    fresh.close()
    with closing(sqlite3.connect(home / DATABASE)) as file:
        found = file.execute("SELECT name FROM sqlite_master").fetchall()
    assert not {name for (name,) in found} & {"renames", "everybody", "spy", "spying"}


@pytest.mark.parametrize("sort", STRANGE)
def test_a_check_names_what_is_not_ours(store: Store, home: Path, sort: str) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as file, file:
        file.execute(STRANGE[sort])
    problems = store.check()
    assert any(f"a {sort} '" in problem for problem in problems), problems


def test_a_view_in_place_of_a_table_is_no_backup(
    store: Store, home: Path, tmp_path: Path, clock: Turned
) -> None:
    copy = altered(
        store,
        tmp_path / "copy.sqlite3",
        "ALTER TABLE device RENAME TO hidden",
        "CREATE VIEW device AS SELECT * FROM hidden",
    )
    store.close()
    with pytest.raises(Damaged, match=r"copy\.sqlite3 is .* not a fieldkit backup"):
        Store.restore(home, copy, clock=clock)
    Store.open(home, clock=clock).close()


def test_rows_that_do_not_fit_are_told_of_the_backup_and_not_of_the_data(
    store: Store, home: Path, tmp_path: Path, clock: Turned
) -> None:
    record_id = save(store)
    copy = altered(
        store,
        tmp_path / "copy.sqlite3",
        "ALTER TABLE device RENAME TO old",
        "CREATE TABLE device (origin TEXT)",
        "INSERT INTO device VALUES (NULL)",
    )
    store.close()
    with pytest.raises(Damaged, match=r"copy\.sqlite3 is damaged"):
        Store.restore(home, copy, clock=clock)
    fresh = Store.open(home, clock=clock)
    assert fresh.record(record_id) is not None
    fresh.close()


def test_a_newer_backup_asks_for_the_newer_program(
    store: Store, home: Path, tmp_path: Path, clock: Turned
) -> None:
    newer = "UPDATE alembic_version SET version_num = '9999'"
    copy = altered(store, tmp_path / "copy.sqlite3", newer)
    store.close()
    with pytest.raises(Damaged, match="newer fieldkit"):
        Store.restore(home, copy, clock=clock)


@pytest.mark.parametrize("content", [b"", b"accounts", b"SQLite format 3\0" + b"x" * 99])
def test_a_backup_never_takes_the_place_of_another_file(
    store: Store, tmp_path: Path, content: bytes
) -> None:
    target = tmp_path / "accounts.xlsx"
    target.write_bytes(content)
    with pytest.raises(Unwritable, match=r"accounts\.xlsx is not a fieldkit backup"):
        store.back_up(target)
    assert target.read_bytes() == content
    store.back_up(target, force=True)
    store.back_up(target)
    assert target.read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.skipif(os.name != "posix", reason="the system has other rights")
def test_only_the_owner_reads_what_is_kept(
    tmp_path: Path, clock: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    os.umask(0o022)
    store = Store.open(home, clock=clock)
    store.init("Asha", 2, 16)
    save(store)
    store.back_up_daily()
    for path in (home, *home.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    (home / DATABASE).chmod(0o644)
    store.close()
    Store.open(home, clock=clock).close()
    assert stat.S_IMODE((home / DATABASE).stat().st_mode) == 0o600
