"""Rebuilds or removes records after the state of their own changes changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from fieldkit.store.read.server_rows import Key
from fieldkit.store.rows.issues import forget_issues, set_closed
from fieldkit.store.rows.overlays import OverlayRebuilder


def withdraw_untaken(connection: Connection, keys: Collection[Key]) -> None:
    """Remove records the server never accepted, and close all their changes."""
    if keys:
        close_all(connection, OverlayRebuilder(connection, keys), keys)
        reapply_overlays(connection, keys)


def reapply_overlays(connection: Connection, keys: Collection[Key]) -> None:
    """Rebuild the records, after the state of their changes changed.

    One that is not here stays away, unless its creation waits to be sent (again) or merged.
    """
    rebuilder = OverlayRebuilder(connection, keys)
    _, removed = rebuilder.rebuild(
        {
            key: rebuilder.base(key)
            for key in keys
            if rebuilder.is_here(key) or rebuilder.is_untaken(key)
        }
    )
    forget_departed(connection, rebuilder, removed)


def close_all(connection: Connection, rebuilder: OverlayRebuilder, keys: Iterable[Key]) -> None:
    """Mark all own changes of the records as closed."""
    for key in keys:
        for one in rebuilder.own.get(key, ()):
            set_closed(connection, one, closed=True)


def forget_departed(
    connection: Connection, rebuilder: OverlayRebuilder, keys: Iterable[Key]
) -> None:
    """Delete the issues of removed records, and close their changes in conflict."""
    gone = list(keys)
    if gone:
        forget_issues(connection, gone)
    for key in gone:
        for one in rebuilder.own.get(key, ()):
            if one.row.verdict == "conflict":
                set_closed(connection, one, closed=True)
