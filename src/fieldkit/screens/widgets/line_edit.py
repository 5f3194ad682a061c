"""One line of editable text: cursor, deletion, and the part that fits into a box.

Pure. Positions are indices into the text, always between two characters as people see them (a
letter with its marks, a joined emoji), never inside one; widths are terminal cells.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes

from fieldkit.plain_text import shown
from fieldkit.screens.look.glyphs import MORE

_NEVER = {"Cc", "Cs"}


class Window(NamedTuple):
    """The part of a text that is drawn."""

    text: str
    """Safe to print, and exactly as wide as requested."""
    cursor: int
    """Where the character under the cursor begins in ``text``."""
    after: int
    """Where it ends."""
    cells: int
    """Cells to the left of the cursor."""


def tame(text: str) -> str:
    """Return ``text`` on one line, without control and reordering characters."""
    if text.isascii() and text.isprintable():
        return text
    line = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(c for c in line if unicodedata.category(c) not in _NEVER and shown(c))


@lru_cache(maxsize=64)
def _marks(text: str) -> tuple[list[int], list[int]]:
    """Return the start of each character and the cells before it; the end of the text included."""
    starts, cells = [0], [0]
    for _, end, width in split_graphemes(text)[0]:
        starts.append(end)
        cells.append(cells[-1] + width)
    return starts, cells


@dataclass(slots=True)
class FieldText:
    """A text and the position of its cursor."""

    text: str = ""
    cursor: int = 0

    def put(self, text: str) -> None:
        """Replace the whole text; the cursor goes to its end."""
        self.text = tame(text)
        self.cursor = len(self.text)

    def insert(self, piece: str) -> bool:
        """Insert typed or pasted text; say whether anything printable was in it."""
        piece = tame(piece)
        if not piece:
            return False
        self.text = self.text[: self.cursor] + piece + self.text[self.cursor :]
        self.cursor += len(piece)
        if not piece.isascii():
            starts, _ = _marks(self.text)
            self.cursor = starts[min(bisect_left(starts, self.cursor), len(starts) - 1)]
        return True

    def move(self, key: str) -> None:
        """Move by ``left``, ``right``, ``home`` or ``end``."""
        goals: dict[str, Callable[[], int]] = {
            "left": self._left,
            "right": self._right,
            "home": lambda: 0,
            "end": lambda: len(self.text),
        }
        self.cursor = goals[key]()

    def delete(self, key: str) -> bool:
        """Delete by ``backspace``, ``delete``, ``ctrl+w`` or ``ctrl+u``; say whether any was."""
        spans: dict[str, Callable[[], tuple[int, int]]] = {
            "backspace": lambda: (self._left(), self.cursor),
            "delete": lambda: (self.cursor, self._right()),
            "ctrl+w": lambda: (self._word(), self.cursor),
            "ctrl+u": lambda: (0, len(self.text)),
        }
        start, end = spans[key]()
        if start == end:
            return False
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start
        return True

    def window(self, width: int) -> Window:
        """Return what a box of ``width`` cells shows; it always holds the cursor."""
        safe = shown(self.text)
        starts, cells = _marks(safe)
        here = bisect_left(starts, min(self.cursor, starts[-1]))
        first = 0
        if cells[here] >= width:
            first = bisect_left(cells, cells[here] - width + 2)
        cut = MORE if first else ""
        space = width - len(cut)
        last = bisect_right(cells, cells[first] + space) - 1
        text = safe[starts[first] : starts[last]]
        after = starts[here + 1] if here + 1 < len(starts) else starts[here] + 1
        return Window(
            cut + text + " " * (space - (cells[last] - cells[first])),
            starts[here] - starts[first] + len(cut),
            after - starts[first] + len(cut),
            cells[here] - cells[first] + len(cut),
        )

    def point(self, cell: int, width: int) -> None:
        """Put the cursor where the mouse points in a box drawn from its first character."""
        starts, cells = _marks(shown(self.text))
        self.cursor = starts[max(bisect_right(cells, min(cell, width - 1)) - 1, 0)]

    def _left(self) -> int:
        starts, _ = _marks(self.text)
        return starts[max(bisect_left(starts, self.cursor) - 1, 0)]

    def _right(self) -> int:
        starts, _ = _marks(self.text)
        return starts[min(bisect_right(starts, self.cursor), len(starts) - 1)]

    def _word(self) -> int:
        left = self.text[: self.cursor].rstrip()
        return left.rfind(" ") + 1 if left else 0
