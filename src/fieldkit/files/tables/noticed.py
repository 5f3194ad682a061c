"""What is noticed while rows are read, to be said in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fieldkit.files.tables.table import MOST_COLUMNS

_NAMED = 5
_MOST_KEPT = 10_000


@dataclass(slots=True)
class Noticed:
    """What was noticed in the rows read so far."""

    bytes: int = 0
    """Bytes read."""
    row: int = 0
    """The row read last."""
    hidden: list[int] = field(default_factory=list)
    """Hidden rows with values."""
    uncalculated: list[int] = field(default_factory=list)
    """Rows with a formula whose result is not in the file."""
    over: int = 0
    """The first row with a value in a column that is not read; 0 if there is none."""

    def add(self, rows: list[int], row: int) -> None:
        """Add a row to one of the lists."""
        if len(rows) < _MOST_KEPT and (not rows or rows[-1] != row):
            rows.append(row)

    def remarks(self) -> list[str]:
        """Return a sentence for each thing noticed."""
        said = []
        if self.hidden:
            said.append(
                "Rows that are hidden or filtered out in the file are imported too: "
                f"{rows_named(self.hidden)}."
            )
        if self.uncalculated:
            said.append(
                "Some formulas have no result in the file and are read as empty. To fill them, "
                "open the file in a spreadsheet program and save it: "
                f"{rows_named(self.uncalculated)}."
            )
        if self.over:
            said.append(
                f"Columns after the {MOST_COLUMNS}th are not read; row {self.over} has values "
                "there."
            )
        return said


def rows_named(rows: Sequence[int]) -> str:
    """Name the first rows, and count the others: ``rows 3, 4, 7 and 2 more``."""
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows[:_NAMED]))}{more}"
