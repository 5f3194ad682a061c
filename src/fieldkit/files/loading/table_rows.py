"""Read the rows of a table for an import run: columns mapped, Aadhaar numbers cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from fieldkit.aadhaar import cut_aadhaar
from fieldkit.files.columns.cells import RowValues, accounts_of
from fieldkit.files.columns.layout import Survey, no_record, survey
from fieldkit.files.columns.mapping import targets
from fieldkit.files.loading.import_run import ImportRun, Original
from fieldkit.files.loading.rejects import hiding, reasons_of
from fieldkit.files.tables.table import Table, Unreadable
from fieldkit.records import Record


def table_rows(
    table: Table, run: ImportRun, mapping: Mapping[str, str | None] | None
) -> Iterator[tuple[int, Original, RowValues] | None]:
    """Yield (row number, cells, values) of each row; None for a row that holds no record."""
    found = survey(table, run.kind)
    mapping = _guessed(found, run.outputs.name) if mapping is None else mapping
    active = _active(found, mapping, run.kind)
    if not active:
        raise Unreadable(
            "No column of this file is recognised. Name the columns, or choose the fields for them."
        )
    cut = found.aadhaar_columns(run.kind, mapping)
    _prepare(run, found, active, cut)
    skipped: Counter[str] = Counter({"title": len(found.titles)})
    run.loaded.notes += [*table.notes, *_about(found, cut, active)]
    width = len(found.columns)
    for row in found.rows:
        if not row.problem:
            why = no_record(row.cells, found.columns, list(active))
            if why:
                skipped[why] += 1
                yield None
                continue
        cells = row.cells + [""] * (width - len(row.cells))
        for at in cut:
            cells[at] = cut_aadhaar(cells[at])
        values = run.reader.read({target: cells[at] for at, target in active.items()})
        if problem := row.problem or _overflow(cells, width):
            values.reasons.insert(0, problem)
        yield row.number, cells, values
    if skipped.total():
        said = ", ".join(f"{rows} {why}" for why, rows in skipped.items() if rows)
        run.loaded.notes.append(f"Rows that hold no record were skipped: {said}.")


def _prepare(run: ImportRun, found: Survey, active: Mapping[int, str], cut: frozenset[int]) -> None:
    """Set up the reader and the writer of rejected rows for these columns."""
    run.reader.own_export = found.is_own_export(run.kind)
    # The values of our own exports were confirmed when they were saved.
    held = (
        {} if run.reader.own_export else {target: found.values(at) for at, target in active.items()}
    )
    run.reader.accounts = accounts_of(run.kind, held)
    run.rejects.columns = found.columns
    fields = {found.columns[at]: target for at, target in active.items()}
    aadhaar = {found.columns[at] for at in cut}
    run.rejects.hide = hiding(run.kind, fields, run.reader.accounts, aadhaar.__contains__)


def _guessed(found: Survey, name: str) -> dict[str, str | None]:
    """Return the guessed mapping; the reasons of an earlier import belong to no field."""
    mapping = {guess.column: guess.target for guess in found.guesses}
    if reasons := reasons_of(name, found.columns):
        mapping[reasons] = None
    return mapping


def _active(found: Survey, mapping: Mapping[str, str | None], kind: type[Record]) -> dict[int, str]:
    """Return column -> target of the columns to read; of two for one target, the first."""
    known, active = targets(kind), dict[int, str]()
    for at, column in enumerate(found.columns):
        target = mapping.get(column)
        if target and target in known and target not in active.values():
            active[at] = target
    return active


def _about(found: Survey, cut: frozenset[int], active: Mapping[int, str]) -> Iterator[str]:
    for at in sorted(cut):
        if all(cut_aadhaar(value) == value for value in found.values(at)):
            continue
        yield (
            f"Column “{found.columns[at]}” holds Aadhaar numbers: cut to the last four digits "
            "before anything was kept."
        )
    left = [column for at, column in enumerate(found.columns) if at not in active]
    if left:
        yield f"Columns not taken: {', '.join(f'“{column}”' for column in left)[:500]}."


def _overflow(cells: Sequence[str], width: int) -> str:
    if any(cell.strip() for cell in cells[width:]):
        return "The row has more cells than there are headings: perhaps a comma too many."
    return ""
