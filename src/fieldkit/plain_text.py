"""Make text safe for a terminal, and read digits of any script as 0-9."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

REPLACED = "\u00b7"
"""Shown instead of a character that cannot be shown."""
_UNSAFE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKS = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")
"""A zero-width joiner not between emoji. Rich counts joined characters as a single cell, which is
right for emoji only."""


def write_utf8() -> None:
    """Write to standard output and error as UTF-8, whatever the system would take."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def shown(text: str) -> str:
    """Return ``text`` as one line without anything that controls a terminal.

    Control characters are replaced; marks that reorder a line are removed.
    """
    return text if text.isascii() and text.isprintable() else _made_safe(text)


@lru_cache(maxsize=1024)
def _made_safe(text: str) -> str:
    text = _LONE_JOINER.sub("\u200c", text)
    return "".join(
        " " if c in "\t\r\n" else REPLACED if unicodedata.category(c) in _UNSAFE else c
        for c in text.translate(_MARKS)
    )


def plain(text: str) -> str:
    """Replace digits of any script by 0-9."""
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)
