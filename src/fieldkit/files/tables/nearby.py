"""The files a person may mean: those lying about, and those whose name they type or paste."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

ENDINGS = frozenset({".csv", ".xlsx", ".xls", ".jsonl", ".tsv", ".txt"})
_MOST = 40


def nearby(home: Path | None = None) -> list[Path]:
    """Return the tables in the folders where files land, the newest first; at most 40.

    ``home``: the person's own folder. Folders that are missing or may not be read hold none.
    """
    own = home or Path.home()
    folders = [own / "Downloads", own / "Desktop", own / "Documents", own]
    found = [path for folder in folders for path in tables_in(folder)]
    return sorted(dict.fromkeys(found), key=_changed, reverse=True)[:_MOST]


def tables_in(folder: Path) -> list[Path]:
    """Return the tables in a folder, the newest first."""
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.casefold() in ENDINGS
            and not path.name.startswith((".", "~$"))
            and path.is_file()
        ]
    except OSError:
        return []
    return sorted(found, key=_changed, reverse=True)


def _changed(path: Path) -> float:
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
    return path if _there(path) or "\\ " not in text else _expanded(text.replace("\\ ", " "))


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
