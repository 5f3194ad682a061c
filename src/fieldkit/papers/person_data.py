"""All that is held about one person as one page to hand to them.

That is the record and those that were merged with it, what refers to any of them, every change of
each, and where it went. Deleted records are there too, as long as they are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from fieldkit.about.changes import done_in_words, shown_change
from fieldkit.about.fields import called
from fieldkit.about.rows import fetch_references, label_of, shown_value
from fieldkit.about.words import area_words, counted, value_in_words
from fieldkit.plain_text import shown
from fieldkit.protocol.messages.supervision import ReaderItem
from fieldkit.protocol.messages.sync import HistoryItem
from fieldkit.records import Use, kinds
from fieldkit.records.declaration.permission import MERGED
from fieldkit.records.declaration.roles import log_of_exports
from fieldkit.records.fields.dates import day_at, show_date
from fieldkit.records.fields.formats import Moment
from fieldkit.reports.formats.page import Grid, Holds, Lines, Page, Section, Text
from fieldkit.store import Logged

if TYPE_CHECKING:
    from fieldkit.about.rows import RecordSource
    from fieldkit.protocol.change import Json
    from fieldkit.records import Record
    from fieldkit.store import Store

HistoryEntry: TypeAlias = Logged | HistoryItem
_NOT_SHOWN = frozenset({"id", "version", "deleted"})
_KEEPS = (
    "Deleting a record takes it off all lists and screens. The log of changes keeps what was "
    "entered, so that it can be accounted for; the office in charge says how long."
)


class FromServer(NamedTuple):
    """What the server added, or why it did not."""

    histories: Mapping[str, Sequence[HistoryEntry]] = {}
    """The changes of each record on all laptops, by its number; those left out have only the
    changes made here."""
    readers: Mapping[str, Sequence[ReaderItem]] = {}
    """Who may read each of the person's own records, by its number."""
    why_not: str = ""
    """Why something of the server's is missing, as a sentence; empty: all is there."""


def records_of(store: Store, record: Record) -> list[Record]:
    """Return a person's records: their own, those merged with it, and all that refer to these."""
    own = _merged(store, record)
    referring = store.referring(record.kind(), [one.id for one in own])
    known = {one.id for one in own}
    return [*own, *(one for one in referring if one.id not in known)]


def _merged(store: Store, record: Record) -> list[Record]:
    """Return a record, then those that are the same person by a merge, however indirect."""
    if MERGED not in record.fields():
        return [record]
    found, ahead = {record.id: record}, [record]
    while ahead:
        one = ahead.pop()
        near = store.where(record.kind(), **{MERGED: one.id})
        into = one.value(MERGED)
        target = store.get(record.kind(), str(into)) if into else None
        for other in (*near, *([target] if target else ())):
            if other.id not in found:
                found[other.id] = other
                ahead.append(other)
    return list(found.values())


def person_page(store: Store, records: Sequence[Record], of_server: FromServer) -> Page:
    """Return the page of a person's records, the person's own first."""
    source, own = fetch_references(store, records), records[0]
    sections = [
        _section
        for record in records
        for _section in (
            _values(source, record),
            _history(store, record, of_server.histories.get(record.id)),
        )
    ]
    sections += [
        one
        for one in (_unfinished(store, records), _readers(of_server), _exports(store, records))
        if one
    ]
    sections.append(Section("What deletion removes", Lines([_KEEPS])))
    device = store.device
    return Page(
        shown(f"All that is held about {label_of(source, own)}, {own.id}"),
        f"{counted(len(records), 'record', 'records')}, as held on laptop "
        f"{device.origin if device else ''} on {Moment().show(store.now())}",
        day_at(store.now()),
        [[one] for one in sections],
        holds=Holds(own.kind(), len(records)),
    )


def _values(source: RecordSource, record: Record) -> Section:
    """Return every value of a record, those of a newer version too."""
    rows = [
        [Text(field.label), Text(shown(shown_value(source, record, name)), strong=True)]
        for name, field in record.fields().items()
        if name not in _NOT_SHOWN and record.value(name) is not None
    ]
    rows += [
        [Text(shown(called(record.fields(), name))), Text(shown(value_in_words(value)))]
        for name, value in _extra(record)
    ]
    gone = ", deleted" if record.deleted else ""
    return Section(f"{record.title} {record.id}{gone}", Grid(["", ""], [False, False], rows))


