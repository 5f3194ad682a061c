"""Why a file or folder cannot be used, in words of this program and what to do.

Those of the system differ from one to the next, and come in its own language.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path, PurePath

_OPEN = "it is open in another program; close it there, then try again"
_TOO_LONG = "its path is too long; choose a shorter name or another folder"
_FORBIDDEN = "you may not; choose another folder, or ask the person who set up this laptop"
_DENIED = 5
_WINDOWS = {
    32: _OPEN,  # sharing violation
    33: _OPEN,  # lock violation
    _DENIED: "it is open in another program, or you may not use it; close it, or choose another",
    206: _TOO_LONG,
    123: "its name has a character that is not allowed; choose another name",
    21: "the drive is not ready; connect it, then try again",
    112: "the disk is full; free some space, then try again",
    39: "the disk is full; free some space, then try again",
}
"""By the number that Windows gives, which says more than `errno`."""
_EVERYWHERE = {
    errno.ENOENT: "there is no such file or folder; check the name",
    errno.ENOTDIR: "a part of its path is not a folder; check the name",
    errno.EISDIR: "it is a folder; give the name of a file",
    errno.EEXIST: "there is something of this name already; choose another name",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.ENOSPC: "the disk is full; free some space, then try again",
    errno.EDQUOT: "your share of the disk is full; free some space, then try again",
    errno.EIO: "the disk does not answer; check it, then try again",
    errno.EBUSY: _OPEN,
    errno.ETXTBSY: _OPEN,
    errno.EINVAL: "the system does not take this name; choose another",
    errno.ENODEV: "the drive is not there; connect it, then try again",
}
_REST = "the system refuses it; try another folder"
_LONGEST_WINDOWS = 259
"""Signs of a path that every Windows takes; it answers "not found" to a longer one."""
_LONGEST_NAME, _LONGEST_PATH = 255, 4095
_UNLIMITED = "\\\\?\\"


class Explained(OSError):
    """A file cannot be made; the text says why and what to do."""


def why(error: OSError, windows: bool = sys.platform == "win32") -> str:
    """Return why a file cannot be used and what to do, to stand after a colon, without a stop."""
    if isinstance(error, Explained):
        return str(error).rstrip(".")
    named = error.filename2 or error.filename
    if isinstance(named, str) and is_too_long(Path(named)):
        return _TOO_LONG
    number = getattr(error, "winerror", None) or 0
    if windows and not number and error.errno == errno.EACCES:
        number = _DENIED  # opening a file gives no number there, whatever prevents it
    return _WINDOWS.get(number) or _EVERYWHERE.get(error.errno or 0, _REST)


def is_too_long(path: PurePath, windows: bool = sys.platform == "win32") -> bool:
    """Say whether the system takes no path so long."""
    text = str(path)
    if windows:
        return not text.startswith(_UNLIMITED) and len(text) > _LONGEST_WINDOWS
    parts = text.split("/")
    return len(os.fsencode(text)) > _LONGEST_PATH or any(
        len(os.fsencode(part)) > _LONGEST_NAME for part in parts
    )
