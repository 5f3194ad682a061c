"""Opening a file of records: what it is, and its rows one by one without holding it whole.

A table (CSV, XLSX, XLS) yields rows of text; JSONL yields entries with named values. Which it is
shows in the first bytes, not in the name. XLS alone is read whole: the format knows no other way.
"""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, TypeAlias

from fieldkit.files.tables.delimited import LOOK_AHEAD, Looked, Row, as_text, guess, read
from fieldkit.protocol.change import Json
from fieldkit.protocol.limits import too_deep

MOST_COLUMNS = 500
_MOST_UNPACKED = 2 << 30
"""Bytes an XLSX may unpack to; a zip bomb unpacks to more."""
_MOST_SHARED = 512 << 20
"""Bytes its table of shared texts may take, which is held in memory."""
_LARGEST_XLS = 256 << 20
_LARGEST_PIPED = 256 << 20
_LONGEST_LINE = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_VALUE = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_SAVE_AS = "Open it in a spreadsheet program, save it as CSV or XLSX, and import that file."


class Unreadable(Exception):
    """The file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a JSONL file."""

    number: int
    fields: dict[str, Json]
    problem: str = ""


Done: TypeAlias = Callable[[], tuple[int, int]]
"""Says how many of how many bytes (or rows, for spreadsheets) are read; (n, 0): not known."""


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: rows of text, the heading still among them."""

    format: str
    rows: Iterator[Row]
    done: Done
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """An opened JSONL file."""

    entries: Iterator[Entry]
    done: Done
    format: str = "jsonl"


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[Table | Entries]:
    """Open a file of records; ``-`` is what is piped in.

    Raises:
        Unreadable: it is missing, empty, no table, protected, or far too large to be honest.
            While rows are read it is raised as well, where a file breaks off in the middle.
    """
    if isinstance(source, Path):
        if str(source) == "-":
            with opened(sys.stdin.buffer) as piped:
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
        return _xlsx(_whole(head, stream), size)
    if head.startswith(_OLE):
        return _xls(_whole(head, stream))
    if head.startswith(b"%PDF"):
        raise Unreadable("This is a PDF. Ask for the table as a spreadsheet file.")
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise Unreadable(f"This is a web page saved under another name. {_SAVE_AS}")
    looked = Looked(head, stream)
    done = _counting(looked, size)
    if suffix in {".jsonl", ".ndjson", ".json"} or start.startswith(b'{"'):
        return Entries(_entries(as_text(looked, guess(head).encoding)), done)
    dialect = guess(head)
    notes = () if dialect.encoding.startswith("utf-8") else (f"Read as {dialect.encoding}.",)
    return Table("csv", read(as_text(looked, dialect.encoding), dialect.delimiter), done, notes)


def _head(stream: BinaryIO) -> bytes:
    """Read the first bytes; a pipe gives them in pieces."""
    head = b""
    while len(head) < LOOK_AHEAD:
        piece = stream.read(LOOK_AHEAD - len(head))
        if not piece:
            break
        head += piece
    return head


def _whole(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Return the stream from its start; what is piped is kept in memory, within a limit."""
    try:
        stream.seek(0)
    except (OSError, ValueError):
        rest = stream.read(_LARGEST_PIPED)
        if len(rest) >= _LARGEST_PIPED:
            raise Unreadable("This is too large to be piped in. Give the file's name.") from None
        return io.BytesIO(head + rest)
    return stream


def _counting(looked: Looked, size: int) -> Done:
    return lambda: (looked.count, size)


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


# Spreadsheets. Their readers raise whatever a hostile or broken file provokes, so each is guarded.


def _xlsx(stream: BinaryIO, size: int) -> Table:
    _refuse_bomb(stream)
    import openpyxl
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
        found = next((sheet for sheet in sheets if _has_rows(sheet)), None)
        if found is None:
            raise Unreadable("No sheet of this file holds a table.")
        total = found.max_row or 0
        found.reset_dimensions()
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(f"This XLSX file is damaged. {_SAVE_AS}") from None
    reached = [0]

    def rows() -> Iterator[Row]:
        try:
            for number, values in enumerate(found.iter_rows(values_only=True), 1):
                reached[0] = number
                yield Row(number, [cell_text(value) for value in values[:MOST_COLUMNS]])
        except Exception:
            raise Unreadable(
                f"The XLSX file is damaged after row {reached[0]}. {_SAVE_AS}"
            ) from None

    return Table(
        "xlsx", rows(), lambda: _share(reached[0], total, size), _one_of(found.title, len(sheets))
    )


