"""Read XLS files, which the library holds in memory as a whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, BinaryIO

from fieldkit.files.tables.cell_text import cell_text
from fieldkit.files.tables.merged import Merged
from fieldkit.files.tables.noticed import Noticed
from fieldkit.files.tables.number_formats import PLAIN, NumberFormat, number_format, number_text
from fieldkit.files.tables.table import (
    LONGEST_CELL,
    MOST_COLUMNS,
    PROTECTED,
    SAMPLED_ROWS,
    SAVE_AS,
    Choose,
    Row,
    Sheet,
    Table,
    Unreadable,
)

if TYPE_CHECKING:
    import xlrd

LARGEST_XLS = 12 << 20
"""Bytes; the library needs six times as many."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_xls(stream: BinaryIO, choose: Choose) -> Table:
    """Read the chosen sheet.

    Raises:
        Unreadable: the file is damaged, protected or too large, or no sheet is chosen.
    """
    content = stream.read(LARGEST_XLS + 1)
    if len(content) > LARGEST_XLS:
        raise Unreadable(f"This XLS file is too large. {SAVE_AS}")
    book = _opened(content)
    noticed = Noticed()
    try:
        sheets = tuple(_sampled(book, at) for at in range(book.nsheets))
        at = choose(sheets)
        reader = _Reader(book, book.sheet_by_index(at), noticed)
    except Unreadable:
        raise
    except Exception:  # The library raises anything for a damaged file.
        raise Unreadable(f"This XLS file is damaged. {SAVE_AS}") from None
    return Table(
        "xls",
        _guarded(reader),
        lambda: (noticed.row, reader.sheet.nrows),
        remarks=noticed.remarks,
        sheets=sheets,
        sheet=sheets[at].name,
        days_from_1904=book.datemode == 1,
    )


class _Silence(io.TextIOBase):
    """Takes the warnings of the library."""

    def write(self, text: str) -> int:
        return len(text)


def _opened(content: bytes) -> xlrd.Book:
    import xlrd

    # The formats, merged cells and hidden rows of a file may be damaged while its cells are not.
    for formats in (True, False):
        try:
            return xlrd.open_workbook(
                file_contents=content,
                logfile=_Silence(),
                formatting_info=formats,
                on_demand=True,
                ragged_rows=True,
            )
        except Exception as error:
            if "encrypted" in str(error).casefold() or _ENCRYPTED in content:
                raise Unreadable(PROTECTED) from None
    raise Unreadable(f"This XLS file is damaged or of a kind that cannot be read. {SAVE_AS}")


def _sampled(book: xlrd.Book, at: int) -> Sheet:
    sheet = book.sheet_by_index(at)
    first = list(islice(_Reader(book, sheet, Noticed()).rows(), SAMPLED_ROWS))
    book.unload_sheet(at)
    return Sheet(sheet.name, first, sheet.visibility != 0, sheet.nrows)


def _guarded(reader: _Reader) -> Iterator[Row]:
    try:
        yield from reader.rows()
    except Exception:
        raise Unreadable(
            f"The XLS file is damaged after row {reader.noticed.row}. {SAVE_AS}"
        ) from None


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one sheet."""

    book: xlrd.Book
    sheet: xlrd.sheet.Sheet
    noticed: Noticed
    _formats: dict[int, NumberFormat] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        merged = Merged.of(
            (top + 1, bottom, first, last - 1)
            for top, bottom, first, last in self.sheet.merged_cells
        )
        for index in range(self.sheet.nrows):
            self.noticed.row = index + 1
            row = merged.fill(index + 1, self._cells(index))
            info = self.sheet.rowinfo_map.get(index)
            if info is not None and info.hidden and any(row.cells):
                self.noticed.add(self.noticed.hidden, row.number)
            yield row

    def _cells(self, index: int) -> list[str]:
        found = zip_longest(self.sheet.row_types(index), self.sheet.row_values(index), fillvalue=0)
        cells = [self._text(index, at, int(kind), value) for at, (kind, value) in enumerate(found)]
        if any(cells[MOST_COLUMNS:]):
            self.noticed.over = self.noticed.over or index + 1
        return cells[:MOST_COLUMNS]

    def _text(self, row: int, column: int, kind: int, value: object) -> str:
        import xlrd

        if kind == xlrd.XL_CELL_ERROR and isinstance(value, int):
            return str(xlrd.error_text_from_code.get(value, "#VALUE!"))
        if kind == xlrd.XL_CELL_DATE and isinstance(value, float):
            return number_text(value, NumberFormat(date=True), from_1904=self.book.datemode == 1)
        if kind == xlrd.XL_CELL_NUMBER and isinstance(value, float):
            return number_text(value, self._format(row, column), from_1904=False)
        if kind == xlrd.XL_CELL_BOOLEAN:
            value = bool(value)
        return cell_text(value)[:LONGEST_CELL]

    def _format(self, row: int, column: int) -> NumberFormat:
        """Return the format of a number; plain where the file's formats could not be read."""
        if not self.book.formatting_info:
            return PLAIN
        style = self.sheet.cell_xf_index(row, column)
        if style not in self._formats:
            key = self.book.xf_list[style].format_key
            self._formats[style] = number_format(self.book.format_map[key].format_str)
        return self._formats[style]
