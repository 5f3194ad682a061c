"""Sending a record back, saying that it is corrected, accepting it; asked on a page of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import Page, PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

Act = Callable[["Store", str, str], object]
"""Does something with the text that was typed, in the name of an operator."""
Done = Callable[[str], Awaitable[object]]
"""Is told what was done."""


class WordsPage(PickerPage[None]):
    """Asks for a text; Enter does what it is for."""

    KEYS = keys("Enter do it", "Esc back, nothing changes")

    def __init__(self, title: str, prompt: str, does: str, act: Act, done: Done) -> None:
        """``prompt``: what is typed; ``does``: what Enter does, in words."""
        super().__init__()
        self.PROMPT = prompt
        self._title, self._does, self._act, self._done = title, does, act, done

    async def load_data(self) -> None:
        """Say about what it is."""
        self.set_header(self._title, self._does)

    async def answer(self, text: str) -> Answer:
        """Answer with what Enter does with the text."""
        if not text.strip():
            hint = (Span("Type it, then Enter. Who entered it reads this.", "dim"),)
            return Answer(mark=None, above=("", hint))
        words = (Span(f"{self._does}: ", "strong"), Span(" ".join(text.split())))
        return Answer([Choice((words,), partial(self._take, text), key=text)])

    async def _take(self, text: str) -> None:
        from fieldkit.store import Refused

        operator = self.app.operator
        try:
            await self.ask(lambda store: self._act(store, text, operator))
        except Refused as refused:
            self.say(str(refused), error=True)
            return
        self.dismiss(None)
        await self._done(f"{self._does}: {self._title}")


async def ask_send_back(page: Page[None], number: str, label: str, done: Done) -> None:
    """Ask why a record is sent back, then send it."""

    def act(store: Store, reason: str, operator: str) -> object:
        return store.send_back(number, reason, operator)

    await page.app.push_screen(WordsPage(label, "Reason", "Send back", act, done))


async def ask_corrected(page: Page[None], number: str, label: str, done: Done) -> None:
    """Ask what was done about a record that was sent back, then say so."""

    def act(store: Store, words: str, operator: str) -> object:
        return store.mark_corrected(number, words, operator)

    await page.app.push_screen(WordsPage(label, "What was done", "Corrected", act, done))


async def accept(page: Page[None], number: str, label: str, done: Done) -> None:
    """Accept a record that was sent back as it now stands."""
    operator = page.app.operator
    await page.ask(lambda store: store.accept(number, operator))
    await done(f"Accepted: {label}")
