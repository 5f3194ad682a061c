"""Find or new: one box that looks for a record and, if there is none, begins it.

People do not search before they create, whatever the training says; so the search is the way to the
form. A sure hit is marked; otherwise the row "None of these: register ..." is, which carries the
name or mobile into the form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base.navigator import AfterSave, Navigator
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.rows import Row
from fieldkit.screens.lookup.search import search, texts_from
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

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
) -> Choice:
    """Return the row that begins a new record with what was typed.

    ``among``: it stands under hits. ``before`` runs when the form opens, ``after`` once the record
    is saved, in place of opening its page.
    """
    from fieldkit.records import kinds

    texts, found = texts_from(kind, typed), kinds()[kind]
    called = f'"{list(texts.values())[-1]}"' if texts else ""
    title, verb = found.title.lower(), found.new_verb
    text = f"{verb} {called or 'a new ' + title}" if verb else f"new {title} {called}"
    text = f"None of these: {text}" if among else text[:1].upper() + text[1:]

    async def begin() -> None:
        if before:
            before()
        if after:
            await navigator.open_form(kind, texts=texts, after=after)
        else:
            await navigator.open_new(kind, texts=texts)

    return Choice((text.strip(), "Ctrl+N"), begin)


def choice_of(row: Row, take: Take) -> Choice:
    """Return the choice that takes a record."""
    return Choice(row.cells, partial(take, row.kind, row.id), row.below, key=row.id)


class FindPage(PickerPage[None]):
    """A box to find one record of some kinds; the caller says what Enter does with it."""

    KEYS = keys("Enter take", "Esc back")
    PROMPT = "Find"
    EMPTY = "Nobody found."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(
        self,
        title: str,
        kinds: Sequence[str],
        take: Take,
    ) -> None:
        super().__init__()
        self._title, self._kinds, self._take = title, kinds, take

    async def load_data(self) -> None:
        """Say what is looked for."""
        self.set_header(self._title)
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the hits, and with the row that begins a new record."""
        if not text.strip():
            return await self.first_answer(self.new(""))

        def look(store: Store) -> tuple[list[Row], bool, set[str]]:
            return *search(store, text, self._kinds), self.taken_before(store)

        rows, sure, before = await self.read(look, "hits")
        choices = [
            self.taken_choice(row) if row.id in before else choice_of(row, self._take)
            for row in rows
        ]
        last = self.new(text, among=bool(rows))
        marked = 0 if sure or (last is None and len(rows) == 1) else len(rows) if last else None
        return Answer(choices, last, marked)

    async def first_answer(self, last: Choice | None) -> Answer:
        """Answer the empty box: ask for the mobile, which finds best."""
        hint = "Type the mobile: surest. Or name and father's name, or name and village."
        return Answer(last=last, mark=None if last is None else 0, above=("  " + hint,))

    def taken_before(self, _store: Store, /) -> set[str]:
        """Return the ids of records that cannot be taken again. Runs in a thread."""
        return set()

    def taken_choice(self, row: Row) -> Choice:
        """Return the row of a record that cannot be taken again."""
        return Choice(row.cells, below=row.below, key=row.id)

    def new(self, _typed: str, /, *, among: bool = False) -> Choice | None:  # noqa: ARG002
        """Return the row that begins a new record, if one may be begun here."""
        return None

    async def action_new(self) -> None:
        """Begin a new record with what is typed."""
        row = self.new(self.picker.typed.text)
        if row:
            await self.run_reporting(row.enter)
