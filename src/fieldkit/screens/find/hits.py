"""Hits as rows, and the row under them that begins a new record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.navigator import AfterSave, Navigator
from fieldkit.screens.find.matched import hit_cells
from fieldkit.screens.find.search import MOST, texts_from, texts_typed
from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.parts import Key, state_mark
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.rows import Row
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

Take = Callable[[str, str], Awaitable[object]]
"""What is done with the chosen record: its kind and its id."""

Ask = Callable[[Callable[["Store"], Mapping[str, str]]], Awaitable[Mapping[str, str]]]
"""Asks the store, in its thread."""

NOTHING_MARKED = "Is it one of these? Down marks one, its number opens it. Ctrl+N: a new one."
"""What is said when Enter is pressed among hits of which none is sure."""


def new_row(
    navigator: Navigator,
    kind: str,
    typed: str,
    *,
    among: bool = False,
    ask: Ask | None = None,
    before: Callable[[], None] | None = None,
    after: AfterSave | None = None,
    texts: Mapping[str, str] | None = None,
) -> Choice:
    """Return the row that begins a new record with what was typed.

    ``ask`` finds the village among the words, by the store.
    ``among``: it stands under hits. ``before`` runs when the form opens, ``after`` once the record
    is saved, in place of opening its page. ``texts``: of a scanned card, in place of those typed.
    """
    from fieldkit.records import Use, kinds

    scanned, found = texts, kinds()[kind]
    texts = scanned or texts_from(kind, typed)
    verb = found.new_verb or "new"
    names = [texts[name] for name in found.used(Use.NAME) if name in texts]
    called = names[0] if names else list(texts.values())[-1] if texts else ""
    what = "" if found.new_verb and called else f"{found.title.lower()} "
    if found.new_verb and not called:
        what = f"a new {what}"

    async def begin() -> None:
        if before:
            before()
        # Nothing typed, or a card: the form opens at once.
        looked = ask if typed.strip() and not scanned else None
        known = await looked(lambda store: texts_typed(store, kind, typed)) if looked else texts
        if after:
            await navigator.open_form(kind, texts=known, after=after)
        else:
            await navigator.open_new(kind, texts=known)

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


def marked_place(many: int, *, sure: bool, last: bool) -> int | None:
    """Return the row that is marked: a sure hit; the row under the hits only if there are none.

    Enter must neither register somebody who may be here nor open somebody else.
    """
    if sure or not many or (many == 1 and not last):
        return 0
    return None


def has_letters(typed: str) -> bool:
    """Say whether a text is more than digits, so that a digit behind it can mean a row."""
    return any(map(str.isalpha, typed))


def keys_for(
    row: Choice | None,
    answer: Answer,
    offered: Sequence[Key],
    begins: str,
    numbers: Sequence[int] = (),
) -> Sequence[Key]:
    """Return the keys that work on the marked row; ``offered`` begins with Enter.

    ``begins``: what Enter does on the row that begins a new record; ``numbers``: of the rows that
    a digit takes.
    """
    enter, *others = offered
    digits = [Key(f"{numbers[0]}-{numbers[-1]}", "that one")] if len(numbers) > 1 else []
    if row is None:
        return [*digits, *others]
    first = enter._replace(does=begins) if row is answer.last else enter
    return [first, *digits, *others]


def alike(many: int) -> str:
    """Say how many hits there are, for the frame of the box."""
    return f"{MOST} or more alike" if many >= MOST else f"{many} alike" if many else ""
