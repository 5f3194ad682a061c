"""Encrypt a plain data file in its place; an interruption at any point leaves one whole file.

The first page of a file says which it is, never a flag. The encrypted file grows beside the plain
one, is checked, and then takes its place in one step. What an interrupted conversion left is
removed at the next start (:func:`remove_leftovers`). Blocks of the disk that the plain file used
are freed, not wiped.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from fieldkit.keys.cipher import database_errors, error_code, key_literal, open_file, open_plain
from fieldkit.keys.notes import Notes
from fieldkit.keys.private_file import sync_folder
from fieldkit.settings import DATABASE, is_encrypted, make_file_private
from fieldkit.store.errors import Busy, Damaged, DiskFull, StoreError, Unwritable, plainly
from fieldkit.store.files.backup import SPARE
from fieldkit.store.files.copying import table_columns

_SEALING = ".sealing"
_LOGS = ("", "-journal", "-wal", "-shm")
_PATIENCE = 1.0
"""Seconds to wait for a command that is about to end."""
_UNFINISHED_FILES = ("*.part", "backups/*.part")
_UNFINISHED_FOLDERS = ("rehearsal-*", "reconcile-*")


def convert(home: Path, key: bytes) -> None:
    """Encrypt the data file of a home with its data key, and the small files beside it.

    The key file must be on the disk before. The store must be closed in this process, and the
    caller keeps other applications away (``fieldkit.lock``). Done again, it finishes what was
    interrupted.

    Raises:
        Busy: another program has the data file open.
        DiskFull, Unwritable: there is no room for a second file; the plain one stays as it was.
        Damaged: the plain file cannot be read whole; it stays as it was.
    """
    encrypt_file(home / DATABASE, key)
    _remove_unfinished(home)
    with suppress(OSError):  # they are encrypted at the next start
        Notes(home, key).seal_plain_ones()


def plain_copies(home: Path) -> list[Path]:
    """Return the copies of the data in a home that are not encrypted: older backups."""
    found = sorted((home / "backups").glob("*.sqlite3"))
    return [path for path in found if not is_encrypted(path) and path.stat().st_size]


def plain_lists(home: Path) -> list[Path]:
    """Return the lists of people in a home, which stay readable: exports, rows not imported."""
    folders = (home / "imports", home / "exports")
    return sorted(path for folder in folders for path in folder.glob("*") if path.is_file())


def delete_copy(path: Path) -> None:
    """Remove a backup, with what SQLite kept beside it.

    Raises:
        OSError: it cannot be removed.
    """
    for suffix in _LOGS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove what an interrupted conversion of a data file left beside it."""
    for suffix in _LOGS:
        with suppress(OSError):
            path.with_name(path.name + _SEALING + suffix).unlink(missing_ok=True)


def encrypt_file(path: Path, key: bytes) -> None:
    """Encrypt one data file in its place; nothing is done if it is encrypted already.

    Raises as :func:`convert`.
    """
    if is_encrypted(path):
        return
    part = path.with_name(path.name + _SEALING)
    remove_leftovers(path)
    try:
        if shutil.disk_usage(path.parent).free < path.stat().st_size * 1.1 + SPARE:
            raise DiskFull(
                f"There is no space to encrypt the data: a second file of {path.name} is needed "
                "for a moment. Free some space, then try again."
            )
        with _alone(path) as plain:
            _export(plain, part, key)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            if os.name != "posix":
                plain.close()  # where an open file cannot be replaced; elsewhere nobody slips in
            part.replace(path)
            sync_folder(path.parent)
    except OSError as error:
        raise Unwritable(
            f"The folder {path.parent} cannot be written, so nothing was encrypted. Ask the "
            "person who set up this laptop."
        ) from error
    finally:
        remove_leftovers(path)


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a plain data file, in one piece without its log, that nobody else can open meanwhile."""
    with plainly(), closing(open_plain(path, timeout=_PATIENCE)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("PRAGMA main.locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            still = connection.execute("PRAGMA main.journal_mode").fetchone()
        except database_errors() as error:
            if error_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise _in_use() from None
            raise
        if mode != ("delete",) or still != ("delete",):
            raise _in_use()
        yield connection


def _in_use() -> Busy:
    return Busy("fieldkit is using this folder. Wait for it to finish, then try again.")


def _export(plain: sqlite3.Connection, part: Path, key: bytes) -> None:
    """Write everything into a new encrypted file, and make sure that it is whole.

    Raises:
        Damaged: it is not.
    """
    make_file_private(part)
    plain.execute("PRAGMA trusted_schema = OFF")
    plain.execute("PRAGMA temp_store = MEMORY")
    plain.execute(f'ATTACH DATABASE ? AS sealing KEY "{key_literal(key)}"', (str(part),))
    plain.execute("PRAGMA sealing.journal_mode = OFF")  # half a file is thrown away
    plain.execute("PRAGMA sealing.synchronous = OFF")
    try:
        plain.execute("SELECT sqlcipher_export('sealing')").fetchone()
    except database_errors() as error:
        raise _meaning(error) from error
    for name in ("user_version", "application_id"):
        (value,) = plain.execute(f"PRAGMA main.{name}").fetchone()
        plain.execute(f"PRAGMA sealing.{name} = {int(value)}")
    plain.execute("DETACH DATABASE sealing")
    with closing(open_file(part, key)) as sealed:
        bad_pages = sealed.execute("PRAGMA cipher_integrity_check").fetchall()
        (verdict,) = sealed.execute("PRAGMA quick_check(1)").fetchone()
        same = _counts(plain) == _counts(sealed)
    if bad_pages or verdict != "ok" or not same:
        raise _damaged()


def _meaning(error: Exception) -> StoreError:
    """Return what stopped the export: as a function it gives no code, but SQLite's fixed text."""
    if "malformed" in str(error):
        return _damaged()
    return DiskFull(
        "The encrypted data could not be written, so nothing was encrypted. Free some space on the "
        "disk, then try again."
    )


def _damaged() -> Damaged:
    return Damaged(
        "Part of the data file is damaged, so nothing was encrypted. Run `fieldkit check`, or "
        "restore the last backup with `fieldkit restore`."
    )


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    found = {}
    for name in table_columns(connection):
        (found[name],) = connection.execute(f'SELECT count(*) FROM main."{name}"').fetchone()
    return found


def _remove_unfinished(home: Path) -> None:
    """Remove plain files that other interrupted work left: half copies, rows of a list."""
    with suppress(OSError):
        for pattern in _UNFINISHED_FILES:
            for path in home.glob(pattern):
                path.unlink(missing_ok=True)
        for pattern in _UNFINISHED_FOLDERS:
            for path in home.glob(pattern):
                shutil.rmtree(path, ignore_errors=True)
