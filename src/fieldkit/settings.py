"""The folder of an installation."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

DATABASE = "fieldkit.sqlite3"
KEYS = "keys.json"
"""The key file of an encrypted home."""
PRACTICE_MARK = 0x666B7072
"""The application id in the header of a data file to practise with: "fkpr"."""
_MARKED = slice(68, 72)
"""Where SQLite keeps it in the file."""
_PLAIN = b"SQLite format 3\0"
_PAGE = 4096
_FEWEST_BYTE_VALUES = 240
"""Different bytes in the first page of an encrypted file: it looks random, a damaged one does not.
"""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may open (POSIX), unless it is there.

    The folder may be shared by an older version, or made by somebody else; its files are private
    all the same.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_file_private(path: Path) -> None:
    """Let only the owner read a file (POSIX), where that can be set.

    It is made if it is missing; what SQLite makes beside it follows.
    """
    with suppress(OSError):  # opening it says why it cannot be made
        path.touch(mode=0o600, exist_ok=True)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)


def is_practice_file(path: Path) -> bool:
    """Say whether a data file is to practise with, without opening it as a database."""
    try:
        with path.open("rb") as file:
            return int.from_bytes(file.read(_MARKED.stop)[_MARKED], "big") == PRACTICE_MARK
    except OSError:
        return False


def is_encrypted(path: Path) -> bool:
    """Say by its first page whether a data file is encrypted; False if there is none.

    Not while this process has the file open: reading it would end the locks of SQLite.
    """
    try:
        with path.open("rb") as file:
            page = file.read(_PAGE)
    except OSError:
        return False
    if page.startswith(_PLAIN) or len(page) < _PAGE:
        return False
    return len(set(page)) >= _FEWEST_BYTE_VALUES


def is_locked(home: Path) -> bool:
    """Say whether the data of a home opens with a key only; like :func:`is_encrypted`.

    That is so too where the data file of an encrypted home is gone: a new one is encrypted.
    """
    path = home / DATABASE
    if is_encrypted(path):
        return True
    return (home / KEYS).exists() and not (path.exists() and path.stat().st_size)


def home_folder() -> Path:
    """Return the folder of all its data: FIELDKIT_HOME, or the platform's folder for user data."""
    if chosen := os.environ.get("FIELDKIT_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("fieldkit", appauthor=False)
