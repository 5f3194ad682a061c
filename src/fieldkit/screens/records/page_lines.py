"""The lines of a record's page: above and below its rows, and in the panel beside them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.about.due import Due
from fieldkit.screens.look.charts import card, steps
from fieldkit.screens.look.glyphs import CORRECT, DUE, NOTE, SAME
from fieldkit.screens.look.parts import Block, heading
from fieldkit.screens.look.text import (
    Cell,
    Span,
    StyleName,
    Text,
    apart,
    joined,
    wrapped,
)
from fieldkit.screens.lookup.filled import Section, stacked
from fieldkit.screens.lookup.issues import Issue
from fieldkit.screens.records.page_data import PageData

_DUE = "DUE  "
_MOST_NOTES = 4
"""Notes that are shown; a record with more has them in its form."""
_URGENT = frozenset({"Returned to you", "Sent back"})


def above(page: PageData, width: int, *, due: bool) -> list[Cell]:
    """Return the lines above the rows; ``due``: with what is due, which the panel does not say."""
    one = page.identity
    name = joined(((Span(one.label, "strong"),), (Span(one.who, "dim"),)))
    lines: list[Cell] = [apart(name, (Span(page.row.id, "dim"),), width)]
    about = [(Span(one.main, "accent"),), *((Span(text),) for text in one.others)]
    lines += wrapped(joined(about), width, 2)
    if page.standing:
        first, *rest = page.standing
        stands = [(Span(first, "strong"),), *((Span(text),) for text in rest)]
        lines += wrapped(joined(stands), width, 2)
    lines += same_person_lines(page, width)
    if len(page.steps) > 1:
        lines += ["", steps(page.steps, width)]
    needed = due_lines(page.due, width) if due else []
    issues = [line for issue in page.issues for line in issue_lines(issue, width)]
    lines += ["", *needed] if needed else []
    lines += ["", *issues] if issues else []
    noted = note_lines(page.notes, width)
    lines += ["", *noted] if noted else []
    return [*lines, ""]


def same_person_lines(page: PageData, width: int) -> list[Text]:
    """Return under which other numbers a person was entered, or whom they are the same as."""
    said = [f"Also entered as {one.id}, {one.merged}." for one in page.others if not one.deleted]
    said += [page.same_as] if page.same_as else []
    signed = ((Span(f"{SAME} ", "ok"), Span(words)) for words in said)
    return [line for one in signed for line in wrapped(one, width, 2)]


def due_lines(found: Sequence[Due], width: int, most: int = 3) -> list[Text]:
    """Return what is due, each on a line of its own."""
    lines: list[Text] = []
    for number, one in enumerate(found):
        label = _DUE if not number else " " * len(_DUE)
        what = joined(((Span(f"{DUE} {one.what}", "warn"),), (Span(one.more, "dim"),)))
        parts = wrapped(what, width - len(_DUE), most)
        lines += [
            (Span(label if not place else " " * (len(_DUE) + 2), "dim"), *part)
            for place, part in enumerate(parts)
        ]
    return lines


def issue_lines(issue: Issue, width: int) -> list[Text]:
    """Return an issue: what it is, about which field, and why."""
    style: StyleName = "bad" if issue.heading in _URGENT else "warn"
    head = Span(f"{CORRECT} {issue.heading}", style)
    field = (Span(f"  {issue.field}:", "strong"),) if issue.field else ()
    parts = wrapped((head, *field, Span(f"  {issue.reason}")), width, 4)
    return [part if not place else (Span("  "), *part) for place, part in enumerate(parts)]


def note_lines(notes: Sequence[tuple[str, str]], width: int) -> list[Text]:
    """Return the notes on fields, each on a line of its own, under the sign that stands at each."""
    lines = [
        line
        for label, text in notes[:_MOST_NOTES]
        for line in wrapped(
            (Span(f"{NOTE} ", "key"), Span(f"{label}  ", "strong"), Span(text)), width, 2
        )
    ]
    more = len(notes) - _MOST_NOTES
    return [*lines, *([(Span(f"{NOTE} {more} more, in the form", "dim"),)] if more > 0 else [])]


def details(sections: Sequence[Section], width: int) -> list[Cell]:
    """Return all filled fields under their headings."""
    lines: list[Cell] = []
    for one in sections:
        lines += ["", heading(one.heading), *card(one.facts, width)]
    return lines


def due_block(found: Sequence[Due], width: int) -> Block | None:
    """Return what is due for the panel; None if nothing is."""
    lines: list[Cell] = []
    for one in found:
        lines += wrapped((Span(f"{DUE} ", "warn"), Span(one.what)), width, 4)
        lines.append((Span(f"  {one.more}", "dim"),))
    return Block((Span("Due", "warn"),), lines, style="warn") if lines else None


class Panelled(NamedTuple):
    """What stands in the panel, and the sections for which it has no space."""

    blocks: Sequence[Block]
    rest: Sequence[Section]


def panelled(page: PageData, width: int, height: int) -> Panelled:
    """Return what is due and the first sections of the filled fields as blocks of the panel."""
    needed = due_block(page.due, width)
    blocks = [needed] if needed else []
    left = height - sum(len(block.lines) + 2 for block in blocks) - 2
    lines, rest = stacked(page.sections, width, left)
    blocks += [Block("Details", lines)] if lines else []
    return Panelled(blocks, rest)
