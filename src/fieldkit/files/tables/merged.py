"""Give merged cells the value of their first cell, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from fieldkit.files.tables.table import MOST_COLUMNS, Row

Block: TypeAlias = "tuple[int, int, int, int]"
"""A merged block: its first and last row, its first and last column; columns count from 0."""
MOST_BLOCKS = 200_000


@dataclass(slots=True)
class Merged:
    """The merged blocks of a sheet, while its rows are read from the top."""

    _waiting: list[Block]
    """Blocks not begun yet, the next one last."""
    _begun: list[tuple[Block, str]] = field(default_factory=list)

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Merged:
        """Take the blocks of a sheet, in any order."""
        inside = (block for block in blocks if block[2] < MOST_COLUMNS)
        return cls(sorted(inside, reverse=True))

    def fill(self, number: int, cells: list[str]) -> Row:
        """Return a row with its merged cells filled."""
        self._begun = [one for one in self._begun if one[0][1] >= number]
        while self._waiting and self._waiting[-1][0] <= number:
            self._begin(self._waiting.pop(), number, cells)
        if not self._begun:
            return Row(number, cells)
        left, above = set[int](), set[int]()
        for (top, _, first, last), value in self._begun:
            if not value:
                continue
            last = min(last, MOST_COLUMNS - 1)
            cells.extend([""] * (last + 1 - len(cells)))
            for at in range(first, last + 1):
                cells[at] = value
                if number > top:
                    above.add(at)
                if at > first:
                    left.add(at)
        return Row(number, cells, from_left=frozenset(left), from_above=frozenset(above))

    def _begin(self, block: Block, number: int, cells: list[str]) -> None:
        """Begin a block; one that ends above, or overlaps another one, is of a damaged file."""
        top, bottom, first, last = block
        if bottom < number or any(
            first <= other[3] and other[2] <= last for other, _ in self._begun
        ):
            return
        value = cells[first] if top == number and first < len(cells) else ""
        self._begun.append((block, value))
