"""Texts that a spreadsheet program would run as a formula, made harmless and back again."""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")


def harmless(text: str) -> str:
    """Put a ``'`` before a text that a spreadsheet would run: ``=1+1`` -> ``'=1+1``."""
    return f"'{text}" if _RUNS.match(text) else text


def restored(text: str) -> str:
    """Take the ``'`` of :func:`harmless` off again."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text
