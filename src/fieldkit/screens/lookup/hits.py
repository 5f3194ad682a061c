"""Hits as rows, and the row under them that begins a new record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from fieldkit.screens.base.navigator import AfterSave, Navigator
from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.parts import state_mark
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.matched import hit_cells
from fieldkit.screens.lookup.rows import Row
from fieldkit.screens.lookup.search import MOST, texts_from
from fieldkit.screens.widgets.rows import Choice

Take = Callable[[str, str], Awaitable[object]]
"""What is done with the chosen record: its kind and its id."""


def new_row(
    navigator: Navigator,
    kind: str,
    typed: str,
    *,
    among: bool = False,
    before: Callable[[], None] | None = None,
    after: AfterSave | None = None,
    texts: Mapping[str, str] | None = None,
) -> Choice:
    """Return the row that begins a new record with what was typed.

    ``among``: it stands under hits. ``before`` runs when the form opens, ``after`` once the record
    is saved, in place of opening its page. ``texts``: of a scanned card, in place of those typed.
    """
    from fieldkit.records import Use, kinds

    texts, found = texts or texts_from(kind, typed), kinds()[kind]
    verb = found.new_verb or "new"
    names = [texts[name] for name in found.used(Use.NAME) if name in texts]
    called = names[0] if names else list(texts.values())[-1] if texts else ""
    what = "" if found.new_verb and called else f"{found.title.lower()} "
    if found.new_verb and not called:
        what = f"a new {what}"

    async def begin() -> None:
        if before:
            before()
        if after:
            await navigator.open_form(kind, texts=texts, after=after)
        else:
            await navigator.open_new(kind, texts=texts)

    return Choice(new_cells(f"{verb} {what}", called, among=among), begin)


def new_cells(words: str, called: str, *, among: bool) -> tuple[Cell, ...]:
    """Return the cells of the row that begins a new record."""
    words = f"none of these: {words}" if among else words[:1].upper() + words[1:]
    return (
        (Span("+ ", "key"), Span(words), Span(called, "strong")),
        (Span("Ctrl+N", "key"),),
    )


def choice_of(row: Row, take: Take, typed: str = "") -> Choice:
    """Return the choice that takes a record; what of it matches ``typed`` stands out."""
    cells = hit_cells(row.cells, typed)
    return Choice(cells, partial(take, row.kind, row.id), below_of(row), key=row.id)


def below_of(row: Row) -> tuple[Cell, ...]:
    """Return the second line of a record: what it is, where it stands, and its number.

    On the server, as most are, the sign alone says it.
    """
    what, number = row.below
    sign = state_mark(row.state)
    waits = "" if row.state == "on the server" else row.state
    words = [Span(f" {what}")] if what else []
    if waits:
        words += [Span(f" {DOT} " if what else " "), Span(waits, sign[0].style)]
    return ((*sign, *words), (Span(number),))


def alike(many: int) -> str:
    """Say how many hits there are, for the frame of the box."""
    return f"{MOST} or more alike" if many >= MOST else f"{many} alike" if many else ""
