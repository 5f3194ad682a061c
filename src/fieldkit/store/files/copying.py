"""Copy the rows of a data file that may come from anywhere into tables of this program's making.

A file says itself which triggers, views and virtual tables it has, and SQLite obeys it. So of
another file only rows of known tables are taken; everything else stays behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from fieldkit.keys.cipher import database_errors, open_file
from fieldkit.plain_text import plain
from fieldkit.records import kinds
from fieldkit.schema import GROWN, create_table
from fieldkit.store import tables
from fieldkit.store.database import Database, dbapi_connection
from fieldkit.store.errors import Damaged, NewerVersion
from fieldkit.store.files.migrate import VERSION_TABLE, known_version, upgrade
from fieldkit.store.rows.search_index import INDEXES

_OWN_MAKING = {VERSION_TABLE, GROWN}
"""Tables that are filled when the others are made."""
_LIST = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


def open_untrusted(path: Path, key: bytes | None = None) -> sqlite3.Connection:
    """Open a file to be read only; nothing in its schema may call a function with an effect."""
    connection = open_file(path, key, read_only=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def table_columns(connection: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
    """Return the columns of each ordinary table of a file; no view and no virtual table."""
    found = {}
    for sort, name, sql in connection.execute(_LIST).fetchall():
        if sort == "table" and not str(sql).upper().lstrip().startswith("CREATE VIRTUAL"):
            columns = connection.execute("SELECT name FROM pragma_table_info(?)", (name,))
            found[str(name)] = [str(column) for (column,) in columns]
    return found


def copy_rows(source: Path, database: Database, key: bytes | None = None) -> None:
    """Copy the rows of ``source`` into a new, empty data file of the same version.

    ``key``: of the source, if that is encrypted.

    Raises:
        Damaged: the rows cannot be read, or do not fit the tables of that version.
    """
    try:
        with closing(open_untrusted(source, key)) as old, database.write() as connection:
            theirs = table_columns(old)
            (version,) = old.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
            upgrade(connection, known_version(version))
            for name, kind in kinds().items():
                if name in theirs:
                    create_table(connection, kind, theirs[name])
            new = dbapi_connection(connection)
            for name, columns in table_columns(new).items():
                if name not in _OWN_MAKING and not name.startswith(INDEXES):
                    _copy_table(old, new, name, [c for c in theirs.get(name, ()) if c in columns])
            for index in INDEXES:
                connection.execute(text(f"INSERT INTO {index} ({index}) VALUES ('rebuild')"))
    except NewerVersion:
        raise
    except (Damaged, TypeError) as error:
        raise _damaged(source) from error
    except database_errors() as error:
        raise _damaged(source) from error


def _damaged(source: Path) -> Damaged:
    return Damaged(
        f"{source.name} is damaged: some of its records cannot be read. Use another backup."
    )


def _copy_table(
    old: sqlite3.Connection, new: sqlite3.Connection, table: str, columns: Sequence[str]
) -> None:
    new.execute(f'DELETE FROM "{table}"')
    if columns:
        names = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join("?" * len(columns))
        rows = old.execute(f'SELECT {names} FROM "{table}"')
        new.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)


def strange_parts(connection: Connection) -> Iterator[str]:
    """Yield what a data file holds that this program never makes, one sentence each."""
    known = {*tables.INFRASTRUCTURE.tables, *kinds(), *_OWN_MAKING}
    for sort, name, sql in connection.execute(text(_LIST)).all():
        virtual = str(sql).upper().lstrip().startswith("CREATE VIRTUAL")
        ours = name in INDEXES if virtual else name in known or name.startswith(INDEXES)
        if sort == "index" or (sort == "table" and ours):
            continue
        yield (
            f"The data file has a {'virtual table' if virtual else sort} {plain(name)[:60]!r} "
            "that fieldkit did not make. Restore a backup: that removes it."
        )
