"""Bars, sparklines, rows of steps and cards as lines of text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.screens.look.glyphs import (
    CORRECT,
    FULL,
    HEIGHTS,
    OPEN,
    PARTS,
    PROGRESS,
    REST,
    RULE,
    SENT,
    STEP,
    WALL,
)
from fieldkit.screens.look.text import Cell, Span, StyleName, Text, cut, fit, text_of, width_of


def bar(share: float, width: int) -> Text:
    """Return a bar for a share of 1, in eighths of a cell."""
    eighths = round(min(max(share, 0.0), 1.0) * width * len(PARTS))
    full, part = divmod(eighths, len(PARTS))
    filled = FULL * full + (PARTS[part] if part else "")
    return (Span(filled, "accent"), Span(REST * (width - len(filled)), "line"))


def progress_line(share: float, width: int) -> Text:
    """Return the thin line of something under way."""
    done = round(min(max(share, 0.0), 1.0) * width)
    return (Span(PROGRESS * done, "accent"), Span(RULE * (width - done), "line"))


def sparkline(counts: Sequence[int]) -> Text:
    """Return one column for each count, as high as its share of the largest."""
    most = max(counts, default=0)
    heights = (
        HEIGHTS[-(-count * len(HEIGHTS) // most) - 1] if most and count > 0 else HEIGHTS[0]
        for count in counts
    )
    return tuple(
        Span(sign, "accent" if count > 0 else "line")
        for sign, count in zip(heights, counts, strict=True)
    )


# --- steps ---


class Step(NamedTuple):
    """A step of a record's way: its word, and whether it was reached."""

    word: str
    done: bool = False
    stopped: bool = False
    """The way ended here: rejected, dropped."""
    now: bool = False
    """It is being taken now."""


def on_the_way(words: Sequence[str], now: int) -> list[Step]:
    """Return steps of which those before the one being taken now are done."""
    return [Step(word, done=n < now, now=n == now) for n, word in enumerate(words)]


def steps(found: Sequence[Step], width: int) -> Text:
    """Return a row of steps; those farthest from the last one reached lose their words first."""
    reached = max((n for n, one in enumerate(found) if one != Step(one.word)), default=0)
    far = sorted(range(len(found)), key=lambda n: -abs(n - reached))
    silent: set[int] = set()
    while width_of(line := _steps(found, silent)) > width and len(silent) < len(found):
        silent.add(far[len(silent)])
    return cut(line, width)


def _steps(found: Sequence[Step], silent: set[int]) -> Text:
    spans: list[Span] = []
    for number, one in enumerate(found):
        style: StyleName = "bad" if one.stopped else "ok" if one.done else "dim"
        sign = CORRECT if one.stopped else SENT if one.done or one.now else OPEN
        style = "key" if one.now else style
        word = one.word
        if number and number - 1 not in silent:  # "stage 1, 2, 3"
            before, _, last = word.rpartition(" ")
            word = last if before and found[number - 1].word.startswith(f"{before} ") else word
        word = "" if number in silent else f" {word}"
        spans += [Span(f" {STEP} ", "line")] if number else []
        spans += [Span(sign, style), Span(word, style)]
    return tuple(spans)


def timeline_joint(width: int) -> Text:
    """Return the line between two entries of a timeline, below its sign at cell ``width``."""
    return (Span(" " * width), Span(WALL, "line"))


# --- cards ---


class Fact(NamedTuple):
    """A label and its value."""

    label: str
    value: Cell


_BETWEEN = 4
"""Cells between the two columns of a card."""
_LONGEST_LABEL = 20
"""Cells that a label of a card may have on a narrow page."""


def card(facts: Sequence[Fact], width: int) -> list[Text]:
    """Return facts, two on a line where both are short enough; labels dim, values in columns."""
    each = (width - _BETWEEN) // 2
    longest = max((len(one.label) for one in facts), default=0)
    label = min(longest, max(each // 2 + 4, _LONGEST_LABEL))
    lines: list[Text] = []
    waiting: Text = ()
    for one in facts:
        named = fit((Span(one.label, "dim"),), label, right=True)
        fact = cut((*named, Span("  "), *text_of(one.value)), width)
        if width_of(fact) > each:
            lines += [waiting, fact] if waiting else [fact]
            waiting = ()
        elif waiting:
            lines.append((*fit(waiting, each + _BETWEEN), *fact))
            waiting = ()
        else:
            waiting = fact
    return [*lines, waiting] if waiting else lines
