"""Escape texts that a spreadsheet program would run as a formula, and undo it."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escape_formula(text: str) -> str:
    """Put a ``'`` before a text that a spreadsheet would run: ``=1+1`` -> ``'=1+1``."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Remove the ``'`` that :func:`escape_formula` added."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
