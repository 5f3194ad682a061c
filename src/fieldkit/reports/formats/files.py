"""The files that a report can be written to, by the ending of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fieldkit.reports.declaration.report import Table


class FileFormat(NamedTuple):
    """A format: what it is for, and the bytes of a table in it."""

    words: str
    write: Callable[[Table], bytes]
    """Imports what it needs when it is called."""


def _xlsx(table: Table) -> bytes:
    from fieldkit.reports.formats.data import to_xlsx

    return to_xlsx(table)


def _csv(table: Table) -> bytes:
    from fieldkit.reports.formats.data import to_csv

    return to_csv(table)


def _json(table: Table) -> bytes:
    from fieldkit.reports.formats.data import json_bytes

    return json_bytes(table)


FORMATS: Mapping[str, FileFormat] = {
    "xlsx": FileFormat("Excel workbook", _xlsx),
    "csv": FileFormat("Table for any program", _csv),
    "json": FileFormat("Data for programs", _json),
}
