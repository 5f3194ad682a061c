"""Import targets and published figures from a table as reviews list them.

A row may stand for a target and a figure as reported, or for a rank. Good rows are saved; bad ones
come back in a file, each with its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fieldkit.aadhaar import masked
from fieldkit.files.columns.sheets import sheet_of
from fieldkit.files.loading.output_files import OutputFiles, spare_folder
from fieldkit.files.loading.rejects import Rejects
from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Row, Table, Unreadable
from fieldkit.records import Severity, Unfit, Value, kinds, sentence
from fieldkit.reference.tables import rows as shipped_rows
from fieldkit.reports.published import COLUMNS, Found, read_row
from fieldkit.store import Edit, Refused, Store

_SAME = {
    "target": ("metric", "target_kind", "district", "block", "division", "fy", "deadline",
               "as_on", "source"),
    "ranking": ("metric", "district", "block", "among", "as_on", "source"),
}  # fmt: skip
"""By kind: what makes a row the same as one imported before."""
_NUMBERS = ("low", "high", "rank")
_TWICE = (
    "An earlier row of this file gives another number for the same figure, area, time and source. "
    "Correct one of them."
)
_PLACES = frozenset({"district", "block"})


@dataclass(slots=True)
class Targets:
    """The result of an import of targets."""

    saved: int = 0
    """Records new or changed."""
    same: int = 0
    """Records that were here with the same content."""
    rejected: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)
    rejects_file: Path | None = None


def is_target_table(path: Path) -> bool:
    """Say whether a file has the headings of such a table.

    Raises:
        Unreadable: it cannot be read.
    """
    with open_records(path, sheet_of(kinds()["target"], "")) as file:
        if not isinstance(file, Table):
            return False
        first = next(iter(file.rows), None)
    return first is not None and set(COLUMNS) <= set(_headings(first))


def load_targets(store: Store, path: Path | None, operator: str) -> Targets:
    """Import a table of targets; None: the one shipped with fieldkit.

    Raises:
        Unreadable: the file cannot be used; nothing was imported.
    """
    if path is None:
        run = _Run(store, operator, None)
        run.take((number, row) for number, row in enumerate(shipped_rows("targets"), 2))
        return run.result
    with open_records(path, sheet_of(kinds()["target"], "")) as file:
        if not isinstance(file, Table):
            raise Unreadable("This is not a table. Give a CSV or XLSX file.")
        rows = iter(file.rows)
        first = next(rows, None)
        if first is None:
            raise Unreadable("The file is empty.")
        outputs = OutputFiles(path.parent, spare_folder(store), path.stem)
        rejects = Rejects(outputs, first.cells, lambda _column, value: masked(value))
        run = _Run(store, operator, rejects)
        try:
            run.take(_named(_headings(first), rows))
        finally:
            rejects.close()
        run.result.rejects_file = rejects.path
    return run.result


def _headings(row: Row) -> list[str]:
    return [cell.strip().casefold().lstrip("\ufeff") for cell in row.cells]


def _named(headings: list[str], rows: Iterator[Row]) -> Iterator[tuple[int, dict[str, str]]]:
    for row in rows:
        cells = dict(zip(headings, row.cells, strict=False))
        if any(cell.strip() for cell in cells.values()):
            yield row.number, cells


class _Run:
    """Saves one row after the other."""

    def __init__(self, store: Store, operator: str, rejects: Rejects | None) -> None:
        self.result = Targets()
        self._store = store
        self._operator = operator
        self._rejects = rejects
        self._seen: dict[tuple[Value, ...], Mapping[str, Value]] = {}
        self._known = {
            (kind, *(record.value(name) for name in names)): record
            for kind, names in _SAME.items()
            for record in store.each(kind)
        }

    def take(self, rows: Iterator[tuple[int, dict[str, str]]]) -> None:
        """Save the records of each row, all or none of a row."""
        for number, row in rows:
            try:
                found = read_row(row)
            except Unfit as wrong:
                self._reject(number, row, [str(wrong)])
                continue
            if any(self._contradicts(*one) for one in found):
                self._reject(number, row, [_TWICE])
                continue
            edits = [edit for one in found if (edit := self._edit(*one))]
            self.result.same += len(found) - len(edits)
            stops = [
                sentence(finding)
                for edit in edits
                for finding in self._store.judge(edit)
                if finding.severity is Severity.BLOCK
            ]
            if stops:
                self._reject(number, row, stops)
                continue
            try:
                saved = self._store.save(edits, self._operator) if edits else []
            except Refused as refused:
                self._reject(number, row, [sentence(one) for _, one in refused.findings])
                continue
            self.result.saved += len(saved)
            self._remember(found)

    def _edit(self, kind: str, fields: Mapping[str, Value]) -> Edit | None:
        """Return the edit that makes a record what the row says; None if it is that already."""
        known = self._known.get(_key(kind, fields))
        if known is None:
            given = {
                name: value
                for name, value in fields.items()
                if value is not None or name in _PLACES
            }
            return Edit(kinds()[kind], given, confirmed=frozenset(given))
        changed = {name: value for name, value in fields.items() if known.value(name) != value}
        if not changed:
            return None
        return Edit(kinds()[kind], changed, id=known.id, confirmed=frozenset(changed))

    def _contradicts(self, kind: str, fields: Mapping[str, Value]) -> bool:
        """Say whether a row before says another number of the same."""
        before = self._seen.setdefault(_key(kind, fields), fields)
        return any(before.get(name) != fields.get(name) for name in _NUMBERS)

    def _remember(self, found: list[Found]) -> None:
        """Let a row that comes twice in a file be one record."""
        for kind, fields in found:
            key = _key(kind, fields)
            equal = dict(zip(_SAME[kind], key[1:], strict=True))
            same = self._store.where(kind, **equal)
            if same:
                self._known[key] = same[0]

    def _reject(self, number: int, row: Mapping[str, str], reasons: list[str]) -> None:
        self.result.rejected += 1
        self.result.reasons.append((number, masked(" ".join(reasons))))
        if self._rejects is not None:
            self._rejects.add(list(row.values()), reasons)


def _key(kind: str, fields: Mapping[str, Value]) -> tuple[Value, ...]:
    return (kind, *(fields.get(name) for name in _SAME[kind]))
