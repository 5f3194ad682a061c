"""A note on one field of a record: a field of the record itself, like any other.

The field ``note.<field>`` holds a line of text. It merges, moves and is undone like any field, and
a version that does not know it keeps it as an unknown field.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.protocol.change import Json

LONGEST_NOTE = 200
"""Most characters of a note."""
_PREFIX = "note."


def note_field(name: str) -> str:
    """Return the name of the field that holds the note on the field ``name``."""
    return f"{_PREFIX}{name}"


def noted_field(name: str) -> str:
    """Return the field that such a field is a note on; empty if it is another field."""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""


def notes_in(fields: Mapping[str, Json] | None) -> dict[str, str]:
    """Return the notes among the unknown fields of a record, by the field they are on."""
    return {
        noted: text
        for name, text in (fields or {}).items()
        if (noted := noted_field(name)) and isinstance(text, str) and text
    }
