"""Open an SQLite file, plain or encrypted: one signature for both drivers.

SQLCipher's driver (``sqlcipher3``) is a copy of :mod:`sqlite3` with classes of its own: it is
imported for an encrypted file only, and its connections are typed as those of :mod:`sqlite3`,
which have the same methods. One process must never have a file open with both drivers: when one
closes it, the other loses its locks.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import cast

_DRIVER = "sqlcipher3.dbapi2"


def open_file(
    path: Path,
    key: bytes | None = None,
    *,
    read_only: bool = False,
    timeout: float = 5.0,
    any_thread: bool = False,
) -> sqlite3.Connection:
    """Open a file; statements commit by themselves. A wrong key shows at the first read.

    ``key``: the raw data key of an encrypted file.
    """
    name = f"{path.resolve().as_uri()}?mode=ro" if read_only else str(path)
    if key is None:
        return sqlite3.connect(
            name,
            uri=read_only,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=not any_thread,
        )
    connection = cast(
        sqlite3.Connection,
        encrypted_driver().connect(
            name,
            uri=read_only,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=not any_thread,
        ),
    )
    give_key(connection, key)
    return connection


def open_plain(path: Path, timeout: float) -> sqlite3.Connection:
    """Open a plain file with SQLCipher's driver, which can write it into an encrypted one."""
    connection = cast(
        sqlite3.Connection,
        encrypted_driver().connect(str(path), timeout=timeout, isolation_level=None),
    )
    connection.execute("PRAGMA cipher_log_level = NONE")
    return connection


def give_key(connection: sqlite3.Connection, key: bytes) -> None:
    """Give a new connection of SQLCipher its key."""
    # First of all: without it, a wrong key is reported on the terminal, across the screen.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f'PRAGMA key = "{key_literal(key)}"')


def change_key(path: Path, key: bytes, new: bytes) -> None:
    """Encrypt a file with another key from now on; nobody else has it open."""
    with closing(open_file(path, key)) as connection:
        connection.execute(f'PRAGMA rekey = "{key_literal(new)}"')


def key_literal(key: bytes) -> str:
    """Return a raw key as SQLCipher reads it in a statement."""
    if len(key) != 32:
        raise ValueError(len(key))
    return f"x'{key.hex()}'"


def encrypted_driver() -> ModuleType:
    """Return the driver of encrypted files; it is imported now."""
    from sqlcipher3 import dbapi2

    return cast(ModuleType, dbapi2)


def opens(connection: sqlite3.Connection) -> bool:
    """Say whether the first page of a file can be read: with another key it cannot."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except database_errors() as error:
        if error_code(error) == sqlite3.SQLITE_NOTADB:
            return False
        raise
    return True


def opens_with(path: Path, key: bytes) -> bool:
    """Say whether this is the key of an encrypted file."""
    with closing(open_file(path, key, read_only=True)) as connection:
        return opens(connection)


def database_errors() -> tuple[type[Exception], ...]:
    """Return the classes of the errors that the drivers in use raise, for an ``except``."""
    driver = sys.modules.get(_DRIVER)
    return (sqlite3.Error,) if driver is None else (sqlite3.Error, driver.Error)


def error_code(error: BaseException) -> int | None:
    """Return the code that SQLite gives an error of either driver; None if it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
