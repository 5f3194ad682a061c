"""A person who is here already, in another part: looked for before a record about them is begun."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.find.find_page import FindPage
from fieldkit.screens.find.hits import new_row
from fieldkit.screens.find.search import texts_from
from fieldkit.screens.lookup.rows import Row
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


def known_texts(kind: type[Record], known: Record) -> dict[str, str]:
    """Return what a person's record says for another kind's form: its fields of the same format."""
    from fieldkit.records import Record

    theirs, refers = known.form_fields(), kind.references()
    return {
        name: field.format.edit(value)
        for name, field in kind.form_fields().items()
        if name in theirs and name not in refers and name not in Record.model_fields
        if field.format == theirs[name].format and (value := known.value(name)) is not None
    }


class KnownPage(FindPage):
    """Looks for a person; what is known of the one taken goes into the form that is begun."""

    def __init__(self, kind: type[Record], known_by: str, texts: Mapping[str, str]) -> None:
        """Make the page.

        ``kind``: of the record begun; ``known_by``: its reference to the person; ``texts``: what
        its form opens with.
        """
        super().__init__(
            f"New {kind.title.lower()}", kind.references()[known_by].kinds, self._known
        )
        self._begun, self._known_by, self._texts = kind, known_by, texts

    async def load_data(self) -> None:
        """Say what is looked for."""
        await super().load_data()
        self.set_keys("Enter choose", "Ctrl+N not here yet", "Esc back")

    async def first_answer(self, last: Choice | None) -> Answer:
        """Answer the empty box: who is here already need not be typed again."""
        words = "Type the name or mobile: who is registered already is taken over from there."
        return Answer(last=last, mark=0, above=("", words))

    async def _known(self, kind: str, record_id: str) -> None:
        person = await self.ask(lambda store: store.get(kind, record_id))
        if person is not None:
            await self._begin({self._known_by: record_id} | known_texts(self._begun, person))

    async def _begin(self, texts: Mapping[str, str]) -> None:
        self.dismiss(None)
        await self.navigator.open_form(self._begun.kind(), texts={**self._texts, **texts})

    def new(self, typed: str, *, among: bool = False) -> Choice:
        """Return the row that begins the record with what was typed."""
        kind = self._begun.kind()
        row = new_row(self.navigator, kind, typed, among=among)
        return row._replace(enter=partial(self._begin, texts_from(kind, typed)))

    def taken_before(self, store: Store) -> set[str]:
        """Return the people whose record there is already."""
        found = store.about(self._begun.kind(), **self._texts)
        return {str(person) for one in found if (person := one.value(self._known_by))}

    def taken_choice(self, row: Row) -> Choice:
        """Return the row of a person whose record there is: Enter only says so."""

        async def say() -> None:
            self.say(f"{row.label} is a {self._begun.title.lower()} already.")

        label, *cells = row.cells
        return Choice((f"{label} (here already)", *cells), say, row.below, key=row.id)
