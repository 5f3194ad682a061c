"""The files that a report can be written to, by the ending of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fieldkit.reports.declaration.report import Table


class FileFormat(NamedTuple):
    """A format: what it is for, and the bytes of a table in it."""

    words: str
    write: Callable[[Table], bytes]
    """Imports what it needs when it is called; that of PDF raises NoPdf where it is missing."""


def _xlsx(table: Table) -> bytes:
    from fieldkit.reports.formats.data import to_xlsx

    return to_xlsx(table)


def _csv(table: Table) -> bytes:
    from fieldkit.reports.formats.data import to_csv

    return to_csv(table)


def _json(table: Table) -> bytes:
    from fieldkit.reports.formats.data import json_bytes

    return json_bytes(table)


def _html(table: Table) -> bytes:
    from fieldkit.reports.formats.html import to_html
    from fieldkit.reports.formats.page import page_of

    return to_html(page_of(table))


def _pdf(table: Table) -> bytes:
    from fieldkit.reports.formats.page import page_of
    from fieldkit.reports.formats.pdf import to_pdf

    return to_pdf(page_of(table))


FORMATS: Mapping[str, FileFormat] = {
    "xlsx": FileFormat("Excel workbook", _xlsx),
    "csv": FileFormat("Table for any program", _csv),
    "json": FileFormat("Data for programs", _json),
    "html": FileFormat("Page that any browser prints", _html),
    "pdf": FileFormat("PDF to send", _pdf),
}