def _share(reached: int, rows: int, size: int) -> tuple[int, int]:
    """Turn rows read into bytes read, roughly."""
    return (size * min(reached, rows) // rows, size) if rows and size else (reached, rows)


def _one_of(title: str, sheets: int) -> tuple[str, ...]:
    return (f"Only the sheet {title} is read; the file has {sheets}.",) if sheets > 1 else ()


def _has_rows(sheet: object) -> bool:
    rows = sheet.iter_rows(max_row=50, values_only=True)  # type: ignore[attr-defined]
    return any(sum(value is not None for value in row) > 1 for row in rows)


def _refuse_bomb(stream: BinaryIO) -> None:
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except Exception:
        raise Unreadable(f"This XLSX file is damaged. {_SAVE_AS}") from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(f"This is no Excel file. {_SAVE_AS}")
    unpacked = sum(part.file_size for part in parts)
    shared = max((p.file_size for p in parts if "sharedStrings" in p.filename), default=0)
    if unpacked > _MOST_UNPACKED or shared > _MOST_SHARED:
        raise Unreadable(f"Unpacked, this file is far too large. {_SAVE_AS}")
    stream.seek(0)


def _xls(stream: BinaryIO) -> Table:
    import xlrd

    content = stream.read(_LARGEST_XLS + 1)
    if len(content) > _LARGEST_XLS:
        raise Unreadable(f"This XLS file is too large. {_SAVE_AS}")
    with open(os.devnull, "w", encoding="utf-8") as silence:  # noqa: PTH123
        try:
            book = xlrd.open_workbook(file_contents=content, logfile=silence)
            sheets = [sheet for sheet in book.sheets() if sheet.nrows]
        except Exception as error:
            protected = "encrypted" in str(error).casefold() or b"E\0n\0c\0r\0y\0p\0t" in content
            raise Unreadable(
                "The file is protected by a password. Take the password off and save it again."
                if protected
                else f"This XLS file is damaged or of a kind that cannot be read. {_SAVE_AS}"
            ) from None
    if not sheets:
        raise Unreadable("No sheet of this file holds a table.")
    sheet, reached = sheets[0], [0]

    def rows() -> Iterator[Row]:
        for index in range(sheet.nrows):
            reached[0] = index + 1
            pairs = zip_longest(sheet.row_types(index), sheet.row_values(index), fillvalue=0)
            cells = [cell_text(_xls_value(int(kind), held, book.datemode)) for kind, held in pairs]
            yield Row(index + 1, cells[:MOST_COLUMNS])

    return Table("xls", rows(), lambda: (reached[0], sheet.nrows), _one_of(sheet.name, len(sheets)))


def _xls_value(kind: int, held: object, datemode: int) -> object:
    """Turn what xlrd holds of a cell into what it means."""
    import xlrd

    if kind == xlrd.XL_CELL_DATE and isinstance(held, float):
        try:
            return xlrd.xldate.xldate_as_datetime(held, datemode)
        except (xlrd.xldate.XLDateError, ValueError, OverflowError):
            return held
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(held)
    return None if kind == xlrd.XL_CELL_ERROR else held


def cell_text(value: object) -> str:
    """Return a spreadsheet's value as text one could have typed.

    Whole numbers are digits (9419112345.0 -> 9419112345). Of a number of more than 15 digits a
    spreadsheet has lost the last ones: it stays in the form 1.23E+17, which every format refuses.
    """
    if value is None or value in _NO_VALUE:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        at_midnight = value.time() == time() or value.microsecond >= 999_999
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number_text(number: int | float) -> str:
    if isinstance(number, float):
        if number != number or number in {float("inf"), float("-inf")}:
            return ""
        if not number.is_integer():
            return format(number, ".15g")
        number = int(number)
    digits = str(number) if abs(number) < 10**40 else ""
    if not digits or (abs(number) >= 10**15 and not digits.lstrip("-")[15:].strip("0")):
        return format(float(number), ".14E") if abs(number) < 10**300 else ""
    return digits
