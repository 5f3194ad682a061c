"""The two values of a conflict beside each other, in frames, with what differs marked. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from fieldkit.screens.look.parts import frame
from fieldkit.screens.look.text import Span, Text, fit, text_of, wrapped

if TYPE_CHECKING:
    from fieldkit.screens.sync.conflicts import Side

_GAP = 2
_WIDEST = 52
"""Most cells of a frame."""
_WORDS = re.compile(r"\s+|\S+")
_ALIKE = 0.6
"""Two words less alike than this differ as a whole."""
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


def differing(mine: str, theirs: str) -> tuple[Text, Text]:
    """Return two values with the words marked in which they differ; of like words, the letters."""
    words = re.findall(_WORDS, mine), re.findall(_WORDS, theirs)
    ours: list[Span] = []
    other: list[Span] = []
    for tag, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        one, two = words[0][a:b], words[1][c:d]
        if tag == "replace" and len(one) == len(two):
            for pair in zip(one, two, strict=True):
                _mark(*pair, ours, other)
        else:
            ours.append(Span("".join(one), "strong" if tag == "equal" else "mine"))
            other.append(Span("".join(two), "strong" if tag == "equal" else "theirs"))
    return text_of(tuple(ours)), text_of(tuple(other))


def _mark(mine: str, theirs: str, ours: list[Span], other: list[Span]) -> None:
    """Add one word of each value, with the letters marked in which they differ."""
    found = SequenceMatcher(None, mine, theirs, autojunk=False)
    if found.ratio() < _ALIKE:
        ours.append(Span(mine, "mine"))
        other.append(Span(theirs, "theirs"))
        return
    for tag, a, b, c, d in found.get_opcodes():
        ours.append(Span(mine[a:b], "strong" if tag == "equal" else "mine"))
        other.append(Span(theirs[c:d], "strong" if tag == "equal" else "theirs"))
