"""Show a person what an import would do with a file, before it does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from fieldkit.aadhaar import last_four, masked, says_aadhaar
from fieldkit.files.columns.layout import no_record, survey
from fieldkit.files.columns.mapping import Guess, targets
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries
from fieldkit.protocol.change import Json
from fieldkit.records import Record, kinds

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """The mapping an import would use, for the person to correct."""

    columns: list[Guess]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    skipped: list[tuple[int, str]]
    """Surveyed rows that hold no record: (row, why)."""
    rows: list[list[str]]
    """The first rows, Aadhaar numbers cut."""
    notes: list[str] = field(default_factory=list)


def preview(source: Path | BinaryIO, kind: str) -> Preview:
    """Return how an import of ``source`` would understand it.

    Raises:
        Unreadable: the file cannot be used.
    """
    record = kinds()[kind]
    with open_records(source) as file:
        if isinstance(file, Entries):
            return _preview_of_entries(file, record)
        found = survey(file, record)
        cut = {at for at, column in enumerate(found.guesses) if column.aadhaar}
        mapped = [at for at, column in enumerate(found.guesses) if column.target]
        skipped, rows = list(found.titles), list[list[str]]()
        for row in found.first:
            if why := no_record(row.cells, found.columns, mapped):
                skipped.append((row.number, why))
            elif len(rows) < _SHOWN:
                rows.append([last_four(c) if at in cut else c for at, c in enumerate(row.cells)])
        return Preview(found.guesses, found.heading, skipped, rows, list(file.notes))


def _preview_of_entries(file: Entries, kind: type[Record]) -> Preview:
    first = [entry.fields for entry in islice(file.entries, _SHOWN) if entry.fields]
    names = list(dict.fromkeys(name for fields in first for name in fields))
    known = targets(kind)
    columns = [
        Guess(
            name,
            name if name in known else None,
            "field name" if name in known else "kept as it is",
            tuple(_shown(name, f[name]) for f in first[:3] if f.get(name) is not None),
        )
        for name in names
    ]
    rows = [[_shown(name, fields.get(name)) for name in names] for fields in first]
    return Preview(columns, 0, [], rows)


def _shown(name: str, value: Json) -> str:
    text = "" if value is None else str(value)
    return last_four(text) if says_aadhaar(name) else masked(text)
