"""What stands around the content of every page: bar, panel, sentence and line of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from textual.geometry import Region

from fieldkit.screens.look.drawn import Drawn
from fieldkit.screens.look.glyphs import CORRECT, SETTLE
from fieldkit.screens.look.parts import MARGIN, Block, Key, crumbs, frame, key_line
from fieldkit.screens.look.text import (
    Cell,
    Span,
    StyleName,
    Text,
    text_of,
    width_of,
    wrapped_before,
)

PANEL_WIDTH = 38
"""Cells of the panel at the right of a wide page."""


class TopBar(Drawn):
    """Where you are, as a trail, and at the right what is known of this laptop."""

    DEFAULT_CSS = "TopBar { height: 1; width: 1fr; }"
    SURFACE = "panel"

    def __init__(self, *trail: Cell, mark: Cell = "") -> None:
        """``mark``: stands before everything and is never left out."""
        super().__init__(id="where")
        self._trail: Sequence[Cell] = trail
        self._chips: Sequence[Cell] = ()
        self._status: Sequence[Cell] = ()
        self._mark = mark

    def put(
        self,
        trail: Sequence[Cell] | None = None,
        chips: Sequence[Cell] | None = None,
        status: Sequence[Cell] | None = None,
    ) -> None:
        """Replace the parts that are given; ``chips``: what the page says before the status."""
        before = self._trail, self._chips, self._status
        self._trail = self._trail if trail is None else trail
        self._chips = self._chips if chips is None else chips
        self._status = self._status if status is None else status
        if before != (self._trail, self._chips, self._status):
            self.refresh()

    def line(self, _y: int, /) -> Text:
        """Return the trail and the chips."""
        before = (*text_of(self._mark), Span(" ")) if self._mark else ()
        width = self.size.width - width_of(before)
        return (*before, *crumbs(self._trail, self._chips, width, self._status))


_SIGNS: Mapping[StyleName, str] = {"bad": CORRECT, "warn": SETTLE}
"""What stands before a sentence of a style."""


class Sentence(Drawn):
    """A sentence on two lines, wrapped at a word; a short one stands on the second line."""

    DEFAULT_CSS = "Sentence { height: 2; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="sentence")
        self._said, self._then = "", ""
        self.style: StyleName = "text"

    @property
    def text(self) -> str:
        """All of the sentence."""
        return f"{self._said} {self._then}".strip()

    def put(self, text: str, style: StyleName = "text", then: str = "") -> None:
        """Replace the sentence; ``then``: what to press, which is never cut."""
        if (text, style, then) != (self._said, self.style, self._then):
            self._said, self.style, self._then = text, style, then
            self.refresh()

    def line(self, y: int, /) -> Text:
        """Wrap it at the width."""
        sign = _SIGNS.get(self.style, "") if self.text else ""
        mark = (Span(f"{sign} ", self.style),) if sign else ()
        whole = (*mark, Span(self._said, self.style))
        then = (Span(self._then, "strong"),) if self._then else ""
        width = self.size.width - 2 * MARGIN
        lines = wrapped_before(whole, then, width, 2) if self.text else []
        place = y - (2 - len(lines))
        return (Span(" " * MARGIN), *lines[place]) if place >= 0 else ()


class KeyLine(Drawn):
    """The keys that work now."""

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; }"
    SURFACE = "panel"

    def __init__(self, offered: Sequence[Key]) -> None:
        super().__init__(id="keys")
        self._offered = offered

    def put(self, offered: Sequence[Key]) -> None:
        """Replace the keys."""
        if offered != self._offered:
            self._offered = offered
            self.refresh()

    def line(self, _y: int, /) -> Text:
        """Return the keys that fit."""
        return key_line(self._offered, self.size.width)


class Panel(Drawn):
    """Blocks of lines in frames at the right of a wide page; a narrow page has none."""

    DEFAULT_CSS = f"Panel {{ width: {PANEL_WIDTH}; height: 1fr; display: none; }}"

    def __init__(self) -> None:
        super().__init__(id="panel")
        self._blocks: Sequence[Block] = ()
        self._lines: list[Text] = []

    def put(self, *blocks: Block) -> None:
        """Replace the blocks; only lines that differ are painted."""
        if blocks == self._blocks:
            return
        before, self._blocks, self._lines = self._lines, blocks, []
        for block in blocks:
            self._lines += [()] if self._lines else []
            self._lines += frame(block.title, block.note, block.lines, PANEL_WIDTH - 1, block.style)
        self.set_class(bool(blocks), "-filled")
        pairs = enumerate(zip_longest(before, self._lines))
        changed = [Region(0, y, PANEL_WIDTH, 1) for y, (old, new) in pairs if old != new]
        self.refresh(*changed)

    def line(self, y: int, /) -> Text:
        """Return a line of the frames."""
        return self._lines[y] if y < len(self._lines) else ()
