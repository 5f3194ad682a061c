"""What the import pages say about a file in plain lines: doubts, a column, the result. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import CORRECT, OPEN, SENT, SETTLE
from fieldkit.screens.look.text import Cell, Span, StyleName, Text, fit, width_of, wrapped

if TYPE_CHECKING:
    from fieldkit.files import Guess, Loaded, Preview
    from fieldkit.records import Record

_LONGEST = 8
"""Most lines of one remark."""
_SIGN = 2
"""Cells of a sign before a sentence, whose further lines begin under its first word."""


def remarks(kind: type[Record], seen: Preview, *, new: bool) -> list[Cell]:
    """Say where the headings are, what is left out or in doubt, and what is needed and missing.

    ``new``: whether the rows become records, which need some fields.
    """
    head = f"Headings in row {seen.heading}." if seen.heading else "No row of headings."
    held = {one.target for one in seen.columns}
    asked = {question.field for question in seen.questions}
    missing = [
        field.label
        for name, field in kind.fields().items()
        if field.required and name not in held | asked and not field.system
    ]
    wrong = [question.sentence for question in seen.questions]
    if new and missing and "id" not in held:
        wrong.append(f"A needed column is missing: {', '.join(missing)}.")
    return [*map(warning, wrong), *((Span(one, "dim"),) for one in (head, *seen.notes))]


def warning(words: str) -> Text:
    """Return a sentence that needs somebody, with its sign."""
    return (Span(f"{CORRECT} ", "warn"), Span(words))


def about_column(one: Guess) -> list[Cell]:
    """Say what a column is thought to hold and why, with some of its values."""
    values = ", ".join(one.samples) or "none in the first rows"
    cut = " (last four)" if one.aadhaar else ""
    return [
        f"{one.sure.capitalize()}. {one.why}",
        (Span("Its values  ", "dim"), Span(f"{values}{cut}")),
    ]


def counts(loaded: Loaded) -> list[Text]:
    """Return how many records an import brought, by sign and word."""
    from fieldkit.records.fields.formats import indian

    found: list[tuple[int, str, StyleName, str]] = [
        (loaded.imported, SENT, "ok", "new"),
        (loaded.changed, SENT, "ok", "changed"),
        (loaded.skipped, OPEN, "dim", "here already, the same"),
        (loaded.rejected, CORRECT, "bad", "rejected, each with its reasons"),
        (len(loaded.duplicates), SETTLE, "warn", "may be the same as another record"),
    ]
    lines = [one for one in found if one[0]]
    wide = max((len(indian(many)) for many, *_ in lines), default=0)
    return [
        (
            Span(sign, style),
            Span(" "),
            *fit((Span(indian(many), "strong"),), wide, right=True),
            Span(f" {words}"),
        )
        for many, sign, style, words in lines
    ] or [(Span("No record was in the file.", "strong"),)]


def files_written(loaded: Loaded) -> list[Text]:
    """Say where the rejected rows and the likely duplicates are, and what to do with them."""
    found: list[Text] = []
    if path := loaded.rejects_file:
        found.append(
            (
                Span("The rejected rows are in "),
                Span(path.name, "strong"),
                Span(f" in the folder {path.parent}. Correct them there and import that file."),
            )
        )
    if path := loaded.duplicates_file:
        found.append(
            (
                Span("Those that may be the same are in "),
                Span(path.name, "strong"),
                Span(f" in the folder {path.parent}. Look at each pair: both may be one person."),
            )
        )
    return found


def fitted(lines: Iterable[Cell], width: int, height: int) -> tuple[Cell, ...]:
    """Wrap lines at the width; of those beyond the height the last line says how many."""
    found: list[Cell] = []
    for line in lines:
        sign = width_of(line[0].text) if isinstance(line, tuple) and len(line) > 1 else 0
        inset = sign if sign <= _SIGN else 0
        first, *rest = wrapped(line, width - inset, _LONGEST) or [()]
        found += [first, *((Span(" " * inset), *one) for one in rest)]
    if len(found) <= height:
        return tuple(found)
    kept = max(height - 1, 0)
    return (*found[:kept], (Span(f"and {len(found) - kept} lines more", "dim"),))
