"""Find the file a person means: tables in the usual folders, and paths typed, pasted or dropped."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

ENDINGS = frozenset({".csv", ".xlsx", ".xls", ".jsonl", ".tsv", ".txt"})
_MOST = 40


def nearby(words: str = "", home: Path | None = None) -> list[Path]:
    """Return the tables in the folders where files usually land, the newest first; at most 40.

    ``words``: parts of the name, between blanks. ``home``: the person's home folder. Missing and
    unreadable folders count as empty.
    """
    home = home or Path.home()
    folders = [home / "Downloads", home / "Desktop", home / "Documents", home]
    found = [path for folder in folders for path in tables_in(folder, words)]
    return sorted(dict.fromkeys(found), key=_modified, reverse=True)[:_MOST]


def tables_in(folder: Path, words: str = "") -> list[Path]:
    """Return the tables in a folder whose names hold all the words, the newest first."""
    parts = words.casefold().split()
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.casefold() in ENDINGS
            and not path.name.startswith((".", "~$"))
            and all(part in path.name.casefold() for part in parts)
            and path.is_file()
        ]
    except OSError:
        return []
    return sorted(found, key=_modified, reverse=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def path_of(typed: str) -> Path | None:
    """Read a path as typed, pasted or dropped: quotes, ``file://``, ``~`` and ``\\ ``."""
    text = typed.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(urlparse(text).path)
    if not text:
        return None
    path = _expanded(text)
    return path if _exists(path) or "\\ " not in text else _expanded(text.replace("\\ ", " "))


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
