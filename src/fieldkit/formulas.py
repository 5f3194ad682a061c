"""Escape texts that a spreadsheet program would run as a formula, and undo it; bare cells."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_FORCED_TEXT = re.compile(r'\s*=\s*"(.*)"\s*', re.DOTALL)
_APOSTROPHES = "'’‘`´"


def escape_formula(text: str) -> str:
    """Put a ``'`` before a text that a spreadsheet would run: ``=1+1`` -> ``'=1+1``."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Remove the ``'`` that :func:`escape_formula` added."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def bare_cell(text: str) -> str:
    """Return a cell without what programs put around it: ``="Ali"``, ``'Ali``."""
    if found := _FORCED_TEXT.fullmatch(text):
        text = found[1].replace('""', '"')
    bare = text.lstrip()
    if bare[:1] not in _APOSTROPHES or len(bare) < 2:
        return text
    return bare[1:-1] if bare[-1] == bare[0] and len(bare) > 2 else bare[1:]