def _extra(record: Record) -> Iterator[tuple[str, Json]]:
    yield from ((name, value) for name, value in (record.extra or {}).items() if value is not None)


def _history(store: Store, record: Record, from_server: Sequence[HistoryEntry] | None) -> Section:
    """Return the changes of a record, the oldest first."""
    entries: Sequence[HistoryEntry] = (
        store.outbox.of(record.id) if from_server is None else from_server
    )
    kind = kinds()[record.kind()]
    lines = [line for one in entries for line in _change(kind, one)]
    note = "" if from_server is not None else "Only the changes made on this laptop."
    return Section(
        f"History of {record.title.lower()} {record.id}",
        Lines(lines or ["None on this laptop."]),
        note,
    )


def _change(kind: type[Record], entry: HistoryEntry) -> Iterator[str]:
    one = entry.change if isinstance(entry, Logged) else entry
    yield (
        f"{Moment().show(one.at)}  {done_in_words(str(one.op))} by "
        f"{shown(one.operator) or 'nobody named'}, laptop {entry.origin}"
    )
    for name, value in cast("Mapping[str, Json]", one.fields).items():
        label, text = shown_change(kind, name, value)
        yield f"    {label}: {text or 'nothing'}"


def _unfinished(store: Store, records: Sequence[Record]) -> Section | None:
    """Return what is typed about them on this laptop and not saved, and values not used."""
    by_id = {one.id: one for one in records}
    lines = []
    for draft in store.drafts.of():
        about = by_id.keys() & {draft.record_id, *draft.texts.values()}
        known = kinds().get(draft.kind)
        for name, text in draft.texts.items() if about else ():
            field = known.fields().get(name) if known else None
            lines.append(f"Typed and not saved: {field.label if field else name}: {text}")
    for one in store.review.conflicts():
        if one.record_id in by_id:
            label, text = shown_change(kinds().get(one.kind), one.field, one.held)
            lines.append(f"Not used, to settle: {label}: {text or 'nothing'} (by {one.by})")
    return Section("Not settled on this laptop", Lines([*map(shown, lines)])) if lines else None


def _readers(of_server: FromServer) -> Section:
    """Return which laptops may read the person's own records, by role and area."""
    title = "Laptops that may read it"
    if not any(of_server.readers.values()):
        why = (
            f"Not known. {of_server.why_not}" if of_server.why_not else "The server knows of none."
        )
        return Section(title, Lines([shown(why)]))
    rows = [
        [
            Text(number),
            Text(str(one.devices)),
            Text(shown(one.role)),
            Text(
                area_words(one.district, one.block) if one.district is not None else "All districts"
            ),
            Text("now" if one.now else "before"),
            Text(show_date(day_at(one.last_seen)) if one.last_seen else "never"),
        ]
        for number, readers in of_server.readers.items()
        for one in readers
    ]
    headings = ["Record", "Laptops", "Role", "Area", "Reads", "Last sync"]
    return Section(title, Grid(headings, [False, True, *[False] * 4], rows))


def _exports(store: Store, records: Sequence[Record]) -> Section:
    """Return exports of their kinds and backups, since their entry, where the area holds them."""
    log = log_of_exports()
    logged = [
        one
        for kind in dict.fromkeys(record.kind() for record in records)
        for one in store.where(log.kind(), record_kind=kind)
    ]
    rows = [
        [Text(shown(text)) for text in one.line().values()]
        for one in (*logged, *store.where(log.kind(), way="backup"))
        if any(_may_hold(one, record) for record in records)
    ]
    headings = [log.fields()[name].label for name in log.used(Use.LIST)]
    note = "Exports of such records and backups of laptops whose area holds it. It may be in them."
    block = (
        Grid(headings, [False] * len(headings), rows)
        if rows
        else Lines(["This laptop knows of none."])
    )
    return Section("Exports since it was entered", block, note)


def _may_hold(export: Record, record: Record) -> bool:
    """Say whether an export, or a backup, may hold a record: by its kind, area and day."""
    found, on = export.values(), export.happened_on()
    entered = day_at(record.created_at) if record.created_at else None
    return (
        found["record_kind"] in (None, record.kind())
        and found["of_district"] in (None, record.district)
        and (found["of_block"] is None or record.block is None or found["of_block"] == record.block)
        and (on is None or entered is None or on >= entered)
    )
