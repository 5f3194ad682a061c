"""The rows of the import page about columns: a doubt's answers, the columns, fields, first rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import CORRECT, OPEN, SAME
from fieldkit.screens.look.text import Cell, Span, StyleName
from fieldkit.screens.widgets.rows import Answer, Choice, stay

if TYPE_CHECKING:
    from fieldkit.files import Choices, Guess, Preview, Question

_SIGNS: dict[str, tuple[str, StyleName]] = {
    "chosen": (SAME, "ok"),
    "sure": (SAME, "ok"),
    "left out": (OPEN, "dim"),
}
"""How sure a column is; any other needs a look."""
_GAP = 2
_LEAST = 11
"""Cells of a value beside others: a date or a mobile."""
_LABEL = 18
"""Most cells of a label beside values."""


def question_rows(
    seen: Preview, question: Question, text: str, settle: Callable[[Choices], Awaitable[object]]
) -> list[Choice]:
    """Return the answers to a question; those that name a column with some of its values."""
    samples = {one.column: ", ".join(one.samples) for one in seen.columns}
    return [
        Choice(
            (answer.text, (Span(samples.get(answer.text, ""), "dim"),)),
            partial(settle, answer.choices),
        )
        for answer in question.answers
        if text.casefold() in answer.text.casefold()
    ]


COLUMN_HEADINGS = ("Column", "Holds", "How sure")


def column_rows(
    labels: Mapping[str, str],
    seen: Preview,
    text: str,
    change: Callable[[str], Awaitable[object]],
) -> list[Choice]:
    """Return a row for each column: its heading, its field, how sure that is and why."""
    return [
        Choice(
            ((Span(one.column, "strong"),), _holds(labels.get(one.target or "")), _how_sure(one)),
            partial(change, one.column),
            key=one.column,
        )
        for one in seen.columns
        if text.casefold() in one.column.casefold()
    ]


def _holds(label: str | None) -> Cell:
    return label or (Span("left out", "dim"),)


def _how_sure(one: Guess) -> Cell:
    sign, style = _SIGNS.get(one.sure, (CORRECT, "warn"))
    certain = one.sure in _SIGNS
    words = one.why if certain else f"{one.sure}: {one.why}"
    return (Span(sign, style), Span(f" {words}", "dim" if certain else "text"))


def field_rows(
    labels: Mapping[str, str], text: str, take: Callable[[str | None], Awaitable[object]]
) -> list[Choice]:
    """Return a row for each field that a column can hold."""
    words = text.casefold().split()
    return [
        Choice((label,), partial(take, name), key=name)
        for name, label in labels.items()
        if all(word in f"{label} {name}".casefold() for word in words)
    ]


def first_rows(
    labels: Mapping[str, str],
    seen: Preview,
    width: int,
    change: Callable[[str], Awaitable[object]],
) -> Answer:
    """Return the first rows as they will be stored, below headings.

    If the columns do not fit beside each other, each is a line with the rows beside each other, and
    Enter changes it.
    """
    columns = _columns(labels, seen)
    table = [
        [f"row {row.number}", *(row.values.get(label, "") for label in columns)]
        for row in seen.rows
    ]
    heads = ["", *columns]
    sizes = [max(len(line[n]) for line in (heads, *table)) for n in range(len(heads))]
    if sum(sizes) + _GAP * len(columns) <= width:
        rows = [Choice((_dim(line[0]), *line[1:]), stay) for line in table]
        return Answer(rows, headings=tuple(heads))
    label = min(max(map(len, columns)), _LABEL)
    shown = table[: max((width - label) // (_LEAST + _GAP), 1)]
    rows = [
        Choice(
            (_dim(name), *(line[n] for line in shown)), partial(change, column) if column else stay
        )
        for n, (name, column) in enumerate(columns.items(), 1)
    ]
    return Answer(rows, headings=("Field", *(line[0] for line in shown)))


def _dim(words: str) -> Cell:
    return (Span(words, "dim"),)


def _columns(labels: Mapping[str, str], seen: Preview) -> dict[str, str]:
    """Return the labels of the fields that hold something, each with its column."""
    named = {
        labels[one.target]: one.column
        for one in seen.columns
        if one.target is not None and one.target in labels
    }
    held = {label for row in seen.rows for label in row.values}
    return {
        **{label: column for label, column in named.items() if label in held},
        **dict.fromkeys(sorted(held - named.keys()), ""),
    }
