"""The files a person means by what is in the box for a path."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

_USUAL = "Downloads, Desktop, Documents or your home folder"
"""Where files are looked for by a part of their names."""
_SLASHES = ("/", "\\")


class FilesMeant(NamedTuple):
    """The files a person means; without any, why."""

    files: list[Path]
    why: str = ""


def files_meant(text: str) -> FilesMeant:
    """Return the file of a path, the tables of a folder, or those whose names hold what is typed.

    Behind a folder, what is typed is a part of the name of a file in it.
    """
    from fieldkit.files import nearby, path_of, tables_in

    path, words = path_of(text), text.strip()
    if path is None:
        return FilesMeant(
            nearby(), f"There is no table in {_USUAL}. Type or paste the path of one."
        )
    try:
        if path.is_file():
            return FilesMeant([path])
        if any(slash in words for slash in _SLASHES):
            return _below(path)
        found = nearby(words) or (tables_in(path) if path.is_dir() else [])
    except PermissionError:
        return FilesMeant([], f"This laptop does not let you open {path}.")
    except (OSError, ValueError):
        return FilesMeant([], "This cannot be the name of a file.")
    why = f'No table in {_USUAL} has "{words}" in its name. Type or paste its whole path.'
    return FilesMeant(found, why)


def _below(path: Path) -> FilesMeant:
    """Return the tables in a folder, or those in the folder above that have a part of the name.

    Raises:
        OSError: the folder cannot be looked at.
    """
    from fieldkit.files import tables_in

    if path.is_dir():
        return FilesMeant(tables_in(path), f"There is no table in the folder {path}.")
    folder = path.parent
    if not folder.is_dir():
        return FilesMeant([], f"There is no folder {folder}. Check how it is spelled.")
    why = f'No table has "{path.name}" in its name in the folder {folder}.'
    return FilesMeant(tables_in(folder, path.name), why)
