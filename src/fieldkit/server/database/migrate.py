"""Migrating the server's database to this version, and opening it.

Alembic scripts create the infrastructure tables; the declarations create the tables of kinds. An
SQLite file is migrated when it is opened; a PostgreSQL database, which several servers may share,
only by ``fieldkit server migrate``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from fieldkit.file_fault import why
from fieldkit.records import kinds
from fieldkit.schema import grow, is_grown, parted
from fieldkit.server.database.connection import (
    Unusable,
    connect,
    lift_timeouts,
    prepare_reading,
    writing,
)
from fieldkit.server.database.eras import begin_first_era
from fieldkit.server.database.tables import ERA, UNKNOWN

HEAD = "0009"
"""The newest Alembic script; a test compares it with the scripts."""
_MIGRATION_LOCK = 0x66696C64
"""The PostgreSQL advisory lock that lets only one migration run at a time."""


def migrate(url: str) -> bool:
    """Create or migrate the database at an SQLAlchemy URL; return whether anything was to do.

    Raises:
        Unusable: it cannot be opened, was migrated by a newer version, or is not a server's.
    """
    engine = connect(url)
    try:
        with _unusable_on_error(engine):
            return _migrate(engine, url)
    finally:
        engine.dispose()


def open_database(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL; create or migrate an SQLite file first.

    Raises:
        Unusable: it cannot be opened, is not migrated, was migrated by a newer version, or is not
            a server's.
    """
    engine = connect(url)
    with _unusable_on_error(engine):
        if engine.dialect.name == "sqlite":
            _migrate(engine, url)
        elif not is_migrated(engine):
            raise Unusable(
                "This database is not ready for this version of the server. "
                "Run fieldkit server migrate --database URL once, then start the server."
            )
    configure_mappers()  # now, so that the first request does not wait for it
    return engine


def read_database(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL read-only.

    Raises:
        Unusable: it cannot be opened, does not exist, or is not a server's.
    """
    file = _file(connect(url))
    if file is not None and not file.is_file():
        raise Unusable(f"There is no database {file}.")
    return _open_checked(url)


def is_migrated(engine: Engine) -> bool:
    """Say whether the database is at this version, without writing.

    Raises:
        Unusable: it was migrated by a newer version.
    """
    with engine.connect() as connection:
        version = _version(connection)
        if version is not None and version > HEAD:
            raise Unusable(
                "This database was brought up by a newer fieldkit. Install that version here."
            )
        return version == HEAD and is_grown(connection, kinds().values())


def _migrate(engine: Engine, url: str) -> bool:
    file = _file(engine)
    if file is not None:
        _create_folder(file.parent)
    if file is None or file.exists():
        _open_checked(url, may_be_empty=True).dispose()
    if is_migrated(engine):
        return False
    with writing(engine) as connection:
        lift_timeouts(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        if _version(connection) != HEAD:
            _upgrade(connection)
        grow(connection, kinds().values())
        _move_known_records(connection)
        if connection.execute(select(ERA.c.name)).first() is None:
            begin_first_era(connection)
    return True


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return found.scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _move_known_records(connection: Connection) -> None:
    """Move records of kinds unknown until now to the tables of these kinds."""
    rows = connection.execute(select(UNKNOWN).where(UNKNOWN.c.kind.in_(kinds()))).mappings().all()
    for row in rows:
        kind = kinds()[row["kind"]]
        kept = {name: row[name] for name in row if name not in {"kind", "fields"}}
        values, extra = parted(kind, row["fields"])
        connection.execute(insert(kind.table()).values({**values, **kept, "extra": extra}))
        connection.execute(
            delete(UNKNOWN).where(UNKNOWN.c.kind == row["kind"], UNKNOWN.c.id == row["id"])
        )


def _open_checked(url: str, *, may_be_empty: bool = False) -> Engine:
    """Open a database read-only after checking that it is a server's, or empty if that may be."""
    engine = connect(url, prepare_reading)
    with _unusable_on_error(engine):
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
        if UNKNOWN.name not in names and not (may_be_empty and not names):
            raise Unusable("This database holds no data of a server. Name another one.")
        if names and "alembic_version" not in names:
            raise Unusable(
                "This database is of a first trial of the server. Name a new one: "
                "laptops that enrol with it send it all they hold."
            )
    return engine


def _file(engine: Engine) -> Path | None:
    """Return the file of an SQLite database."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


@contextmanager
def _unusable_on_error(engine: Engine) -> Iterator[None]:
    """Turn database errors into :class:`Unusable`, and dispose of the engine on either."""
    try:
        yield
    except DBAPIError as error:
        engine.dispose()
        why = " ".join(str(error.orig).split())
        raise Unusable(f"The database cannot be opened: {why}.") from None
    except Unusable:
        engine.dispose()
        raise


def _create_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"The folder {folder} cannot be made: {why(error)}.") from None
