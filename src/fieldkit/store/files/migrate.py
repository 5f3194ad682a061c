"""Bringing a data file to this version: infrastructure by Alembic, kinds by their declarations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from fieldkit.records import kinds
from fieldkit.schema import grow, is_grown
from fieldkit.store.database import Database
from fieldkit.store.errors import Damaged, NewerVersion
from fieldkit.store.rows.overlays import adopt

VERSION_TABLE = "alembic_version"
HEAD = "0011"
"""The newest Alembic script; a test compares it with the scripts."""


def migrate(database: Database, back_up: Callable[[], object]) -> None:
    """Bring the file to :data:`HEAD`; ``back_up`` is called before an older one changes.

    An older program could not open it any more: the copy is what one goes back to.

    Alembic is imported only when there is something to do (it costs up to 0.6 s).

    Raises:
        Damaged: the file is no fieldkit file, or a newer version's.
    """
    with database.read() as connection:
        version = _version(connection)
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        grown = version == HEAD and is_grown(connection, kinds().values())
    if version is None and tables:
        raise Damaged("This file has no fieldkit data. Choose another folder.")
    if version is not None:
        known_version(version)
    if grown:
        return
    if version not in (None, HEAD):
        back_up()
    with database.write() as connection:
        if version != HEAD:
            upgrade(connection, HEAD)
        grow(connection, kinds().values())
        adopt(connection)


def _version(connection: Connection) -> str | None:
    there = connection.exec_driver_sql(
        f"SELECT 1 FROM sqlite_master WHERE name = '{VERSION_TABLE}'"
    ).scalar_one_or_none()
    if not there:
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}")
    return found.scalar_one_or_none()


def known_version(version: object) -> str:
    """Return the version of a data file, if this program knows it.

    Raises:
        Damaged: it does not.
    """
    if not isinstance(version, str) or not version.isdecimal() or len(version) != len(HEAD):
        raise Damaged("This file has no fieldkit data. Choose another folder.")
    if version > HEAD:
        raise NewerVersion
    return version


def upgrade(connection: Connection, version: str) -> None:
    """Run the scripts up to a version, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
