"""Write the rows that were not imported to a file, each with its reasons."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

from fieldkit.aadhaar import all_but_four, masked
from fieldkit.files.loading.output_files import OutputFiles
from fieldkit.files.values.targets import fits
from fieldkit.formulas import escape_formula
from fieldkit.protocol.change import Json
from fieldkit.records import Record
from fieldkit.records.declaration.exported import PERSONAL
from fieldkit.records.fields.formats import Mobile

REASON = "reason"
REJECTED_BECAUSE = "rejected_because"
"""The heading of the reasons where the record itself has a field ``reason``."""
_REJECTED = "rejected"


def reasons_of(file: str, names: Sequence[str]) -> str | None:
    """Return the column with the reasons that an earlier import wrote, always the last one.

    ``file``: the file's name without its ending.
    """
    last = names[-1] if names and f"-{_REJECTED}" in file else None
    return last if last in {REASON, REJECTED_BECAUSE} else None


def hiding(
    kind: type[Record],
    fields: Mapping[str, str],
    accounts: Container[str],
    aadhaar: Callable[[str], bool],
) -> Callable[[str, str], str]:
    """Return the function that hides Aadhaar numbers in rejected rows: (column, value) -> value.

    ``fields``: column -> field; ``accounts``: fields whose values are written unchanged;
    ``aadhaar`` says whether a column holds Aadhaar numbers.
    """
    declared = kind.fields()

    def hide(column: str, value: str) -> str:
        field = declared.get(fields.get(column, ""))
        if fields.get(column) in accounts:
            return value
        if aadhaar(column):
            return all_but_four(value)
        # A mobile with +91 in front has twelve digits too.
        mobile = (
            field is not None and isinstance(field.format, Mobile) and fits(field.format, value)
        )
        return value if mobile else masked(value)

    return hide


@dataclass(slots=True)
class Rejects:
    """Writes rejected rows; the first one creates the file."""

    outputs: OutputFiles
    columns: Sequence[str] | None
    """The columns of a table; None for JSONL, where each row has its own names."""
    hide: Callable[[str, str], str]
    """Hides Aadhaar numbers: (column, value) -> value."""
    personal: bool = False
    """Whether the rows hold personal data, which a table then says above its headings."""
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
        kept = [escape_formula(cell) for cell in cells[: len(columns)]]
        csv.writer(file).writerow([*kept, escape_formula(reason)])

    def _hidden(self, name: str, value: Json) -> Json:
        if isinstance(value, str):
            return self.hide(name, value)
        text = json.dumps(value)
        return value if masked(text) == text else masked(text)

    def _begin(self) -> TextIO:
        if self.columns is None:
            self.path, self._file = self.outputs.create(_REJECTED, "jsonl")
        else:
            self.path, self._file = self.outputs.create(_REJECTED, "csv")
            if self.personal:
                csv.writer(self._file).writerow([PERSONAL])
            headings = [escape_formula(masked(column)) for column in self.columns]
            csv.writer(self._file).writerow([*headings, _heading(headings)])
        return self._file

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()


def _heading(names: Container[str]) -> str:
    return REJECTED_BECAUSE if REASON in names else REASON
