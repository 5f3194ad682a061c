"""Two values with what differs between them marked. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile

from fieldkit.screens.look.glyphs import MORE
from fieldkit.screens.look.text import Span, Text, text_of, width_of

_WORDS = re.compile(r"\s+|\S+")
_ALIKE = 0.6
"""Two words less alike than this differ as a whole."""


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


def from_difference(mine: str, theirs: str, width: int) -> tuple[str, str]:
    """Return two values without the words with which both begin, if a cut would show only them."""
    pairs = takewhile(lambda two: two[0] == two[1], zip(mine, theirs, strict=False))
    alike = "".join(letter for letter, _ in pairs)
    begins = alike.rfind(" ") + 1
    if max(map(width_of, (mine, theirs))) <= width or width_of(alike) <= width // 2:
        return mine, theirs
    return f"{MORE}{mine[begins:]}", f"{MORE}{theirs[begins:]}"


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
