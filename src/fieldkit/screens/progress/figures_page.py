"""A page of figures: those of all with bars, the rows below them, and each row alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Generic, TypeVar

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import MARGIN
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.progress.figures import figure_lines, figures_head
from fieldkit.screens.progress.league import Order, league
from fieldkit.screens.progress.saving import save_page
from fieldkit.screens.progress.wanted import Shown
from fieldkit.screens.widgets.rows import Answer, Choice

_NOTE_LINES = 6
_OF_ROW = 2
"""Notes under the figures of one row."""

S = TypeVar("S", bound=Shown)


class FiguresPage(PickerPage[None], Generic[S]):
    """The figures of a table that lead to no records."""

    WHAT = "Table"
    """What holds the figures."""

    def __init__(self, found: S | None = None) -> None:
        super().__init__()
        self._found = found
        """What is shown; None while there is nothing yet."""
        self._at: int | None = None
        """The row whose figures are shown alone."""
        self._order = Order()

    # --- what a page of its own may say instead ---

    def _head(self) -> None:
        """Say in the bar which report this is, and which row is shown alone."""
        title = self._found.table.title if self._found else ""
        self.set_header(title, self.WHAT, self._row_name())

    def _above(self, found: S, width: int) -> Iterator[Cell]:  # noqa: ARG002
        """Give the lines above the figures."""
        from fieldkit.reports.formats.words import subtitle

        yield (Span(subtitle(found.table), "accent"),)

    async def _open_figure(self, found: S, at: int, column: int) -> None:  # noqa: ARG002
        """Say that a figure leads to no records."""
        label = found.table.columns[column].label
        self.say(f"A {self.WHAT.lower()} holds figures, not the records behind “{label}”.")

    async def _open_row(self, found: S, place: int) -> None:  # noqa: ARG002
        """Look at the figures of a row alone."""
        self._at = place
        self._head()
        self.picker.start_over("")

    # --- lines ---

    def _row_name(self) -> str:
        """Return what the row shown alone is called; empty if all are shown."""
        if self._found is None or self._at is None:
            return ""
        return str(self._found.table.rows[self._at].cells[0] or "")

    async def answer(self, _text: str) -> Answer:
        """Answer with the figures and the rows; the store is not asked here."""
        found = self._found
        if found is None:
            return Answer(mark=None)
        width = self.size.width - 2 * MARGIN
        rows = [*self._figures(found, width), *self._league(found, width)]
        above = [*self._above(found, width)]
        if not rows:
            above += ["", (Span("There is nothing to show.", "dim"),)]
        return Answer(
            rows, above=tuple(above), after=tuple(self._notes(found, width)), scrolls=True
        )

    def _figures(self, found: S, width: int) -> Iterator[Choice]:
        """Give a row for each figure of all, or of the row looked at."""
        at = found.total if self._at is None else self._at
        if at is None:
            return
        head = figures_head(found, at, width)
        for number, (column, line) in enumerate(figure_lines(found, at, width)):
            yield Choice(
                (line,),
                partial(self._open_figure, found, at, column),
                key=f"figure {found.table.columns[column].name}",
                head=head if not number else "",
                gap=("",) if not number else (),
            )

    def _league(self, found: S, width: int) -> Iterator[Choice]:
        """Give the rows of the report."""
        if self._at is not None:
            return
        heads, rows = league(found, self._order, width)
        for number, (place, line) in enumerate(rows):
            row = found.table.rows[place]
            yield Choice(
                (line,),
                partial(self._open_row, found, place),
                key=f"row {row.key or place}",
                head=heads[-1] if not number else "",
                gap=("", *heads[:-1]) if not number else (),
            )

    def _notes(self, found: S, width: int) -> Iterator[Cell]:
        notes = found.table.notes
        for note in notes if self._at is None else notes[:_OF_ROW]:
            yield ""
            yield from wrapped((Span(note, "dim"),), width, _NOTE_LINES)

    def on_resize(self) -> None:
        """Lay the figures out for the new width."""
        super().on_resize()
        if self._found:
            self.call_after_refresh(self.picker.reload_if_idle)

    # --- what keys do ---

    def action_leave(self) -> None:
        """Go back from a row to all of them, else leave."""
        if self._at is None:
            self.dismiss(None)
        else:
            self._show_all()

    def _show_all(self) -> None:
        self._at = None
        self._head()
        self.picker.start_over("")

    async def _export(self) -> None:
        if self._found is not None:
            await self.app.push_screen(save_page(self._found, self.say))
