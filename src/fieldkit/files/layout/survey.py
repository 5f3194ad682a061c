"""Survey a table before it is read: its headings, its first records, and what is no record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from fieldkit.files.layout.heading_rows import HeadingRows, heading_rows, is_form
from fieldkit.files.layout.left_out import LeftOut, RowSorter, Why
from fieldkit.files.tables.table import Row, Table, Unreadable
from fieldkit.files.values.targets import NEVER_IMPORTED, targets
from fieldkit.formulas import bare_cell, unescape_formula
from fieldkit.records import Record

SURVEYED_ROWS = 2000
"""Rows examined before the first one is imported."""
_MOST_CELLS = 400_000
_MOST_CHARACTERS = 8 << 20
"""Cells and characters of the rows held in memory while a table is surveyed."""


@dataclass(slots=True)
class Survey:
    """What the first rows of a table show about it."""

    columns: list[str]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    first: list[Row]
    """The surveyed rows that may hold a record."""
    rest: Iterator[Row | None]
    """The rows after these; None for one that is left out."""
    left_out: LeftOut
    """The rows left out so far."""
    table: Table

    @property
    def rows(self) -> Iterator[Row | None]:
        """All rows that may hold a record, surveyed ones included; None for one left out."""
        return chain(self.first, self.rest)

    def survey_more(self) -> bool:
        """Survey as many rows again, within bounds; say whether there were any."""
        held = _size(self.first)
        more = [] if _is_full(held) else list(_within_bounds(self.rest, held))
        self.first += filter(None, more)
        return bool(more)

    def values(self, at: int) -> list[str]:
        """Return the values of a column in the surveyed rows, without empty cells."""
        cells = (row.cells[at].strip() for row in self.first if at < len(row.cells))
        return [cell for cell in cells if cell]

    def is_own_export(self, kind: type[Record]) -> bool:
        """Say whether this is an export of fieldkit: its columns are field names, one is id."""
        return _is_own_export(self.columns, kind)


def survey(table: Table, kind: type[Record], also: Sequence[type[Record]] = ()) -> Survey:
    """Examine the first rows of an opened table.

    ``also``: kinds whose fields the headings may name as well.

    Raises:
        Unreadable: it is a form, or damaged.
    """
    surveyed = list(filter(None, _within_bounds(table.rows, (0, 0))))
    found = [heading_rows(surveyed, one) for one in (kind, *also)]
    head = max(found, key=lambda one: one.known if one else -1)
    cells = head.cells if head else ("",) * max((len(row.cells) for row in surveyed), default=0)
    if is_form(surveyed, head, kind):
        raise Unreadable(
            "The headings of this table are one below the other, as in a form. Put them side by "
            "side in one row, and each record in its own row below."
        )
    columns = columns_of(_without_empty_end(cells, surveyed))
    own = _is_own_export(columns, kind)
    start = head.start + head.rows if head else 0
    first = [_bare(row, table.format, own=own) for row in surveyed[start:]]
    rest = (_bare(row, table.format, own=own) for row in table.rows)
    left_out = LeftOut()
    for row in surveyed[: head.start] if head else ():
        if any(cell.strip() for cell in row.cells):
            left_out.add(row, Why.TITLE)
    sorter = None if own else RowSorter.of(kind, columns, _heads(surveyed, head), first)
    return Survey(
        columns=columns,
        heading=surveyed[head.start].number if head else 0,
        first=list(filter(None, _sorted(first, sorter, left_out))),
        rest=_sorted(rest, sorter, left_out),
        left_out=left_out,
        table=table,
    )


def _within_bounds(
    rows: Iterator[Row | None] | Iterator[Row], held: tuple[int, int]
) -> Iterator[Row | None]:
    """Yield as many rows as are surveyed at once, fewer where they are long."""
    cells, characters = held
    for row in islice(rows, SURVEYED_ROWS):
        yield row
        if row:
            cells += len(row.cells)
            characters += sum(map(len, row.cells))
        if _is_full((cells, characters)):
            return


def _is_full(held: tuple[int, int]) -> bool:
    cells, characters = held
    return cells > _MOST_CELLS or characters > _MOST_CHARACTERS


def _size(rows: Sequence[Row]) -> tuple[int, int]:
    """Return the cells and characters of rows."""
    return sum(len(row.cells) for row in rows), sum(sum(map(len, row.cells)) for row in rows)


def _sorted(
    rows: Iterator[Row] | Sequence[Row], sorter: RowSorter | None, left_out: LeftOut
) -> Iterator[Row | None]:
    """Yield the rows that may hold a record, and None for each that is left out."""
    for row in rows:
        if sorter is None:
            why = None if row.problem or any(map(str.strip, row.cells)) else Why.BLANK
        else:
            why = sorter.why_none(row)
        if why:
            left_out.add(row, why)
            yield None
        else:
            doubt = sorter.doubt(row) if sorter else ""
            yield replace(row, problem=doubt) if doubt else row


def _heads(surveyed: Sequence[Row], head: HeadingRows | None) -> list[Row]:
    """Return the rows of the headings, and the headings they make together."""
    if head is None:
        return []
    return [*surveyed[head.start : head.start + head.rows], Row(0, list(head.cells))]


def _without_empty_end(cells: Sequence[str], rows: Sequence[Row]) -> Sequence[str]:
    """Drop the last columns that have neither a heading nor a value."""
    filled = (at for row in rows for at, cell in enumerate(row.cells) if cell.strip())
    width = max((at + 1 for at, cell in enumerate(cells) if cell.strip()), default=0)
    return cells[: max(width, min(max(filled, default=-1) + 1, len(cells)))]


def _bare(row: Row, form: str, *, own: bool) -> Row:
    """Drop what programs put around the text of cells; an export of ours has only its own marks."""
    if own and form != "csv":
        return row
    bare = unescape_formula if own else bare_cell
    return replace(row, cells=[bare(cell) for cell in row.cells])


def _is_own_export(columns: Sequence[str], kind: type[Record]) -> bool:
    known = targets(kind).keys() | NEVER_IMPORTED
    return "id" in columns and all(column in known for column in columns)


def columns_of(cells: Sequence[str]) -> list[str]:
    """Name the columns by their headings; each name is unique and not empty."""
    names: list[str] = []
    known = set[str]()
    for place, cell in enumerate(cells, 1):
        bare = " ".join(cell.split())
        name, again = bare or f"Column {place}", 2
        while name in known:
            name, again = f"{bare or 'Column'} ({again})", again + 1
        names.append(name)
        known.add(name)
    return names
