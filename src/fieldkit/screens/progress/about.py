"""What stands above the figures of a report: area, period, day, and what is not all here. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.text import Cell, Span, Text, joined, wrapped
from fieldkit.screens.progress.wanted import holds

if TYPE_CHECKING:
    from fieldkit.screens.progress.wanted import Found, Wanted


def about(wanted: Wanted) -> Text:
    """Return the line with area, period and what the rows are."""
    from fieldkit.records.fields.formats import show_date

    period: Text = (Span(f"financial year {wanted.fy}" if wanted.fy else "everything"),)
    if wanted.as_on:
        period = (*period, Span(f" up to {show_date(wanted.as_on)}", "warn"))
    elif not wanted.fy:
        period = (*period, Span(" up to today"))
    by = (Span(f"by {wanted.by.label.lower()}", "dim"),)
    return joined([(Span(wanted.area.title, "accent"),), period, by], f" {DOT} ")


def above(found: Found, width: int) -> Iterator[Cell]:
    """Give that line, and what must be known to read the figures rightly."""
    wanted = found.wanted
    yield about(wanted)
    if wanted.as_on:
        words = "Only what is dated up to that day counts, as today's records have it."
        yield from wrapped((Span(words, "dim"),), width, 2)
    if not holds(found.held, wanted.area):
        here = found.held.title
        words = f"Only records of {here} are on this laptop: a larger area has more."
        yield from wrapped((Span(words, "warn"),), width, 2)
