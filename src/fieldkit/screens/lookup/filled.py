"""The filled fields of a record under their headings, as data and as lines of a narrow panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.fields import notes_of
from fieldkit.screens.look.charts import Fact
from fieldkit.screens.look.glyphs import NOTE
from fieldkit.screens.look.parts import Block, heading
from fieldkit.screens.look.text import Cell, Span, Text, apart, cut, width_of, wrapped
from fieldkit.screens.lookup.rows import RecordSource, shown_value

if TYPE_CHECKING:
    from fieldkit.records import Record


MOST_LINES = 1000
"""More lines than any terminal has."""


class Section(NamedTuple):
    """Filled fields under their heading."""

    heading: str
    facts: Sequence[Fact]


class Filled(NamedTuple):
    """The filled fields for which there is space, and the sections for which there is none."""

    lines: Sequence[Cell]
    rest: Sequence[Section]


def filled(source: RecordSource, record: Record) -> list[Section]:
    """Return all filled fields, by the sections of the form; a sign stands where a note is."""
    found: dict[str, list[Fact]] = {}
    notes = notes_of(record)
    for name, field in record.form_fields().items():
        value = record.value(name)
        if value is None:
            continue
        if name in record.references():
            text = shown_value(source, record, name)
        else:
            text = field.format.describe(value)
        sign = f" {NOTE}" if name in notes else ""
        found.setdefault(field.section, []).append(Fact(field.label, f"{text}{sign}"))
    return [Section(heading, facts) for heading, facts in found.items()]


def stacked(sections: Sequence[Section], width: int, height: int) -> Filled:
    """Return the first sections, one below the other, as far as there is space."""
    lines: list[Cell] = []
    for number, one in enumerate(sections):
        facts = [line for fact in one.facts for line in _fact(fact, width)]
        more: list[Cell] = [*([""] if lines else []), heading(one.heading), *facts]
        if len(lines) + len(more) > height:
            return Filled(lines, sections[number:])
        lines += more
    return Filled(lines, ())


def preview(label: str, sections: Sequence[Section], width: int, height: int) -> Block:
    """Return the first filled fields as a block beside a list; a long section is cut."""
    lines = stacked(sections, width, MOST_LINES).lines
    return Block(label, lines[:height])


def _fact(fact: Fact, width: int) -> list[Text]:
    """Return a label with its value beside it, or below it if that is too long."""
    label = cut((Span(fact.label, "dim"),), width)
    if width_of(label) + width_of(fact.value) + 2 <= width:
        return [apart(label, fact.value, width)]
    return [label, *((Span("  "), *part) for part in wrapped(fact.value, width - 2, 3))]
