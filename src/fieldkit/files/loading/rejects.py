"""The rows that did not load, given back as a file with the reasons beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from fieldkit.aadhaar import all_but_four, masked
from fieldkit.files.loading.mapping import fits
from fieldkit.files.loading.output_files import Beside
from fieldkit.files.tables.formulas import harmless
from fieldkit.protocol.change import Json
from fieldkit.records import Record
from fieldkit.records.fields.formats import Mobile

REASON = "reason"
REJECTED_BECAUSE = "rejected_because"
"""The name of the reason where the record has a field ``reason`` of its own."""
_REJECTED = "rejected"


def reasons_of(file: str, names: Sequence[str]) -> str | None:
    """Return which of a file's columns holds the reasons an earlier import wrote: the last one.

    ``file``: its name without the ending.
    """
    last = names[-1] if names and f"-{_REJECTED}" in file else None
    return last if last in {REASON, REJECTED_BECAUSE} else None


def hiding(
    kind: type[Record],
    fields: Mapping[str, str],
    accounts: Container[str],
    aadhaar: Callable[[str], bool],
) -> Callable[[str, str], str]:
    """Return what hides Aadhaar numbers in rejected rows: (column, value) -> what may be written.

    ``fields``: column -> field; ``accounts``: fields whose values are taken as they are;
    ``aadhaar`` says whether a column is one of Aadhaar numbers.
    """
    asks = kind.fields()

    def hide(column: str, value: str) -> str:
        ask = asks.get(fields.get(column, ""))
        if fields.get(column) in accounts:
            return value
        if aadhaar(column):
            return all_but_four(value)
        # A number that is called may have twelve digits: those of +91 in front.
        called = ask is not None and isinstance(ask.format, Mobile) and fits(ask.format, value)
        return value if called else masked(value)

    return hide


@dataclass(slots=True)
class Rejects:
    """Writes rejected rows; the file is made with the first one."""

    beside: Beside
    columns: Sequence[str] | None
    """The columns of a table; None: JSONL, each row with names of its own."""
    hide: Callable[[str, str], str]
    """Masks a value of a column: (column, value) -> what may be written."""
    path: Path | None = None
    _file: TextIO | None = field(default=None, repr=False)

    def add(self, row: Sequence[str] | Mapping[str, Json], reasons: Sequence[str]) -> None:
        """Write one row with all its reasons."""
        file = self._file or self._begin()
        reason = masked(" ".join(reasons))
        if isinstance(row, Mapping):
            hidden = {masked(name): self._hidden(name, value) for name, value in row.items()}
            file.write(json.dumps({**hidden, _heading(row): reason}) + "\n")
            return
        columns = self.columns or ()
        cells = [self.hide(*pair) for pair in zip_longest(columns, row, fillvalue="")]
        if over := " ".join(cells[len(columns) :]).strip():
            reason = f"{reason} Over: {over}"
        kept = [harmless(cell) for cell in cells[: len(columns)]]
        csv.writer(file).writerow([*kept, harmless(reason)])

    def _hidden(self, name: str, value: Json) -> Json:
        if isinstance(value, str):
            return self.hide(name, value)
        text = json.dumps(value)
        return value if masked(text) == text else masked(text)

    def _begin(self) -> TextIO:
        if self.columns is None:
            self.path, self._file = self.beside.begin(_REJECTED, "jsonl")
        else:
            self.path, self._file = self.beside.begin(_REJECTED, "csv")
            headings = [harmless(masked(column)) for column in self.columns]
            csv.writer(self._file).writerow([*headings, _heading(headings)])
        return self._file

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file:
            self._file.close()


def _heading(names: Container[str]) -> str:
    return REJECTED_BECAUSE if REASON in names else REASON
