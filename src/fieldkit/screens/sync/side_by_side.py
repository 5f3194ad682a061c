"""The two values of a conflict beside each other, in frames, with what differs marked. Pure."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from fieldkit.screens.look.differing import differing
from fieldkit.screens.look.parts import frame
from fieldkit.screens.look.text import Span, Text, fit, wrapped

if TYPE_CHECKING:
    from fieldkit.review.conflicts import Side

_GAP = 2
_WIDEST = 52
"""Most cells of a frame."""
_LONGEST = 6
"""Most lines of a value."""


def side_by_side(mine: Side, theirs: Side, width: int, *, close: bool = False) -> list[Text]:
    """Return both values in frames; ``close``: with who and when on one line."""
    each = min((width - _GAP) // 2, _WIDEST)
    values = [wrapped(text, each - 4, _LONGEST) for text in differing(mine.words, theirs.words)]
    most = max(map(len, values))
    frames = []
    for number, side, value in zip("12", (mine, theirs), values, strict=True):
        blank: list[Text] = [()] * (most - len(value))
        inside = [*value, *blank, *([] if close else [()]), *_about(side, each - 4, close=close)]
        frames.append(((Span(number, "key"), Span(f" {side.title}")), inside))
    tallest = max(len(inside) for _, inside in frames)
    drawn = [
        frame(title, "", [*inside, *([()] * (tallest - len(inside)))], each)
        for title, inside in frames
    ]
    return [
        (*fit(left, each), Span(" " * _GAP), *right)
        for left, right in zip_longest(*drawn, fillvalue=())
    ]


def _about(side: Side, width: int, *, close: bool) -> list[Text]:
    """Return who entered a value, when and where."""
    facts = [side.by, side.at, side.where]
    if close:
        facts = [", ".join(filter(None, facts))]
    return [
        line for fact in facts if fact for line in wrapped((Span(fact, "dim"),), width, _LONGEST)
    ]
