"""What an act on many records will do, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import CORRECT, CRUMB
from fieldkit.screens.look.text import Cell, Span, Text, width_of, wrapped

if TYPE_CHECKING:
    from fieldkit.day.correction import Preview

_MOST = 500
"""Records of a preview that are shown; more are counted."""
_INDENT = "   "
_LINES = 4
"""Most lines of one text."""


def preview_lines(found: Preview, width: int) -> Iterator[Cell]:
    """Yield what stays as it is and why, and what changes, whole in lines of this width."""
    yield ""
    for kept in found.refused[:_MOST]:
        words = Span(f"{CORRECT} {kept.named} stays as it is: {kept.reason}", "bad")
        yield from wrapped((words,), width, _LINES)
    if len(found.refused) > _MOST:
        many = found.counted(len(found.refused) - _MOST)
        yield (Span(f"and {many} more stay as they are", "bad"),)
    for one in found.changes[:_MOST]:
        name = (
            Span(one.label, "strong"),
            Span(f" {one.id}" if one.id and one.id != one.label else "", "dim"),
        )
        change = (
            Span(f"{one.before or 'empty'} "),
            Span(f"{CRUMB} {one.after or 'empty'}", "accent"),
        )
        if width_of(name) + len(_INDENT) + width_of(change) <= width:
            yield (*name, Span(_INDENT), *change)
        else:
            yield name
            yield from _indented(change, width)
        if one.remark:
            yield from _indented((Span(f"To check: {one.remark}", "warn"),), width)
    if len(found.changes) > _MOST:
        yield (Span(f"and {found.counted(len(found.changes) - _MOST)} more", "dim"),)
    if found.same:
        said = "has" if found.same == 1 else "have"
        yield (Span(f"{found.counted(found.same)} {said} this value already.", "dim"),)


def _indented(text: Text, width: int) -> Iterator[Text]:
    for line in wrapped(text, width - len(_INDENT), _LINES):
        yield (Span(_INDENT), *line)
