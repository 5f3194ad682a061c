"""A blank paper form of a kind, in the order in which the screen asks its fields. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from fieldkit.records import Condition, Field, Record, kinds
from fieldkit.records.fields.formats import Choice, Reference, YesNo
from fieldkit.reports.formats.page import Blank, Blanks, Lines, Page, Section

_MOST_CHOICES = 30
"""Entries of a list that are printed; of a longer one, the code or the name is written."""
_MOST_VALUES = 3
"""Values that a condition names."""
_NEEDED = "*"
_FOOT = (
    f"{_NEEDED} is needed. Of an Aadhaar number only the last four digits are written here, never "
    "the whole number."
)


def blank_form(kind: type[Record], on: date, *, needed_only: bool = False) -> Page:
    """Return the blank form of a kind; ``needed_only``: what is needed or due, for a camp."""
    asked = {
        name: field
        for name, field in kind.asked_fields().items()
        if not needed_only or field.required or field.due
    }
    by_section: dict[str, list[Blank]] = {}
    for number, (name, field) in enumerate(asked.items(), 1):
        blank = _blank(kind, name, field, number)
        by_section.setdefault(field.section, []).append(blank)
    sections = [Section(title, Blanks(blanks)) for title, blanks in by_section.items()]
    head = Section("", Blanks([Blank("Entered as record number", "for the office")]))
    note = Section("", Lines(["Write in capital letters. Tick one box where there are several."]))
    return Page(
        f"{kind.title}: paper form",
        "Block ______________   District ______________   Date __ /__ /____   Form no. ______",
        on,
        [[note], *([one] for one in sections), [head]],
        foot=_FOOT,
    )


def _blank(kind: type[Record], name: str, field: Field, number: int) -> Blank:
    label = f"{number} {field.label}{f' {_NEEDED}' if field.required else ''}"
    notes = [*_conditions(kind, field), *_hints(kind, name)]
    notes += [f"needed before {field.due}"] if field.due else []
    return Blank(label, "; ".join(notes), field.format.boxes(), _choices(field))


def _choices(field: Field) -> Sequence[str]:
    found = field.format
    if isinstance(found, YesNo):
        return ["yes", "no"]
    if not isinstance(found, Choice):
        return []
    options = found.options()
    if len(options) > _MOST_CHOICES:
        return []
    return [f"{one.code} {one.label.partition(' (')[0].partition(': ')[0]}" for one in options]


def _hints(kind: type[Record], name: str) -> Iterator[str]:
    reference = kind.references().get(name)
    if isinstance(reference, Reference):
        titles = [kinds()[one].title.lower() for one in reference.kinds if one in kinds()]
        yield f"name or number of the {' or '.join(titles)}"


def _conditions(kind: type[Record], field: Field) -> Iterator[str]:
    """Give when a field applies, in words; a condition of many states is left out."""
    for one in field.applies:
        if words := _condition(kind, one):
            yield words


def _condition(kind: type[Record], one: Condition) -> str:
    on = kind.fields()[one.field]
    if len(one.values) > _MOST_VALUES or on.system:
        return ""
    if one.values == (None,):
        return f"if there is no {on.label.lower()}"
    shown = [on.format.show(value).partition(" (")[0] for value in one.values if value is not None]
    return f"if {on.label}: {' or '.join(shown)}" if shown else ""
