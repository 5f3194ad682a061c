"""The slip of a record: its number, what was entered, and what is due. Nothing in full that harms.

Of an Aadhaar number and of an account the slip shows the last four digits alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.aadhaar import masked
from fieldkit.about.due import due
from fieldkit.about.rows import RecordSource, fetch_references, label_of, shown_value
from fieldkit.about.words import area_words
from fieldkit.plain_text import shown
from fieldkit.records.fields.dates import day_at
from fieldkit.records.fields.formats import Moment
from fieldkit.reports.formats.page import Grid, Holds, Lines, Page, Section, Text

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

_KEEP = (
    "Keep this slip: its number finds the record at every counter. Check each line, and have it "
    "corrected at once if one is wrong."
)


def slip(store: Store, record: Record) -> Page:
    """Return the slip of a record as it stands now."""
    source = fetch_references(store, [record])
    sections = [
        Section(title, Grid(["", ""], [False, False], rows))
        for title, rows in _entered(source, record).items()
    ]
    if waiting := [f"{one.what}: {one.more}" for one in due(store, record)]:
        sections.append(Section("What is due", Lines([shown(line) for line in waiting])))
    return Page(
        shown(f"{record.id}  {label_of(source, record)}"),
        shown(f"{record.title}, {area_words(record.district, record.block)}"),
        day_at(store.now()),
        [sections[place : place + 2] for place in range(0, len(sections), 2)],
        single=True,
        foot=" ".join(filter(None, (_by(record), _KEEP))),
        holds=Holds(record.kind(), 1),
    )


def on_paper(source: RecordSource, record: Record, name: str) -> str:
    """Return a field as it may stand on paper that is handed out."""
    if name in record.references():
        return shown(masked(shown_value(source, record, name)))
    return shown(record.fields()[name].format.printed(record.value(name)))


def _entered(source: RecordSource, record: Record) -> dict[str, list[list[Text]]]:
    """Return the filled fields by the sections of the form: label and value."""
    found: dict[str, list[list[Text]]] = {}
    for name, field in record.form_fields().items():
        if record.answer(name) is not None:
            row = [Text(field.label), Text(on_paper(source, record, name), strong=True)]
            found.setdefault(field.section, []).append(row)
    return found


def _by(record: Record) -> str:
    entered = Moment().show(record.created_at)
    by = f" by {shown(record.created_by)}" if record.created_by else ""
    return f"Entered{by} on {entered}." if entered else ""
