"""Show a person what an import would do with a file, before it does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from fieldkit.aadhaar import cut_aadhaar, last_four, masked, says_aadhaar
from fieldkit.files.columns.layout import Survey, no_record, survey
from fieldkit.files.columns.mapping import Guess, Sure
from fieldkit.files.columns.plan import Plan, plan
from fieldkit.files.columns.questions import Choices, Question
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries, Table, Unreadable
from fieldkit.files.values.reader import Reader, RowValues
from fieldkit.files.values.targets import targets
from fieldkit.protocol.change import Json
from fieldkit.records import Known, Nothing, Record, kinds

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be stored."""

    number: int
    values: Mapping[str, str]
    """Label of a field -> its value as people read it."""
    problem: str = ""
    """Why the row would not be taken, as sentences."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How an import would understand a file, for the person to correct."""

    kind: str
    columns: list[Guess]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    skipped: list[tuple[int, str]]
    """Surveyed rows that hold no record: (row, why)."""
    rows: list[PreviewRow]
    """The first rows; columns in doubt are not in them."""
    questions: tuple[Question, ...] = ()
    """What must be answered before the file is loaded."""
    notes: list[str] = field(default_factory=list)


class Unanswered(Unreadable):
    """The file cannot be loaded before a person has answered the questions of its preview."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(" ".join(question.sentence for question in preview.questions))
        self.preview = preview


def preview(
    source: Path | BinaryIO,
    kind: str,
    *,
    choices: Choices | None = None,
    home: int = 0,
    known: Known | None = None,
) -> Preview:
    """Return how an import of ``source`` would understand it.

    ``home``: LGD code of the laptop's district; ``known``: its records, for cells that name one.

    Raises:
        Unreadable: the file cannot be used.
    """
    record = kinds()[kind]
    reader = Reader(record, home, known or Nothing())
    with open_records(source) as file:
        if isinstance(file, Table):
            return _of_table(file, record, reader, choices or Choices())
        return _of_entries(file, record)


def _of_table(file: Table, kind: type[Record], reader: Reader, choices: Choices) -> Preview:
    found = survey(file, kind)
    return preview_of(found, plan(found, kind, choices), reader)


def preview_of(found: Survey, planned: Plan, reader: Reader) -> Preview:
    """Return what a plan makes of the first rows."""
    kind = reader.kind
    reader = Reader(
        kind,
        reader.home,
        reader.known,
        own_export=found.is_own_export(kind),
        ways=planned.ways,
        days_from_1904=found.table.days_from_1904,
    )
    skipped, rows = list(found.titles), list[PreviewRow]()
    for row in found.first:
        if why := no_record(row.cells, found.columns, list(planned.active)):
            skipped.append((row.number, why))
        elif len(rows) < _SHOWN:
            rows.append(_shown_row(row.number, _read(row.cells, planned, reader), kind))
    notes = list(found.table.notes)
    return Preview(
        kind.kind(),
        list(planned.columns),
        found.heading,
        skipped,
        rows,
        planned.questions,
        notes,
    )


def _read(cells: Sequence[str], planned: Plan, reader: Reader) -> RowValues:
    texts = {
        target: cut_aadhaar(cells[at]) if at in planned.aadhaar else cells[at]
        for at, target in planned.active.items()
        if at < len(cells)
    }
    return reader.read(texts)


def _shown_row(number: int, row: RowValues, kind: type[Record]) -> PreviewRow:
    fields = kind.fields()
    values = {
        fields[name].label: masked(fields[name].format.show(value))
        for name, value in row.fields.items()
        if value is not None
    }
    number_of_record = {fields["id"].label: row.id} if row.id else {}
    return PreviewRow(number, {**number_of_record, **values}, masked(" ".join(row.reasons)))


def _of_entries(file: Entries, kind: type[Record]) -> Preview:
    first = [(entry.number, entry.fields) for entry in islice(file.entries, _SHOWN)]
    names = list(dict.fromkeys(name for _, fields in first for name in fields))
    known = targets(kind)
    columns = [
        Guess(
            name,
            name if name in known else None,
            Sure.SURE if name in known else Sure.LEFT,
            "It is the name of this field." if name in known else "It is kept as it is.",
            tuple(_shown(name, f[name]) for _, f in first[:3] if f.get(name) is not None),
        )
        for name in names
    ]
    rows = [
        PreviewRow(number, {known.get(name, name): _shown(name, f[name]) for name in f})
        for number, f in first
    ]
    return Preview(kind.kind(), columns, 0, [], rows)


def _shown(name: str, value: Json) -> str:
    text = "" if value is None else str(value)
    return last_four(text) if says_aadhaar(name) else masked(text)
