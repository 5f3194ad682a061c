"""List imported records that may be duplicates: as data for programs, as a file for people."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from fieldkit.files.loading.output_files import OutputFiles
from fieldkit.formulas import escape_formula
from fieldkit.records import Record
from fieldkit.records.declaration.exported import PERSONAL, holds_personal_data
from fieldkit.store import Store

_MOST_LISTED = 1000
"""Pairs kept in memory; the file holds all of them."""
_HEADINGS = ("Row", "Record", "Name", "May be same as", "Name of that", "Same in")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An imported record that may be the same as another one."""

    row: int
    id: str
    other: str
    key: tuple[str, ...]
    """The fields in which they agree; ``~`` marks those that are only alike."""


@dataclass(slots=True)
class Duplicates:
    """Finds duplicates chunk by chunk; the first one creates the file."""

    store: Store
    kind: type[Record]
    outputs: OutputFiles
    found: list[Duplicate] = field(default_factory=list)
    count: int = 0
    path: Path | None = None
    _file: TextIO | None = field(default=None, repr=False)

    def look(self, rows: Mapping[str, int]) -> None:
        """Find duplicates of records just imported: id -> row."""
        for pair in self.store.alike(self.kind.kind(), list(rows)) if rows else ():
            later, other = pair.id, pair.other
            if rows.get(other, 0) > rows[later]:
                later, other = other, later
            self._list(Duplicate(rows[later], later, other, pair.key))

    def _list(self, pair: Duplicate) -> None:
        self.count += 1
        if len(self.found) < _MOST_LISTED:
            self.found.append(pair)
        if self._file is None:
            self.path, self._file = self.outputs.create("duplicates", "csv")
            above = [[PERSONAL]] if holds_personal_data(self.kind) else []
            csv.writer(self._file).writerows([*above, _HEADINGS])
        same = ", ".join(self._label(field) for field in pair.key)
        names = self._name(pair.id), self._name(pair.other)
        cells = (str(pair.row), pair.id, names[0], pair.other, names[1], same)
        csv.writer(self._file).writerow([escape_formula(cell) for cell in cells])

    def _name(self, record_id: str) -> str:
        record = self.store.get(self.kind.kind(), record_id)
        return record.label() if record else ""

    def _label(self, field: str) -> str:
        name = field.removeprefix("~")
        return f"{self.kind.fields()[name].label}{' (alike)' if name != field else ''}"

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()
