"""The rows of the import page about columns: a doubt's answers, the columns, the fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.widgets.rows import Choice

if TYPE_CHECKING:
    from fieldkit.files import Choices, Guess, Preview, Question
    from fieldkit.records import Record


def question_rows(
    seen: Preview, question: Question, text: str, settle: Callable[[Choices], Awaitable[object]]
) -> list[Choice]:
    """Return the answers to a question; those that name a column with some of its values."""
    samples = {one.column: ", ".join(one.samples) for one in seen.columns}
    return [
        Choice((answer.text, samples.get(answer.text, "")), partial(settle, answer.choices))
        for answer in question.answers
        if text.casefold() in answer.text.casefold()
    ]


def column_rows(
    kind: type[Record], seen: Preview, text: str, change: Callable[[str], Awaitable[object]]
) -> list[Choice]:
    """Return a row for each column: its heading, its field, how sure that is and why."""
    from fieldkit.files import targets

    labels = targets(kind)
    return [
        Choice(
            (one.column, labels.get(one.target or "", "left out"), _how_sure(one)),
            partial(change, one.column),
            key=one.column,
        )
        for one in seen.columns
        if text.casefold() in one.column.casefold()
    ]


def _how_sure(one: Guess) -> str:
    return one.why if str(one.sure) in {"left out", "chosen"} else f"{one.sure}: {one.why}"


def field_rows(
    kind: type[Record], text: str, take: Callable[[str | None], Awaitable[object]]
) -> list[Choice]:
    """Return a row for each field that a column can hold."""
    from fieldkit.files import targets

    words = text.casefold().split()
    return [
        Choice((label,), partial(take, name), key=name)
        for name, label in targets(kind).items()
        if all(word in f"{label} {name}".casefold() for word in words)
    ]
