"""The shared texts of an XLSX file, kept packed: a district's register has a million of them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

from fieldkit.files.tables.table import LONGEST_CELL, SAVE_AS, Unreadable
from fieldkit.files.tables.xlsx.parse import Attributes, parse

_MOST_BYTES = 32 << 20
_MOST_TEXTS = 4_000_000


@dataclass(slots=True)
class SharedTexts:
    """Texts by number."""

    _bytes: bytearray = field(default_factory=bytearray)
    _ends: array[int] = field(default_factory=lambda: array("I"))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        start = self._ends[number - 1] if number else 0
        return self._bytes[start : self._ends[number]].decode("utf-8", "surrogatepass")

    def add(self, text: str) -> None:
        """Add the next text.

        Raises:
            Unreadable: there are too many.
        """
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > _MOST_BYTES or len(self._ends) > _MOST_TEXTS:
            raise Unreadable(f"This file holds too many texts for one import. {SAVE_AS}")


class TextCollector:
    """Collects the text of one cell, which may come in several runs; leaves out ruby text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._open = False
        self._ruby = 0

    def start(self, tag: str) -> None:
        """Note the start of an element within the cell."""
        if tag == "rPh":
            self._ruby += 1
        self._open = tag in {"t", "v"} and not self._ruby

    def end(self, tag: str) -> None:
        """Note the end of an element within the cell."""
        if tag == "rPh":
            self._ruby -= 1
        self._open = False

    def text(self, text: str) -> None:
        """Take a piece of text.

        Raises:
            Unreadable: the cell is longer than any real one.
        """
        if self._open:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise Unreadable(f"A cell of this file is longer than a book. {SAVE_AS}")

    def taken(self) -> str:
        """Return the text, and begin the next one."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length, self._open, self._ruby = 0, False, 0
        return text.replace("_x000D_", "\n")


def read_shared(stream: BinaryIO) -> SharedTexts:
    """Read the part with the shared texts."""
    texts, one = SharedTexts(), TextCollector()

    def start(tag: str, _given: Attributes) -> None:
        if tag == "si":
            one.taken()
        else:
            one.start(tag)

    def end(tag: str) -> None:
        if tag == "si":
            texts.add(one.taken())
        else:
            one.end(tag)

    parse(stream, start, end, one.text)
    return texts
