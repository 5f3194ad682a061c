"""Text in named styles, measured and cut in cells. Pure.

A style says what text *is*; :mod:`fieldkit.screens.look.look` says how that looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len, chop_cells, set_cell_size

from fieldkit.plain_text import shown
from fieldkit.screens.look.glyphs import MORE

StyleName: TypeAlias = Literal[
    "text",
    "strong",  # what identifies
    "dim",  # labels, and what repeats
    "line",  # frames
    "accent",
    "match",  # the part of a hit that was typed
    "key",
    "ok",
    "warn",
    "bad",
    "info",
    "badge",  # a number that needs somebody
    "chosen",  # the marked choice of a list of choices
    "typed",  # what stands in a box
    "replaced",  # what the next key replaces
    "mine",  # what differs in one's own value of two, underlined too
    "theirs",  # what differs in the other value
    "cursor",
]


class Span(NamedTuple):
    """A piece of text in one style. The text may be anything: it is made safe as it is drawn."""

    text: str
    style: StyleName = "text"


Text: TypeAlias = tuple[Span, ...]
Cell: TypeAlias = str | Text
"""What callers may give as text: a plain string is a span of the style "text"."""


def text_of(cell: Cell, style: StyleName = "text") -> Text:
    """Return a cell as safe spans, on one line; a plain string in ``style``."""
    if isinstance(cell, str):
        return (Span(shown(cell[:1000]), style),) if cell else ()
    return tuple(Span(shown(span.text[:1000]), span.style) for span in cell if span.text)


def words_of(cell: Cell) -> str:
    """Return the text alone."""
    return cell if isinstance(cell, str) else "".join(span.text for span in cell)


def restyled(cell: Cell, style: StyleName, *, only: StyleName = "text") -> Text:
    """Return a cell whose spans of the style ``only`` are in ``style``."""
    return tuple(Span(one.text, style if one.style == only else one.style) for one in text_of(cell))


def width_of(cell: Cell) -> int:
    """Return how many cells a text takes."""
    return sum(cell_len(span.text) for span in text_of(cell))


def joined(cells: Iterable[Cell], gap: str = "  ") -> Text:
    """Return the cells that are not empty, one after the other with ``gap`` between them."""
    found: list[Span] = []
    for cell in cells:
        if text := text_of(cell):
            found += [Span(gap), *text] if found else text
    return tuple(found)


def cut(cell: Cell, width: int) -> Text:
    """Return the text in at most ``width`` cells, cut at the end of a word with a sign for more.

    A word that fills most of the space is cut in the middle.
    """
    text = text_of(cell)
    if sum(cell_len(span.text) for span in text) <= width:
        return text
    whole = "".join(span.text for span in text)
    bare = whole.rstrip(" ")
    if cell_len(bare) <= width:  # only blanks are too many
        return tuple(_first(text, len(bare) + width - cell_len(bare)))
    if width <= 1:
        return (Span(MORE[:width]),)
    kept = set_cell_size(whole, width - 1)
    inside = not (kept.endswith(" ") or whole[len(kept) : len(kept) + 1].isspace())
    if inside and cell_len(kept[: (at := kept.rfind(" ") + 1)]) * 3 >= width:
        kept = kept[: at - 1]
    return (*_first(text, len(kept.rstrip(" ,;"))), Span(MORE, "dim"))


def fit(cell: Cell, width: int, *, right: bool = False) -> Text:
    """Return the text exactly ``width`` cells wide; ``right``: blanks before it."""
    text = cut(cell, width)
    space = width - sum(cell_len(span.text) for span in text)
    if space <= 0:
        return text
    blank = Span(" " * space)
    return (blank, *text) if right else (*text, blank)


def apart(left: Cell, right: Cell, width: int, *, least: int = 8) -> Text:
    """Return two texts at the ends of ``width`` cells; the left is cut first, down to ``least``."""
    space = width - width_of(right) - 2
    if not right or space < least:
        return fit(joined((left, right)), width)
    return (*fit(left, space), Span("  "), *text_of(right))


def wrapped(cell: Cell, width: int, most: int) -> list[Text]:
    """Return the text on at most ``most`` lines, broken between words; the last is cut.

    A word wider than a line goes on in the next one.
    """
    lines: list[Text] = []
    line: list[Span] = []
    used = 0
    words = [part for word in _words(text_of(cell)) for part in _parts(word, max(width, 1))]
    for number, word in enumerate(words):
        size = sum(cell_len(span.text) for span in word)
        if used and used + cell_len(words_of(word).rstrip()) > width:
            if len(lines) == most - 1:
                rest = (*line, *(span for word in words[number:] for span in word))
                return [*lines, cut(rest, width)]
            lines.append(tuple(line))
            line, used = [], 0
        line += word
        used += size
    return [*lines, cut(tuple(line), width)] if line else lines


def wrapped_before(cell: Cell, then: Cell, width: int, most: int) -> list[Text]:
    """Return a text and ``then`` behind it on at most ``most`` lines; ``then`` is never cut.

    Where there is no space for both, the text loses its last words.
    """
    for space in range(width * most - width_of(then) - 1 if then else 0, 0, -1):
        lines = wrapped(joined((cut(cell, space), then), " "), width, most + 1)
        if len(lines) <= most:
            return lines
    return wrapped(then or cell, width, most)


def _words(text: Text) -> Iterator[Text]:
    """Yield each word with the blanks after it, in all its styles."""
    word: list[Span] = []
    last = ""
    for span in text:
        start = 0
        for place, letter in enumerate(span.text):
            if letter != " " and last == " ":
                ended = Span(span.text[start:place], span.style)
                yield (*word, ended) if place else tuple(word)
                word, start = [], place
            last = letter
        word.append(Span(span.text[start:], span.style))
    if word:
        yield tuple(word)


def _parts(word: Text, width: int) -> list[Text]:
    """Return a word whole, or in parts as wide as a line if it is wider."""
    whole = words_of(word)
    if cell_len(whole.rstrip()) <= width:
        return [word]
    ends = list(accumulate(map(len, chop_cells(whole, width))))
    return [tuple(_between(word, *each)) for each in zip([0, *ends], ends, strict=False)]


def _first(text: Text, letters: int) -> Iterator[Span]:
    """Yield the beginning of a text."""
    return _between(text, 0, letters)


def _between(text: Text, start: int, end: int) -> Iterator[Span]:
    """Yield the letters from ``start`` up to ``end``."""
    for span in text:
        if end <= 0:
            return
        if part := span.text[max(start, 0) : end]:
            yield Span(part, span.style)
        start, end = start - len(span.text), end - len(span.text)
