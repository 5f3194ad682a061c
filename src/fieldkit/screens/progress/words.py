"""Figures as they stand in columns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.look.text import Span, StyleName, Text

if TYPE_CHECKING:
    from fieldkit.reports import Cell, Row, Table


NO_BARS = ("days", "rank", "")
"""Units of figures that are not drawn."""


def scale_of(unit: str) -> str:
    """Return what bars are compared by: rupees, percent, or whatever is counted."""
    from fieldkit.reports.declaration.measure import PERCENT, RUPEES

    return unit if unit in (PERCENT, RUPEES) else "counted"


def figure(table: Table, row: Row, place: int, *, short: bool = False) -> str:
    """Return a figure as people read it, with the upper end of a range.

    ``short``: crore in the shortest way.
    """
    from fieldkit.reports.declaration.report import unit_of
    from fieldkit.reports.formats.words import in_words

    heading = table.columns[place]
    values = [row.cells[place]]
    values += [row.cells[n] for n, one in enumerate(table.columns) if one.name == heading.upper]
    texts = [in_words(one, unit_of(heading, row)) for one in values if one is not None]
    if short:
        texts = [text.replace(" crore", " cr").removeprefix("Rs ") for text in texts]
    return "-".join(texts)


def styled(text: str, value: Cell, style: StyleName = "strong") -> Text:
    """Return a figure in a style; that nothing was counted is dim."""
    if not text:
        return ()
    number = isinstance(value, int | float)
    return (Span(text, "dim" if number and not value else style if number else "text"),)


def share(value: Cell, unit: str, most: float) -> float | None:
    """Return how much of the largest a figure is; None where that says nothing."""
    if not isinstance(value, int | float) or most <= 0 or unit in NO_BARS:
        return None
    return value / most
