"""Find or new: one box that looks for a record and, if there is none, begins it.

People do not search before they create, whatever the training says; so the search is the way to the
form. A sure hit is marked, and the row that registers somebody new only if nobody is alike; Ctrl+N
always registers. What was typed stands in the fields of the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.find.hits import (
    NOTHING_MARKED,
    Take,
    alike,
    choice_of,
    has_letters,
    keys_for,
    marked_place,
    new_row,
)
from fieldkit.screens.find.scanning import ScannedCard
from fieldkit.screens.find.search import search
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.acts.undoing import UNDO, undo_last_save
from fieldkit.screens.lookup.rows import Row, headings_of
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store


HOW_TO_FIND: tuple[Cell, ...] = (
    "",
    (Span("The mobile is surest; else name and father's name, or name and village.", "dim"),),
)
"""What to type, above the rows of an empty box."""


class FindPage(PickerPage[None]):
    """A box to find one record of some kinds; the caller says what Enter does with it."""

    KEYS = keys("Enter choose", "Esc back")
    PROMPT = "Find"
    EMPTY = "Nobody found."
    NUMBERS: ClassVar[bool] = False
    """Whether hits have numbers, which the page's line of keys then names."""
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
        if self.sentence == NOTHING_MARKED:
            self.say("")  # it was about another text
        if not text.strip():
            return await self.first_answer(self.new(""))

        def look(store: Store) -> tuple[list[Row], bool, set[str]]:
            return *search(store, text, self._kinds), self.taken_before(store)

        rows, sure, before = await self.read(look, "hits")
        choices = [
            self.taken_choice(row) if row.id in before else choice_of(row, self._take, text)
            for row in rows
        ]
        last = self.new(text, among=bool(rows))
        marked = marked_place(len(rows), sure=sure, last=last is not None)
        return Answer(
            choices,
            last,
            marked,
            headings=headings_of(rows),
            note=alike(len(rows)),
            numbered=self.NUMBERS and has_letters(text),
        )

    async def first_answer(self, last: Choice | None) -> Answer:
        """Answer the empty box: ask for the mobile, which finds best."""
        return Answer(last=last, mark=None if last is None else 0, above=HOW_TO_FIND)

    def taken_before(self, _store: Store, /) -> set[str]:
        """Return the ids of records that cannot be taken again. Runs in a thread."""
        return set()

    def taken_choice(self, row: Row) -> Choice:
        """Return the row of a record that cannot be taken again."""
        return Choice(row.cells, below=row.below, key=row.id)

    def new(self, _typed: str, /, *, among: bool = False) -> Choice | None:  # noqa: ARG002
        """Return the row that begins a new record, if one may be begun here."""
        return None

    def on_picker_nothing_marked(self, _event: Picker.NothingMarked) -> None:
        """Say what to press instead of Enter."""
        self.say(NOTHING_MARKED)

    async def action_new(self) -> None:
        """Begin a new record with what is typed."""
        row = self.new(self.picker.typed.text)
        if row:
            await self.run_reporting(row.enter)


class NewPage(FindPage):
    """Find before a new record is begun: hits open their page, the last row begins it.

    After either the page is still here, for the next one.
    """

    PROMPT = "Find or new"
    NUMBERS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [UNDO]
    KEYS = keys("Enter open", "Ctrl+N new", f"{UP}{DOWN} choose", "Esc back")

    def __init__(self, kind: str, title: str) -> None:
        super().__init__(title, [kind], self._open)
        self._kind = kind
        self._card = ScannedCard()

    def action_undo_save(self) -> None:
        """Undo the last save, at the second key."""
        self.app.hold_keys(self.run_reporting(partial(undo_last_save, self)))

    async def _open(self, kind: str, record_id: str) -> None:
        await self.navigator.open_record(kind, record_id)

    def on_picker_marked(self, event: Picker.Marked) -> None:
        """Say what Enter does with the marked row."""
        box = self.picker
        self.set_keys(*keys_for(event.row, box.answer, self.KEYS, "new", box.numbers))

    def new(self, typed: str, *, among: bool = False) -> Choice:
        """Return the row that begins a new record; the box is empty after it."""
        clear = partial(self.picker.reload, "")
        texts = self._card.texts(typed)
        return new_row(
            self.navigator,
            self._kind,
            typed,
            among=among,
            ask=self.ask,
            before=clear,
            texts=texts,
        )

    async def take_scan(self, text: str, /) -> None:
        """Look for the person of a scanned card; Ctrl+N begins their record with what it says."""
        await self._card.take(self, text)
