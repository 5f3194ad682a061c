"""How wide columns are, and where lines break. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

Measured = Callable[[str], float]
"""The width of a text."""


def words(text: str) -> list[str]:
    """Return the words of a text; a no-break space keeps what it joins together."""
    return [word for word in text.split(" ") if word]


def column_widths(
    cells: Sequence[Sequence[str]], whole: float, measured: Measured, pad: float
) -> tuple[list[float], bool]:
    """Return the widths of columns that fill ``whole``, and whether no word must be broken.

    ``cells``: the texts of each column.
    """
    most = [max(map(measured, column), default=0) + pad for column in cells]
    least = [
        max((measured(word) for text in column for word in words(text)), default=0) + pad
        for column in cells
    ]
    if sum(least) > whole:
        return [whole * one / sum(least) for one in least], False
    if sum(most) <= whole:
        return [one + (whole - sum(most)) / len(most) for one in most], True
    spare = (whole - sum(least)) / (sum(most) - sum(least))
    return [few + (many - few) * spare for few, many in zip(least, most, strict=True)], True


def wrapped(text: str, width: float, measured: Measured) -> Iterator[str]:
    """Give the lines of a text; a word that is wider than a line is broken."""
    line, long, space = "", 0.0, measured(" ")
    for word in words(text):
        if line and long + space + measured(word) <= width:
            line, long = f"{line} {word}", long + space + measured(word)
            continue
        if line:
            yield line
        *full, line = _pieces(word, width, measured)
        yield from full
        long = measured(line)
    yield line


def _pieces(word: str, width: float, measured: Measured) -> Iterator[str]:
    piece = ""
    for letter in word if measured(word) > width else [word]:
        if piece and measured(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece
