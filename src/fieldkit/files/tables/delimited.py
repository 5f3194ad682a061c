"""Read text tables as offices save them: any encoding, any delimiter, stray quotation marks."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.table import MOST_COLUMNS, Row

LOOK_AHEAD = 1 << 16
"""Bytes read in advance to guess encoding and delimiter."""
_LONGEST_LINE = 1 << 20
_MOST_LINES = 100
"""A cell over more lines than this comes from a quotation mark that was never closed."""
_DELIMITERS = ",;\t|"
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The encoding and delimiter of a text table."""

    encoding: str
    delimiter: str


class PeekedStream(io.RawIOBase):
    """A binary stream whose first bytes were read in advance; counts the bytes handed out."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest
        self.count = 0

    def readable(self) -> bool:
        """Return True: the stream is read-only."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Hand out the bytes read in advance, then the rest."""
        chunk = self._head[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._head = self._head[len(chunk) :]
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        return len(chunk)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows-1252, or as control characters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    text = "".join(
        bytes([byte]).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1")
        for byte in wrong
    )
    return text, error.end


codecs.register_error("fieldkit-windows", _as_windows)


def guess_encoding(head: bytes) -> str:
    """Guess the encoding from a file's first bytes: by byte order mark, or by the zeros of UTF-16.

    Everything else counts as UTF-8; :func:`as_text` reads its invalid bytes as Windows-1252.
    """
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return encoding
    pairs = len(head) // 2
    if pairs:
        low, high = head[0::2].count(0), head[1::2].count(0)
        if max(low, high) > pairs * 0.1 and max(low, high) > 4 * min(low, high):
            return "utf-16-le" if high > low else "utf-16-be"
    return "utf-8"


def guess_delimiter(text: str) -> str:
    """Return the delimiter that splits most lines of ``text`` into the same number of cells."""
    lines = text.splitlines()[:100]
    if lines and lines[0].casefold().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            found = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            widths.update(len(row) for row in found)
        except csv.Error:
            continue
        widths.pop(1, None)
        widths.pop(0, None)
        if widths:
            width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (count, width) > best_score:
                best, best_score = delimiter, (count, width)
    return best


def guess(head: bytes) -> Dialect:
    """Guess encoding and delimiter of a text table from its first bytes."""
    encoding = guess_encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    whole = text if len(head) < LOOK_AHEAD else text.rpartition("\n")[0] or text
    return Dialect(encoding, guess_delimiter(whole))


def as_text(stream: PeekedStream, encoding: str) -> io.TextIOWrapper:
    """Decode a stream; invalid bytes never raise an error."""
    errors = "fieldkit-windows" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(
        io.BufferedReader(stream, LOOK_AHEAD), encoding=encoding, errors=errors, newline=""
    )


class _UnclosedError(Exception):
    """A quotation mark was not closed within ``_MOST_LINES`` lines."""


@dataclass(slots=True)
class _Lines:
    """Feeds a csv reader line by line; can return lines when a quotation mark turns out stray."""

    text: io.TextIOWrapper
    number: int = 0
    """The line handed out last, from 1."""
    current: list[str] = field(default_factory=list)
    """The lines of the record being read."""
    returned: list[str] = field(default_factory=list)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.current) >= _MOST_LINES:
            raise _UnclosedError
        line = self.returned.pop() if self.returned else self.text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.current.append(line)
        return line

    def restart(self) -> str:
        """Return the first line of the current record; the other lines are handed out again."""
        first, *others = self.current
        self.returned.extend(reversed(others))
        self.number -= len(others)
        return first


def read(text: io.TextIOWrapper, delimiter: str, noticed: Noticed) -> Iterator[Row]:
    """Yield the rows of a text table one by one; a broken row does not affect the next."""
    lines, width = _Lines(text), 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        lines.current.clear()
        number = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _UnclosedError):
            if not lines.current:
                return
            row = _repaired(number, lines.restart(), delimiter)
        else:
            if len(lines.current) == 1:
                width = max(width, len(cells))
                row = Row(number, cells)
            elif _swallowed(lines.current, delimiter, width):
                row = _repaired(number, lines.restart(), delimiter)
            else:
                row = Row(number, cells)
        yield _within_bounds(row, delimiter, noticed)


def _within_bounds(row: Row, delimiter: str, noticed: Noticed) -> Row:
    cells = row.cells
    if any(cell.startswith('="') for cell in cells):
        cells = _joined(cells, delimiter)
    if any(cells[MOST_COLUMNS:]):
        noticed.over = noticed.over or row.number
    return Row(row.number, cells[:MOST_COLUMNS], row.problem)


def _joined(cells: list[str], delimiter: str) -> list[str]:
    """Join the pieces of ``="Lone, Ali"``, whose quotation marks hold no delimiters together."""
    joined: list[str] = []
    begun: list[str] = []
    for cell in cells:
        if begun or (cell.startswith('="') and not (cell.endswith('"') and len(cell) > 2)):
            begun.append(cell)
            if len(begun) > 1 and cell.endswith('"'):
                joined.append(delimiter.join(begun))
                begun.clear()
        else:
            joined.append(cell)
    return joined + begun


def _swallowed(lines: list[str], delimiter: str, width: int) -> bool:
    """Say whether a cell over several lines holds rows, between two stray quotation marks.

    Then each of its lines has as many delimiters as a row.
    """
    return width > 2 and all(line.count(delimiter) == width - 1 for line in lines)


def _repaired(number: int, line: str, delimiter: str) -> Row:
    """Read one line with unpaired or misplaced quotation marks."""
    paired = line.count('"') % 2 == 0
    text = line.rstrip("\r\n") if paired else line.rstrip("\r\n").replace('"', "")
    cells = _first(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    if cells is None:
        return Row(
            number, [line[:200]], "This line is too long for a row of a table. Check the file."
        )
    return Row(number, cells)


def _first(rows: Iterable[list[str]]) -> list[str] | None:
    try:
        return next(iter(rows), [])
    except csv.Error:
        return None
