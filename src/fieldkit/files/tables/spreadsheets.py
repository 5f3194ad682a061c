"""Read XLSX and XLS files as tables of text.

Their libraries raise any exception for a hostile or broken file, so every call is guarded.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import BinaryIO

from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.table import Row, Table, Unreadable

SAVE_AS = "Open it in a spreadsheet program, save it as CSV or XLSX, and import that file."
_MOST_COLUMNS = 500
_MOST_UNPACKED = 2 << 30
"""Bytes an XLSX may unpack to; a zip bomb unpacks to more."""
_MOST_SHARED = 512 << 20
"""Bytes of its table of shared texts, which openpyxl holds in memory."""
_LARGEST_XLS = 256 << 20


def read_xlsx(stream: BinaryIO, size: int) -> Table:
    """Read the first sheet that holds a table, row by row; ``size``: of the file, in bytes."""
    _reject_zip_bomb(stream)
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
        raise Unreadable(f"This XLSX file is damaged. {SAVE_AS}") from None
    reached = [0]

    def rows() -> Iterator[Row]:
        try:
            for number, values in enumerate(found.iter_rows(values_only=True), 1):
                reached[0] = number
                yield Row(number, [cell_text(value) for value in values[:_MOST_COLUMNS]])
        except Exception:
            raise Unreadable(
                f"The XLSX file is damaged after row {reached[0]}. {SAVE_AS}"
            ) from None

    return Table(
        "xlsx",
        rows(),
        lambda: _bytes_read(reached[0], total, size),
        _sheet_note(found.title, len(sheets)),
        days_from_1904=book.epoch.year == 1904,
    )


def _bytes_read(reached: int, rows: int, size: int) -> tuple[int, int]:
    """Estimate (bytes read, bytes) from rows read; (rows read, rows) where a size is unknown."""
    return (size * min(reached, rows) // rows, size) if rows and size else (reached, rows)


def _sheet_note(title: str, sheets: int) -> tuple[str, ...]:
    return (f"Only the sheet {title} is read; the file has {sheets}.",) if sheets > 1 else ()


def _has_rows(sheet: object) -> bool:
    rows = sheet.iter_rows(max_row=50, values_only=True)  # type: ignore[attr-defined]
    return any(sum(value is not None for value in row) > 1 for row in rows)


def _reject_zip_bomb(stream: BinaryIO) -> None:
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except Exception:
        raise Unreadable(f"This XLSX file is damaged. {SAVE_AS}") from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(f"This is no Excel file. {SAVE_AS}")
    unpacked = sum(part.file_size for part in parts)
    shared = max((p.file_size for p in parts if "sharedStrings" in p.filename), default=0)
    if unpacked > _MOST_UNPACKED or shared > _MOST_SHARED:
        raise Unreadable(f"Unpacked, this file is far too large. {SAVE_AS}")
    stream.seek(0)


def read_xls(stream: BinaryIO) -> Table:
    """Read the first sheet that is not empty. The whole file is held in memory."""
    import xlrd

    content = stream.read(_LARGEST_XLS + 1)
    if len(content) > _LARGEST_XLS:
        raise Unreadable(f"This XLS file is too large. {SAVE_AS}")
    with open(os.devnull, "w", encoding="utf-8") as silence:  # noqa: PTH123
        try:
            book = xlrd.open_workbook(file_contents=content, logfile=silence)
            sheets = [sheet for sheet in book.sheets() if sheet.nrows]
        except Exception as error:
            protected = "encrypted" in str(error).casefold() or b"E\0n\0c\0r\0y\0p\0t" in content
            raise Unreadable(
                "The file is protected by a password. Take the password off and save it again."
                if protected
                else f"This XLS file is damaged or of a kind that cannot be read. {SAVE_AS}"
            ) from None
    if not sheets:
        raise Unreadable("No sheet of this file holds a table.")
    sheet, reached = sheets[0], [0]

    def rows() -> Iterator[Row]:
        for index in range(sheet.nrows):
            reached[0] = index + 1
            pairs = zip_longest(sheet.row_types(index), sheet.row_values(index), fillvalue=0)
            cells = [
                cell_text(_xls_value(int(kind), value, book.datemode)) for kind, value in pairs
            ]
            yield Row(index + 1, cells[:_MOST_COLUMNS])

    return Table(
        "xls",
        rows(),
        lambda: (reached[0], sheet.nrows),
        _sheet_note(sheet.name, len(sheets)),
        days_from_1904=book.datemode == 1,
    )


def _xls_value(kind: int, value: object, datemode: int) -> object:
    """Convert a cell as xlrd stores it: serial numbers to dates, 0 and 1 to booleans."""
    import xlrd

    if kind == xlrd.XL_CELL_DATE and isinstance(value, float):
        try:
            return xlrd.xldate.xldate_as_datetime(value, datemode)
        except (xlrd.xldate.XLDateError, ValueError, OverflowError):
            return value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return None if kind == xlrd.XL_CELL_ERROR else value
