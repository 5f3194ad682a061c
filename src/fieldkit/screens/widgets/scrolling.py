"""Lines and rows that scroll together: which of them are seen, and where a key leads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.screens.look.glyphs import DOWN
from fieldkit.screens.look.parts import MARGIN
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import RowLine


class View(NamedTuple):
    """The part of all lines that is on the screen, and the marked row."""

    lines: Sequence[RowLine]
    height: int
    top: int = 0
    """The first line shown."""
    mark: int | None = None

    @property
    def shown(self) -> list[RowLine]:
        """The lines on the screen; if more follow, the last of them says how many."""
        top = self._top(self.top)
        shown, left = list(self.lines[top : top + self.height]), len(self.lines) - top - self.height
        if left > 0 and shown:
            more = (
                Span(" " * MARGIN),
                Span(DOWN, "accent"),
                Span(f" {left + 1} more lines", "dim"),
            )
            shown[-1] = RowLine(None, more)
        return shown

    @property
    def rows(self) -> list[int]:
        """The rows on the screen."""
        return [line.row for line in self.shown if line.row is not None]

    @property
    def sees_mark(self) -> bool:
        """Whether the marked row is on the screen."""
        return self.mark is None or self.mark in self.rows

    def with_mark_in_sight(self) -> View:
        """Scroll as little as needed to see the marked row."""
        places = [place for place, line in enumerate(self.lines) if line.row == self.mark]
        if self.mark is None or not places:
            return self
        ends = places[-1] == len(self.lines) - 1
        space = self.height if ends else self.height - 1  # the last line says how many follow
        return self.at(min(max(self.top, places[-1] - space + 1), places[0]))

    def step(self, step: int) -> View:
        """Mark the next row up or down; scroll one line where there is none, or it is not seen."""
        last = max((line.row for line in self.lines if line.row is not None), default=-1)
        if self.mark is None or not self.sees_mark or not 0 <= self.mark + step <= last:
            return self.at(self.top + step)
        return self._replace(mark=self.mark + step).with_mark_in_sight()

    def jump(self, lines: int) -> View:
        """Scroll by some lines; the mark goes to the nearest row in sight."""
        there = self.at(self.top + lines)
        if there.sees_mark or not there.rows:
            return there
        return there._replace(mark=there.rows[0 if lines > 0 else -1])

    def end(self, *, first: bool) -> View:
        """Go to the first or the last line, and mark the first or last row."""
        rows = [line.row for line in self.lines if line.row is not None]
        mark = (rows[0 if first else -1]) if rows else self.mark
        return self._replace(mark=mark).at(0 if first else len(self.lines))

    def at(self, line: int) -> View:
        """Bring a line to the top, as far as there are lines below it."""
        return self._replace(top=self._top(line))

    def _top(self, top: int) -> int:
        return max(min(top, len(self.lines) - self.height), 0)
