"""Go to a field of a form by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.form.entry.form_field import FormField
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.look.glyphs import CORRECT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice


class GoToPage(PickerPage[None]):
    """A box to find a field or section of a form, and the fields that the form asks for."""

    KEYS = keys("Enter go there", "Esc back")
    PROMPT = "Go to"
    HINT = "a field or a section"
    EMPTY = "No field of this form is called that."
    OWNED = True

    def __init__(self, title: str, model: FormModel, go: Callable[[str], Awaitable[None]]) -> None:
        """``go``: goes to a field of the form."""
        super().__init__()
        self._title, self._model, self._go = title, model, go

    async def load_data(self) -> None:
        """Say in which form."""
        self.set_header(self._title, "go to a field")

    async def answer(self, text: str) -> Answer:
        """Return the fields whose label or section has all the words; the present one is marked."""
        words, model = text.casefold().split(), self._model
        found = [
            one
            for one in model.fields.values()
            if model.applies(one.name)
            and all(word in f"{one.field.label} {one.field.section}".casefold() for word in words)
        ]
        rows = [self._row(one) for one in sorted(found, key=partial(_farther, words=words))]
        here = 0 if words else [one.name for one in found].index(model.at)
        return Answer(rows, mark=here, headings=("Field", "Section", "Now"))

    def _row(self, one: FormField) -> Choice:
        now: Cell = one.read_as(self._model.names) or one.text
        if one.wrong:
            now = (Span(f"{CORRECT} {one.wrong}", "warn" if one.to_check else "bad"),)
        label = (Span(one.field.label, "strong"),)
        cells = (label, (Span(one.field.section, "dim"),), now)
        return Choice(cells, partial(self._take, one.name), key=one.name)

    async def _take(self, name: str) -> None:
        self.dismiss(None)
        await self._go(name)


def _farther(one: FormField, words: list[str]) -> bool:
    """Say whether the words are not all in the label."""
    return not all(word in one.field.label.casefold() for word in words)
