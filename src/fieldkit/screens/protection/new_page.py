"""A new passphrase, typed twice; what is done with it is up to who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.protection.keys_here import NotDone, check_new
from fieldkit.screens.protection.secret_page import SecretPage
from fieldkit.screens.widgets.rows import Answer, Choice

_PROMPTS = ("New passphrase", "Once more")
_RULE = "Three words, or ten characters. Choose what nobody who knows you would guess."
_BUSY = "Wait a moment: this is not done yet."


class NewPassphrasePage(SecretPage):
    """Asks twice, then calls ``done``; it closes if that goes well."""

    PROMPT = _PROMPTS[0]

    def __init__(
        self,
        trail: Sequence[str],
        why: Sequence[str],
        done: Callable[[str], Awaitable[None]],
        *,
        leave: str = "Esc back",
        busy: str = "One moment ...",
    ) -> None:
        """``why``: what it is for; ``done``: raises :class:`NotDone`; ``leave``: what Escape does.

        ``busy``: said meanwhile.
        """
        super().__init__()
        self._trail, self._why, self._done = trail, why, done
        self._leave, self._busy_words = leave, busy
        self._first = ""
        self._busy = False

    async def load_data(self) -> None:
        """Say what it is for."""
        self.set_header(*self._trail)
        self._show_keys()

    def _show_keys(self) -> None:
        self.set_keys(*keys("Enter next", "Esc back one" if self._first else self._leave))

    async def answer(self, _text: str) -> Answer:
        """Answer with what to do."""
        words = "Type it once more" if self._first else "Go on"
        above: tuple[Cell, ...] = ("", *self.lines([*self._why, _RULE]), "")
        return Answer([Choice(((Span(words, "strong"),),), self._take, key="take")], above=above)

    async def _take(self) -> None:
        """Take what is typed: the first time, then the second."""
        typed = self.box.typed.text
        if self._busy:
            self.say(_BUSY)
        elif not self._first:
            try:
                check_new(typed)
            except NotDone as error:
                self.box.clear()  # nobody sees what the next letters would be added to
                self.say(str(error), error=True)
            else:
                self._ask_for(typed)
                self.say("")
        elif typed != self._first:
            self._ask_for("")
            self.say("The two were not the same. Type the new passphrase again.", error=True)
        else:
            self._busy = True
            self.box.clear()
            self.say(self._busy_words, hint=True)
            # The application's: it goes on while this page closes.
            self.app.run_worker(self.run_reporting(partial(self._finish, typed)), group="secret")

    def _ask_for(self, first: str) -> None:
        self._first = first
        self.box.prompt = _PROMPTS[bool(first)]
        self.box.start_over("")
        self._show_keys()

    async def _finish(self, passphrase: str) -> None:
        try:
            await self._done(passphrase)
        except NotDone as error:
            if self.is_open:
                self.say(str(error), error=True)
        finally:
            self._first, self._busy = "", False
            if self.is_open:
                self._ask_for("")

    def action_leave(self) -> None:
        """Go back to the first time, then leave."""
        if self._busy:
            self.say(_BUSY)
        elif self._first:
            self._ask_for("")
        else:
            super().action_leave()
