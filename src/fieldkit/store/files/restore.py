"""Put a backup in place of the data file; an interruption at any point leaves one whole file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from fieldkit.file_fault import why
from fieldkit.keys.cipher import database_errors, error_code, open_file
from fieldkit.settings import (
    DATABASE,
    is_encrypted,
    is_practice_file,
    make_file_private,
    make_private,
)
from fieldkit.store.database import Connect, Database
from fieldkit.store.errors import Busy, Unwritable
from fieldkit.store.files.backup import discard, sound_copy
from fieldkit.store.files.copying import copy_rows
from fieldkit.store.files.migrate import migrate
from fieldkit.store.files.practice import mark_practice
from fieldkit.store.log.identity import renew_origin

_LOGS = ("-wal", "-shm")
"""Endings of the files that SQLite keeps beside an open or unclosed data file."""
_PATIENCE = 1.0
"""Seconds to wait for a command that is about to end."""


def restore(
    home: Path,
    source: Path,
    stamp: str,
    connect: Connect,
    key: bytes | None = None,
    source_key: bytes | None = None,
) -> Path | None:
    """Put the backup ``source`` in place of the data file of ``home``.

    ``key``: with which the data of the home is encrypted from now on; ``source_key``: of an
    encrypted backup. Returns where the file replaced is kept, ``stamp`` in its name; None if
    there was none.

    Raises:
        StoreError: the backup is damaged or has another key, the data file is in use, or the
            folder cannot be written.
    """
    sound_copy(source, source_key)

    def make(part: Path) -> None:
        _rebuild(source, source_key, Database(part, connect, key))

    return put_in_place(home, stamp, make, key)


def put_in_place(
    home: Path, stamp: str, make: Callable[[Path], None], key: bytes | None
) -> Path | None:
    """Let ``make`` write a data file, then put it in place of that of ``home``; see restore.

    ``key``: of the file that is replaced, if that is encrypted.
    """
    current = home / DATABASE
    kept = _free_name(home / "backups", f"replaced-{stamp}")
    part = current.with_name(DATABASE + ".part")
    try:
        _discard(part)
        make_private(kept.parent)
        make_file_private(part)
        make(part)
        replaced = current.exists()
        if replaced:
            _fold(current, key)
            _keep(current, kept)
            _fold(current, key)  # nobody opened it meanwhile
            _discard_logs(current)
        part.replace(current)
    except OSError as error:
        raise Unwritable(f"The folder {home} cannot be written: {why(error)}.") from error
    finally:
        _discard(part)
    return kept if replaced else None


def _free_name(folder: Path, name: str) -> Path:
    """Return a name that no file has: a clock that was set back gives the same twice."""
    names = (f"{name}{f'-{number}' if number else ''}.sqlite3" for number in count())
    return next(folder / one for one in names if not (folder / one).exists())


def _rebuild(source: Path, key: bytes | None, database: Database) -> None:
    """Copy the rows of a backup into a file of this version, with an identity of its own."""
    try:
        copy_rows(source, database, key)
        migrate(database, lambda: None)
        with database.write() as connection:
            renew_origin(connection)
            if is_practice_file(source):
                mark_practice(connection)
    finally:
        database.close()


def _fold(path: Path, key: bytes | None) -> None:
    """Bring what the write-ahead log holds into the file itself.

    A file stays as it is if it is damaged, or was encrypted with another key.

    Raises:
        Busy: another program, or a part of this one, has the file open.
    """
    if not is_encrypted(path):
        key = None
    elif key is None:
        return
    with closing(open_file(path, key, timeout=_PATIENCE)) as file:
        try:
            file.execute("PRAGMA journal_mode = DELETE")
        except database_errors() as error:
            if error_code(error) == sqlite3.SQLITE_BUSY:
                raise Busy(
                    "fieldkit is using this folder. Wait for it to finish, then restore."
                ) from None


def _keep(current: Path, kept: Path) -> None:
    """Copy the data file aside, with the log that could not be brought into a damaged one."""
    for suffix in ("-wal", ""):
        source = current.with_name(current.name + suffix)
        if source.exists():
            target = kept.with_name(kept.name + suffix)
            make_file_private(target)
            shutil.copyfile(source, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())


def _discard_logs(path: Path) -> None:
    """Remove the logs of a data file: SQLite would read them into the next one of that name."""
    for suffix in _LOGS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _discard(part: Path) -> None:
    for suffix in ("", *_LOGS):
        discard(part.with_name(part.name + suffix))
