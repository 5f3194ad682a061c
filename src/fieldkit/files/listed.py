"""Read the rows of a list without saving them: as records, and as the people they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

from fieldkit.files.columns.questions import Choices
from fieldkit.files.columns.sheets import sheet_of
from fieldkit.files.loading.output_files import OutputFiles, spare_folder
from fieldkit.files.loading.row_run import Loaded, Original, Progress, RowRun
from fieldkit.files.loading.table_rows import table_rows
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Entries, Unreadable
from fieldkit.files.values.reader import RowValues
from fieldkit.records import Record, Value, kinds
from fieldkit.store import Store


class ListedRow(NamedTuple):
    """A row of a list."""

    number: int
    id: str | None
    """The number of the record here, if the list has it."""
    values: Mapping[str, Value]
    """What the row says of the record, by field; without empty cells."""
    about: Mapping[str, Mapping[str, Value]]
    """What it says of the person the record is about, by the kinds that can be meant."""


Take = Callable[[Sequence[ListedRow]], None]
"""Takes the next rows of a list."""


def read_list(
    store: Store,
    kind: str,
    source: Path,
    take: Take,
    *,
    choices: Choices | None = None,
    progress: Progress | None = None,
    stop: Event | None = None,
    dry_run: bool = False,
) -> Loaded:
    """Give the good rows of a table to ``take``, some at a time; return the others as import does.

    ``dry_run``: no file with the rows returned is written.

    Raises:
        KeyError: there is no such kind.
        Unanswered: a person must choose first; no row was given.
        Unreadable: the file cannot be used.
    """
    record, choices = kinds()[kind], choices or Choices()
    outputs = OutputFiles(source.parent, spare_folder(store), source.stem, nowhere=dry_run)
    with open_records(source, sheet_of(record, choices.sheet)) as file:
        if isinstance(file, Entries):
            raise Unreadable("A list of the portal is a table. Choose a CSV, XLSX or XLS file.")
        run = _ListRun(store, record, outputs, take)
        try:
            run.process(table_rows(file, run, choices), file.position, progress, stop)
        finally:
            run.close()
    return run.result()


class _ListRun(RowRun):
    """Gives rows away, without what only follows from their values."""

    about_people = True

    def __init__(self, store: Store, kind: type[Record], outputs: OutputFiles, take: Take) -> None:
        super().__init__(store, kind, outputs)
        self.reader.derives = False
        self._take = take
        self._rows: list[ListedRow] = []

    def add(self, number: int, original: Original, values: RowValues) -> None:
        """Put a row into the next chunk, or return it with the reasons."""
        if values.reasons:
            self.reject(number, original, values.reasons)
            return
        filled = {name: value for name, value in values.fields.items() if value is not None}
        self._rows.append(ListedRow(number, values.id, filled, values.about))

    def waiting(self) -> int:
        """Return how many rows were not given away yet."""
        return len(self._rows)

    def take_chunk(self) -> None:
        """Give the rows away."""
        rows, self._rows = self._rows, []
        if rows:
            self._take(rows)
