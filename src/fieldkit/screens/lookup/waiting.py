"""The rows of what waits for review, the same on every page, and what Enter on them opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fieldkit.screens.base.navigator import Navigator
from fieldkit.screens.base.words import within
from fieldkit.screens.look.differing import from_difference
from fieldkit.screens.look.parts import state_mark
from fieldkit.screens.look.text import Cell, Span, StyleName, Text, cut, joined
from fieldkit.screens.widgets.rows import Choice

if TYPE_CHECKING:
    from fieldkit.review.conflicts import Open
    from fieldkit.review.inbox import Item, Wanted

_STATES = {"conflict": "settle", "decision": "due", "sent-back": "sent back"}
_OTHER = "to check"
_ENTER = {"conflict": "settle", "duplicate": "compare"}
_STYLES: tuple[StyleName, StyleName] = ("accent", "info")
"""Of the two values of a conflict."""
_AROUND = 4
"""Cells around each of them."""


def state_of(section: str) -> str:
    """Return the state that gives the rows of a section their sign, by its key."""
    return _STATES.get(section, _OTHER)


def enter_words(section: str) -> str:
    """Return what Enter does with the rows of a section, by its key."""
    return _ENTER.get(section, "open")


def item_row(
    one: Item, enter: Callable[[], Awaitable[object]], width: int, more: tuple[str, ...] = ()
) -> Choice:
    """Return the row of what waits; ``more``: further cells, where and since when it does."""
    below: Cell = _values(one.conflict, width) if one.conflict else one.sentence
    state = state_of(one.section.key)
    cells = cells_of(state, one.label, within(one.about), one.record_id)
    dim = tuple((Span(cell, "dim"),) for cell in more)
    return Choice((*cells[:2], *dim, *cells[2:]), enter, (below,), key=one.key)


def cells_of(state: str, label: str, about: str = "", record_id: str = "") -> tuple[Cell, ...]:
    """Return the cells of a row: its sign and label, what it is about, its record."""
    mark = (*state_mark(state), Span(" ")) if state else ()
    return (*mark, Span(label, "strong")), (Span(about, "dim"),), (Span(record_id, "dim"),)


def _values(one: Open, width: int) -> Text:
    """Return the two values of a conflict, and whose they are."""
    names = ("yours", one.theirs.by or "another's")
    if not one.conflict.held_here:
        names = ("on the server", "not used yet")
    each = max((width - sum(map(len, names))) // 2 - _AROUND, 8)
    both = from_difference(one.mine.words, one.theirs.words, each)
    return joined(
        [
            (*cut((Span(words, style),), each), Span(f" {name}", "dim"))
            for words, name, style in zip(both, names, _STYLES, strict=True)
        ]
    )


async def open_item(navigator: Navigator, one: Item, wanted: Wanted | None = None) -> None:
    """Open what waits where it is decided; ``wanted``: among which it stands."""
    if one.conflict:
        await navigator.open_conflicts(first=one.conflict.conflict.id)
    elif one.section.key == "duplicate":
        await navigator.open_pairs((one.kind, one.record_id, *one.related), wanted)
    elif one.section.key == "late":
        await navigator.open_late(*one.related)
    elif one.section.key == "device":
        await navigator.open_devices(one.record_id)
    else:
        await navigator.open_record(one.kind, one.record_id)
