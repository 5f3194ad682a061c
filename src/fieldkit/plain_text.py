"""Text made safe for a terminal: whatever was typed, imported or sent passes through here."""

from __future__ import annotations

import unicodedata

REPLACED = "\u00b7"
"""Stands for a character that cannot be shown."""
_UNSAFE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKS = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


def shown(text: str) -> str:
    """Return ``text`` as one line that no terminal obeys, only shows.

    Control characters are replaced and marks that reorder a line are dropped.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if c in "\t\r\n" else REPLACED if unicodedata.category(c) in _UNSAFE else c
        for c in text.translate(_MARKS)
    )
