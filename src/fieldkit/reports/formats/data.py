"""A table as JSON, as CSV and as XLSX: plain numbers, ISO dates."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b85decode, b85encode
from datetime import date, datetime
from typing import cast
from zlib import compress, decompressobj
from zlib import error as zlib_error

from fieldkit.formulas import escape_formula
from fieldkit.reports.declaration.report import TOTAL, Cell, Heading, Row, Table
from fieldkit.reports.formats.words import subtitle

_MOST_BYTES = 4_000_000
"""Of a report that was kept; more is no report."""


def to_json(table: Table) -> dict[str, object]:
    """Return a table as JSON: each row as an object by the names of its columns."""
    names = [heading.name for heading in table.columns]
    return {
        "name": table.name,
        "title": table.title,
        "as_on": table.as_on.isoformat(),
        "area": table.area,
        "fy": table.fy or None,
        "columns": [
            {"name": heading.name, "label": heading.label, "unit": heading.unit}
            for heading in table.columns
        ],
        "rows": [
            dict(zip(names, (_plain(value) for value in row.cells), strict=True))
            for row in table.rows
        ],
        "notes": table.notes,
    }


def json_bytes(table: Table) -> bytes:
    """Return a table as the text of a JSON file."""
    return (json.dumps(to_json(table), indent=2, ensure_ascii=False) + "\n").encode()


def packed(table: Table) -> str:
    """Return a table as a text that :func:`unpacked` reads, for a snapshot."""
    made = {
        **to_json(table),
        "columns": [[one.name, one.label, one.unit] for one in table.columns],
        "rows": [[row.unit, *(_plain(value) for value in row.cells)] for row in table.rows],
    }
    plain = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return b85encode(compress(plain.encode(), 9)).decode("ascii")  # must fit into one change


def unpacked(text: str) -> Table:
    """Return the table of a snapshot.

    Raises:
        ValueError: the text holds no table.
    """
    try:
        plain = decompressobj().decompress(b85decode(text), _MOST_BYTES)
        made = cast(dict[str, object], json.loads(plain))
        headings = cast(list[list[str]], made["columns"])
        rows = cast(list[list[Cell]], made["rows"])
        return Table(
            str(made["name"]),
            str(made["title"]),
            date.fromisoformat(str(made["as_on"])),
            str(made["area"]),
            [Heading(name, label, unit) for name, label, unit in headings],
            [
                _row(place, cells, str(unit), last=place + 1 == len(rows))
                for place, (unit, *cells) in enumerate(rows)
            ],
            cast(list[str], made["notes"]),
            str(made["fy"] or ""),
        )
    except (KeyError, TypeError, zlib_error) as error:
        raise ValueError("not a table") from error


def _row(place: int, cells: list[Cell], unit: str, *, last: bool) -> Row:
    """Return a row; each but the total has a key, though it leads to no records."""
    total = last and cells[0] == TOTAL
    return Row([_day(value) for value in cells], None if total else (place,), unit)


def _day(value: Cell) -> Cell:
    """Return the day that a text stands for, else the value."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    return value


def to_csv(table: Table) -> bytes:
    """Return a table as CSV with the names of its columns, readable by Excel."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([heading.name for heading in table.columns])
    for row in table.rows:
        plain = (_plain(value) for value in row.cells)
        writer.writerow(
            [escape_formula(value) if isinstance(value, str) else value for value in plain]
        )
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def to_xlsx(table: Table) -> bytes:
    """Return a table as a workbook: title, headings, figures as numbers, notes."""
    from openpyxl import Workbook
    from openpyxl.cell import Cell as Cell_
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.name[:31])

    def cells(values: list[Cell], *, bold: bool = False) -> list[Cell_]:
        made = []
        for value in values:
            cell = WriteOnlyCell(sheet, _moment(value))
            if isinstance(value, str):
                cell.data_type = "s"
            if bold:
                cell.font = Font(bold=True)
            made.append(cell)
        return made

    sheet.append(cells([table.title], bold=True))
    sheet.append(cells([subtitle(table)]))
    sheet.append(cells([_heading(heading) for heading in table.columns], bold=True))
    for row in table.rows:
        sheet.append(cells(row.cells, bold=row.key is None and len(table.rows) > 1))
    for note in table.notes:
        sheet.append(cells([note]))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _heading(heading: Heading) -> str:
    plain = heading.unit in {"", "records"} or heading.unit in heading.label
    return heading.label if plain else f"{heading.label} ({heading.unit})"


def _moment(value: Cell) -> str | float | datetime | None:
    """Return a day as the midnight it begins with, as workbooks hold it."""
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else value  # noqa: DTZ001 - a workbook knows no zones


def _plain(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
