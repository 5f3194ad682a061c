"""Read the rows of a table for an import run: columns mapped, Aadhaar numbers cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldkit.aadhaar import cut_aadhaar
from fieldkit.files.columns.mapping import Sure
from fieldkit.files.columns.people import ListPlan, people_of, planned_as
from fieldkit.files.columns.preview import preview_of
from fieldkit.files.columns.questions import Choices
from fieldkit.files.columns.sheets import about_file
from fieldkit.files.columns.understanding import Unanswered
from fieldkit.files.layout.left_out import Why
from fieldkit.files.layout.survey import Survey, survey
from fieldkit.files.loading.rejects import hiding, reasons_of
from fieldkit.files.loading.row_run import Original, RowRun
from fieldkit.files.tables.table import Table, Unreadable
from fieldkit.files.values.reader import RowValues, accounts_of


def table_rows(
    table: Table, run: RowRun, choices: Choices
) -> Iterator[tuple[int, Original, RowValues] | None]:
    """Yield (row number, cells, values) of each row; None for a row that holds no record.

    Raises:
        Unanswered: a person must choose first.
    """
    found = survey(table, run.kind, people_of(run.kind) if run.about_people else ())
    if reasons := reasons_of(run.outputs.name, found.columns):
        choices = Choices({reasons: None}).and_also(choices)  # those of an earlier import
    planned = planned_as(found, run.kind, choices, listed=run.about_people)
    active = planned.active
    if not active and not planned.own.questions:
        raise Unreadable(
            "No column of this file was recognised. Write headings, or choose a field for each "
            "column."
        )
    run.loaded.preview = preview_of(found, planned, run.reader)
    if planned.own.questions:
        raise Unanswered(run.loaded.preview)
    _prepare(run, found, planned)
    readers = planned.readers(run.reader)
    run.loaded.notes += [*about_file(table), *_about(found, planned)]
    width = len(found.columns)
    for row in found.rows:
        if row is None:
            yield None
            continue
        cells = row.cells + [""] * (width - len(row.cells))
        if not row.problem and not any(cells[at].strip() for at in active):
            found.left_out.add(row, Why.FOREIGN)
            yield None
            continue
        for at in planned.aadhaar:
            cells[at] = cut_aadhaar(cells[at])
        values = planned.read(cells, run.reader, readers)
        if problem := row.problem or _overflow(cells, width):
            values.reasons.insert(0, problem)
        yield row.number, cells, values
    run.loaded.notes += [*table.remarks(), *found.left_out.notes()]


def _prepare(run: RowRun, found: Survey, planned: ListPlan) -> None:
    """Set up the reader and the writer of rejected rows for these columns."""
    run.reader.own_export = found.is_own_export(run.kind)
    run.reader.ways = planned.own.ways
    run.reader.days_from_1904 = found.table.days_from_1904
    active = planned.own.active
    # The values of our own exports were confirmed when they were saved.
    held = (
        {} if run.reader.own_export else {target: found.values(at) for at, target in active.items()}
    )
    run.reader.accounts = accounts_of(run.kind, held)
    run.rejects.columns = found.columns
    fields = {found.columns[at]: target for at, target in active.items()}
    aadhaar = {found.columns[at] for at in planned.aadhaar}
    run.rejects.hide = hiding(run.kind, fields, run.reader.accounts, aadhaar.__contains__)


def _about(found: Survey, planned: ListPlan) -> Iterator[str]:
    for at in sorted(planned.aadhaar):
        if all(cut_aadhaar(value) == value for value in found.values(at)):
            continue
        yield (
            f"Column “{found.columns[at]}” holds Aadhaar numbers: only the last four digits were "
            "kept."
        )
    for one in planned.columns:
        if one.sure is Sure.LIKELY:
            yield f"Column “{one.column}” was read as {one.target}. {one.why}"
    left = [one.column for at, one in enumerate(planned.columns) if at not in planned.active]
    if left:
        yield f"Columns left out: {', '.join(f'“{column}”' for column in left)[:500]}."


def _overflow(cells: Sequence[str], width: int) -> str:
    if any(cell.strip() for cell in cells[width:]):
        return "This row has more cells than headings. Check for an extra comma."
    return ""
