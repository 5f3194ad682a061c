"""The columns of a kind's list, from its declaration, and a record as one line of them.

Functions that take a source of records run in a store's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.parts import state, state_mark
from fieldkit.screens.look.text import Cell, Span, width_of
from fieldkit.screens.lookup.rows import (
    OF_DELETED,
    RecordSource,
    label_of,
    of_deleted,
    shown_value,
)

if TYPE_CHECKING:
    from fieldkit.records import Record

_WIDEST = (20, 18)
"""Cells that the first columns count for at most when it is decided how many fit."""
_WIDEST_LATER = 12
_QUIET = ("on the server", "not sent yet", "sent, no answer yet")


class Column(NamedTuple):
    """A column of a list."""

    heading: str
    field: str
    """Empty: what the record is called."""
    right: bool = False


class Listed(NamedTuple):
    """A record of a list: all its cells, and where it stands."""

    id: str
    kind: str
    cells: tuple[Cell, ...]
    state: Cell


def columns(kind: type[Record]) -> Sequence[Column]:
    """Return the columns of a kind's list: its name, whose child or wife, and its list fields.

    What the program logs has no name.
    """
    from fieldkit.records import Use

    named, kin = kind.used(Use.NAME), kind.used(Use.KIN)[:1]
    listed = [name for name in kind.used(Use.LIST) if name not in (*named, *kin)]
    if not named:  # it is called by what it refers to
        listed = [name for name in listed if name not in kind.references()]
    fields = kind.fields()
    called = [] if kind.program_log else [Column("Name" if named else "Of", "")]
    return [
        *called,
        *(Column(fields[name].label, name) for name in kin),
        *(Column(_short(fields[name].label), name, fields[name].format.numeric) for name in listed),
    ]


def _short(label: str) -> str:
    """Return a label as a heading: "Village or ward" as "Village"."""
    return label.partition(" or ")[0].partition(" (")[0]


def listed(source: RecordSource, record: Record, shown: Sequence[Column], words: str) -> Listed:
    """Return a record as one line; ``words``: where it stands."""
    label = "" if record.program_log else label_of(source, record)
    cells = tuple(_cell(source, record, column, label) for column in shown)
    stands = state_mark(words) if words in _QUIET else state(words)
    if of_deleted(source, record):
        stands = (*stands, Span(f" {OF_DELETED}", "bad"))
    return Listed(record.id, record.kind(), cells, stands)


def _cell(source: RecordSource, record: Record, column: Column, label: str) -> Cell:
    from fieldkit.records import Use, kinds

    if not column.field:
        return (Span(label, "strong"),)
    if column.field in record.used(Use.KIN) and (who := record.who()):
        return who.partition(",")[0] if record.value(column.field) else ""
    text = shown_value(source, record, column.field)
    if record.program_log and text in kinds():
        text = kinds()[text].plural
    said = text in label and not record.fields()[column.field].format.numeric
    return "" if said else text.partition(" (")[0].partition(": ")[0]


def fitting(shown: Sequence[Column], rows: Sequence[Listed], width: int) -> int:
    """Return how many of the columns fit, the state included; the last ones are left out first."""
    widths = [
        min(
            max(width_of(row.cells[n]) for row in rows),
            _WIDEST[n] if n < len(_WIDEST) else _WIDEST_LATER,
        )
        for n in range(len(shown))
    ]
    used, many = max((width_of(row.state) for row in rows), default=0), 0
    for size in widths:
        used += size + 2
        if used > width and many > 1:
            break
        many += 1
    return many
