"""Find the rows that hold the headings of a table; those of two or three rows are joined. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fieldkit.files.columns.headings import meaning, names_somebody_else
from fieldkit.files.tables.table import Row
from fieldkit.records import Record

_LOOKED_AT = 60
"""Rows among which the headings are looked for."""
_MOST_ROWS = 3
"""Rows of one heading."""
_MOST_OF_A_FORM = 2
"""Fields that a row of a form can name by chance."""
_LONGEST_HEADING = 200
_VALUE = re.compile(r"[\d\s.,:;/()+=*-]+|.*:\s*\S.*|.*\d{4}.*", re.DOTALL)
"""What no part of a heading of several rows looks like: a number, a date, ``Block: Chadoora``."""
_SAYS_NOTHING = re.compile(
    r"(?i)\W*(other|general|basic)?\s*(details|information|info|particulars)\W*"
)
"""A heading of a group that tells nothing about it."""
_GOES_ON = re.compile(
    r"(?i).*(\b(of|the|in|and|as|per|for|to|with|on|or)|[/&,-]|का|की|के)\s*$", re.DOTALL
)
"""A heading whose words go on in the row below: ``Date of``."""


@dataclass(frozen=True, slots=True)
class HeadingRows:
    """The headings of a table."""

    start: int
    """The place of their first row."""
    rows: int
    """How many rows they span."""
    cells: tuple[str, ...]
    """One heading for each column."""
    known: int
    """How many fields they name."""


def heading_rows(rows: Sequence[Row], kind: type[Record]) -> HeadingRows | None:
    """Return the headings among the first rows of a table; None if it has none.

    They are the first row that names the most fields, joined with the rows above and below that
    belong to it. Where no field is named it is the first row with at least two filled cells, unless
    they hold numbers: then it is data.
    """
    best, most = None, 0
    for at, row in enumerate(rows[:_LOOKED_AT]):
        cells = _own_cells(row)
        named = _named(cells, kind)
        filled = sum(map(bool, cells))
        if named > most and (named >= 2 or filled <= 2):
            best, most = at, named
    if best is None:
        return _unknown(rows)
    found = HeadingRows(best, 1, tuple(rows[best].cells), most)
    for _ in range(_MOST_ROWS - 1):
        found = _with_below(found, rows, kind) or _with_above(found, rows, kind) or found
    return found


def is_form(rows: Sequence[Row], found: HeadingRows | None, kind: type[Record]) -> bool:
    """Say whether headings stand below each other: most rows begin with one, each with another."""
    if found is None or found.known > _MOST_OF_A_FORM:
        return False
    first = [next((cell for cell in _own_cells(row) if cell), "") for row in rows[:_LOOKED_AT]]
    first = [cell for cell in first if cell]
    named = {target for cell in first if (target := _target(cell, kind))}
    return len(named) > max(found.known, 1) and 2 * len(named) >= len(first)


def _unknown(rows: Sequence[Row]) -> HeadingRows | None:
    for at, row in enumerate(rows):
        cells = _own_cells(row)
        filled = sum(map(bool, cells))
        if filled >= min(2, len(cells)) and filled:
            numbers = any(re.search(r"\d{4}", cell) for cell in cells)
            return None if numbers else HeadingRows(at, 1, tuple(row.cells), 0)
    return None


def _own_cells(row: Row) -> list[str]:
    """Return the cells of a row; of merged ones only the first."""
    return ["" if at in row.from_left else cell.strip() for at, cell in enumerate(row.cells)]


def _named(cells: Sequence[str], kind: type[Record]) -> int:
    """Return how many fields these cells name."""
    return len({target for cell in cells if (target := _target(cell, kind))})


def _target(cell: str, kind: type[Record]) -> str:
    found = meaning(cell, kind) if cell and len(cell) < _LONGEST_HEADING else None
    return found.target if found and not found.like else ""


def _with_below(found: HeadingRows, rows: Sequence[Row], kind: type[Record]) -> HeadingRows | None:
    """Join the headings with the row below, if it belongs to them."""
    below = found.start + found.rows
    if below >= len(rows):
        return None
    upper = Row(0, list(found.cells), from_left=rows[below - 1].from_left)
    joint = _joined(upper, rows[below], kind)
    if joint is None or not (joint.known > found.known or joint.is_sure(found.known)):
        return None
    return HeadingRows(found.start, found.rows + 1, joint.cells, joint.known)


def _with_above(found: HeadingRows, rows: Sequence[Row], kind: type[Record]) -> HeadingRows | None:
    """Join the headings with the row above, if it names groups of them."""
    above = found.start - 1
    if above < 0:
        return None
    first = rows[found.start]
    lower = Row(0, list(found.cells), from_left=first.from_left, from_above=first.from_above)
    joint = _joined(rows[above], lower, kind)
    if joint is None or not (joint.known >= found.known or joint.is_sure(found.known)):
        return None
    return HeadingRows(above, found.rows + 1, joint.cells, joint.known)


@dataclass(frozen=True, slots=True)
class _Joint:
    """Two rows read as one heading."""

    cells: tuple[str, ...]
    known: int
    marked: bool
    """Merged cells show that the rows belong together, or the upper one names somebody else."""

    def is_sure(self, alone: int) -> bool:
        """Say whether the rows belong together though they name fewer fields than one alone."""
        return self.marked and 2 * self.known >= alone


def _joined(upper: Row, lower: Row, kind: type[Record]) -> _Joint | None:
    """Read two rows as one heading; None if they cannot be one."""
    width = max(len(upper.cells), len(lower.cells))
    above = _spread(upper, lower, width)
    below = ["" if at in lower.from_above else cell.strip() for at, cell in _padded(lower, width)]
    both = [at for at in range(width) if above[at] and below[at]]
    if not both or not _are_parts(upper, below):
        return None
    cells = tuple(
        _joint(above[at], below[at], kind, group=above[at] in above[at + 1 :] + above[:at])
        for at in range(width)
    )
    somebody = any(
        names_somebody_else(above[at]) and not _SAYS_NOTHING.fullmatch(above[at]) for at in both
    )
    marked = bool(upper.from_left or lower.from_above or somebody)
    return _Joint(cells, _named(cells, kind), marked)


def _padded(row: Row, width: int) -> list[tuple[int, str]]:
    cells = row.cells + [""] * (width - len(row.cells))
    return list(enumerate(cells))


def _spread(upper: Row, lower: Row, width: int) -> list[str]:
    """Return the upper cells; a group that is not merged covers the empty cells at its right."""
    cells = [cell.strip() for _, cell in _padded(upper, width)]
    if upper.from_left:
        return cells
    for at in range(1, width):
        if not cells[at] and at < len(lower.cells) and lower.cells[at].strip():
            cells[at] = cells[at - 1]
    return cells


def _are_parts(upper: Row, below: Sequence[str]) -> bool:
    """Say whether two rows look like parts of headings: texts, and not one text over all."""
    sources = [cell for cell in _own_cells(upper) if cell]
    texts = [*sources, *(cell for cell in below if cell)]
    if any(len(text) > _LONGEST_HEADING or _VALUE.fullmatch(text) for text in texts):
        return False
    first = next(at for at, cell in enumerate(upper.cells) if cell.strip())
    return len(sources) > 1 or first > 0


def _joint(above: str, below: str, kind: type[Record], *, group: bool) -> str:
    """Join the two parts of a heading: ``Date of`` ``Birth``, ``Bank details - IFSC``."""
    if not above or not below or above == below or _SAYS_NOTHING.fullmatch(above):
        return below or above
    plain, path = f"{above} {below}", f"{above} - {below}"
    known = bool(_target(plain, kind)), bool(_target(path, kind))
    if _GOES_ON.fullmatch(above) or known == (True, False) or (not group and known[0]):
        return plain
    return path if group or known[1] else plain
