"""Open a file of records and read it row by row, without holding it in memory.

A table (CSV, XLSX, XLS) yields rows of text, JSONL yields entries with named values. The first
bytes decide which it is, not the name. Only XLS is read whole: its format allows no other way.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldkit.files.tables.delimited import LOOK_AHEAD, PeekedStream, as_text, guess, read
from fieldkit.files.tables.spreadsheets import SAVE_AS, read_xls, read_xlsx
from fieldkit.files.tables.table import Entries, Entry, Position, Table, Unreadable
from fieldkit.protocol.limits import too_deep

_LARGEST_PIPED = 256 << 20
_LONGEST_LINE = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@contextmanager
def open_records(source: Path | BinaryIO) -> Iterator[Table | Entries]:
    """Open a file of records; ``-`` reads standard input.

    Raises:
        Unreadable: the file is missing, empty, no table, protected or suspiciously large. Reading
            rows raises it too, where a file is damaged in the middle.
    """
    if isinstance(source, Path):
        if str(source) == "-":
            with open_records(sys.stdin.buffer) as piped:
                yield piped
            return
        try:
            stream: BinaryIO = source.open("rb")
        except FileNotFoundError:
            raise Unreadable(f"There is no file {source}. Check the name.") from None
        except IsADirectoryError:
            raise Unreadable(f"{source} is a folder. Choose a file in it.") from None
        except OSError as error:
            raise Unreadable(f"{source} cannot be opened: {error.strerror}.") from None
        with stream:
            yield _open(stream, source.suffix.casefold(), source.stat().st_size)
    else:
        yield _open(source, "", 0)


def _open(stream: BinaryIO, suffix: str, size: int) -> Table | Entries:
    head = _head(stream)
    if not head.strip():
        raise Unreadable("The file is empty.")
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_ZIP):
        return read_xlsx(_whole(head, stream), size)
    if head.startswith(_OLE):
        return read_xls(_whole(head, stream))
    if head.startswith(b"%PDF"):
        raise Unreadable("This is a PDF. Ask for the table as a spreadsheet file.")
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise Unreadable(f"This is a web page saved under another name. {SAVE_AS}")
    peeked = PeekedStream(head, stream)
    position = _position(peeked, size)
    if suffix in {".jsonl", ".ndjson", ".json"} or start.startswith(b'{"'):
        return Entries(_entries(as_text(peeked, guess(head).encoding)), position)
    dialect = guess(head)
    notes = () if dialect.encoding.startswith("utf-8") else (f"Read as {dialect.encoding}.",)
    return Table("csv", read(as_text(peeked, dialect.encoding), dialect.delimiter), position, notes)


def _head(stream: BinaryIO) -> bytes:
    """Read the first bytes; a pipe delivers them in pieces."""
    head = b""
    while len(head) < LOOK_AHEAD:
        piece = stream.read(LOOK_AHEAD - len(head))
        if not piece:
            break
        head += piece
    return head


def _whole(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Return the stream from its start; a pipe is kept in memory, within a limit."""
    try:
        stream.seek(0)
    except (OSError, ValueError):
        rest = stream.read(_LARGEST_PIPED)
        if len(rest) >= _LARGEST_PIPED:
            raise Unreadable("This is too large to be piped in. Give the file's name.") from None
        return io.BytesIO(head + rest)
    return stream


def _position(stream: PeekedStream, size: int) -> Position:
    return lambda: (stream.count, size)


def _entries(text: io.TextIOWrapper) -> Iterator[Entry]:
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if not line.strip("\ufeff \t\r\n"):
            continue
        try:
            found = json.loads(line.strip("\ufeff"), parse_constant=_no_number)
        except (ValueError, RecursionError):
            yield Entry(number, {}, "This line is no JSON object on a line of its own.")
            continue
        if not isinstance(found, dict):
            yield Entry(number, {}, "This line is no JSON object: {...} with field names.")
        elif too_deep(found):
            yield Entry(number, {}, "Lists and objects are nested too deep in this line.")
        else:
            yield Entry(number, found)


def _no_number(name: str) -> float:
    raise ValueError(name)
