"""Shared parts of every screen as lines of text: bars, keys, frames, states. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fieldkit.screens.look.glyphs import (
    CORNERS,
    CORRECT,
    CRUMB,
    CURSOR,
    DUE,
    OPEN,
    RULE,
    SENT,
    SETTLE,
    UNFINISHED,
    WALL,
)
from fieldkit.screens.look.text import (
    Cell,
    Span,
    StyleName,
    Text,
    apart,
    cut,
    fit,
    joined,
    restyled,
    text_of,
    width_of,
)

MARGIN = 2
"""Cells at the left of every line: the cursor moves in them, and text never does."""


class Key(NamedTuple):
    """A key that works now and what it does; ``rare``: it is left out first."""

    key: str
    does: str
    rare: bool = False


def keys(*offered: str) -> tuple[Key, ...]:
    """Return keys written as "Enter open"; nothing for an empty text."""
    return tuple(Key(key, does) for key, _, does in (one.partition(" ") for one in offered if one))


def rare(offered: str) -> Key:
    """Return a key that is left out where space is short."""
    key, _, does = offered.partition(" ")
    return Key(key, does, rare=True)


def key_line(offered: Sequence[Key], width: int) -> Text:
    """Return the keys that fit: the rare ones go first, then those before the last one."""
    left = list(offered)
    while left:
        line = joined([_key(one) for one in left])
        if width_of(line) <= width - MARGIN or len(left) == 1:
            return (Span(" " * MARGIN), *line)
        last_rare = next((n for n in reversed(range(len(left))) if left[n].rare), len(left) - 2)
        del left[last_rare]
    return ()


def _key(one: Key) -> Text:
    return (Span(one.key, "key"), Span(f" {one.does}", "dim")) if one.does else (Span(one.key),)


def cursor(*, marked: bool) -> Text:
    """Return the cells before a row, with the cursor in them if the row is marked."""
    return (Span(CURSOR, "accent"), Span(" ")) if marked else (Span(" " * MARGIN),)


def heading(words: str) -> Text:
    """Return the heading of a group: dim capitals."""
    return (Span(words.upper(), "dim"),)


def rule(width: int) -> Text:
    """Return a thin line."""
    return (Span(RULE * max(width, 0), "line"),)


# --- frames ---


def frame(
    title: Cell, note: Cell, inside: Iterable[Cell], width: int, style: StyleName = "line"
) -> list[Text]:
    """Return lines in a frame ``width`` cells wide, with a title and a dim note in its top."""
    upper_left, upper_right, lower_left, lower_right = tuple(CORNERS)
    head = (Span(" "), *cut(title, max(width - 6, 0)), Span(" ")) if title else ()
    tail = (Span(" "), *restyled(note, "dim"), Span(" ")) if note else ()
    space = width - 4 - width_of(head) - width_of(tail)
    if space < 1:
        tail, space = (), width - 4 - width_of(head)
    top = (
        Span(upper_left + RULE, style),
        *head,
        Span(RULE * max(space, 0), style),
        *tail,
        Span(RULE + upper_right, style),
    )
    wall = Span(WALL, style)
    body = [(wall, Span(" "), *fit(line, width - 4), Span(" "), wall) for line in inside]
    return [top, *body, (Span(lower_left + RULE * (width - 2) + lower_right, style),)]


class Block(NamedTuple):
    """Lines in a frame of their own, for the panel."""

    title: Cell
    lines: Sequence[Cell]
    note: str = ""
    style: StyleName = "line"


# --- states ---

_MARKS: dict[str, tuple[str, StyleName]] = {
    "on the server": (SENT, "ok"),
    "not sent yet": (OPEN, "dim"),
    "sent, no answer yet": (OPEN, "dim"),
    "settle": (SETTLE, "warn"),
    "to check": (CORRECT, "warn"),
    "returned to you": (CORRECT, "bad"),
    "sent back": (CORRECT, "bad"),
    "corrected": (OPEN, "warn"),
    "unfinished": (UNFINISHED, "warn"),
    "due": (DUE, "warn"),
}
_OTHER: tuple[str, StyleName] = (OPEN, "dim")


def state_mark(words: str) -> Text:
    """Return the sign of a state."""
    sign, style = _MARKS.get(words, _OTHER)
    return (Span(sign, style),)


def state(words: str) -> Text:
    """Return a state as a sign and its words; that a record is on the server is said dimly."""
    sign, style = _MARKS.get(words, _OTHER)
    quiet = style in ("ok", "dim")
    return (Span(sign, style), Span(f" {words}", "dim" if quiet else style))


# --- the top bar ---


def crumbs(
    trail: Sequence[Cell], chips: Sequence[Cell], width: int, status: Sequence[Cell] = ()
) -> Text:
    """Return the top bar: where you are, and at the right what is known of it.

    ``status``: what every page says. Where space is short, earlier places are left out first, then
    the status from the left on, then the last chips: what the page itself says stays longest.
    """
    shown_trail, shown_chips = [one for one in trail if one], [one for one in chips if one]
    shown_status = [one for one in status if one]
    while True:
        left = _trail(shown_trail)
        right = joined([*shown_chips, *shown_status])
        if width_of(left) + width_of(right) + 4 <= width:
            break
        if len(shown_trail) > 1:
            del shown_trail[0]
        elif shown_status and len(shown_chips) + len(shown_status) > 1:
            del shown_status[0]
        elif len(shown_chips) > 1:
            del shown_chips[-1]
        else:
            break
    line = (*cursor(marked=True)[:1], *left)
    return (*apart(line, right, width - 1), Span(" "))


def _trail(trail: Sequence[Cell]) -> Text:
    spans: list[Span] = []
    for number, one in enumerate(trail):
        last = number == len(trail) - 1
        spans += [Span(f" {CRUMB} ", "line")] if number else []
        spans += restyled(text_of(one), "strong" if last else "dim")
    return tuple(spans)
