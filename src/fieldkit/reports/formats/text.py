"""A table as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from fieldkit.reports.declaration.report import Row, Table, unit_of
from fieldkit.reports.formats.words import in_words, subtitle

_WIDEST = 44


def lines(table: Table, width: int = 0) -> Iterator[str]:
    """Give the lines of a table.

    With more columns than fit into ``width``, each row becomes a block: a line for each column.
    """
    yield table.title
    yield subtitle(table)
    yield ""
    cells = [_texts(table, row) for row in table.rows]
    if width and sum(_widths(table, cells)) + 2 * len(table.columns) > width:
        yield from _blocks(table, cells)
    else:
        yield from _grid(table, cells)
    if not cells:
        yield "There is nothing to show."
    if table.notes:
        yield ""
    yield from table.notes


def _texts(table: Table, row: Row) -> list[str]:
    pairs = zip(row.cells, table.columns, strict=True)
    return [
        in_words(value, unit_of(heading, row)) if heading.name != "code" else str(value or "")
        for value, heading in pairs
    ]


def _widths(table: Table, cells: list[list[str]]) -> list[int]:
    return [
        max(len(heading.label), *(len(row[place]) for row in cells), 1)
        for place, heading in enumerate(table.columns)
    ]


def _grid(table: Table, cells: list[list[str]]) -> Iterator[str]:
    widths = [min(width, _WIDEST) for width in _widths(table, cells)]
    left = [not heading.unit for heading in table.columns]

    def line(texts: list[str]) -> str:
        padded = (
            text.ljust(width) if to_left else text.rjust(width)
            for text, width, to_left in zip(texts, widths, left, strict=True)
        )
        return "  ".join(padded).rstrip()

    yield line([heading.label[:_WIDEST] for heading in table.columns])
    for row in cells:
        yield line(row)


def _blocks(table: Table, cells: list[list[str]]) -> Iterator[str]:
    longest = max(len(heading.label) for heading in table.columns)
    for row in cells:
        yield row[0]
        for heading, text in list(zip(table.columns, row, strict=True))[1:]:
            if text:
                yield f"  {heading.label:{longest}}  {text}"
