"""What rules said of rows that were taken all the same: nobody was there to be asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fieldkit.records import Finding

_NAMED = 5
"""Rows named for each rule; the others are counted."""


@dataclass(slots=True)
class Remarks:
    """Counts rows by what was said of them."""

    _said: dict[tuple[str, str], str] = field(default_factory=dict)
    _first: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _rows: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, row: int, finding: Finding, said: str) -> None:
        """Note that ``said``, a sentence, was said of a row."""
        key = (finding.name, finding.field)
        self._said.setdefault(key, said)
        self._rows[key] += 1
        first = self._first.setdefault(key, [])
        if len(first) < _NAMED:
            first.append(str(row))

    def notes(self) -> list[str]:
        """Return a sentence for each rule, the frequent ones first."""
        return [
            f"{self._said[key]} Taken all the same: {self._named(key)}."
            for key, _ in self._rows.most_common()
        ]

    def _named(self, key: tuple[str, str]) -> str:
        rows, first = self._rows[key], self._first[key]
        more = f" and {rows - len(first)} more" if rows > len(first) else ""
        return f"{'row' if rows == 1 else 'rows'} {', '.join(first)}{more}"
