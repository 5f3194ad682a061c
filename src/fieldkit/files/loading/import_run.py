"""One load: rows become edits, the good ones are saved, the bad ones come back with reasons.

Nothing is kept of a row once its chunk is saved, so that memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TypeAlias, cast

from fieldkit.aadhaar import masked
from fieldkit.files.loading.cells import Reader, Taken
from fieldkit.files.loading.duplicates import Duplicate, Duplicates
from fieldkit.files.loading.output_files import Beside
from fieldkit.files.loading.rejects import Rejects
from fieldkit.files.loading.remarks import Remarks
from fieldkit.files.tables.open import Unreadable
from fieldkit.protocol.change import Json, Op
from fieldkit.records import Finding, Record, Severity, Value, sentence
from fieldkit.store import Edit, Refused, Saved, Store

_AT_ONCE = 500
"""Rows saved in one transaction."""

Progress: TypeAlias = Callable[[int, int, int], None]
"""Told after each chunk: rows read; bytes (of spreadsheets: rows) read; of how many, 0: unknown."""
Original: TypeAlias = "Sequence[str] | Mapping[str, Json]"


@dataclass(slots=True)
class Loaded:
    """What became of a file."""

    imported: int = 0
    changed: int = 0
    skipped: int = 0
    """Rows whose record is here already with the same content."""
    rejected: int = 0
    rejects_file: Path | None = None
    duplicates: list[Duplicate] = field(default_factory=list)
    """At most 1,000; ``notes`` say if there are more."""
    duplicates_file: Path | None = None
    """All of them, with names, for people."""
    notes: list[str] = field(default_factory=list)
    cancelled: bool = False
    """Stopped before its end; what is in stays in."""


@dataclass(slots=True)
class _Waiting:
    """A row ready to be saved."""

    number: int
    original: Original
    edit: Edit


class Run:
    """One load: what is counted on the way, and the chunk being filled."""

    def __init__(self, store: Store, kind: type[Record], operator: str, beside: Beside) -> None:
        device = store.device
        self.store = store
        self.kind = kind
        self.operator = operator
        self.beside = beside
        self.loaded = Loaded()
        self.reader = Reader(kind, device.district if device else 0, store)
        self.rejects = Rejects(beside, columns=None, hide=lambda _, value: masked(value))
        self._duplicates = Duplicates(store, kind, beside)
        self._remarks = Remarks()
        self._chunk: list[_Waiting] = []

    def through(
        self,
        rows: Iterator[tuple[int, Original, Taken] | None],
        done: Callable[[], tuple[int, int]],
        progress: Progress | None,
        stop: Event | None,
    ) -> None:
        """Take all rows, chunk by chunk. A None among them is a row that holds no record."""
        read = 0
        try:
            for row in rows:
                read += 1
                if row:
                    self._take(*row)
                if len(self._chunk) >= _AT_ONCE:
                    self._save()
                if read % _AT_ONCE == 0 and progress:
                    progress(read, *done())
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
            progress(read, *done())

    def finished(self) -> Loaded:
        """Return the counts with all that is to be said."""
        loaded, found = self.loaded, self._duplicates
        loaded.rejects_file = self.rejects.path
        loaded.duplicates, loaded.duplicates_file = found.found, found.path
        loaded.notes += [*self.reader.understood.notes(), *self._remarks.notes()]
        if more := found.count - len(found.found):
            loaded.notes.append(f"{more} more possible duplicates are in the file alone.")
        if loaded.cancelled:
            loaded.notes.append("The import was stopped before its end. What is in stays in.")
        loaded.notes = [masked(note) for note in loaded.notes]
        return loaded

    def close(self) -> None:
        """Finish the files it left behind."""
        self.rejects.close()
        self._duplicates.close()

    def _take(self, number: int, original: Original, taken: Taken) -> None:
        # Unknown fields of a newer version may be lists or objects; they are kept as they are.
        extra = cast(Mapping[str, Value], taken.extra)
        edit = Edit(
            kind=self.kind,
            fields={**taken.fields, **extra},
            id=taken.id,
            op=taken.op,
            confirmed=taken.confirmed,
        )
        if taken.reasons:
            known = {reason.partition(":")[0] for reason in taken.reasons}
            more = [reason for reason in self._stops(edit) if reason.partition(":")[0] not in known]
            self._reject(original, [*taken.reasons, *more])
        else:
            self._chunk.append(_Waiting(number, original, edit))

    def _stops(self, edit: Edit) -> list[str]:
        return [
            self._reason(finding)
            for finding in self.store.judge(edit)
            if finding.severity is Severity.BLOCK
        ]

    def _reason(self, finding: Finding) -> str:
        ask = self.kind.fields().get(finding.field)
        return f"{ask.label if ask else finding.field}: {sentence(finding)}"

    def _reject(self, original: Original, reasons: Sequence[str]) -> None:
        self.loaded.rejected += 1
        self.rejects.add(original, reasons)

    def _save(self) -> None:
        chunk, self._chunk = self._chunk, []
        if not chunk:
            return
        fates = self.store.load([row.edit for row in chunk], self.operator)
        rows: dict[str, int] = {}
        for row, fate in zip(chunk, fates, strict=True):
            if isinstance(fate, Refused):
                found = [self._reason(f) for _, f in fate.findings]
                self._reject(row.original, found)
            else:
                self._count(row.number, fate)
                if fate.op in {Op.CREATE, Op.EDIT}:
                    rows[fate.id] = row.number
        self._duplicates.look(rows)

    def _count(self, row: int, fate: Saved) -> None:
        for finding in fate.findings:
            self._remarks.add(row, finding, self._reason(finding))
        if fate.op is None:
            self.loaded.skipped += 1
        elif fate.op is Op.CREATE:
            self.loaded.imported += 1
        else:
            self.loaded.changed += 1
