"""Text tables as offices save them: any encoding, any delimiter, quotation marks gone astray."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

LOOK_AHEAD = 1 << 16
"""Bytes looked at to guess encoding and delimiter."""
_LONGEST_LINE = 1 << 20
_MOST_LINES = 100
"""A cell that runs over more lines than this is a quotation mark that was never closed."""
_DELIMITERS = ",;\t|"
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table as it stands in the file."""

    number: int
    """The row (of a text file: the line) it begins on, from 1."""
    cells: list[str]
    problem: str = ""
    """Why the row could not be read, as a sentence; then ``cells`` holds what could."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written."""

    encoding: str
    delimiter: str


class Looked(io.RawIOBase):
    """A binary stream whose first bytes have been looked at; counts the bytes handed out."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest
        self.count = 0

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Hand out the head first, then what follows it."""
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
    """Guess the encoding from a file's first bytes: a byte order mark, else the zeros of UTF-16.

    What is neither is read as UTF-8, and byte by byte as Windows-1252 where it is not.
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
            widths.update(len(row) for row in csv.reader(lines, delimiter=delimiter))
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
    """Guess how a text table is written from its first bytes."""
    encoding = guess_encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    whole = text if len(head) < LOOK_AHEAD else text.rpartition("\n")[0] or text
    return Dialect(encoding, guess_delimiter(whole))


def as_text(stream: Looked, encoding: str) -> io.TextIOWrapper:
    """Decode a stream; bytes that fit no encoding never stop it."""
    errors = "fieldkit-windows" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(
        io.BufferedReader(stream, LOOK_AHEAD), encoding=encoding, errors=errors, newline=""
    )


class _UnclosedError(Exception):
    """A quotation mark was opened and not closed within reason."""


@dataclass(slots=True)
class _Lines:
    """Feeds a csv reader line by line, and takes lines back where quotation marks went astray."""

    text: io.TextIOWrapper
    number: int = 0
    """The line handed out last, from 1."""
    taken: list[str] = field(default_factory=list)
    """The lines of the record being read."""
    back: list[str] = field(default_factory=list)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _MOST_LINES:
            raise _UnclosedError
        line = self.back.pop() if self.back else self.text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Return the record's first line alone; the others will be handed out again."""
        first, *others = self.taken
        self.back.extend(reversed(others))
        self.number -= len(others)
        return first


def read(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a text table one by one; a broken row never stops the next."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        number = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _UnclosedError):
            if not lines.taken:
                return
            yield _mended(number, lines.give_back(), delimiter)
        else:
            yield Row(number, cells)


def _mended(number: int, line: str, delimiter: str) -> Row:
    """Read one line whose quotation marks do not pair up, or are not where they belong."""
    paired = line.count('"') % 2 == 0
    text = line.rstrip("\r\n") if paired else line.rstrip("\r\n").replace('"', "")
    cells = _first(csv.reader([text], delimiter=delimiter))
    if cells is None:
        return Row(number, [line[:200]], "This line is far too long for a row of a table.")
    return Row(number, cells)


def _first(rows: Iterable[list[str]]) -> list[str] | None:
    try:
        return next(iter(rows), [])
    except csv.Error:
        return None
