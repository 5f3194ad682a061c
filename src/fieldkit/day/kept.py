"""Small notes of a working day, kept as one file each in the home folder; none is ever synced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fieldkit.store import Notes

Note: TypeAlias = "dict[str, Note] | list[Note] | str | int | float | bool | None"


def read_note(notes: Notes, name: str) -> dict[str, Note]:
    """Return a note; empty if there is none, or it cannot be read."""
    try:
        found: Note = json.loads(notes.read(f"{name}.json") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def keep_note(notes: Notes, name: str, note: dict[str, Note]) -> None:
    """Keep a note, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    notes.write(f"{name}.json", json.dumps(note, ensure_ascii=False))
