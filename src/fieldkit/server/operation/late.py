"""Late and waiting changes for the administrator: lists them, takes them in, leaves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine

from fieldkit.server.database.connection import reading
from fieldkit.server.database.migrate import open_database
from fieldkit.server.devices.authentication import WrongInput
from fieldkit.server.ingest import late, unsettled
from fieldkit.server.ingest.late import LateChange, Taken, open_changes, read_name
from fieldkit.server.ingest.unsettled import Unsettled

__all__ = ["LateChange", "Taken", "late_changes", "leave", "take"]


def late_changes(database: str, device: int | None = None) -> list[LateChange]:
    """List what is late or waiting, of one device or of all, in order of arrival."""
    with _opened(database) as engine, reading(engine) as connection:
        return late.described(connection, unsettled.of_device(connection, device))


def take(
    database: str, now: int, changes: Sequence[str] = (), device: int | None = None
) -> list[Taken]:
    """Take late changes in: the named ones, or all of a device, in order of arrival.

    Raises:
        WrongInput: there is no such late change.
    """
    with _opened(database) as engine:
        _chosen(engine, changes, device)
        return late.take(engine, now, lambda: open_changes(engine, changes, device))


def leave(
    database: str, now: int, changes: Sequence[str] = (), device: int | None = None
) -> list[str]:
    """Leave late or waiting changes: they come back to their authors as rejected.

    Raises:
        WrongInput: there is no such change.
    """
    with _opened(database) as engine:
        return late.leave(engine, now, _chosen(engine, changes, device))


def _chosen(engine: Engine, changes: Sequence[str], device: int | None) -> list[Unsettled]:
    """Return the named changes, all of which must be open, or all of a device."""
    found = open_changes(engine, changes, device)
    missing = {read_name(one) for one in changes} - {(one.origin, one.seq) for one in found}
    if missing:
        origin, seq = min(missing)
        raise WrongInput(
            f"Change {origin}/{seq} is not late. `fieldkit server late list` lists the late "
            "changes."
        )
    return found


@contextmanager
def _opened(database: str) -> Iterator[Engine]:
    engine = open_database(database)
    try:
        yield engine
    finally:
        engine.dispose()
