"""Bundles and answers as files on a stick: written whole or not at all, read within bounds."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

BUNDLE, ANSWER = ".fkb", ".fka"
"""How the names of bundles and answers end."""
PART = ".tmp"
"""How the name of a file ends that is not written whole yet."""
_SPARE = 64 << 10
"""Bytes left free on a stick: its own lists of files take some."""
_REMOVABLE = 2
"""A stick, by the word of Windows for kinds of drives."""
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.EIO})


class NotCarried(Exception):
    """A bundle or an answer cannot be used; the text is a sentence what happened and what to do."""

    def __init__(self, reason: str, *, offline: bool = False) -> None:
        super().__init__(reason)
        self.offline = offline


def sticks() -> list[Path]:
    """Return the folders of the sticks that are in now, as far as the system shows them."""
    if sys.platform == "win32":
        import ctypes

        drives = (f"{letter}:\\" for letter in "DEFGHIJKLMNOPQRSTUVWXYZ")
        kind_of = ctypes.windll.kernel32.GetDriveTypeW
        found = [Path(drive) for drive in drives if kind_of(drive) == _REMOVABLE]
    else:
        user = os.environ.get("USER", "")
        places = (Path("/media") / user, Path("/run/media") / user, Path("/Volumes"))
        found = [one for place in places for one in _below(place) if os.path.ismount(one)]
    return [one for one in found if _is_there(one)]


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False


def free_space(folder: Path) -> int:
    """Return the free bytes of a stick.

    Raises:
        NotCarried: there is no such folder.
    """
    try:
        if not folder.is_dir():
            raise NotCarried(f"There is no folder {folder}. Put the stick in, then try again.")
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise unusable(error, folder) from None


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a file; of one that is too large, only one more than ``most``.

    Raises:
        NotCarried: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise unusable(error, path) from None


def write_answer_beside(path: Path, answer: bytes) -> Path:
    """Write the answer to a bundle beside it; return its file.

    Raises:
        NotCarried: it cannot be written; no part of it stays.
    """
    target = path.with_suffix(ANSWER)
    try:
        write_whole(target, answer)
    except NotCarried as error:
        raise NotCarried(
            "The server has the bundle now, but its answer was not written. "
            f"{error} Then hand in the same bundle again."
        ) from None
    return target


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a full or removed stick leaves either all of it or nothing.

    Raises:
        NotCarried: it cannot be written.
    """
    if (free := free_space(path.parent)) < len(data) + _SPARE:
        raise NotCarried(
            f"The stick is full: {_kilobytes(len(data) + _SPARE)} are needed, {_kilobytes(free)} "
            "are free. Remove something from it, or take another one."
        )
    part = path.with_suffix(PART)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise unusable(error, path) from None


def _sync_folder(folder: Path) -> None:
    """Let the name of a new file reach the stick; not every system offers that."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def unusable(error: OSError, path: Path) -> NotCarried:
    """Return the sentence for an error of the system on a stick."""
    if error.errno == errno.ENOSPC:
        return NotCarried("The stick is full. Remove something from it, or take another one.")
    if error.errno in _GONE:
        return NotCarried(f"{path} cannot be found. Check that the stick is in, then try again.")
    if error.errno == errno.EROFS:
        return NotCarried("Nothing can be written on this stick. Slide its lock, or take another.")
    return NotCarried(f"{path} cannot be opened. Check the stick, then try again.")


def _kilobytes(size: int) -> str:
    return f"{-(-size // 1024)} KB"
