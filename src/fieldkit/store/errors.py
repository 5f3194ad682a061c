"""What can go wrong with the data file, in plain sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from fieldkit.interruption import Interrupted
from fieldkit.keys.cipher import error_code
from fieldkit.records import Finding
from fieldkit.records.declaration import sentences


class StoreError(Exception):
    """The data file cannot be used; the text says why and what to do."""


class DiskFull(StoreError):
    """No space is left for the data file."""


class Unwritable(StoreError):
    """The folder or the file may not be written."""


class Damaged(StoreError):
    """The data file is damaged, or is not a fieldkit file."""


class NewerVersion(Damaged):
    """The data file was written by a newer version."""

    def __init__(self) -> None:
        super().__init__(
            "This data was written by a newer fieldkit. Install that version to open it; there, "
            "`fieldkit go-back` makes it ready for this older one."
        )


class NeedsKey(StoreError):
    """The data file is encrypted, and no key was given."""

    def __init__(self, *, has_keys: bool = True) -> None:
        super().__init__(
            "The data on this laptop is encrypted: it opens with a passphrase. Start this on a "
            "terminal, or set FIELDKIT_PASSPHRASE."
            if has_keys
            else "The data in this folder is encrypted, and the file keys.json that opens it is "
            "missing. Copy keys.json from the folder that this data came from."
        )
        self.has_keys = has_keys


class OtherKey(StoreError):
    """The data file was encrypted with another key than the one given."""

    def __init__(self, name: str = "The data file") -> None:
        super().__init__(
            f"{name} was encrypted with another key than the one in keys.json. Put the keys.json "
            "that belongs to it in its place, or restore a backup with `fieldkit restore`."
        )


class Busy(StoreError):
    """Another program has the data file open."""


class Closed(StoreError):
    """Nothing new may be saved: the server has ended this laptop's access."""

    def __init__(self) -> None:
        super().__init__(
            "This laptop was removed from the server: nothing new can be saved on it. Ask your "
            "supervisor for a code, and enrol it again."
        )


class Settled(StoreError):
    """The conflict to be decided is no longer open."""


class Refused(Exception):
    """Records that break a rule; nothing was saved.

    ``findings`` holds (index of the edit, finding) pairs.
    """

    def __init__(self, findings: list[tuple[int, Finding]]) -> None:
        super().__init__("; ".join(sentences.sentence(finding) for _, finding in findings))
        self.findings = findings


_IN_USE = (Busy, "Another program is using the data file. Wait for it to finish, then try again.")
_SENTENCES: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (
        DiskFull,
        "The disk is full: nothing more can be saved. Free some space, then try again.",
    ),
    sqlite3.SQLITE_READONLY: (
        Unwritable,
        "The folder of fieldkit is read-only, so nothing can be saved. Ask the person who set up "
        "this laptop for write access.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        Unwritable,
        "The data file cannot be opened. Check that the folder of fieldkit is there and can be "
        "written.",
    ),
    sqlite3.SQLITE_PERM: (
        Unwritable,
        "This user is not allowed to open the data file of "
        "fieldkit. Ask the person who set up this laptop.",
    ),
    sqlite3.SQLITE_IOERR: (
        Unwritable,
        "The disk does not answer: nothing more can be saved. Check the disk, then try again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        Damaged,
        "Part of the data file is damaged. Save what can be read with `fieldkit export`, then "
        "restore the last backup with `fieldkit restore`.",
    ),
    sqlite3.SQLITE_NOTADB: (
        Damaged,
        "The data file is damaged or is not a fieldkit file. Restore the last backup with "
        "`fieldkit restore`.",
    ),
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_PROTOCOL: _IN_USE,  # two connections waited for the same lock too often
    sqlite3.SQLITE_LOCKED: _IN_USE,
}


def explained(error: BaseException) -> StoreError | Interrupted | None:
    """Return what a database error means; None if it is a mistake in the program."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = error_code(cause) if cause is not None else None
    if code is None:
        return None
    if code == sqlite3.SQLITE_INTERRUPT:
        return Interrupted()
    known = _SENTENCES.get(code)
    return known[0](known[1]) if known else None


@contextmanager
def plainly() -> Iterator[None]:
    """Raise database faults as :class:`StoreError`, and stopped reads as :class:`Interrupted`."""
    try:
        yield
    except Exception as error:
        meaning = explained(error)
        if meaning is None:
            raise
        raise meaning from error
