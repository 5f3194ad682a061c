"""Exports: records as CSV, XLSX or JSONL, one by one, that load again unchanged.

All three name their columns by the fields' names (as ``fieldkit kinds`` lists them), because names
stay when labels are reworded; codes are written as codes, dates and times as ISO. ``version``
does not travel: it belongs to the server the record came from. CSV and XLSX hold the declared
fields; JSONL also holds the unknown fields of a newer version, beside the others.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from fieldkit.files.loading.mapping import NOT_TAKEN
from fieldkit.files.tables.formulas import harmless
from fieldkit.protocol.change import Json
from fieldkit.records import Record, Value, kinds
from fieldkit.records.fields.formats import Moment
from fieldkit.store import Store

FileFormat: TypeAlias = Literal["csv", "xlsx", "jsonl"]


def export(
    store: Store,
    kind: str,
    target: Path | BinaryIO,
    form: FileFormat = "csv",
    where: Mapping[str, str] | None = None,
) -> int:
    """Write the live records of a kind, those with the fields of ``where``; return how many.

    ``where`` holds values as typed (a trade's name or code). A file takes the place of an older one
    only when it is whole.

    Raises:
        KeyError: there is no such kind or field.
        Unfit: a value of ``where`` does not fit its field.
        OSError: the file cannot be written.
    """
    record = kinds()[kind]
    # What was confirmed when it was saved can be asked for.
    equal = {
        name: record.fields()[name].format.parse(text, confirmed=True)
        for name, text in (where or {}).items()
    }
    names = [name for name in record.fields() if name not in NOT_TAKEN | {"deleted"}]
    with _written(target) as file:
        return _WRITERS[form](file, names, store.each(kind, equal))


@contextmanager
def _written(target: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Open a file beside the target and put it in its place at the end."""
    if not isinstance(target, Path):
        yield target
        return
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _csv(file: BinaryIO, names: list[str], records: Iterator[Record]) -> int:
    """Write UTF-8 with a byte order mark (Excel needs it for Hindi and Urdu)."""
    writer = csv.writer(_Encoded(file))
    file.write(b"\xef\xbb\xbf")
    writer.writerow(names)
    count = 0
    for record in records:
        writer.writerow([harmless(text) for text in _texts(record, names)])
        count += 1
    return count


class _Encoded:
    """Takes text and writes UTF-8, leaving the file open (a TextIOWrapper would close it)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def _xlsx(file: BinaryIO, names: list[str], records: Iterator[Record]) -> int:
    """Write every value as text, so that nothing is run, rounded or taken for a date."""
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    sheet.append(names)
    count = 0
    for record in records:
        cells: list[Cell | None] = []
        for text in _texts(record, names):
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cells.append(cell if text else None)
        sheet.append(cells)
        count += 1
    book.save(file)
    return count


def _jsonl(file: BinaryIO, names: list[str], records: Iterator[Record]) -> int:
    """Write one object a line, empty fields left out, unknown fields beside the known."""
    count = 0
    for record in records:
        file.write(json.dumps(fields_of(record, names), ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def fields_of(record: Record, names: Iterable[str]) -> dict[str, Json]:
    """Return what is filled of these fields as a file holds it, unknown fields beside them."""
    moments = _moments(type(record))
    fields: dict[str, Json] = {**(record.extra or {})}
    for name in names:
        value = record.value(name)
        # A record of the whole district says so, or it would be given the laptop's block.
        if value is not None or name == "block":
            fields[name] = _json(value, moment=name in moments)
    return fields


_WRITERS = {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl}


@cache
def _moments(kind: type[Record]) -> frozenset[str]:
    return frozenset(n for n, field in kind.fields().items() if isinstance(field.format, Moment))


def _texts(record: Record, names: list[str]) -> Iterator[str]:
    moments = _moments(type(record))
    for name in names:
        value = _json(record.value(name), moment=name in moments)
        if isinstance(value, bool):
            yield "yes" if value else "no"
        else:
            yield "" if value is None else str(value)


def _json(value: Value, *, moment: bool) -> str | int | float | bool | None:
    """Return a value as it stands in a file: days and times as ISO text."""
    if moment and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value
