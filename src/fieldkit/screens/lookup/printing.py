"""What can be printed from a page: each paper, in each format, to a file in the export folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.lookup.export_page import ExportPage, FileKind

if TYPE_CHECKING:
    from fieldkit.papers.export_log import Way
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.reports.formats.page import Page
    from fieldkit.store import Store

Named = Callable[[str], Path]
"""Gives the path of a file by what it is called."""
_PERSONAL = "Paper with personal data: give it only to those it is meant for."
_FORMATS = ("pdf", "txt")
"""What is offered where there are several papers."""


class Paper(NamedTuple):
    """Something to print: what it is, and its page, made in a thread."""

    words: str
    make: Callable[[Store], Page]


def print_page(title: str, papers: Sequence[Paper], say: Callable[..., None]) -> ExportPage:
    """Return the page that asks what to print and in which format; ``say``: says where it is."""
    from fieldkit.papers.files import PAPERS

    offered = {
        FileKind(suffix, f"{paper.words}: {form.words}" if len(papers) > 1 else form.words): paper
        for paper in papers
        for suffix, form in PAPERS.items()
        if len(papers) == 1 or suffix in _FORMATS
    }

    def write(store: Store, chosen: FileKind, named: Named, operator: str) -> str:
        _put(store, offered[chosen].make(store), chosen.suffix, named, operator)
        return offered[chosen].words

    return ExportPage(title, [*offered], write, say, _PERSONAL, does=("Print", "written"))


def person_data_page(title: str, record_id: str, say: Callable[..., None]) -> ExportPage:
    """Return the page that asks as what to write all that is held about a person."""
    from fieldkit.papers.files import PAPERS

    def write(store: Store, chosen: FileKind, named: Named, operator: str) -> str:
        from fieldkit.sync.requests.person_data import page_about

        page, why_not = page_about(store, _there(store, record_id))
        _put(store, page, chosen.suffix, named, operator, "person-data")
        # The file says what is missing, and why.
        return "What is held here, without the server's part," if why_not else "All that is held"

    formats = [FileKind(suffix, form.words) for suffix, form in PAPERS.items()]
    return ExportPage(title, formats, write, say, _PERSONAL, does=("All that is held", "written"))


def _put(
    store: Store, page: Page, suffix: str, named: Named, operator: str, way: Way = "print"
) -> None:
    """Write a page to a file, after it was logged."""
    from fieldkit.papers.export_log import log_page
    from fieldkit.papers.files import PAPERS
    from fieldkit.settings import make_file_private

    made = PAPERS[suffix].write(page)
    log_page(store, page, suffix, operator, way)
    target = named(page.title)
    if page.holds is not None:
        make_file_private(target)
    target.write_bytes(made)


def papers_of(record_id: str, kind: str) -> Sequence[Paper]:
    """Return what can be printed of a record: its slip, and the people of it."""
    from fieldkit.records.declaration.roles import days_of

    how, slip = days_of(kind), Paper("Slip", partial(_slip, record_id))
    return (
        [Paper("People, with numbers", partial(_roster, record_id, how)), slip] if how else [slip]
    )


def blank_papers(kind: str) -> Sequence[Paper]:
    """Return the paper forms of a kind: all of it, and only what is needed."""
    return [
        Paper("Form with all fields", partial(_blank, kind, needed_only=False)),
        Paper("Form with what is needed or falls due", partial(_blank, kind, needed_only=True)),
    ]


def list_paper(title: str, records: Callable[[Store], Iterator[Record]]) -> Paper:
    """Return a list of records; ``records``: gives them, in a thread."""

    def make(store: Store) -> Page:
        from fieldkit.papers.roster import list_page

        return list_page(store, title, records(store))

    return Paper("List with numbers", make)


def _roster(record_id: str, how: DayMarks, store: Store) -> Page:
    from fieldkit.papers.roster import roster

    return roster(store, how, _there(store, record_id))


def _slip(record_id: str, store: Store) -> Page:
    from fieldkit.papers.slip import slip

    return slip(store, _there(store, record_id))


def _blank(kind: str, _store: Store, *, needed_only: bool) -> Page:
    from fieldkit.papers.blank import blank_form
    from fieldkit.records import kinds
    from fieldkit.records.fields.dates import today

    return blank_form(kinds()[kind], today(), needed_only=needed_only)


def _there(store: Store, record_id: str) -> Record:
    """Return a record.

    Raises:
        OSError: it has left this laptop meanwhile.
    """
    record = store.record(record_id)
    if record is None:
        raise OSError("the record is no longer on this laptop")
    return record
