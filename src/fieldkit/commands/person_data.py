"""The command that writes all that is held about one person."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from fieldkit.cli import IN_PART, Unusable, print_error
from fieldkit.commands import known_record, open_store
from fieldkit.commands.printing import put_page
from fieldkit.papers.person_data import FromServer, HistoryEntry, person_page, records_of
from fieldkit.protocol.supervision import ReaderItem
from fieldkit.records import Record
from fieldkit.store import Store
from fieldkit.sync.history import history, merge_histories
from fieldkit.sync.supervision import NotDone, readers


def person_data(args: Namespace) -> int:
    """Write what is held about a person; what the server adds, if it can be reached."""
    with open_store() as store:
        record = known_record(store, args.id)
        if not record.person:
            raise Unusable(f"{record.title} {record.id} is not a person.")
        records = records_of(store, record)
        told = _from_server(store, records)
        done = put_page(person_page(store, records, told), args, store, "person-data")
    if told.why_not:
        print_error(f"Not all could be asked of the server: {told.why_not}")
        return done or IN_PART
    return done


def _from_server(store: Store, records: Sequence[Record]) -> FromServer:
    """Ask for the history of each record, and who may read the person's own."""
    histories: dict[str, Sequence[HistoryEntry]] = {}
    found: Sequence[ReaderItem] = ()
    try:
        found = readers(store, records[0].kind(), records[0].id).readers
    except NotDone as failed:
        return FromServer(why_not=str(failed))
    for record in records:
        answer = history(store, record.kind(), record.id)
        if answer.error:
            return FromServer(histories, found, answer.error)
        histories[record.id] = merge_histories(store.outbox.of(record.id), answer.changes)
    return FromServer(histories, found)
