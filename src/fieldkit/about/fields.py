"""What a field of a record is called, also one that no form has; and the notes on fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldkit.records import Field, Record


def in_words(name: str) -> str:
    """Return the name of a field or kind that has no label here as words."""
    from fieldkit.protocol.difference import other_number
    from fieldkit.protocol.note import noted_field

    if number := other_number(name):
        return f"Not the same as {number}"
    noted = noted_field(name)
    return f"Note on {in_words(noted)}" if noted else name.replace("_", " ")


def called(fields: Mapping[str, Field], name: str) -> str:
    """Return what a field is called: its label, that of the field it is a note on, or its name."""
    from fieldkit.protocol.note import noted_field

    if name in fields:
        return fields[name].label
    noted = noted_field(name)
    return f"Note on {fields[noted].label}" if noted in fields else in_words(name)


def notes_of(record: Record) -> dict[str, str]:
    """Return the notes on the fields of a record, by field, in the order of its form."""
    from fieldkit.protocol.note import notes_in

    notes = notes_in(record.extra)
    return {name: notes[name] for name in [*record.form_fields(), *notes] if name in notes}


def notes_in_words(record: Record) -> str:
    """Return all notes on a record in one text, each behind the label of its field."""
    fields = record.fields()
    return "; ".join(f"{called(fields, name)}: {text}" for name, text in notes_of(record).items())
