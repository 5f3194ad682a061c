"""The figures of one row, one below the other: with bars, and their last months. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.look.charts import bar, sparkline
from fieldkit.screens.look.parts import heading
from fieldkit.screens.look.text import Span, Text, fit, joined
from fieldkit.screens.progress.words import NO_BARS, figure, scale_of, share, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fieldkit.reports import Row
    from fieldkit.screens.progress.wanted import Shown

MONTHS = 12
_WIDEST_LABEL, _LEAST_BAR, _WIDEST_BAR = 44, 14, 40


def figure_lines(found: Shown, at: int, width: int) -> list[tuple[int, Text]]:
    """Return a line for each figure of the row ``at``, with the place of its column."""
    from fieldkit.reports.declaration.report import unit_of

    row = found.table.rows[at]
    places, heads = found.figures(row), found.table.columns
    texts = {place: figure(found.table, row, place) for place in places}
    label, number, chart, months = _widths(found, at, texts, width)
    most = _largest(found, row, places)
    of_row = found.months_at(at)
    lines = []
    for place in places:
        value, unit = row.cells[place], unit_of(heads[place], row)
        part = share(value, unit, most.get(scale_of(unit), 0))
        counted = of_row.get(heads[place].name)
        shown: list[Text] = [
            fit(heads[place].label, label),
            fit(styled(texts[place], value), number, right=True),
            fit(bar(part, chart) if part is not None and chart else (), chart),
            sparkline(counted) if counted and months and any(counted) else (),
        ]
        lines.append((place, joined(shown)))
    return lines


def figures_head(found: Shown, at: int, width: int) -> Text:
    """Return the heading over the figures: of what, and where the months stand."""
    row = found.table.rows[at]
    texts = {p: figure(found.table, row, p) for p in found.figures(row)}
    label, number, chart, months = _widths(found, at, texts, width)
    named = "Figures" if at == found.total else str(row.cells[0] or "")
    left = fit(heading(named), label + number + chart + 4)
    return (*left, Span("  "), *heading(f"{MONTHS} months")) if months else left


def _widths(found: Shown, at: int, texts: dict[int, str], width: int) -> tuple[int, int, int, int]:
    """Return the cells of label, figure, bar and months; the bar gets what is left."""
    heads = found.table.columns
    number = min(max((len(text) for text in texts.values()), default=1), 30)
    months = MONTHS if width >= 60 and any(map(any, found.months_at(at).values())) else 0
    beside = number + 2 + (months + 2 if months else 0)
    longest = max((len(heads[place].label) for place in texts), default=1)
    label = min(longest, _WIDEST_LABEL, max(width - beside - _LEAST_BAR - 2, 12))
    chart = min(width - label - beside - 2, _WIDEST_BAR)
    return label, number, chart if chart >= _LEAST_BAR // 2 else 0, months


def _largest(found: Shown, row: Row, places: Sequence[int]) -> dict[str, float]:
    """Return the largest figure on each scale, which has the longest bar."""
    from fieldkit.reports.declaration.measure import PERCENT
    from fieldkit.reports.declaration.report import unit_of

    most: dict[str, float] = {}
    for place in places:
        unit, value = unit_of(found.table.columns[place], row), row.cells[place]
        if isinstance(value, int | float) and unit not in NO_BARS:
            scale = scale_of(unit)
            most[scale] = max(most.get(scale, 0), value)
    if PERCENT in most:
        most[PERCENT] = max(most[PERCENT], 100)
    return most
