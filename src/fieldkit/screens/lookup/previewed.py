"""What an act on many records will do, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import CORRECT, CRUMB
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.day.correction import Preview

_MOST = 500
"""Lines of a preview; more are counted."""


def preview_lines(found: Preview) -> Iterator[Cell]:
    """Yield what stays as it is and why, and what changes."""
    yield ""
    for kept in found.refused[:_MOST]:
        yield (Span(f"{CORRECT} {kept.named} stays as it is: {kept.reason}", "bad"),)
    if len(found.refused) > _MOST:
        many = found.counted(len(found.refused) - _MOST)
        yield (Span(f"and {many} more stay as they are", "bad"),)
    for one in found.changes[:_MOST]:
        yield (
            Span(one.label, "strong"),
            Span(f" {one.id}" if one.id and one.id != one.label else "", "dim"),
            Span(f"   {one.before or 'empty'} "),
            Span(f"{CRUMB} {one.after or 'empty'}", "accent"),
        )
        if one.remark:
            yield (Span(f"   To check: {one.remark}", "warn"),)
    if len(found.changes) > _MOST:
        yield (Span(f"and {found.counted(len(found.changes) - _MOST)} more", "dim"),)
    if found.same:
        said = "has" if found.same == 1 else "have"
        yield (Span(f"{found.counted(found.same)} {said} this value already.", "dim"),)
