"""A report as a file, and the review note. Each asks for its format first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.file_fault import Explained
from fieldkit.screens.lookup.export_page import ExportPage, FileKind

if TYPE_CHECKING:
    from fieldkit.screens.progress.wanted import Shown, Wanted
    from fieldkit.store import Store

_NOTE = ("html", "pdf")
"""The formats of the review note."""


def save_page(found: Shown, say: Callable[..., None]) -> ExportPage:
    """Return the page that asks for the format of a report; ``say``: says what became of it."""
    from fieldkit.reports.formats.files import FORMATS

    table = found.table

    def write(_store: Store, chosen: FileKind, named: Callable[[str], Path], _by: str) -> str:
        made = _made(lambda: FORMATS[chosen.suffix].write(table))
        named(f"{table.title}, {table.area}").write_bytes(made)
        return table.title

    formats = [FileKind(suffix, one.words) for suffix, one in FORMATS.items()]
    return ExportPage(table.title, formats, write, say)


def note_page(wanted: Wanted, say: Callable[..., None]) -> ExportPage:
    """Return the page that asks for the format of the review note of an area and a period."""
    from fieldkit.reports.formats.files import FORMATS

    def write(store: Store, chosen: FileKind, named: Callable[[str], Path], _by: str) -> str:
        from fieldkit.reports import period_of
        from fieldkit.reports.note import review_note

        period = store.query(partial(period_of, area=wanted.area, fy=wanted.fy, as_on=wanted.as_on))
        asked = partial(review_note, area=wanted.area, period=period, suffix=chosen.suffix)
        made = _made(lambda: store.query(asked))
        named(f"Review note, {wanted.area.title}").write_bytes(made)
        return "Review note"

    formats = [FileKind(suffix, FORMATS[suffix].words) for suffix in _NOTE]
    return ExportPage("Review note", formats, write, say)


def _made(make: Callable[[], bytes]) -> bytes:
    """Return the bytes of a file.

    Raises:
        Explained: the library for PDF files is missing here.
    """
    from fieldkit.reports.formats.pdf import NoPdf

    try:
        return make()
    except NoPdf as error:
        raise Explained(str(error)) from None
