"""One import run: rows become edits; good ones are saved, bad ones are returned with reasons.

A row is forgotten once its chunk is saved, so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeAlias, cast

from fieldkit.aadhaar import masked
from fieldkit.files.columns.understanding import Preview
from fieldkit.files.loading.duplicates import Duplicate, Duplicates
from fieldkit.files.loading.output_files import OutputFiles
from fieldkit.files.loading.rejects import Rejects
from fieldkit.files.loading.remarks import Remarks
from fieldkit.files.tables.table import Position, Unreadable
from fieldkit.files.values.reader import Reader, RowValues
from fieldkit.protocol.change import Json, Op
from fieldkit.records import Finding, Record, Severity, Value, sentence
from fieldkit.store import Edit, Refused, Saved, Store

_CHUNK = 500
"""Rows saved in one transaction."""
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


@dataclass(slots=True)
class _Row:
    """A row ready to be saved."""

    number: int
    original: Original
    edit: Edit


class ImportRun:
    """Counts results, and collects rows into the next chunk to save."""

    def __init__(
        self, store: Store, kind: type[Record], operator: str, outputs: OutputFiles
    ) -> None:
        device = store.device
        self.store = store
        self.kind = kind
        self.operator = operator
        self.outputs = outputs
        self.loaded = Loaded()
        self.reader = Reader(kind, device.district if device else 0, store)
        self.rejects = Rejects(outputs, columns=None, hide=lambda _, value: masked(value))
        self._duplicates = Duplicates(store, kind, outputs)
        self._remarks = Remarks()
        self._chunk: list[_Row] = []

    def process(
        self,
        rows: Iterator[tuple[int, Original, RowValues] | None],
        position: Position,
        progress: Progress | None,
        stop: Event | None,
    ) -> None:
        """Import all rows, chunk by chunk; None stands for a row that holds no record."""
        read = 0
        try:
            for row in rows:
                read += 1
                if row:
                    self._add(*row)
                if len(self._chunk) >= _CHUNK:
                    self._save()
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
        self._save()
        if progress:
            progress(read, *position())

    def result(self) -> Loaded:
        """Return the counts with all notes."""
        loaded, found = self.loaded, self._duplicates
        loaded.rejects_file = self.rejects.path
        loaded.duplicates, loaded.duplicates_file = found.found, found.path
        loaded.notes += [*self.reader.interpretations.notes(), *self._remarks.notes()]
        if more := found.count - len(found.found):
            loaded.notes.append(
                f"{more} more that may be the same person are listed only in the file."
            )
        if loaded.cancelled:
            loaded.notes.append(
                "The import was stopped before the end. Rows already imported stay."
            )
        loaded.notes = [masked(note) for note in loaded.notes]
        return loaded

    def close(self) -> None:
        """Close the output files."""
        self.rejects.close()
        self._duplicates.close()

    def _add(self, number: int, original: Original, values: RowValues) -> None:
        # Unknown fields of a newer version may be lists or objects; they are kept unchanged.
        extra = cast(Mapping[str, Value], values.extra)
        edit = Edit(
            kind=self.kind,
            fields={**values.fields, **extra},
            id=values.id,
            op=values.op,
            confirmed=values.confirmed,
        )
        if values.reasons:
            known = {reason.partition(":")[0] for reason in values.reasons}
            more = [
                reason for reason in self._blocking(edit) if reason.partition(":")[0] not in known
            ]
            self._reject(number, original, [*values.reasons, *more])
        else:
            self._chunk.append(_Row(number, original, edit))

    def _blocking(self, edit: Edit) -> list[str]:
        return [
            self._reason(finding)
            for finding in self.store.judge(edit)
            if finding.severity is Severity.BLOCK
        ]

    def _reason(self, finding: Finding) -> str:
        field = self.kind.fields().get(finding.field)
        return f"{field.label if field else finding.field}: {sentence(finding)}"

    def _reject(self, number: int, original: Original, reasons: Sequence[str]) -> None:
        self.loaded.rejected += 1
        if len(self.loaded.reasons) < _REASONS_KEPT:
            self.loaded.reasons.append((number, masked(" ".join(reasons))))
        self.rejects.add(original, reasons)

    def _save(self) -> None:
        chunk, self._chunk = self._chunk, []
        if not chunk:
            return
        results = self.store.load([row.edit for row in chunk], self.operator)
        rows: dict[str, int] = {}
        for row, result in zip(chunk, results, strict=True):
            if isinstance(result, Refused):
                found = [self._reason(f) for _, f in result.findings]
                self._reject(row.number, row.original, found)
            else:
                self._count(row.number, result)
                if result.op in {Op.CREATE, Op.EDIT}:
                    rows[result.id] = row.number
        self._duplicates.look(rows)

    def _count(self, row: int, saved: Saved) -> None:
        for finding in saved.findings:
            self._remarks.add(row, finding, self._reason(finding))
        if saved.op is None:
            self.loaded.skipped += 1
        elif saved.op is Op.CREATE:
            self.loaded.imported += 1
        else:
            self.loaded.changed += 1
