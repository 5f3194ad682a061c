"""One import run: rows become edits; good ones are saved, bad ones are returned with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from fieldkit.files.loading.duplicates import Duplicates
from fieldkit.files.loading.output_files import OutputFiles
from fieldkit.files.loading.remarks import Remarks
from fieldkit.files.loading.row_run import Loaded, Original, RowRun
from fieldkit.files.values.reader import RowValues
from fieldkit.protocol.change import Op
from fieldkit.records import Finding, Record, Severity, Value, sentence
from fieldkit.records.declaration.sent_back import corrected_by_edit
from fieldkit.store import Edit, Refused, Saved, Store


@dataclass(slots=True)
class _Row:
    """A row ready to be saved."""

    number: int
    original: Original
    edit: Edit


class ImportRun(RowRun):
    """Counts results, and collects rows into the next chunk to save."""

    def __init__(
        self, store: Store, kind: type[Record], operator: str, outputs: OutputFiles
    ) -> None:
        super().__init__(store, kind, outputs)
        self.operator = operator
        self._duplicates = Duplicates(store, kind, outputs)
        self._remarks = Remarks()
        self._chunk: list[_Row] = []

    def result(self) -> Loaded:
        """Return the counts with all notes, and the likely duplicates."""
        loaded, found = super().result(), self._duplicates
        loaded.duplicates, loaded.duplicates_file = found.found, found.path
        return loaded

    def notes(self) -> list[str]:
        """Return what is to be said about the import."""
        said = [*super().notes(), *self._remarks.notes()]
        if more := self._duplicates.count - len(self._duplicates.found):
            said.append(f"{more} more that may be the same person are listed only in the file.")
        if self.loaded.cancelled:
            said.append("The import was stopped before the end. Rows already imported stay.")
        return said

    def close(self) -> None:
        """Close the output files."""
        super().close()
        self._duplicates.close()

    def waiting(self) -> int:
        """Return how many rows wait to be saved."""
        return len(self._chunk)

    def add(self, number: int, original: Original, values: RowValues) -> None:
        """Turn a row into an edit, or reject it."""
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
            self.reject(number, original, [*values.reasons, *more])
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

    def take_chunk(self) -> None:
        """Save the rows that wait, in one transaction."""
        chunk, self._chunk = self._chunk, []
        if not chunk:
            return
        results = self.store.load(self._corrected([row.edit for row in chunk]), self.operator)
        rows: dict[str, int] = {}
        for row, result in zip(chunk, results, strict=True):
            if isinstance(result, Refused):
                found = [self._reason(f) for _, f in result.findings]
                self.reject(row.number, row.original, found)
            else:
                self._count(row.number, result)
                if result.op in {Op.CREATE, Op.EDIT}:
                    rows[result.id] = row.number
        self._duplicates.look(rows)

    def _corrected(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits; those that change a record sent back say that it is corrected."""
        kind = self.kind.kind()
        back = {one.id for one in self.store.review.sent_back() if one.kind == kind}
        records = self.store.fetch({kind}, [one.id for one in edits if one.id in back])
        return [
            replace(one, fields={**one.fields, **self._note_on(one, record)})
            if (record := records.get((kind, one.id or "")))
            else one
            for one in edits
        ]

    def _note_on(self, edit: Edit, record: Record) -> Mapping[str, Value]:
        known = record.fields()
        changed = [n for n, v in edit.fields.items() if n in known and record.value(n) != v]
        return corrected_by_edit(record, changed, self.operator, self.store.now())

    def _count(self, row: int, saved: Saved) -> None:
        for finding in saved.findings:
            self._remarks.add(row, finding, self._reason(finding))
        if saved.op is None:
            self.loaded.skipped += 1
        elif saved.op is Op.CREATE:
            self.loaded.imported += 1
        else:
            self.loaded.changed += 1
