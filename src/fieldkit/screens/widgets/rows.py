"""The rows of a picker: what they are, and how they are laid out as lines. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, overload

from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.look import Surface
from fieldkit.screens.look.parts import MARGIN, cursor, heading, rule
from fieldkit.screens.look.text import (
    Cell,
    Span,
    StyleName,
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
NARROW = 72
"""Below this width the cells that do not tell a row apart stand on its second line."""
_TELLING = 4
"""Cells that tell a row apart."""
NUMBERED = 9
"""Rows that have a number: one digit takes one."""
_GAP = 2
_AHEAD = 3
"""Rows of even lines that stay visible below the marked one, as far as there are any."""
_SHRINK = (5, 6, 9)
"""How much the width of the first column, the second and the others counts as they shrink."""


async def stay() -> None:
    """Do nothing: the row is only to be read."""


class Choice(NamedTuple):
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
    gap: tuple[Cell, ...] = ()
    """Lines above the row and its head: an empty one between groups."""
    before: Cell = ""
    """What stands at the left of the row and is not part of it; such rows share their columns."""
    details: tuple[Cell, ...] = ()
    """Lines that belong to the row, below it; only in an answer that scrolls as a whole."""

    def is_same(self, other: Choice) -> bool:
        """Say whether both rows stand for the same thing."""
        return self.key == other.key if self.key or other.key else self.cells == other.cells


class Answer(NamedTuple):
    """What a source returns for one text."""

    rows: Sequence[Choice] = ()
    last: Choice | None = None
    """A row that stays visible under the others: "None of these: ..."."""
    mark: int | None = 0
    """The marked row; the number of rows marks ``last``; None marks nothing."""
    above: tuple[Cell, ...] = ()
    """Lines between the box and the rows."""
    after: tuple[Cell, ...] = ()
    """Lines after the rows."""
    headings: tuple[str, ...] = ()
    """The headings of the columns."""
    note: str = ""
    """What stands in the frame of the box: "7 alike"."""
    numbered: bool = False
    """Whether the first nine rows have numbers, which take them once the mark was moved."""
    right: frozenset[int] = frozenset()
    """Columns that are right-aligned."""
    more: Callable[[], Awaitable[Answer]] | None = None
    """Fetches the rows after these, when the mark goes beyond them."""
    scrolls: bool = False
    """Whether the lines above, the rows and the lines after them scroll together."""
    columns: tuple[int, ...] = ()
    """The cells that each column needs, where they are known: each row is then one line, and only
    the rows shown are looked at. So there may be thousands."""


class LazyRows(Sequence[Choice]):
    """Rows that are made when they are shown."""

    def __init__(self, make: Callable[[int], Choice], many: int) -> None:
        """``make``: makes the row of a place; ``many``: how many there are."""
        self._make, self._many = make, many
        self._made: dict[int, Choice] = {}

    def __len__(self) -> int:
        return self._many

    @overload
    def __getitem__(self, place: int) -> Choice: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Choice]: ...

    def __getitem__(self, place: int | slice) -> Choice | Sequence[Choice]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._many))]
        if not 0 <= place < self._many:
            raise IndexError(place)
        if place not in self._made:
            self._made[place] = self._make(place)
        return self._made[place]


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
    answer: Answer,
    mark: int | None,
    top: int,
    width: int,
    height: int,
    *,
    empty: str = "",
    numbers: StyleName = "dim",
) -> Layout:
    """Lay an answer out in at most ``height`` lines; the marked row is among them.

    ``top``: the first row shown before; ``empty``: what stands there without rows; ``numbers``: how
    the numbers of rows look.
    """
    if answer.columns:
        return _lay_out_even(answer, mark, top, width, height)
    answer = _folded(answer) if width < NARROW else answer
    rows = answer.rows
    lines = [RowLine(None, _inset(text)) for text in answer.above]
    if empty and not rows and answer.last is None and not answer.above:
        lines.append(RowLine(None, (Span(" " * MARGIN), Span(empty, "dim"))))
    sizes = _sizes(answer, width)
    if heads := _headings(answer):
        lines.append(RowLine(None, _inset(_cells(heads, sizes[0], answer.right))))
    marked = mark if mark is not None and mark < len(rows) else None
    left = height - len(lines) - len(answer.after) - (2 if answer.last else 0)
    top, end = _visible(rows, marked, top, max(left, 1), width)
    for index in range(top, end):
        row = rows[index]
        gap = row.gap if index > top or not index else ()
        lines += [RowLine(None, _inset(text)) for text in gap]
        if row.head:
            lines.append(RowLine(None, _inset(row.head)))
        own = sizes[width_of(row.before)]
        drawn = _row(row, index, own, answer.right, width, marked=index == mark)
        numbered = answer.numbered and index < NUMBERED and index != mark
        lines += _with_number(drawn, index + 1, numbers) if numbered else drawn
    lines += [RowLine(None, _inset(text)) for text in answer.after]
    if answer.last is not None:
        lines.append(RowLine(None, _inset(rule(width - 2 * MARGIN) if rows else ())))
        lines.append(_last(answer.last, len(rows), width, marked=mark == len(rows)))
    return Layout(lines[:height], top)


def _lay_out_even(answer: Answer, mark: int | None, top: int, width: int, height: int) -> Layout:
    """Lay out rows of one line each, in columns of known widths."""
    many = len(answer.rows)
    lines = [RowLine(None, _inset(text)) for text in answer.above]
    sizes = shrunk(list(answer.columns), width - 2 * MARGIN)
    if many and any(answer.headings):
        heads = [heading(one) for one in answer.headings]
        lines.append(RowLine(None, _inset(_cells(heads, sizes, answer.right))))
    last = [] if answer.last is None else [answer.last]
    space = max(height - len(lines) - len(answer.after) - 2 * len(last), 1)
    top = min(max(top, 0), max(many - space, 0))
    if mark is not None and mark < many:
        ahead = min(_AHEAD, space // 3, many - 1 - mark)
        top = max(min(top, mark), mark - space + 1 + ahead)
    for index in range(top, min(top + space, many)):
        lines += _row(answer.rows[index], index, sizes, answer.right, width, marked=index == mark)
    lines += [RowLine(None, _inset(text)) for text in answer.after]
    for row in last:
        lines.append(RowLine(None, _inset(rule(width - 2 * MARGIN) if many else ())))
        lines.append(_last(row, many, width, marked=mark == many))
    return Layout(lines[:height], top)


def all_lines(answer: Answer, mark: int | None, width: int) -> list[RowLine]:
    """Return every line of an answer that scrolls as a whole."""
    sizes = _sizes(answer, width)
    lines = [RowLine(None, _inset(text)) for text in answer.above]
    if heads := _headings(answer):
        lines.append(RowLine(None, _inset(_cells(heads, sizes[0], answer.right))))
    for index, row in enumerate(answer.rows):
        lines += [RowLine(None, _inset(text)) for text in row.gap]
        if row.head:
            lines.append(RowLine(None, _inset(row.head)))
        own = sizes[width_of(row.before)]
        lines += _row(row, index, own, answer.right, width, marked=index == mark)
        lines += [RowLine(index, _inset(text)) for text in row.details]
    return [*lines, *(RowLine(None, _inset(text)) for text in answer.after)]


def _folded(answer: Answer) -> Answer:
    """Move the last cells of rows with a second line to that line."""
    if not any(row.below and len(row.cells) > _TELLING for row in answer.rows):
        return answer
    rows = []
    for row in answer.rows:
        if row.below:
            rest = joined((row.below[0], *row.cells[_TELLING:]), f" {DOT} ")
            row = row._replace(cells=row.cells[:_TELLING], below=(rest, *row.below[1:]))
        rows.append(row)
    return answer._replace(rows=rows, headings=answer.headings[:_TELLING])


def _visible(
    rows: Sequence[Choice], marked: int | None, top: int, height: int, width: int
) -> tuple[int, int]:
    """Return the first row shown and the one after the last: as many as fit, with the marked one.

    No more rows go off the top than must.
    """
    each = 2 if any(row.below for row in rows) and width < WIDE else 1

    def lines_of(index: int, *, first: bool = False) -> int:
        gap = 0 if first and index else len(rows[index].gap)
        return gap + bool(rows[index].head) + each

    used, last = 0, len(rows)  # the first row that may be the top without a blank at the end
    while last > 0 and used + lines_of(last - 1, first=True) <= height:
        last -= 1
        used += lines_of(last)
    top = min(max(top, 0), last)
    if marked is not None:
        top = min(top, marked)
        used = sum(map(lines_of, range(top + 1, marked + 1)))
        while top < marked and used + lines_of(top, first=True) > height:
            top += 1
            used -= lines_of(top)
    used, end = 0, top
    while end < len(rows) and (used := used + lines_of(end, first=end == top)) <= height:
        end += 1
    return top, max(end, min(top + 1, len(rows)))


def _inset(text: Cell) -> Text:
    return (Span(" " * MARGIN), *text_of(text)) if text else ()


def _headings(answer: Answer) -> tuple[Cell, ...]:
    """Return the headings, of columns in which anything stands."""
    filled = {n for row in answer.rows for n, cell in enumerate(row.cells) if cell}
    heads = [heading(one) if n in filled else "" for n, one in enumerate(answer.headings)]
    return tuple(heads) if any(heads) else ()


def _sizes(answer: Answer, width: int) -> dict[int, list[int]]:
    """Return the widths of the columns, by how much stands at the left of the rows."""
    groups: dict[int, list[Sequence[Cell]]] = {0: [_headings(answer)]}
    for row in answer.rows:
        groups.setdefault(width_of(row.before), []).append(_first(row, width))
    return {
        before: column_widths(cells, width - 2 * MARGIN - before)
        for before, cells in groups.items()
    }


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


def _with_number(lines: list[RowLine], number: int, style: StyleName) -> list[RowLine]:
    """Return the lines of a row with its number where the cursor would be."""
    first, *others = lines
    _, *cells = first.text
    return [first._replace(text=(Span(str(number), style), Span(" "), *cells)), *others]


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

    The first column says what a row is, and the second tells it apart: they count as less wide.
    """
    columns = max((len(row) for row in rows), default=0)
    sizes = [
        max((width_of(row[column]) for row in rows if column < len(row)), default=0)
        for column in range(columns)
    ]
    return shrunk(sizes, width)


def shrunk(sizes: list[int], width: int) -> list[int]:
    """Return the widths of columns that fit into ``width`` cells with the gaps between them."""
    columns = len(sizes)
    gaps = _GAP * (sum(1 for size in sizes if size) - 1)
    for _ in range(sum(sizes) + gaps - max(width, gaps)):
        widest = max(range(columns), key=lambda column: sizes[column] * _SHRINK[min(column, 2)])
        sizes[widest] -= 1
    return sizes
