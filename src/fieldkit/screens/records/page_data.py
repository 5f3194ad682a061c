"""What the page of a record shows, read together; everything here runs in a store's thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldkit.about.due import Due, due
from fieldkit.about.fields import called, notes_of
from fieldkit.screens.look.charts import Step
from fieldkit.screens.lookup.acts.deleting import denied_delete
from fieldkit.screens.lookup.filled import Section, filled
from fieldkit.screens.lookup.issues import Issue, issues
from fieldkit.screens.lookup.rows import Row, fetch_references, row_of, words_about
from fieldkit.screens.records.lines import Line, dependents
from fieldkit.screens.records.summary import (
    Identity,
    OtherNumber,
    identity,
    other_numbers,
    same_as,
    steps,
)
from fieldkit.screens.records.timeline import timeline

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


@dataclass(frozen=True, slots=True)
class PageData:
    """Everything a page shows."""

    row: Row
    plural: str
    """What a list of such records is called."""
    identity: Identity
    standing: Sequence[str]
    """Where it stands as other records say; nothing for most."""
    state: str
    deleted: bool
    steps: Sequence[Step]
    due: Sequence[Due]
    issues: Sequence[Issue]
    """Why changes of this record were returned, and what is to check; the field by its label."""
    dated: bool
    """Whether the lines are a timeline."""
    person: bool
    lines: Sequence[Line]
    sections: Sequence[Section]
    notes: Sequence[tuple[str, str]] = ()
    """The notes on its fields: the field's label, and the note."""
    others: Sequence[OtherNumber] = ()
    """The other numbers of the person."""
    same_as: str = ""
    """Whom it is the same person as, where their record cannot be shown in its place."""
    sent_back: bool = False
    """Whether a supervisor sent it back, and has not accepted it since."""
    supervises: bool = True
    """Whether this laptop may send it back and accept it."""
    corrects: bool = True
    """Whether it may say that it is corrected."""
    deletes: bool = True
    """Whether it may delete it, or restore it."""
    settle: frozenset[str] = frozenset()
    """Ids, of this record or of lines, with an open conflict."""


def read_page_data(store: Store, record_id: str) -> PageData | None:
    """Read the page of a record, or of the one that stands for it; None if neither is here."""
    from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
    from fieldkit.records.fields.formats import today
    from fieldkit.store import Edit

    record = store.standing_record(record_id)
    if record is None:
        return None
    row = row_of(store, record)
    lines, open_ = timeline(store, record) if record.person else dependents(store, record)
    last = store.states([record.id]).get(record.id, "on the server")
    referred = fetch_references(store, [record])
    said = [Edit(type(record), {name: "?"}, record.id) for name in (SENT_BACK, CORRECTED)]
    supervises, corrects = (not denied for denied in store.denied(said))
    return PageData(
        row=row,
        plural=record.plural,
        identity=identity(referred, record, row.label),
        standing=() if record.deleted else record.standing(store, today()),
        state=words_about(str(last), open_, record.id),
        deleted=record.deleted,
        steps=steps(store, record),
        due=[] if record.deleted else due(store, record),
        issues=_issues(store, record),
        dated=record.person,
        person=record.person,
        lines=lines,
        sections=filled(referred, record),
        notes=[(called(record.fields(), name), text) for name, text in notes_of(record).items()],
        others=other_numbers(store, record),
        same_as=same_as(store, record),
        sent_back=record.id in open_.sent_back,
        supervises=supervises,
        corrects=corrects,
        deletes=not denied_delete(store, record),
        settle=open_.settle,
    )


def _sent_back(record: Record) -> Iterator[Issue]:
    """Yield why a supervisor sent the record back, and what was done since."""
    from fieldkit.records.declaration.sent_back import open_note, read_note

    note = open_note(record)
    if note is None:
        return
    yield Issue("Sent back", "", note.shown)
    if done := read_note(record.corrected):
        yield Issue("Corrected", "", f"{done.shown}. It waits for the supervisor.")


def _issues(store: Store, record: Record) -> list[Issue]:
    """Return what the server objects to, then what the rules here say that it did not."""
    from fieldkit.records import sentence

    found = [*_sent_back(record), *issues(store, record.id)]
    said = {(one.field, one.reason) for one in found}
    remarks = [] if record.deleted else store.remarks(record)
    found += [
        Issue("To check", one.field, words)
        for one in remarks
        if (one.field, words := sentence(one)) not in said
    ]
    fields = record.fields()
    return [
        Issue(one.heading, fields[one.field].label if one.field in fields else "", one.reason)
        for one in found
    ]
