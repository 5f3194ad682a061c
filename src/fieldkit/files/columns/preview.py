"""Show a person what an import would do with a file, before it does it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import BinaryIO

from fieldkit.aadhaar import last_four, masked, says_aadhaar
from fieldkit.files.columns.mapping import Guess, Sure
from fieldkit.files.columns.people import ListPlan, people_of, planned_as
from fieldkit.files.columns.questions import Choices
from fieldkit.files.columns.sheets import about_file, sheet_of
from fieldkit.files.columns.understanding import Preview, PreviewRow, Unanswered
from fieldkit.files.layout.survey import Survey, survey
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries, Row, Table
from fieldkit.files.values.reader import Reader, RowValues
from fieldkit.files.values.targets import targets
from fieldkit.protocol.change import Json
from fieldkit.records import Known, Nothing, Record, kinds

_SHOWN = 5


def preview(
    source: Path | BinaryIO,
    kind: str,
    *,
    choices: Choices | None = None,
    home: int = 0,
    known: Known | None = None,
    about_people: bool = False,
) -> Preview:
    """Return how an import of ``source`` would understand it.

    ``home``: LGD code of the laptop's district; ``known``: its records, for cells that name one;
    ``about_people``: also which columns are about the person of a row.

    Raises:
        Unreadable: the file cannot be used.
    """
    record = kinds()[kind]
    reader = Reader(record, home, known or Nothing())
    choices = choices or Choices()
    try:
        with open_records(source, sheet_of(record, choices.sheet)) as file:
            if isinstance(file, Table):
                found = survey(file, record, people_of(record) if about_people else ())
                return preview_of(
                    found, planned_as(found, record, choices, listed=about_people), reader
                )
            return _of_entries(file, record)
    except Unanswered as doubt:
        return doubt.preview


def preview_of(found: Survey, planned: ListPlan, reader: Reader) -> Preview:
    """Return what a plan makes of the first rows."""
    kind = reader.kind
    reader = Reader(
        kind,
        reader.home,
        reader.known,
        own_export=found.is_own_export(kind),
        ways=planned.own.ways,
        days_from_1904=found.table.days_from_1904,
    )
    people = planned.readers(reader)
    rows = [
        _shown_row(row, planned.read(row.cells, reader, people), kind)
        for row in found.first[:_SHOWN]
    ]
    notes = [*about_file(found.table), *found.table.remarks(), *found.left_out.notes()]
    several = tuple(sheet.name for sheet in found.table.sheets[1:] and found.table.sheets)
    return Preview(
        kind.kind(),
        list(planned.columns),
        found.heading,
        rows,
        planned.own.questions,
        notes,
        found.table.sheet if several else "",
        several,
    )


def _shown_row(read: Row, row: RowValues, kind: type[Record]) -> PreviewRow:
    fields = kind.fields()
    reasons = [read.problem, *row.reasons] if read.problem else row.reasons
    values = {
        fields[name].label: masked(fields[name].format.show(value))
        for name, value in row.fields.items()
        if value is not None
    }
    for name, about in row.about.items():
        person = kinds()[name]
        values |= {
            f"{person.title}: {one.label}": masked(one.format.show(about[field]))
            for field, one in person.form_fields().items()
            if about.get(field) is not None
        }
    number_of_record = {fields["id"].label: row.id} if row.id else {}
    return PreviewRow(read.number, {**number_of_record, **values}, masked(" ".join(reasons)))


def _of_entries(file: Entries, kind: type[Record]) -> Preview:
    first = [(entry.number, entry.fields) for entry in islice(file.entries, _SHOWN)]
    names = list(dict.fromkeys(name for _, fields in first for name in fields))
    known = targets(kind)
    columns = [
        Guess(
            name,
            name if name in known else None,
            Sure.SURE if name in known else Sure.LEFT,
            "It is the name of this field." if name in known else "It is kept unchanged.",
            tuple(_shown(name, f[name]) for _, f in first[:3] if f.get(name) is not None),
        )
        for name in names
    ]
    rows = [
        PreviewRow(number, {known.get(name, name): _shown(name, f[name]) for name in f})
        for number, f in first
    ]
    return Preview(kind.kind(), columns, 0, rows)


def _shown(name: str, value: Json) -> str:
    text = "" if value is None else str(value)
    return last_four(text) if says_aadhaar(name) else masked(text)
