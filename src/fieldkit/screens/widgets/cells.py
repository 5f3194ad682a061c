"""Text made safe for a terminal and fitted into its cells."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from fieldkit.plain_text import shown


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` safe and exactly ``width`` cells wide; ends in ``~`` if it was cut."""
    safe = shown(text[:1000])
    size = cell_len(safe)
    if size > width:
        return set_cell_size(safe, max(width - 1, 0)) + "~"[:width]
    pad = " " * (width - size)
    return pad + safe if right else safe + pad


def two_lines(text: str, width: int) -> tuple[str, str]:
    """Return ``text`` safe, wrapped at a word into two lines of at most ``width`` cells."""
    safe = shown(text[:1000])
    if cell_len(safe) <= width:
        return safe, ""
    words, first = safe.split(), ""
    safe = " ".join(words)
    for word in words:
        longer = f"{first} {word}" if first else word
        if cell_len(longer) > width:
            break
        first = longer
    first = first or set_cell_size(safe, width)
    return first, fit(safe[len(first) :].strip(), width).rstrip()


def column_widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Share ``width`` cells among the columns: each as wide as it needs; the widest shrink first.

    The first column says what a row is, so it counts as two thirds of its width.
    """
    columns = max((len(row) for row in rows), default=0)
    sizes = [
        max((cell_len(shown(row[column][:200])) for row in rows if column < len(row)), default=0)
        for column in range(columns)
    ]
    gaps = 2 * (sum(1 for size in sizes if size) - 1)
    for _ in range(sum(sizes) + gaps - max(width, gaps)):
        widest = max(range(columns), key=lambda column: sizes[column] * (3 if column else 2))
        sizes[widest] -= 1
    return sizes
