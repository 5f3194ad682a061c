"""Read the rows of one sheet from its XML, and the blocks of cells merged in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.merged import MOST_BLOCKS, Block, Merged
from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.number_formats import PLAIN, NumberFormat, number_text
from fieldkit.files.tables.table import LONGEST_ROW, MOST_COLUMNS, SAVE_AS, Row, Unreadable
from fieldkit.files.tables.xlsx.parse import Attributes, parsing
from fieldkit.files.tables.xlsx.texts import SharedTexts, TextCollector

MOST_ROWS = 1 << 20
"""Rows a spreadsheet program allows."""
MOST_CELLS = 1 << 14
"""Columns a spreadsheet program allows."""
_PIECE = 1 << 20
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)


@dataclass(slots=True)
class Workbook:
    """What all sheets of a workbook share."""

    texts: SharedTexts
    styles: list[NumberFormat]
    from_1904: bool = False


def read_rows(stream: BinaryIO, book: Workbook, merged: Merged, noticed: Noticed) -> Iterator[Row]:
    """Yield the rows of a sheet that exist, in the order of the file."""
    cells = _Cells(book, merged, noticed)
    for read in parsing(stream, cells.start, cells.end, cells.collector.text):
        noticed.bytes = read
        yield from cells.taken()


class _Cells:
    """Builds rows while their XML is parsed."""

    def __init__(self, book: Workbook, merged: Merged, noticed: Noticed) -> None:
        self.collector = TextCollector()
        self._book = book
        self._merged = merged
        self._noticed = noticed
        self._done: list[Row] = []
        self._row: list[str] | None = None
        self._length = 0
        self._hidden = False
        self._column = -1
        self._type = ""
        self._style = PLAIN
        self._formula = False

    def taken(self) -> list[Row]:
        """Return the rows finished since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, given: Attributes) -> None:
        """Note the start of an element."""
        if tag == "c":
            self._begin_cell(given)
        elif tag == "row":
            self._begin_row(given)
        elif tag == "f":
            self._formula = True
        else:
            self.collector.start(tag)

    def end(self, tag: str) -> None:
        """Note the end of an element."""
        if tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        else:
            self.collector.end(tag)

    def _begin_row(self, given: Attributes) -> None:
        number = int(given.get("r") or self._noticed.row + 1)
        if not 0 < number <= MOST_ROWS:
            raise Unreadable(f"This file has a row number that no spreadsheet allows. {SAVE_AS}")
        self._noticed.row = number
        self._row, self._length, self._column = [], 0, -1
        self._hidden = given.get("hidden") in {"1", "true"}

    def _end_row(self) -> None:
        if self._row is None:
            return
        row = self._merged.fill(self._noticed.row, self._row)
        if self._hidden and any(row.cells):
            self._noticed.add(self._noticed.hidden, row.number)
        self._done.append(row)
        self._row = None

    def _begin_cell(self, given: Attributes) -> None:
        letters = given.get("r", "").rstrip("0123456789")
        self._column = column_of(letters) if letters else self._column + 1
        if self._column >= MOST_CELLS:
            raise Unreadable(f"This file has a column that no spreadsheet allows. {SAVE_AS}")
        self._type = given.get("t", "n")
        style = int(given.get("s", "0"))
        self._style = self._book.styles[style] if style < len(self._book.styles) else PLAIN
        self._formula = False
        self.collector.taken()

    def _end_cell(self) -> None:
        text = self._text(self.collector.taken())
        if not text:
            # A formula whose result is the empty text has the type "str".
            if self._formula and self._type != "str":
                self._noticed.add(self._noticed.uncalculated, self._noticed.row)
            return
        if self._row is None or self._column >= MOST_COLUMNS:
            self._noticed.over = self._noticed.over or self._noticed.row
            return
        self._length += len(text)
        if self._length > LONGEST_ROW:
            raise Unreadable(f"Row {self._noticed.row} is longer than a book. {SAVE_AS}")
        self._row.extend([""] * (self._column + 1 - len(self._row)))
        self._row[self._column] = text

    def _text(self, written: str) -> str:
        if not written:
            return ""
        if self._type == "s":
            return cell_text(self._book.texts[int(written)])
        if self._type == "b":
            return cell_text(written.strip() in {"1", "true"})
        if self._type == "n":
            return number_text(_number(written), self._style, from_1904=self._book.from_1904)
        if self._type == "d":
            return written.removesuffix("Z").removesuffix("T00:00:00")
        return cell_text(written)


def _number(written: str) -> int | float:
    try:
        return int(written)
    except ValueError:
        return float(written)


@lru_cache(maxsize=1024)
def column_of(letters: str) -> int:
    """Return the place of a column: A -> 0, AA -> 26."""
    place = 0
    for letter in letters[:8]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def merged_blocks(stream: BinaryIO) -> list[Block]:
    """Return the merged blocks of a sheet; they stand at its end, so all of it is unpacked."""
    blocks: list[Block] = []
    kept = b""
    while piece := stream.read(_PIECE):
        piece = kept + piece
        end = 0
        for found in _MERGED.finditer(piece) if b"mergeCell" in piece else ():
            first, top, last, bottom = (group.decode() for group in found.groups())
            blocks.append((int(top), int(bottom), column_of(first), column_of(last)))
            end = found.end()
        if len(blocks) > MOST_BLOCKS:
            raise Unreadable(f"This file has too many merged cells. {SAVE_AS}")
        kept = piece[max(end, len(piece) - 200) :]
    return blocks
