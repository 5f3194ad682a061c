"""Loaded records that may be others': listed for programs, and side by side for people."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from fieldkit.files.loading.output_files import Beside
from fieldkit.files.tables.formulas import harmless
from fieldkit.records import Record
from fieldkit.store import Store

_MOST_LISTED = 1000
"""Pairs kept in memory; all are in the file."""
_HEADINGS = ("Row", "Record", "Name", "May be record", "Whose name is", "The same in")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A loaded record that may be the same as another one."""

    row: int
    id: str
    other: str
    key: tuple[str, ...]
    """The fields they agree in; ``~`` marks those compared by sound."""


@dataclass(slots=True)
class Duplicates:
    """Looks for them chunk by chunk; the file is made with the first pair."""

    store: Store
    kind: type[Record]
    beside: Beside
    found: list[Duplicate] = field(default_factory=list)
    count: int = 0
    path: Path | None = None
    _file: TextIO | None = field(default=None, repr=False)

    def look(self, rows: Mapping[str, int]) -> None:
        """Look for duplicates of records just loaded: id -> row."""
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
            self.path, self._file = self.beside.begin("duplicates", "csv")
            csv.writer(self._file).writerow(_HEADINGS)
        same = ", ".join(self._label(field) for field in pair.key)
        names = self._name(pair.id), self._name(pair.other)
        cells = (str(pair.row), pair.id, names[0], pair.other, names[1], same)
        csv.writer(self._file).writerow([harmless(cell) for cell in cells])

    def _name(self, record_id: str) -> str:
        record = self.store.get(self.kind.kind(), record_id)
        return record.label() if record else ""

    def _label(self, field: str) -> str:
        name = field.removeprefix("~")
        return f"{self.kind.fields()[name].label}{' (sounds alike)' if name != field else ''}"

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file:
            self._file.close()
