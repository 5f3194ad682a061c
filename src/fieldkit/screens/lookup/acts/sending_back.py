"""Sending a record back, saying that it is corrected, accepting it; asked on a page of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.page import Page, PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

Act = Callable[["Store", str, str], object]
"""Does something with the text that was typed, in the name of an operator."""
Done = Callable[[str], Awaitable[object]]
"""Called with what was done."""


class Asked(NamedTuple):
    """What a page asks for, and what becomes of it, in words."""

    prompt: str
    """What is typed."""
    does: str
    """What Enter does."""
    did: str
    """What was done."""
    reader: str
    """Who reads the text: begins a sentence."""


_REASON = Asked("Reason", "Send back", "Sent back", "The person who entered the record")
_DONE = Asked("What was done", "Corrected", "Corrected", "The supervisor")


class WordsPage(PickerPage[None]):
    """Asks for a text; Enter does what it is for."""

    KEYS = keys("Enter do it", "Esc back, nothing changes")

    def __init__(self, title: str, asked: Asked, act: Act, done: Done) -> None:
        """``title``: what the record is called."""
        super().__init__()
        self.PROMPT = asked.prompt
        self._title, self._asked, self._act, self._done = title, asked, act, done

    async def load_data(self) -> None:
        """Show which record it is about."""
        self.set_header(self._title, self._asked.does)

    async def answer(self, text: str) -> Answer:
        """Answer with what Enter does with the text."""
        if not text.strip():
            hint = (Span(f"Type it, then Enter. {self._asked.reader} reads it.", "dim"),)
            return Answer(mark=None, above=("", hint))
        words = (Span(f"{self._asked.does}: ", "strong"), Span(" ".join(text.split())))
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
        await self._done(f"{self._asked.did}: {self._title}")


async def ask_send_back(page: Page[None], number: str, label: str, done: Done) -> None:
    """Ask why a record is sent back, then send it."""

    def act(store: Store, reason: str, operator: str) -> object:
        return store.review.send_back(number, reason, operator)

    await page.app.push_screen(WordsPage(label, _REASON, act, done))


async def ask_corrected(page: Page[None], number: str, label: str, done: Done) -> None:
    """Ask what was done about a record that was sent back, then say so."""

    def act(store: Store, words: str, operator: str) -> object:
        return store.review.mark_corrected(number, words, operator)

    await page.app.push_screen(WordsPage(label, _DONE, act, done))


async def accept(page: Page[None], number: str, label: str, done: Done) -> None:
    """Accept a record that was sent back as it now stands."""
    operator = page.app.operator
    await page.ask(lambda store: store.review.accept(number, operator))
    await done(f"Accepted: {label}")
