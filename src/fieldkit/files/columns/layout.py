"""Survey a table before it is read: where its headings are, and which rows hold no record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from fieldkit.files.columns.headings import meaning
from fieldkit.files.tables.formulas import bare_cell, unescape_formula
from fieldkit.files.tables.table import Row, Table
from fieldkit.files.values.targets import targets
from fieldkit.records import Record
from fieldkit.reference.choices import fold

SURVEYED_ROWS = 2000
"""Rows examined before the first one is imported."""
_LONGEST_HEADING = 200
_TOTAL = re.compile(r"(grand |sub |g )?total\b|sub ?total\b|कुल( योग)?$|योग$")


@dataclass(slots=True)
class Survey:
    """What the first rows of a table show about it."""

    columns: list[str]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    titles: list[tuple[int, str]]
    """Rows above the headings that are not empty: (row, its text)."""
    first: list[Row]
    """The surveyed rows of data."""
    rest: Iterator[Row]
    """The rows of data after these."""
    table: Table

    @property
    def rows(self) -> Iterator[Row]:
        """All rows of data, surveyed ones included."""
        return chain(self.first, self.rest)

    def survey_more(self) -> bool:
        """Survey as many rows again; say whether there were any."""
        more = list(islice(self.rest, SURVEYED_ROWS))
        self.first += more
        return bool(more)

    def values(self, at: int) -> list[str]:
        """Return the values of a column in the surveyed rows, without empty cells."""
        cells = (row.cells[at].strip() for row in self.first if at < len(row.cells))
        return [cell for cell in cells if cell]

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
    columns = columns_of(cells)
    found = Survey(
        columns=columns,
        heading=0 if at is None else surveyed[at].number,
        titles=[(row.number, _line(row.cells)) for row in surveyed[: start - 1] if any(row.cells)]
        if start
        else [],
        first=[],
        rest=iter(()),
        table=table,
    )
    own = found.is_own_export(kind)
    found.first = [_bare(row, table.format, own=own) for row in surveyed[start:]]
    found.rest = (_bare(row, table.format, own=own) for row in table.rows)
    return found


def _empty_at(row: Row, at: int) -> bool:
    return at >= len(row.cells) or not row.cells[at].strip()


def _bare(row: Row, form: str, *, own: bool) -> Row:
    """Drop what programs put around the text of cells; an export of ours has only its own marks."""
    if own and form != "csv":
        return row
    bare = unescape_formula if own else bare_cell
    return Row(row.number, [bare(cell) for cell in row.cells], row.problem)


def _line(cells: Sequence[str]) -> str:
    return " ".join(" ".join(cell.split()) for cell in cells if cell.strip())[:80]


def columns_of(cells: Sequence[str]) -> list[str]:
    """Name the columns by their headings; each name is unique and not empty."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"Column {place}"
        again = 2
        while name in names:
            name, again = f"{' '.join(cell.split()) or 'Column'} ({again})", again + 1
        names.append(name)
    return names


def find_heading(rows: Sequence[Row], kind: type[Record]) -> int | None:
    """Return the index of the row that holds the headings; None if the table has none.

    It is the first row with the most known headings. Where no heading is known it is the first
    row with at least two filled cells, unless they hold numbers: then it is data.
    """
    best: int | None = None
    most = 0
    for index, row in enumerate(rows[:40]):
        hits = sum(_is_known(cell, kind) for cell in row.cells if cell)
        filled = sum(bool(cell.strip()) for cell in row.cells)
        if hits > most and (hits >= 2 or filled <= 2):
            best, most = index, hits
    if best is not None:
        return best
    for index, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row.cells)
        if filled >= min(2, len(row.cells)) and filled:
            numbers = any(re.search(r"\d{4}", cell) for cell in row.cells)
            return None if numbers else index
    return None


def _is_known(cell: str, kind: type[Record]) -> bool:
    found = meaning(cell, kind) if len(cell) < _LONGEST_HEADING else None
    return found is not None and not found.like


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
