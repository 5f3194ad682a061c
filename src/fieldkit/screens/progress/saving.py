"""A report as a file, and the review note. Each asks for its format first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.screens.lookup.export_page import ExportPage, FileKind

if TYPE_CHECKING:
    from fieldkit.screens.progress.wanted import Found, Wanted
    from fieldkit.store import Store


def save_page(found: Found, say: Callable[..., None]) -> ExportPage:
    """Return the page that asks for the format of a report; ``say``: says what became of it."""
    from fieldkit.reports.formats.files import FORMATS

    def write(_store: Store, chosen: FileKind, named: Callable[[str], Path]) -> str:
        table = found.table
        made = FORMATS[chosen.suffix].write(table)
        named(f"{table.title}, {table.area}").write_bytes(made)
        return table.title

    formats = [FileKind(suffix, one.words) for suffix, one in FORMATS.items()]
    return ExportPage(found.table.title, formats, write, say)


def note_page(wanted: Wanted, say: Callable[..., None]) -> ExportPage | None:
    """Return the page that asks for the format of the review note of an area and a period."""
    from fieldkit.reports import period_of

    if find_spec("fieldkit.reports.note") is None:
        return None
    review_note = import_module("fieldkit.reports.note").review_note

    def write(store: Store, chosen: FileKind, named: Callable[[str], Path]) -> str:
        period = store.query(partial(period_of, area=wanted.area, fy=wanted.fy))
        asked = partial(review_note, area=wanted.area, period=period, suffix=chosen.suffix)
        named(f"Review note, {wanted.area.title}").write_bytes(store.query(asked))
        return "The review note"

    formats = [FileKind("html", "Page that any browser prints"), FileKind("pdf", "PDF to send")]
    return ExportPage("Review note", formats, write, say)
