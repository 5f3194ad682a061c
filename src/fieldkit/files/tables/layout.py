"""A table before it is read: where its headings are, what its columns hold, what is no record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from fieldkit.aadhaar import last_four, masked, says_aadhaar
from fieldkit.files.loading.mapping import (
    Guess,
    columns_of,
    find_heading,
    guess,
    holds_aadhaars,
    targets,
)
from fieldkit.files.tables.delimited import Row
from fieldkit.files.tables.formulas import restored
from fieldkit.files.tables.open import Entries, Table, opened
from fieldkit.protocol.change import Json
from fieldkit.records import Record, kinds
from fieldkit.reference.choices import fold

LOOKED_AT = 2000
"""Rows looked at before the first one is read."""
_TOTAL = re.compile(r"(grand |sub |g )?total\b|sub ?total\b|कुल( योग)?$|योग$")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first rows of a table tell."""

    columns: list[str]
    guesses: list[Guess]
    heading: int
    """The row the headings stand in, from 1; 0 if there are none."""
    titles: list[tuple[int, str]]
    """Rows above the headings that hold something: (row, its text)."""
    rows: Iterator[Row]
    """All rows of data, those looked at included."""
    first: list[Row]
    """The rows of data looked at."""

    def values(self, at: int) -> list[str]:
        """Return what a column holds in the rows looked at, empty cells left out."""
        cells = (row.cells[at].strip() for row in self.first if at < len(row.cells))
        return [cell for cell in cells if cell]

    def aadhaar_columns(
        self, kind: type[Record], mapping: Mapping[str, str | None]
    ) -> frozenset[int]:
        """Return the columns to cut to the last four digits, as they are mapped now."""
        return frozenset(
            at
            for at, column in enumerate(self.columns)
            if holds_aadhaars(column, mapping.get(column), kind, self.values(at))
        )

    def ours(self, kind: type[Record]) -> bool:
        """Say whether this is an export of fieldkit: the names of fields, and ids."""
        known = targets(kind).keys() | {"version"}
        return "id" in self.columns and all(column in known for column in self.columns)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do with a file, for the person to correct."""

    columns: list[Guess]
    heading: int
    skipped: list[tuple[int, str]]
    """Rows that hold no record, among those looked at: (row, why)."""
    rows: list[list[str]]
    """The first rows, Aadhaar numbers cut."""
    notes: list[str] = field(default_factory=list)


def survey(table: Table, kind: type[Record]) -> Survey:
    """Look at the first rows of an opened table."""
    looked = list(islice(table.rows, LOOKED_AT))
    at = find_heading(looked, kind)
    widest = max((len(row.cells) for row in looked), default=0)
    cells = looked[at].cells if at is not None else [""] * widest
    while cells and not cells[-1].strip() and all(_empty_at(r, len(cells) - 1) for r in looked):
        cells = cells[:-1]
    start = 0 if at is None else at + 1
    first = [_restored(row, table.format) for row in looked[start:]]
    columns = columns_of(cells)
    return Survey(
        columns=columns,
        guesses=guess(columns, kind, [row.cells for row in first]),
        heading=0 if at is None else looked[at].number,
        titles=[(row.number, _line(row.cells)) for row in looked[: start - 1] if any(row.cells)]
        if start
        else [],
        rows=chain(first, (_restored(row, table.format) for row in table.rows)),
        first=first,
    )


def _empty_at(row: Row, at: int) -> bool:
    return at >= len(row.cells) or not row.cells[at].strip()


def _restored(row: Row, form: str) -> Row:
    return Row(row.number, [restored(c) for c in row.cells], row.problem) if form == "csv" else row


def _line(cells: Sequence[str]) -> str:
    return " ".join(" ".join(cell.split()) for cell in cells if cell.strip())[:80]


def no_record(cells: Sequence[str], columns: Sequence[str], mapped: Sequence[int]) -> str:
    """Say why a row holds no record: "blank", "heading again", "total" ...; empty if it does."""
    filled = [(at, cell.strip()) for at, cell in enumerate(cells) if cell.strip()]
    if not filled:
        return "blank"
    taken = set(mapped)
    if not any(at in taken for at, _ in filled):
        return "blank" if len(filled) == 1 and filled[0][1].isdecimal() else "title"
    if len(filled) > 1 and all(
        at < len(columns) and fold(cell) == fold(columns[at]) for at, cell in filled
    ):
        return "heading again"
    words = next((fold(cell) for _, cell in filled if not _numeric(cell)), "")
    if _TOTAL.match(words) and sum(not _numeric(cell) for _, cell in filled) == 1:
        return "total"
    if len(filled) > 2 and [cell for _, cell in filled] == [str(at + 1) for at, _ in filled]:
        return "numbers of the columns"
    return ""


def _numeric(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d,.\s/-]+", cell))


def preview(source: Path | BinaryIO, kind: str) -> Preview:
    """Return what an import of ``source`` would take for what.

    Raises:
        Unreadable: the file cannot be used.
    """
    record = kinds()[kind]
    with opened(source) as file:
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
