"""The mark of a data file to practise with: it is never enrolled and never synced.

The mark is in the header of the file, so that every copy carries it as well.
"""

from __future__ import annotations

from sqlalchemy import Connection

from fieldkit.settings import PRACTICE_MARK
from fieldkit.store.errors import StoreError


class Practice(StoreError):
    """The data is to practise with: it never leaves this laptop."""

    def __init__(self) -> None:
        super().__init__(
            "This is practice with made-up people: it is never enrolled and never synced. Start "
            "fieldkit without “practice” for real work."
        )


def mark_practice(connection: Connection) -> None:
    """Mark a data file for good."""
    connection.exec_driver_sql(f"PRAGMA application_id = {PRACTICE_MARK}")


def is_practice(connection: Connection) -> bool:
    """Say whether a data file is marked."""
    found = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    return bool(found == PRACTICE_MARK)
