"""Small notes of a working day, kept as one file each in the home folder; none is ever synced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

from fieldkit.settings import make_file_private

Note: TypeAlias = "dict[str, Note] | list[Note] | str | int | float | bool | None"


def read_note(home: Path, name: str) -> dict[str, Note]:
    """Return a note; empty if there is none, or it cannot be read."""
    try:
        found: Note = json.loads((home / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep_note(home: Path, name: str, note: dict[str, Note]) -> None:
    """Keep a note, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    part = home / f"{name}.json.part"
    make_file_private(part)
    part.write_text(json.dumps(note, ensure_ascii=False), "utf-8")
    part.replace(home / f"{name}.json")
