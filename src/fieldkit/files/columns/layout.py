"""Survey a table before it is read: where its headings are, and which rows hold no record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from fieldkit.files.columns.mapping import (
    Guess,
    columns_of,
    find_heading,
    guess,
    holds_aadhaars,
    targets,
)
from fieldkit.files.tables.formulas import unescape_formula
from fieldkit.files.tables.table import Row, Table
from fieldkit.records import Record
from fieldkit.reference.choices import fold

SURVEYED_ROWS = 2000
"""Rows examined before the first one is imported."""
_TOTAL = re.compile(r"(grand |sub |g )?total\b|sub ?total\b|कुल( योग)?$|योग$")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first rows of a table show about it."""

    columns: list[str]
    guesses: list[Guess]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    titles: list[tuple[int, str]]
    """Rows above the headings that are not empty: (row, its text)."""
    rows: Iterator[Row]
    """All rows of data, surveyed ones included."""
    first: list[Row]
    """The surveyed rows of data."""

    def values(self, at: int) -> list[str]:
        """Return the values of a column in the surveyed rows, without empty cells."""
        cells = (row.cells[at].strip() for row in self.first if at < len(row.cells))
        return [cell for cell in cells if cell]

    def aadhaar_columns(
        self, kind: type[Record], mapping: Mapping[str, str | None]
    ) -> frozenset[int]:
        """Return the columns to cut to the last four digits under this mapping."""
        return frozenset(
            at
            for at, column in enumerate(self.columns)
            if holds_aadhaars(column, mapping.get(column), kind, self.values(at))
        )

    def is_own_export(self, kind: type[Record]) -> bool:
        """Say whether this is an export of fieldkit: its columns are field names, one is id."""
        known = targets(kind).keys() | {"version"}
        return "id" in self.columns and all(column in known for column in self.columns)


def survey(table: Table, kind: type[Record]) -> Survey:
    """Examine the first rows of an opened table."""
    surveyed = list(islice(table.rows, SURVEYED_ROWS))
    at = find_heading(surveyed, kind)
    widest = max((len(row.cells) for row in surveyed), default=0)
    cells = surveyed[at].cells if at is not None else [""] * widest
    while cells and not cells[-1].strip() and all(_empty_at(r, len(cells) - 1) for r in surveyed):
        cells = cells[:-1]
    start = 0 if at is None else at + 1
    first = [_unescaped(row, table.format) for row in surveyed[start:]]
    columns = columns_of(cells)
    return Survey(
        columns=columns,
        guesses=guess(columns, kind, [row.cells for row in first]),
        heading=0 if at is None else surveyed[at].number,
        titles=[(row.number, _line(row.cells)) for row in surveyed[: start - 1] if any(row.cells)]
        if start
        else [],
        rows=chain(first, (_unescaped(row, table.format) for row in table.rows)),
        first=first,
    )


def _empty_at(row: Row, at: int) -> bool:
    return at >= len(row.cells) or not row.cells[at].strip()


def _unescaped(row: Row, form: str) -> Row:
    return (
        Row(row.number, [unescape_formula(c) for c in row.cells], row.problem)
        if form == "csv"
        else row
    )


def _line(cells: Sequence[str]) -> str:
    return " ".join(" ".join(cell.split()) for cell in cells if cell.strip())[:80]


def no_record(cells: Sequence[str], columns: Sequence[str], mapped: Sequence[int]) -> str:
    """Return why a row holds no record ("blank", "heading again", "total" ...), "" if it does."""
    filled = [(at, cell.strip()) for at, cell in enumerate(cells) if cell.strip()]
    if not filled:
        return "blank"
    used = set(mapped)
    if not any(at in used for at, _ in filled):
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
