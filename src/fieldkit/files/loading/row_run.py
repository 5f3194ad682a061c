"""The rows of one file, taken one by one: bad ones are returned in a file with the reasons.

A row is forgotten once its chunk was taken, so memory does not grow with the file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeAlias

from fieldkit.aadhaar import masked
from fieldkit.files.columns.understanding import Preview
from fieldkit.files.loading.duplicates import Duplicate
from fieldkit.files.loading.output_files import OutputFiles
from fieldkit.files.loading.rejects import Rejects
from fieldkit.files.tables.table import Position, Unreadable
from fieldkit.files.values.reader import Reader, RowValues
from fieldkit.protocol.change import Json
from fieldkit.records import Record
from fieldkit.records.declaration.exported import holds_personal_data
from fieldkit.store import Store

_CHUNK = 500
"""Rows taken together."""
_REASONS_KEPT = 5

Progress: TypeAlias = Callable[[int, int, int], None]
"""Called after each chunk with (rows, read, total); see :data:`Position` for the last two."""
Original: TypeAlias = "Sequence[str] | Mapping[str, Json]"


@dataclass(slots=True)
class Loaded:
    """The result of an import."""

    imported: int = 0
    changed: int = 0
    skipped: int = 0
    """Rows whose record exists with the same content."""
    rejected: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    """The first rejected rows: (row, why), at most 5."""
    rejects_file: Path | None = None
    """All of them; none after a rehearsal."""
    duplicates: list[Duplicate] = field(default_factory=list)
    """At most 1,000; ``notes`` mention any further ones."""
    duplicates_file: Path | None = None
    """All of them, with names, for people to read."""
    notes: list[str] = field(default_factory=list)
    preview: Preview | None = None
    """How the columns of a table were understood, and its first rows."""
    cancelled: bool = False
    """Stopped before its end; rows already saved stay."""


class RowRun(ABC):
    """Reads the rows of one file for a purpose: what is done with a good row is the subclass's."""

    about_people = False
    """Whether a row may say, beside its own record, which person that is about."""

    def __init__(self, store: Store, kind: type[Record], outputs: OutputFiles) -> None:
        device = store.device
        self.store = store
        self.kind = kind
        self.outputs = outputs
        self.loaded = Loaded()
        self.home = device.district if device else 0
        self.reader = Reader(kind, self.home, store)
        self.rejects = Rejects(
            outputs,
            columns=None,
            hide=lambda _, value: masked(value),
            personal=holds_personal_data(kind),
        )

    def process(
        self,
        rows: Iterator[tuple[int, Original, RowValues] | None],
        position: Position,
        progress: Progress | None,
        stop: Event | None,
    ) -> None:
        """Take all rows, chunk by chunk; None stands for a row that holds no record."""
        read = 0
        try:
            for row in rows:
                read += 1
                if row:
                    self.add(*row)
                if self.waiting() >= _CHUNK:
                    self.take_chunk()
                if read % _CHUNK == 0 and progress:
                    progress(read, *position())
                if stop and stop.is_set():
                    self.loaded.cancelled = True
                    break
        except Unreadable as problem:
            if not read:
                raise
            self.loaded.notes.append(str(problem))
            self.loaded.cancelled = True
        self.take_chunk()
        if progress:
            progress(read, *position())

    @abstractmethod
    def add(self, number: int, original: Original, values: RowValues) -> None:
        """Put a row into the next chunk, or reject it."""

    @abstractmethod
    def waiting(self) -> int:
        """Return how many rows the next chunk has."""

    @abstractmethod
    def take_chunk(self) -> None:
        """Take the rows of the chunk, and begin another."""

    def reject(self, number: int, original: Original, reasons: Sequence[str]) -> None:
        """Return a row in the file of those with reasons."""
        self.loaded.rejected += 1
        if len(self.loaded.reasons) < _REASONS_KEPT:
            self.loaded.reasons.append((number, masked(" ".join(reasons))))
        self.rejects.add(original, reasons)

    def result(self) -> Loaded:
        """Return the counts with all notes."""
        self.loaded.rejects_file = self.rejects.path
        self.loaded.notes = [masked(note) for note in self.notes()]
        return self.loaded

    def notes(self) -> list[str]:
        """Return what is to be said about the file."""
        return [*self.loaded.notes, *self.reader.interpretations.notes()]

    def close(self) -> None:
        """Close the output files."""
        self.rejects.close()
