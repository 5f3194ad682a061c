"""Export records as CSV, XLSX or JSONL; an import of the file restores them unchanged.

Columns have the names of fields (as ``fieldkit kinds`` lists them), because names stay when labels
are reworded. Codes are written as codes, dates and times as ISO. ``version`` is left out: it
belongs to the server the record came from. So are the notes of a record that was sent back. CSV
and XLSX hold the declared fields; JSONL also holds the unknown fields of a newer version.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from fieldkit.about.fields import notes_in_words
from fieldkit.files.loading.output_files import documents_folder
from fieldkit.formulas import escape_formula
from fieldkit.papers.export_log import log_export
from fieldkit.protocol.change import Json
from fieldkit.records import Record, Value, kinds
from fieldkit.records.declaration.exported import PERSONAL, holds_personal_data
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
from fieldkit.records.fields.formats import Moment
from fieldkit.settings import make_file_private
from fieldkit.store import Store

FileFormat: TypeAlias = Literal["csv", "xlsx", "jsonl"]
_NOT_EXPORTED = frozenset({"version", "deleted", SENT_BACK, CORRECTED})
_NOTES = "notes on fields"
"""The column of the notes; no field has this name."""


def export(
    store: Store,
    kind: str,
    target: Path | BinaryIO,
    form: FileFormat = "csv",
    where: Mapping[str, str] | None = None,
    *,
    notes: bool = False,
    operator: str = "",
) -> int:
    """Write the live records of a kind whose fields equal ``where``; return how many.

    Of people also those for which another record stands: events may name them.

    ``where`` holds values as typed (a trade's name or code). ``notes``: with a last column of the
    notes on fields, to be read; JSONL has each of them anyway. An existing file is replaced only
    when the new one is complete. The export is logged for ``operator``.

    Raises:
        KeyError: there is no such kind or field.
        Unfit: a value of ``where`` does not fit its field.
        OSError: the file cannot be written.
    """
    record = kinds()[kind]
    # Values that were confirmed when they were saved can be searched for.
    equal = {
        name: record.fields()[name].format.parse(text, confirmed=True)
        for name, text in (where or {}).items()
    }
    records = store.each(kind, equal, merged=True)
    return write_records(store, record, records, target, form, operator, notes=notes)


def write_records(
    store: Store,
    kind: type[Record],
    records: Iterator[Record],
    target: Path | BinaryIO,
    form: FileFormat,
    operator: str,
    *,
    notes: bool = False,
) -> int:
    """Write records of a kind and log the export; return how many.

    A file is there only once its export is logged. Of a stream, what was written is logged however
    it ended.

    Raises:
        OSError: the file cannot be written.
        StoreError: the export could not be logged.
    """
    names = [name for name in kind.fields() if name not in _NOT_EXPORTED]
    names += [_NOTES] if notes and form != "jsonl" else []
    counted = _Counted(records)
    with _written(target) as file:
        try:
            if form == "jsonl":
                many = _jsonl(file, names, counted)
            else:
                about = PERSONAL if holds_personal_data(kind) else ""
                rows = ([*_texts(one, names)] for one in counted)
                many = _TABLES[form](file, names, rows, about)
        finally:
            if not isinstance(target, Path):
                log_export(store, kind, counted.many, form, operator)
        if isinstance(target, Path):
            log_export(store, kind, many, form, operator)
    return many


class _Counted(Iterator[Record]):
    """Gives records and counts them."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self.many = 0

    def __next__(self) -> Record:
        record = next(self._records)
        self.many += 1
        return record


def export_folder(store: Store) -> Path:
    """Return the folder for what the application exports.

    A file is exported to be handed on, so it goes where people look for files: to their Documents,
    if they have such a folder. A home chosen by FIELDKIT_HOME (practice, a trial) keeps its own,
    unless it is encrypted: nothing that can be read stays in it.
    """
    documents = documents_folder()
    if store.encrypted:
        return documents
    chosen = bool(os.environ.get("FIELDKIT_HOME"))
    return store.home / "exports" if chosen or documents == Path.home() else documents


def free_name(folder: Path, name: str, form: str) -> Path:
    """Return a path in a folder that no file has yet: with a number behind the name if needed."""
    path, number = folder / f"{name}.{form}", 1
    while path.exists():
        number += 1
        path = folder / f"{name} ({number}).{form}"
    return path


def write_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    target: Path,
    form: Literal["csv", "xlsx"],
    *,
    personal: bool,
) -> int:
    """Write rows of text under headings; return how many.

    ``personal``: whether they hold personal data, which the file then says.

    Raises:
        OSError: the file cannot be written.
    """
    with _written(target) as file:
        return _TABLES[form](file, headings, rows, PERSONAL if personal else "")


@contextmanager
def _written(target: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Write to a temporary file next to the target, and rename it at the end."""
    if not isinstance(target, Path):
        yield target
        return
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    make_file_private(temporary)
    try:
        with temporary.open("wb") as file:
            yield file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _csv(file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str]], about: str) -> int:
    """Write UTF-8 with a byte order mark, which Excel needs for Hindi and Urdu.

    ``about``: a line above the headings, if there is one.
    """
    writer = csv.writer(_Encoded(file))
    file.write(b"\xef\xbb\xbf")
    if about:
        writer.writerow([about])
    writer.writerow(headings)
    count = 0
    for row in rows:
        writer.writerow([escape_formula(text) for text in row])
        count += 1
    return count


class _Encoded:
    """Writes text as UTF-8; unlike a TextIOWrapper it leaves the file open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def _xlsx(
    file: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[str]], about: str
) -> int:
    """Write every value as text, so that Excel runs, rounds and reformats nothing.

    ``about``: the text of a first sheet, if there is one; the book opens on the records.
    """
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

    book = Workbook(write_only=True)
    if about:
        book.create_sheet("About").append([about])
    sheet = book.create_sheet("Records")
    book.active = len(book.worksheets) - 1
    sheet.append(headings)
    count = 0
    for row in rows:
        cells: list[Cell | None] = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cells.append(cell if text else None)
        sheet.append(cells)
        count += 1
    book.save(file)
    return count


def _jsonl(file: BinaryIO, names: list[str], records: Iterator[Record]) -> int:
    """Write one object a line, without empty fields, with unknown fields."""
    count = 0
    for record in records:
        file.write(json.dumps(fields_of(record, names), ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def fields_of(record: Record, names: Iterable[str]) -> dict[str, Json]:
    """Return the filled ones of these fields as JSON values, and the unknown fields."""
    moments = _moments(type(record))
    fields: dict[str, Json] = {**(record.extra or {})}
    for name in names:
        value = record.value(name)
        # An empty block means the whole district; an import would fill a missing one.
        if value is not None or name == "block":
            fields[name] = _json(value, moment=name in moments)
    return fields


_TABLES = {"csv": _csv, "xlsx": _xlsx}


@cache
def _moments(kind: type[Record]) -> frozenset[str]:
    return frozenset(n for n, field in kind.fields().items() if isinstance(field.format, Moment))


def _texts(record: Record, names: list[str]) -> Iterator[str]:
    moments = _moments(type(record))
    for name in names:
        if name == _NOTES:
            yield notes_in_words(record)
            continue
        value = _json(record.value(name), moment=name in moments)
        if isinstance(value, bool):
            yield "yes" if value else "no"
        else:
            yield "" if value is None else str(value)


def _json(value: Value, *, moment: bool) -> str | int | float | bool | None:
    """Return a value as JSON: dates and times as ISO text."""
    if moment and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value
