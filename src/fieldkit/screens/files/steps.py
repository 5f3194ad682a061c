"""The steps of an import: the line that shows them, and what each asks and offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldkit.screens.look.charts import on_the_way, steps
from fieldkit.screens.look.parts import MARGIN, Key, keys, rare
from fieldkit.screens.look.text import Span, Text

_STEPS = ("file", "kind", "columns", "rows", "loading", "result")
_WITHIN = {"sheet": "columns", "question": "columns", "field": "columns"}
"""Steps that are part of another."""
_NARROWING = keys("Enter choose", "type to narrow", "Esc back one")
_KEYS: Mapping[str, Sequence[Key]] = {
    "file": (*keys("Enter choose", "type to narrow"), rare("Ctrl+P menu"), *keys("Esc back")),
    "kind": _NARROWING,
    "sheet": _NARROWING,
    "question": keys("Enter choose", "Esc back one"),
    "columns": keys("Enter change a column", "Ctrl+S the first rows", "Esc back one"),
    "field": _NARROWING,
}
"""The keys of each step but the last."""
BOXES: Mapping[str, tuple[str, str]] = {
    "file": ("File", "a part of its name, or its path"),
    "kind": ("What it lists", ""),
    "sheet": ("Sheet", ""),
    "question": ("Column", ""),
    "columns": ("Column", ""),
    "field": ("Holds", "a part of the field's name"),
}
"""The title of the box in each step that has one, and what to type."""
BACK: Mapping[str, str] = {
    "kind": "file",
    "question": "kind",
    "columns": "kind",
    "sheet": "columns",
    "field": "columns",
    "rows": "columns",
}
"""The step that Escape leads to."""


def keys_of(step: str, verb: str) -> Sequence[Key]:
    """Return the keys of a step; ``verb``: what is done with the rows behind the last one."""
    return _KEYS.get(step) or keys(f"Ctrl+S {verb}", "Esc back one")


def step_line(step: str, width: int) -> Text:
    """Return the steps of an import, with the one being taken marked, from the margin on."""
    now = _STEPS.index(_WITHIN.get(step, step))
    return (Span(" " * MARGIN), *steps(on_the_way(_STEPS, now), width))
