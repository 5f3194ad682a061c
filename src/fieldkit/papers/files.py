"""The files that a page of paper is written to, by the ending of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fieldkit.file_fault import Explained
from fieldkit.reports.formats.page import Page


class PaperFormat(NamedTuple):
    """A format: what it is, and the bytes of a page in it."""

    words: str
    write: Callable[[Page], bytes]
    """Imports what it needs when it is called; that of PDF raises Explained where it is missing."""


def _pdf(page: Page) -> bytes:
    from fieldkit.reports.formats.pdf import NoPdf, to_pdf

    try:
        return to_pdf(page)
    except NoPdf as error:
        raise Explained(str(error)) from None


def _html(page: Page) -> bytes:
    from fieldkit.reports.formats.html import to_html

    return to_html(page)


def _text(page: Page) -> bytes:
    from fieldkit.papers.text import to_text

    return to_text(page)


PAPERS: Mapping[str, PaperFormat] = {
    "pdf": PaperFormat("PDF", _pdf),
    "txt": PaperFormat("Text for any printer", _text),
    "html": PaperFormat("Page that any browser prints", _html),
}
