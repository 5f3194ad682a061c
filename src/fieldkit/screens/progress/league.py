"""The rows of a report below one another: the columns that fit, with a bar or the months. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.charts import bar, sparkline
from fieldkit.screens.look.parts import heading
from fieldkit.screens.look.text import Span, Text, cut, fit
from fieldkit.screens.progress.words import NO_BARS, figure, share, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fieldkit.reports import Heading, Row
    from fieldkit.screens.progress.wanted import Shown

MONTHS = 12
_GAP = 2
_LEAST_NAME, _NARROW_NAME, _WIDEST_NAME = 16, 22, 40
_WIDEST = 22
"""Cells of a column at most."""
_LEAST_BAR, _WIDEST_BAR = 8, 24


class Order(NamedTuple):
    """In which order the rows stand."""

    column: str = ""
    """The largest figure first; empty: as they come."""


class League(NamedTuple):
    """The lines: headings, and each row with its place in the table."""

    heads: Sequence[Text]
    rows: Sequence[tuple[int, Text]]


def league(found: Shown, order: Order, width: int) -> League:
    """Lay out all rows but the total, in an order, ``width`` cells wide."""
    places = ordered(found, order)
    if not places:
        return League((), ())
    laid = _Columns(found, order, places, width)
    return League(laid.heads(), [(place, laid.row(place)) for place in places])


def ordered(found: Shown, order: Order) -> Sequence[int]:
    """Return the places of all rows but the total, in an order."""
    rows, total = found.table.rows, found.total
    places = [place for place in range(len(rows)) if place != total]
    names = [heading.name for heading in found.table.columns]
    if order.column not in names:
        return places
    at = names.index(order.column)

    def size(place: int) -> float:
        value = rows[place].cells[at]
        if isinstance(value, date):
            return value.toordinal()
        return value if isinstance(value, int | float) else float("-inf")

    return sorted(places, key=lambda place: -size(place))


class _Columns:
    """The columns that fit, and how wide each is."""

    def __init__(self, found: Shown, order: Order, places: Sequence[int], width: int) -> None:
        self.found = found
        self.heads_of = found.table.columns
        self.rows = found.table.rows
        self.shown: list[int] = []
        longest = max(len(str(self.rows[place].cells[0] or "")) for place in places)
        left = width - min(max(longest, _LEAST_NAME), _WIDEST_NAME if width > 100 else _NARROW_NAME)
        self.sizes = {place: self._size(place, places) for place in self._by_weight(order)}
        weights = {place: self.heads_of[place].weight for place in self.sizes}
        for place, size in self.sizes.items():
            # Where some columns matter more, their bar matters more than the other columns.
            kept = _LEAST_BAR + _GAP if any(weights.values()) and not weights[place] else 0
            if size + _GAP + kept <= left:
                self.shown.append(place)
                left -= size + _GAP
        self.shown.sort()
        self.months = MONTHS if any(map(found.months_at, places)) and left >= MONTHS + _GAP else 0
        left -= self.months + _GAP if self.months else 0
        self.barred = self._bar_column(order) if left >= _LEAST_BAR + _GAP else None
        self.chart = min(left - _GAP, _WIDEST_BAR) if self.barred is not None else 0
        used = sum(self.sizes[place] + _GAP for place in self.shown)
        used += self.chart + _GAP if self.chart else 0
        used += self.months + _GAP if self.months else 0
        self.name = min(max(longest, len(self.heads_of[0].label)), width - used)
        self.most = self._most(places)

    def _by_weight(self, order: Order) -> list[int]:
        """Return the columns, what the rows are ordered by and what matters most first."""
        filled = [
            place
            for place in self.found.columns()
            if any(row.cells[place] not in (None, "") for row in self.rows)
        ]
        return sorted(
            filled,
            key=lambda place: (
                self.heads_of[place].name != order.column,
                -self.heads_of[place].weight,
            ),
        )

    def _size(self, place: int, rows: Sequence[int]) -> int:
        widest = max(len(self._text(self.rows[row], place)) for row in rows)
        return min(max(widest, *map(len, _two_lines(self.heads_of[place].label))), _WIDEST)

    def _text(self, row: Row, place: int) -> str:
        return figure(self.found.table, row, place, short=True)

    def _bar_column(self, order: Order) -> int | None:
        """Return the column that is drawn: the one ordered by, else shares, else the first."""
        numbers = [p for p in self.shown if self.heads_of[p].unit not in NO_BARS]
        named = [p for p in numbers if self.heads_of[p].name == order.column]
        shares = [p for p in numbers if self.heads_of[p].unit == "percent"]
        same = [p for p in numbers if self.heads_of[p].unit != "figure"]
        return next(iter([*named, *shares, *same]), None)

    def _most(self, places: Sequence[int]) -> float:
        if self.barred is None:
            return 0
        values = [self.rows[place].cells[self.barred] for place in places]
        most = max((value for value in values if isinstance(value, int | float)), default=0)
        return max(most, 100) if self.heads_of[self.barred].unit == "percent" else most

    def heads(self) -> list[Text]:
        """Return the two lines of headings; the first is left out where nothing stands in it."""
        lines: list[Text] = []
        for n in (0, 1):
            cells: list[Text] = [fit(heading(self.heads_of[0].label if n else ""), self.name)]
            for place in self.shown:
                one = self.heads_of[place]
                words = cut(heading(_two_lines(one.label)[n]), self.sizes[place])
                cells.append(fit(words, self.sizes[place], right=_right(one)))
            if self.barred is not None:
                words = heading(_two_lines(self.heads_of[self.barred].label)[n])
                cells.append(fit(cut(words, self.chart), self.chart))
            if self.months:
                cells.append(heading(f"{MONTHS} months" if n else ""))
            lines.append(_line(cells))
        return lines if any(span.text.strip() for span in lines[0]) else lines[1:]

    def row(self, place: int) -> Text:
        """Return the line of a row."""
        row = self.rows[place]
        name = (Span(str(row.cells[0] or ""), "strong"),)
        cells: list[Text] = [fit(name, self.name)]
        for column in self.shown:
            text = styled(self._text(row, column), row.cells[column], "text")
            right = _right(self.heads_of[column])
            cells.append(fit(text, self.sizes[column], right=right))
        if self.barred is not None:
            unit = self.heads_of[self.barred].unit
            part = share(row.cells[self.barred], unit, self.most)
            cells.append(fit(bar(part, self.chart) if part is not None else (), self.chart))
        if self.months:
            of_row = self.found.months_at(place)
            first = next(iter(of_row.values()), None)
            cells.append(sparkline(first) if first else ())
        return _line(cells)


def _right(one: Heading) -> bool:
    return bool(one.unit)


def _line(cells: Sequence[Text]) -> Text:
    """Return fitted cells with gaps between them, the empty ones too."""
    spans: list[Span] = []
    for number, cell in enumerate(cells):
        spans += [Span(" " * _GAP)] if number else []
        spans += cell
    return tuple(spans)


def _two_lines(label: str) -> tuple[str, str]:
    """Return a heading on two lines as narrow as its words allow; a short one on the second."""
    words = label.split()
    if len(label) <= 8 or len(words) < 2:
        return "", label
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(breaks, key=lambda pair: max(map(len, pair)))
