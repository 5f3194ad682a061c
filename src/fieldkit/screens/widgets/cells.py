"""Text cut to the cells of a terminal, made safe for it on the way."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from fieldkit.plain_text import shown


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` safe and exactly ``width`` cells wide; ``~`` at the end: some is cut off."""
    safe = shown(text[:1000])
    size = cell_len(safe)
    if size > width:
        return set_cell_size(safe, max(width - 1, 0)) + "~"[:width]
    pad = " " * (width - size)
    return pad + safe if right else safe + pad
