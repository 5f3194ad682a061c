"""The rows of a picker: what they are, and how they are laid out as lines. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fieldkit.screens.look.look import Surface
from fieldkit.screens.look.parts import MARGIN, cursor, rule
from fieldkit.screens.look.text import (
    Cell,
    Span,
    Text,
    apart,
    fit,
    joined,
    restyled,
    text_of,
    width_of,
)

WIDE = 110
"""From this width on a row's second line stands beside the first."""
_GAP = 2


async def stay() -> None:
    """Do nothing: the row is only to be read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: its cells, and what Enter on it does."""

    cells: tuple[Cell, ...]
    enter: Callable[[], Awaitable[object]] = stay
    below: tuple[Cell, ...] = ()
    """Cells of a second line; on a wide screen they follow the first."""
    remove: Callable[[], Awaitable[object]] | None = None
    """What Delete on it does."""
    key: str = ""
    """Identifies the row when its cells change; empty: the cells do."""
    head: Cell = ""
    """A line above the row, which is the first of a group."""
    before: Cell = ""
    """What stands at the left of the row and is not part of it."""

    def is_same(self, other: Choice) -> bool:
        """Say whether both rows stand for the same thing."""
        return self.key == other.key if self.key or other.key else self.cells == other.cells


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source returns for one text."""

    rows: Sequence[Choice] = ()
    last: Choice | None = None
    """A row that stays visible under the others: "None of these: ..."."""
    mark: int | None = 0
    """The marked row; the number of rows marks ``last``; None marks nothing."""
    above: tuple[Cell, ...] = ()
    """Lines between the box and the rows."""
    headings: tuple[str, ...] = ()
    """The headings of the columns."""
    note: str = ""
    """What stands in the frame of the box: "7 alike"."""
    right: frozenset[int] = frozenset()
    """Columns that are right-aligned."""
    more: Callable[[], Awaitable[Answer]] | None = None
    """Fetches the rows after these, when the mark goes beyond them."""
    after: tuple[Cell, ...] = ()
    """Lines after the rows."""
    scrolls: bool = False
    """Whether the lines above, the rows and the lines after them scroll together."""


class RowLine(NamedTuple):
    """A line: the row it belongs to (None: none), its text, and what it stands on."""

    row: int | None
    text: Text
    surface: Surface = "page"
    before: Text = ()
    """What stands at its left, on the page."""


class Layout(NamedTuple):
    """The lines of an answer, and the first row of which they show something."""

    lines: list[RowLine]
    top: int


def lay_out(
    answer: Answer, mark: int | None, top: int, width: int, height: int, *, empty: str = ""
) -> Layout:
    """Lay an answer out in at most ``height`` lines; the marked row is among them.

    ``top``: the first row shown before; ``empty``: what stands there without rows.
    """
    rows = answer.rows
    lines = [RowLine(None, _inset(text)) for text in answer.above]
    if empty and not rows and answer.last is None and not answer.above:
        lines.append(RowLine(None, (Span(" " * MARGIN), Span(empty, "dim"))))
    sizes = _sizes(answer, width)
    lines += _headings(answer, sizes)
    tall = any(row.below for row in rows) and width < WIDE
    each = 2 if tall else 1
    heads_left = sum(bool(row.head) for row in rows)
    left = height - len(lines) - (2 if answer.last else 0) - heads_left
    fits = max(left // each, 1)
    marked = mark if mark is not None and mark < len(rows) else None
    if marked is not None:
        top = min(max(top, marked - fits + 1), marked)
    top = max(min(top, len(rows) - fits), 0)
    for index in range(top, min(top + fits, len(rows))):
        row = rows[index]
        if row.head:
            lines.append(RowLine(None, _inset(row.head)))
        lines += _row(row, index, sizes, answer.right, width, marked=index == mark)
    if answer.last is not None:
        lines.append(RowLine(None, (Span(" " * MARGIN), *rule(width - 2 * MARGIN))))
        lines.append(_last(answer.last, len(rows), width, marked=mark == len(rows)))
    return Layout(lines[:height], top)


def all_lines(answer: Answer, mark: int | None, width: int) -> list[RowLine]:
    """Return every line of an answer that scrolls as a whole."""
    sizes = _sizes(answer, width)
    lines = [RowLine(None, _inset(text)) for text in answer.above]
    lines += _headings(answer, sizes)
    for index, row in enumerate(answer.rows):
        if row.head:
            lines.append(RowLine(None, _inset(row.head)))
        lines += _row(row, index, sizes, answer.right, width, marked=index == mark)
    return [*lines, *(RowLine(None, _inset(text)) for text in answer.after)]


def _headings(answer: Answer, sizes: Sequence[int]) -> list[RowLine]:
    if not (any(answer.headings) and answer.rows):
        return []
    heads = [(Span(one.upper(), "dim"),) if one else "" for one in answer.headings]
    return [RowLine(None, _inset(_cells(heads, sizes, answer.right)))]


def _inset(text: Cell) -> Text:
    return (Span(" " * MARGIN), *text_of(text)) if text else ()


def _sizes(answer: Answer, width: int) -> list[int]:
    rows = answer.rows
    before = max((width_of(row.before) for row in rows), default=0)
    firsts = [_first(row, width) for row in rows]
    return column_widths([*firsts, answer.headings] if rows else [], width - 2 * MARGIN - before)


def _first(row: Choice, width: int) -> tuple[Cell, ...]:
    """Return the cells of a row's first line."""
    return row.cells + row.below if width >= WIDE else row.cells


def _row(
    row: Choice,
    index: int,
    sizes: Sequence[int],
    right: frozenset[int],
    width: int,
    *,
    marked: bool,
) -> list[RowLine]:
    surface: Surface = "selected" if marked else "page"
    first = (*cursor(marked=marked), *_cells(_first(row, width), sizes, right))
    lines = [RowLine(index, first, surface, text_of(row.before))]
    if row.below and width < WIDE:
        below = apart(
            restyled(row.below[0], "dim"),
            restyled(joined(row.below[1:]), "dim"),
            width - 3 * MARGIN,
        )
        lines.append(RowLine(index, (*cursor(marked=marked), Span(" " * MARGIN), *below), surface))
    return lines


def _cells(cells: Sequence[Cell], sizes: Sequence[int], right: frozenset[int]) -> Text:
    return joined(
        fit(cell, size, right=column in right)
        for column, (cell, size) in enumerate(zip(cells, sizes, strict=False))
        if size
    )


def _last(row: Choice, index: int, width: int, *, marked: bool) -> RowLine:
    text = apart(row.cells[0], joined(row.cells[1:]), width - 2 * MARGIN)
    return RowLine(index, (*cursor(marked=marked), *text), "selected" if marked else "page")


def column_widths(rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Share ``width`` cells among the columns: each as wide as it needs; the widest shrink first.

    The first column says what a row is, so it counts as two thirds of its width.
    """
    columns = max((len(row) for row in rows), default=0)
    sizes = [
        max((width_of(row[column]) for row in rows if column < len(row)), default=0)
        for column in range(columns)
    ]
    gaps = _GAP * (sum(1 for size in sizes if size) - 1)
    for _ in range(sum(sizes) + gaps - max(width, gaps)):
        widest = max(range(columns), key=lambda column: sizes[column] * (3 if column else 2))
        sizes[widest] -= 1
    return sizes
