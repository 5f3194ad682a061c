"""What an opened file is: a table of text rows, or JSON entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.change import Json

SAVE_AS = "Open it in a spreadsheet program, save it as CSV or XLSX, and import that file."
PROTECTED = (
    "The file is protected by a password. Remove the password, save the file, and import it."
)
MOST_COLUMNS = 500
"""Columns read of a table; further ones are left out, and said."""
LONGEST_CELL = 100_000
"""Characters of one cell; a spreadsheet program allows 32,767."""
LONGEST_ROW = 1_000_000
"""Characters of all cells of one row."""
SAMPLED_ROWS = 60
"""Rows read of each sheet, to choose among them."""


class Unreadable(Exception):
    """The file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, as in the file; merged cells hold the value of their first cell."""

    number: int
    """The row (in a text file: the line) where it starts, from 1."""
    cells: list[str]
    problem: str = ""
    """Why the row could not be read, as a sentence; ``cells`` then holds the readable part."""
    from_left: frozenset[int] = frozenset()
    """Cells that hold the value of the cell at their left, being merged with it."""
    from_above: frozenset[int] = frozenset()
    """Cells that hold the value of the cell above, being merged with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a JSONL file."""

    number: int
    fields: dict[str, Json]
    problem: str = ""
    """Why the line could not be read, as a sentence."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of several tables of a file: a sheet, or a table of a web page."""

    name: str
    first: Sequence[Row]
    """The first rows, at most 60."""
    hidden: bool = False
    """It is not shown to people who open the file."""
    size: int = 0
    """How much it holds, compared with the other sheets: bytes or rows."""


Choose: TypeAlias = Callable[[Sequence[Sheet]], int]
"""Returns the place of the sheet to read; raises :class:`Unreadable` if none can be."""
Position: TypeAlias = Callable[[], tuple[int, int]]
"""Returns (read, total) in bytes, or in rows for XLS; total 0: unknown."""


def _nothing() -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: rows of text, headings included."""

    format: str
    """csv, xlsx, xls or html."""
    rows: Iterator[Row]
    position: Position
    notes: tuple[str, ...] = ()
    """What to say about the file, known when it is opened."""
    remarks: Callable[[], list[str]] = _nothing
    """Returns what to say about the rows read so far."""
    sheets: tuple[Sheet, ...] = ()
    """All tables of the file; empty if its format allows only one."""
    sheet: str = ""
    """The name of the one that is read."""
    days_from_1904: bool = False
    """Its workbook counts days from 1904, so dates written as mere numbers do too."""


@dataclass(frozen=True, slots=True)
class Entries:
    """An opened JSONL file."""

    entries: Iterator[Entry]
    position: Position
    format: str = "jsonl"


def first_filled(sheets: Sequence[Sheet]) -> int:
    """Return the place of the first shown sheet with a row of two cells, or else of any row."""
    for least in (2, 1):
        for at, sheet in enumerate(sheets):
            if not sheet.hidden and any(_filled(row) >= least for row in sheet.first):
                return at
    raise Unreadable("No sheet of this file has a table. Choose another file.")


def _filled(row: Row) -> int:
    return sum(bool(c.strip()) for at, c in enumerate(row.cells) if at not in row.from_left)
