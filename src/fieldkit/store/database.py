"""The connection factory: one file, WAL, synchronous=FULL, one writer.

An encrypted file has a key; SQLCipher's driver opens it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import QueuePool

from fieldkit.interruption import check_interruption, interruptible, uninterrupted
from fieldkit.keys.cipher import database_errors, encrypted_driver, open_file, opens
from fieldkit.store.errors import Damaged, OtherKey, Unwritable, explained, plainly

WAIT_FOR_WRITER = 30.0
"""Seconds to wait while another process (an import beside the application) writes."""

Connect = Callable[[Path], sqlite3.Connection]


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection whose commits survive a power cut.

    Raises:
        Unwritable: the disk cannot keep a write-ahead log (some network drives).
    """
    return _connect(path, None)


def connect_with(key: bytes) -> Connect:
    """Return the function that opens connections to an encrypted file.

    It raises :class:`OtherKey` where the file was made under another key.
    """
    return partial(_connect, key=key)


def _connect(path: Path, key: bytes | None) -> sqlite3.Connection:
    connection = open_file(path, key, timeout=WAIT_FOR_WRITER, any_thread=True)
    try:
        if key is not None and not opens(connection):
            raise OtherKey
        if _journal(connection) != "wal":
            raise Unwritable(
                "The data file is on a drive that cannot keep it safe in a power cut. Move the "
                "folder of fieldkit to the laptop's own disk."
            )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -16000")
    except BaseException:
        connection.close()
        raise
    return connection


def _journal(connection: sqlite3.Connection) -> str:
    """Turn the write-ahead log on; return what keeps the file safe now."""
    until = time.monotonic() + WAIT_FOR_WRITER
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return str(mode)
        except database_errors() as error:
            # SQLite does not wait here for another program that is just making the same file.
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.01)


class Database:
    """The engine of one data file, its readers and its one writer."""

    def __init__(self, path: Path, connect: Connect = connect, key: bytes | None = None) -> None:
        """``connect`` opens a plain file; with the ``key`` of an encrypted one it is not used."""
        self.path = path
        self.key = key
        self._connect = connect if key is None else connect_with(key)
        self.engine = create_engine(
            "sqlite://",
            module=sqlite3 if key is None else encrypted_driver(),
            creator=lambda: self._connect(path),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,
            hide_parameters=True,  # no person's data in an error message
        )
        event.listen(self.engine, "before_cursor_execute", _check)
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection whose reads all see the same moment; they can be interrupted.

        Raises:
            Interrupted: the reads were stopped, see :mod:`fieldkit.interruption`.
        """
        with (
            plainly(),
            self.engine.connect() as connection,
            _reopened_if_damaged(connection),
            interruptible(dbapi_connection(connection)),  # it must end before the closing
        ):
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the writing connection; commits at the end, or leaves nothing behind."""
        with uninterrupted(), plainly(), self._writing, self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            with _reopened_if_damaged(connection):
                yield connection
                connection.commit()

    def raw(self) -> sqlite3.Connection:
        """Give a plain connection of its own, for backups and checks; the caller closes it."""
        return self._connect(self.path)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def dbapi_connection(connection: Connection) -> sqlite3.Connection:
    """Return the connection of the driver under one of SQLAlchemy."""
    plain = connection.connection.dbapi_connection
    if plain is None:
        raise TypeError(type(plain))
    return cast(sqlite3.Connection, plain)


@contextmanager
def _reopened_if_damaged(connection: Connection) -> Iterator[None]:
    """Close a connection that met a damaged page: SQLCipher may answer nothing more on it."""
    try:
        yield
    except Exception as error:
        if isinstance(explained(error), Damaged):
            connection.invalidate()
        raise


def _check(*_: object) -> None:
    """Raise instead of beginning a statement of a call that must stop."""
    check_interruption()
