"""A page as plain text, for any printer and any screen reader. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from fieldkit.plain_text import shown
from fieldkit.reports.formats.page import Bars, Blank, Blanks, Block, Grid, Lines, Page
from fieldkit.reports.formats.widths import column_widths, wrapped

WIDTH, SIDEWAYS = 78, 116
"""Characters of a line, as the printers of offices take them on paper upright and sideways."""
_LABEL = 28
_GAP = 2


def to_text(page: Page) -> bytes:
    """Return a page as a file of text; lines end as every editor reads them."""
    return "".join(f"{line.rstrip()}\r\n" for line in lines(page)).encode()


def lines(page: Page) -> Iterator[str]:
    """Give the lines of a page; sections that stand beside each other follow each other."""
    width = SIDEWAYS if page.sideways else WIDTH
    yield from _wrapped(page.title, width)
    yield from _wrapped(page.subtitle, width)
    yield "=" * width
    for section in (one for row in page.rows for one in row):
        if section.title:
            yield ""
            yield section.title.upper()
        yield from _block(section.block, width)
        if section.note:
            yield from _wrapped(section.note, width)
    if page.foot:
        yield "-" * width
        yield from _wrapped(page.foot, width)


def columns_of(text: str) -> int:
    """Return how many columns a text takes on a printer of fixed width."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * max(width - columns_of(text), 0)
    return f"{space}{text}" if right else f"{text}{space}"


def _wrapped(text: str, width: int) -> list[str]:
    # A no-break space keeps a figure together; on paper it is a space.
    found = wrapped(shown(text), width, columns_of)
    return [line.replace("\u00a0", " ") for line in found]


def _block(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Lines):
        for line in block.lines:
            yield from _wrapped(line, width)
    elif isinstance(block, Bars):
        for bar in block.bars:
            yield f"{_padded(shown(bar.label), _LABEL)}  {shown(bar.text)}"
    elif isinstance(block, Blanks):
        for blank in block.blanks:
            yield from _blank(blank, width)
    else:
        yield from _grid(block, width)


def _grid(grid: Grid, width: int) -> Iterator[str]:
    headings = [heading.upper() for heading in grid.headings]
    cells = [
        [headings[place], *(shown(row[place].text) for row in grid.rows)]
        for place in range(len(headings))
    ]
    sizes = _sizes(cells, width)
    if any(headings):
        yield from _row(headings, sizes, grid.right)
    for row in grid.rows:
        yield from _row([cell.text for cell in row], sizes, grid.right)


def _sizes(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return whole widths: as wide as the texts if they fit, else what there is, shared out."""
    most = [max(map(columns_of, column), default=0) for column in cells]
    free = width - _GAP * (len(cells) - 1)
    if sum(most) <= free:
        return most
    shared, _ = column_widths(cells, free, columns_of, 0)
    sizes = [max(int(one), 1) for one in shared]
    for place in sorted(range(len(sizes)), key=lambda one: sizes[one] - shared[one]):
        sizes[place] += 1 if sum(sizes) < free else 0
    return sizes


def _row(texts: Sequence[str], sizes: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    parts = [_wrapped(text, size) for text, size in zip(texts, sizes, strict=True)]
    for place in range(max(map(len, parts))):
        cells = (
            _padded(lines[place] if place < len(lines) else "", size, right=to_right)
            for lines, size, to_right in zip(parts, sizes, right, strict=True)
        )
        yield (" " * _GAP).join(cells)


def _blank(blank: Blank, width: int) -> Iterator[str]:
    """Give the label at the left, and beside it boxes, choices or a line to write on."""
    free = width - _LABEL - _GAP
    first, *more = _wrapped(blank.label, _LABEL - 3)
    more += _wrapped(blank.note, _LABEL - 3) if blank.note else ()
    left = [first, *(f"   {line}" for line in more)]
    if blank.choices:
        beside = _ticks(blank.choices, free)
    elif blank.boxes:
        beside = ["".join("[ ]" if one == "_" else one for one in blank.boxes)]
    else:
        beside = ["." * free]
    for place in range(max(len(left), len(beside))):
        label = left[place] if place < len(left) else ""
        yield f"{_padded(label, _LABEL)}  {beside[place] if place < len(beside) else ''}"
    yield ""


def _ticks(choices: Sequence[str], width: int) -> list[str]:
    """Return choices to tick, as many on a line as fit; a long one goes on below its words."""
    found: list[str] = []
    for choice in choices:
        first, *more = _wrapped(choice, width - 4)
        tick = f"[ ] {first}"
        if found and not more and columns_of(found[-1]) + 3 + columns_of(tick) <= width:
            found[-1] += f"   {tick}"
        else:
            found += [tick, *(f"    {line}" for line in more)]
    return found
