"""Text made safe for a terminal and cut to its cells.

Whatever was typed or imported passes through :func:`shown` on its way to the screen: control
characters are replaced, marks that reorder a line are dropped, and nothing is read as markup.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, set_cell_size

REPLACED = "\u00b7"
_UNSAFE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKS = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)

_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")
"""Rich counts what follows a joiner as drawn over what precedes it, which holds for emoji only."""


def shown(text: str) -> str:
    """Return ``text`` as one line that no terminal obeys, only shows."""
    if text.isascii() and text.isprintable():
        return text
    text = _LONE_JOINER.sub("\u200c", text)
    return "".join(
        " " if c in "\t\r\n" else REPLACED if unicodedata.category(c) in _UNSAFE else c
        for c in text.translate(_MARKS)
    )


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` safe and exactly ``width`` cells wide; ``~`` at the end: some is cut off."""
    safe = shown(text[:1000])
    size = cell_len(safe)
    if size > width:
        return set_cell_size(safe, max(width - 1, 0)) + "~"[:width]
    pad = " " * (width - size)
    return pad + safe if right else safe + pad
