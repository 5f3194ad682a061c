"""Widgets that draw lines of text in the look of the application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from textual.strip import Strip
from textual.widget import Widget

from fieldkit.screens.look.look import Look, Surface
from fieldkit.screens.look.text import Cell, Text


class HasLook(Protocol):
    """The application, which knows the look that the operator chose."""

    look: Look


class Drawn(Widget):
    """A widget whose lines are text in named styles."""

    SURFACE: Surface = "page"

    @property
    def look(self) -> Look:
        """The look of the application."""
        return cast("HasLook", self.app).look

    def line(self, _y: int, /) -> Text:
        """Return the text of one line."""
        return ()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        return self.look.strip(self.line(y), self.size.width, self.SURFACE)


class Lines(Drawn):
    """Some lines that are put there as a whole."""

    DEFAULT_CSS = "Lines { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Cell] = ()

    def put(self, *lines: Cell) -> None:
        """Replace the lines."""
        if lines != self._lines:
            self._lines = lines
            self.refresh(layout=True)

    def get_content_height(self, *_sizes: object) -> int:
        """Return as many cells as there are lines."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        text = self._lines[y] if y < len(self._lines) else ()
        return self.look.strip(text, self.size.width, self.SURFACE)
