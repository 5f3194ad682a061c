"""The part of a hit that matches what was typed, in the accent. Pure; loads the search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.text import Cell, Span, StyleName, Text

_WORD = re.compile(r"\w+")
_SHORTEST_SOUND = 3
"""Letters from which a word also matches by its sound."""


def hit_cells(cells: Sequence[str], typed: str) -> tuple[Cell, ...]:
    """Return name, kin, place, last digits and another cell of a hit; what matched stands out."""
    from fieldkit.search.query import read_query

    query = read_query(typed)
    name, kin, place, digits, *others = (*cells, "", "", "", "")[: max(len(cells), 4)]
    return (
        matched(name, query.names, "strong"),
        matched(kin, query.names),
        matched(place, query.names),
        _digits(digits, query.digits),
        *others,
    )


def matched(text: str, typed: Sequence[str], style: StyleName = "text") -> Text:
    """Return a text whose words begin or sound like one of the words typed, as far as they do."""
    if not typed:
        return (Span(text, style),) if text else ()
    return tuple(Span(part, own) for part, own in _parts(text, typed, style) if part)


def _parts(text: str, typed: Sequence[str], style: StyleName) -> Iterator[tuple[str, StyleName]]:
    done = 0
    for word in _WORD.finditer(text):
        if same := _matching(word.group(), typed):
            yield text[done : word.start()], style
            yield word.group()[:same], "match"
            done = word.start() + same
    yield text[done:], style


def _matching(word: str, typed: Sequence[str]) -> int:
    """Return how many letters at the beginning of a word match."""
    from fieldkit.search.sound import sound, words

    folded = "".join(words(word))
    if not folded:
        return 0
    if longest := max((len(one) for one in typed if folded.startswith(one)), default=0):
        return longest if len(folded) == len(word) else len(word)
    keys = {key for one in typed if len(one) >= _SHORTEST_SOUND for key in sound(one).split()}
    alike = len(folded) >= _SHORTEST_SOUND and keys.intersection(sound(folded).split())
    return len(word) if alike else 0


def _digits(cell: str, typed: Sequence[str]) -> Text:
    """Return the last digits of a number; ``cell``: two dots and four digits."""
    four = cell.lstrip(".")
    if not four:
        return ()
    same = max((_same_end(four, one) for one in typed), default=0)
    rest = len(four) - same
    return (Span(DOT * 2, "dim"), Span(four[:rest]), Span(four[rest:], "match"))


def _same_end(four: str, typed: str) -> int:
    """Return how many of the last digits were typed, as the end of a number."""
    if four.endswith(typed):
        return len(typed)
    return len(four) if typed.endswith(four) else 0
