"""All that is held about a person, with what the server adds if it can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fieldkit.papers.person_data import FromServer, HistoryEntry, person_page, records_of
from fieldkit.sync.requests.history import history, merge_histories
from fieldkit.sync.requests.supervision import NotDone, readers

if TYPE_CHECKING:
    from fieldkit.protocol.messages.supervision import ReaderItem
    from fieldkit.records import Record
    from fieldkit.reports.formats.page import Page
    from fieldkit.store import Store


def page_about(store: Store, record: Record) -> tuple[Page, str]:
    """Return the page about a person, and why something of the server's is missing, if it is."""
    records = records_of(store, record)
    found = _from_server(store, records)
    return person_page(store, records, found), found.why_not


def _from_server(store: Store, records: Sequence[Record]) -> FromServer:
    """Ask for the history of each record, and who may read the person's own.

    What the server does not have yet has neither; the rest is asked for all the same.
    """
    histories: dict[str, Sequence[HistoryEntry]] = {}
    found: dict[str, Sequence[ReaderItem]] = {}
    why_not = ""
    for record in records:
        try:
            if record.kind() == records[0].kind():
                found[record.id] = readers(store, record.kind(), record.id).readers
        except NotDone as failed:
            if failed.offline:
                return FromServer(histories, found, str(failed))
            why_not = str(failed)
            continue
        answer = history(store, record.kind(), record.id)
        if answer.error:
            return FromServer(histories, found, answer.error)
        histories[record.id] = merge_histories(store.outbox.of(record.id), answer.changes)
    return FromServer(histories, found, why_not)
