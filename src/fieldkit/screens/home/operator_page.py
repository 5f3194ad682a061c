"""Change of operator in two keys; drafts stay with the operator who began them.

Where the data is encrypted, the next one gives their passphrase; a new one chooses theirs.
"""

from __future__ import annotations

from functools import partial

from fieldkit.screens.base.page import PickerPage, owned_pages
from fieldkit.screens.look.glyphs import SENT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice


class OperatorPage(PickerPage[None]):
    """The operators by number; a name not among them is a new one."""

    TITLE = "Change operator"
    AT_ONCE = True
    PROMPT = "Who is at the keyboard"
    HINT = "a number, or a name"
    KEYS = keys("1-9 choose", "type a new name, then Enter", "Esc back")

    async def load_data(self) -> None:
        """Say what stays whose."""
        self.say("Unfinished forms stay with the person who began them.")

    async def answer(self, text: str) -> Answer:
        """Answer a number with its name, a name with those like it and with itself as a new one."""
        names = await self.ask(lambda store: store.operators())
        numbered = [(str(place) if place < 10 else "", name) for place, name in enumerate(names, 1)]
        typed = " ".join(text.split())
        if typed.isdigit():
            numbered = [(number, name) for number, name in numbered if number == typed]
        elif typed:
            numbered = [(n, name) for n, name in numbered if typed.casefold() in name.casefold()]
        rows = [self._row(number, name) for number, name in numbered]
        known = any(name.casefold() == typed.casefold() for name in names)
        is_name = bool(typed) and not any(c.isdigit() for c in typed) and not known
        new: Cell = (Span("+ ", "key"), Span("new operator: "), Span(typed, "strong"))
        last = Choice((new,), partial(self._become_new, typed)) if is_name else None
        return Answer(rows, last, len(rows) if last else 0, above=("",))

    def _row(self, number: str, name: str) -> Choice:
        here: Cell = (Span(SENT, "ok"), Span(" at the keyboard now", "dim"))
        cells: tuple[Cell, ...] = (
            (Span(number or " ", "key"), Span("  "), Span(name, "strong")),
            here if name == self.app.operator else "",
        )
        return Choice(cells, partial(self._become, name), key=name)

    async def _become_new(self, typed: str) -> None:
        """Go on with the name as it is kept, so that their passphrase is kept under the same.

        Raises:
            StoreError: the name will not do.
        """
        from fieldkit.store.log.identity import fit_name

        await self._become(fit_name(typed))

    async def _become(self, name: str) -> None:
        if name == self.app.operator or self.app.data_key is None:
            await self._take_over(name)
        else:
            await self.navigator.open_passphrase(name, partial(self._take_over, name))

    async def _take_over(self, name: str) -> None:
        pages = owned_pages(self.app, least=1)
        if name == self.app.operator:
            pages = pages[-1:]
        for page in pages:
            await page.save_draft()
        await self.app.change_operator(name)
        for _ in pages:
            self.app.pop_screen()
