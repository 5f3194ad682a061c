"""A line on a record's page, and the lines of the records that refer to it.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.parts import heading, state
from fieldkit.screens.look.text import Cell, Span, joined
from fieldkit.screens.lookup.rows import (
    RecordSource,
    fetch_references,
    shown_value,
    words_about,
)

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import OpenAbout, Store

LIMIT = 200
"""Rows of one kind shown on a page; the others are in the kind's list."""


class Line(NamedTuple):
    """A line, and what it opens."""

    cells: tuple[Cell, ...]
    kind: str
    id: str
    head: Cell = ""
    """The heading of the group it begins."""


def dependents(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return the records that refer to this one, kind by kind, and what is open about them.

    These are the members of a group, the people of a training. Its days are many and have their
    own page.
    """
    from fieldkit.records import Use, kinds
    from fieldkit.records.declaration.roles import days_of

    own, days = record.kind(), days_of(record.kind())
    found: list[tuple[Record, str]] = []
    for name, kind in kinds().items():
        if days and kind is days.kind:
            continue
        for field, reference in kind.references().items():
            if own in reference.kinds:
                children = store.page(name, where={field: record.id}, limit=LIMIT).records
                found += [(child, field) for child in children]
    referred = fetch_references(store, [child for child, _ in found])
    open_ = store.review.open_about([record.id, *(child.id for child, _ in found)])
    known = {shown_value(store, record, name) for name in record.used(Use.PLACE)}
    lines: list[Line] = []
    for child, field in found:
        words = words_about("", open_, child.id)
        begins = not lines or lines[-1].kind != child.kind()
        many = sum(type(one) is type(child) for one, _ in found)
        lines.append(
            Line(
                (*_cells(referred, child, field, known), state(words) if words else ""),
                child.kind(),
                child.id,
                counted(child, many) if begins else "",
            )
        )
    return lines, open_


def counted(child: Record, many: int) -> Cell:
    """Return the heading of a group of records with their number."""
    from fieldkit.records.fields.formats import indian

    more = "+" if many == LIMIT else ""
    words = child.title if many == 1 else child.plural
    return joined((heading(words), (Span(f"{indian(many)}{more}", "strong"),)))


def _cells(
    source: RecordSource, child: Record, through: str, known: Container[str]
) -> tuple[Cell, ...]:
    """Return the cells of a record that refers to the page's record, without what it says."""
    from fieldkit.records import Use

    skipped = {through, *child.used(Use.NAME), *child.used(Use.KIN), *child.used(Use.DIGITS)}
    rest = [
        text.partition(" (")[0].partition(": ")[0]
        for name in child.used(Use.LIST)
        if name not in skipped
        and (name not in child.references() or child.used(Use.NAME))
        and (text := shown_value(source, child, name))
        and text not in known
    ]
    if child.used(Use.NAME):
        digits = [shown_value(source, child, name) for name in child.used(Use.DIGITS)]
        who, label = child.who().partition(",")[0] or ", ".join(_kin(source, child)), child.label()
    else:
        people = [name for name in child.references() if name != through and child.value(name)]
        label = ", ".join(shown_value(source, child, name) for name in people) or child.label()
        digits, who = [], ""
    return (
        (Span(label, "strong"),),
        (Span(who, "dim"),),
        digits[0] if digits else "",
        ", ".join(rest),
    )


def _kin(source: RecordSource, child: Record) -> list[str]:
    from fieldkit.records import Use

    return [text for name in child.used(Use.KIN) if (text := shown_value(source, child, name))]
