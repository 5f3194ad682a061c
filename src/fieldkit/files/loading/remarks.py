"""Collect what rules remarked on rows that were imported all the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fieldkit.records import Finding

_NAMED = 5
"""Row numbers listed for each rule; further rows are counted."""


@dataclass(slots=True)
class Remarks:
    """Counts rows by rule and field."""

    _sentences: dict[tuple[str, str], str] = field(default_factory=dict)
    _first: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _rows: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, row: int, finding: Finding, sentence: str) -> None:
        """Note a finding on a row; the first sentence of a rule stands for all of them."""
        key = (finding.name, finding.field)
        self._sentences.setdefault(key, sentence)
        self._rows[key] += 1
        first = self._first.setdefault(key, [])
        if len(first) < _NAMED:
            first.append(str(row))

    def notes(self) -> list[str]:
        """Return a sentence for each rule, the most frequent first."""
        return [
            f"{self._sentences[key]} Imported with this remark: {self._named(key)}."
            for key, _ in self._rows.most_common()
        ]

    def _named(self, key: tuple[str, str]) -> str:
        rows, first = self._rows[key], self._first[key]
        more = f" and {rows - len(first)} more" if rows > len(first) else ""
        return f"{'row' if rows == 1 else 'rows'} {', '.join(first)}{more}"
