"""What an opened file is: a table of text rows, or JSON entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.change import Json


class Unreadable(Exception):
    """The file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, as in the file."""

    number: int
    """The row (in a text file: the line) where it starts, from 1."""
    cells: list[str]
    problem: str = ""
    """Why the row could not be read, as a sentence; ``cells`` then holds the readable part."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a JSONL file."""

    number: int
    fields: dict[str, Json]
    problem: str = ""
    """Why the line could not be read, as a sentence."""


Position: TypeAlias = Callable[[], tuple[int, int]]
"""Returns (read, total) in bytes, or in rows for spreadsheets; total 0: unknown."""


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: rows of text, headings included."""

    format: str
    rows: Iterator[Row]
    position: Position
    notes: tuple[str, ...] = ()
    days_from_1904: bool = False
    """Its workbook counts days from 1904, so dates written as mere numbers do too."""


@dataclass(frozen=True, slots=True)
class Entries:
    """An opened JSONL file."""

    entries: Iterator[Entry]
    position: Position
    format: str = "jsonl"
