"""Going back to the version before an update: the copy made then, unchanged, for the older program.

What was done since is not in that copy. It comes back from the server with the next sync, so all of
it has to be there.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from fieldkit.keys.cipher import change_key, database_errors, opens_with
from fieldkit.settings import is_encrypted
from fieldkit.store import tables
from fieldkit.store.database import Connect, Database
from fieldkit.store.files.backup import back_up, discard, sound_copy
from fieldkit.store.files.copying import open_untrusted
from fieldkit.store.files.migrate import HEAD, VERSION_TABLE
from fieldkit.store.files.restore import put_in_place
from fieldkit.store.log.changes import OPEN_VERDICT, chain_end
from fieldkit.store.log.identity import renew_origin
from fieldkit.store.log.states import State

_OLDEST = "0002"
"""The first version whose data files note where they lie, and so can have a new identity."""
_ENCRYPTED = "0010"
"""The first version that opens encrypted data files."""
_KEPT = 2
"""Copies kept of those made before updates."""


class OlderCopy(NamedTuple):
    """A copy made before an update, and the key that opens it; None: it is plain."""

    path: Path
    key: bytes | None


class OnlyHere(NamedTuple):
    """Work done since a copy was made that no server holds."""

    unsent: int
    """Changes not acknowledged."""
    returned: int
    """Changes that the server did not take."""
    drafts: int
    """Unfinished forms."""


def copy_before_update(database: Database, folder: Path, stamp: str) -> None:
    """Copy the data file before it is brought to this version, and remove copies of long ago.

    Raises:
        DiskFull, Unwritable: the copy cannot be made.
    """
    made = folder / f"before-{stamp}.sqlite3"
    back_up(database, made)
    # By name, the new one is not the last where the clock was set back.
    for old in [one for one in _copies(folder) if one != made][: 1 - _KEPT]:
        discard(old)


def last_copy(folder: Path, keys: Sequence[bytes]) -> OlderCopy | None:
    """Return the last copy made before an update that an older version can open.

    ``keys``: that of the data, and earlier ones; a copy is encrypted with any of them.
    """
    found = (OlderCopy(one, _key_of(one, keys)) for one in reversed(_copies(folder)))
    return next((one for one in found if _is_older(one)), None)


def only_here(database: Database, copy: OlderCopy) -> OnlyHere:
    """Count what going back to ``copy`` would lose."""
    with closing(open_untrusted(*copy)) as old:
        ends = dict(old.execute("SELECT origin, max(seq) FROM change GROUP BY origin"))
        drafts = set(old.execute("SELECT id, updated_at FROM draft"))
    draft = tables.draft.c
    with database.read() as connection:
        now = {tuple(row) for row in connection.execute(select(draft.id, draft.updated_at))}
        return OnlyHere(_unsent(connection, ends), _returned(connection, ends), len(now - drafts))


def go_back(
    home: Path, copy: OlderCopy, stamp: str, connect: Connect, key: bytes | None
) -> Path | None:
    """Put a copy in place of the data file of ``home``, which is encrypted with ``key``.

    Returns where the file replaced is kept.

    Raises:
        StoreError: the copy is damaged, the data file is in use, or the folder cannot be written.
    """
    sound_copy(*copy)
    return put_in_place(home, stamp, lambda part: _as_it_was(copy, part, connect, key), key)


def _as_it_was(copy: OlderCopy, part: Path, connect: Connect, key: bytes | None) -> None:
    """Copy a data file as it is but for a new identity: its numbers were given out since.

    A copy under an earlier key gets the present one, which alone opens the home's data file.
    """
    shutil.copyfile(copy.path, part)
    own = copy.key
    if own is not None and key is not None and own != key:
        change_key(part, own, key)
        own = key
    database = Database(part, connect, own)
    try:
        with database.write() as connection:
            renew_origin(connection)
    finally:
        database.close()


def _copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("before-*.sqlite3"))


def _key_of(copy: Path, keys: Sequence[bytes]) -> bytes | None:
    """Return the key of a copy; one from before the data was encrypted has none."""
    if not is_encrypted(copy):
        return None
    with suppress(*database_errors()):
        return next((one for one in keys if opens_with(copy, one)), None)
    return None


def _is_older(copy: OlderCopy) -> bool:
    encrypted = is_encrypted(copy.path)
    if encrypted and copy.key is None:
        return False
    try:
        with closing(open_untrusted(*copy)) as file:
            row = file.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    except database_errors():
        return False
    version = row[0] if row else None
    oldest = _ENCRYPTED if encrypted else _OLDEST
    return isinstance(version, str) and oldest <= version < HEAD


def _unsent(connection: Connection, ends: Mapping[str, int]) -> int:
    found = 0
    for row in connection.execute(select(tables.origin)).all():
        last, _ = chain_end(connection, row.origin)
        found += max(last - max(row.acked_seq, ends.get(row.origin, 0)), 0)
    return found


def _returned(connection: Connection, ends: Mapping[str, int]) -> int:
    change = tables.change.c
    rows = connection.execute(
        select(change.origin, change.seq).where(OPEN_VERDICT, change.verdict == State.REJECTED)
    )
    return sum(seq > ends.get(origin, 0) for origin, seq in rows)
