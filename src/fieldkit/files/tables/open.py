"""Open a file of records and read it row by row, without holding it in memory.

A table (CSV, XLSX, XLS, a web page) yields rows of text, JSONL yields entries with named values.
The first bytes decide which it is, not the name. Only XLS is read whole: its format allows no
other way.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fieldkit.file_fault import why
from fieldkit.files.tables.delimited import (
    LOOK_AHEAD,
    PeekedStream,
    as_text,
    guess,
    guess_encoding,
    read,
)
from fieldkit.files.tables.foreign import foreign
from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.spreadsheets.xls import read_xls
from fieldkit.files.tables.spreadsheets.xlsx import read_xlsx
from fieldkit.files.tables.table import (
    SAVE_AS,
    Choose,
    Entries,
    Entry,
    Position,
    Table,
    Unreadable,
    first_filled,
)
from fieldkit.files.tables.web_page import is_web_page, read_web_page
from fieldkit.protocol.limits import too_deep

_LARGEST_PIPED = 256 << 20
_LARGEST_IN_MEMORY = 8 << 20
_LONGEST_LINE = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@contextmanager
def open_records(
    source: Path | BinaryIO, choose: Choose = first_filled
) -> Iterator[Table | Entries]:
    """Open a file of records; ``-`` reads standard input. ``choose``: among several sheets.

    Raises:
        Unreadable: the file is missing, empty, no table, protected or suspiciously large. Reading
            rows raises it too, where a file is damaged in the middle.
    """
    if isinstance(source, Path):
        if str(source) == "-":
            with open_records(sys.stdin.buffer, choose) as piped:
                yield piped
            return
        try:
            stream: BinaryIO = source.open("rb")
        except FileNotFoundError:
            raise Unreadable(f"There is no file {source}. Check the name.") from None
        except IsADirectoryError:
            raise Unreadable(f"{source} is a folder. Choose a file in it.") from None
        except OSError as error:
            raise Unreadable(f"{source} cannot be opened: {why(error)}.") from None
        with stream:
            yield _open(stream, source.suffix.casefold(), source.stat().st_size, choose)
    else:
        yield _open(source, "", 0, choose)


def _open(stream: BinaryIO, suffix: str, size: int, choose: Choose) -> Table | Entries:
    head = _head(stream)
    if not head.strip():
        raise Unreadable("The file is empty. Choose another file.")
    if head.startswith(_ZIP):
        return read_xlsx(_whole(head, stream), choose)
    if head.startswith(_OLE):
        return read_xls(_whole(head, stream), choose)
    encoding = guess_encoding(head)
    if why := foreign(head, encoding):
        raise Unreadable(why)
    text = head.decode(encoding, "replace")
    if is_web_page(text):
        return read_web_page(_whole(head, stream), size, choose)
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        raise Unreadable(f"This is an XML file, no table. {SAVE_AS}")
    peeked, noticed = PeekedStream(head, stream), Noticed()
    position = _position(peeked, size)
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix in {".jsonl", ".ndjson", ".json"} or start.startswith(b'{"'):
        return Entries(_entries(as_text(peeked, encoding)), position)
    dialect = guess(head)
    rows = read(as_text(peeked, dialect.encoding), dialect.delimiter, noticed)
    notes = () if dialect.encoding.startswith("utf-8") else (f"Read as {dialect.encoding}.",)
    return Table("csv", rows, position, notes, noticed.remarks)


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
    """Return a stream that can be read again from its start; a pipe is copied, within a limit."""
    try:
        stream.seek(0)
    except (OSError, ValueError):
        return _copied(head, stream)
    return stream


def _copied(head: bytes, stream: BinaryIO) -> BinaryIO:
    copy = SpooledTemporaryFile(max_size=_LARGEST_IN_MEMORY)  # noqa: SIM115
    copy.write(head)
    copied = len(head)
    while piece := stream.read(LOOK_AHEAD):
        copied += len(piece)
        if copied > _LARGEST_PIPED:
            raise Unreadable("This is too large for a pipe. Give the file's name.")
        copy.write(piece)
    copy.seek(0)
    return cast(BinaryIO, copy)


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
            yield Entry(number, {}, "This line is not one whole JSON object.")
            continue
        if not isinstance(found, dict):
            yield Entry(number, {}, "This line is not a JSON object: {...} with field names.")
        elif too_deep(found):
            yield Entry(number, {}, "Lists and objects in this line are nested too deep.")
        else:
            yield Entry(number, found)


def _no_number(name: str) -> float:
    raise ValueError(name)
