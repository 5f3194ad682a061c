"""A laptop whose passphrase was forgotten: whose it was, and the code of a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.protection.keys_here import NotDone, recovered
from fieldkit.screens.protection.new_page import NewPassphrasePage
from fieldkit.screens.protection.secret_page import Opened, SecretPage
from fieldkit.screens.widgets.rows import Answer, Choice

_HOW = (
    "Ask your supervisor for a recovery code for this laptop. It works once, and this laptop needs "
    "a connection to the server.",
)
_NAME = "Your name"


class RecoverPage(SecretPage):
    """The code, which is shown as it is typed; then a new passphrase."""

    PROMPT = "Recovery code"
    HINT = "as your supervisor wrote it down"
    KEYS = keys("Enter next", f"{UP}{DOWN} whose passphrase", "Esc back")
    _ONE = keys("Enter next", "Esc back")

    def __init__(self, operators: Sequence[str], opened: Opened) -> None:
        """``operators``: who has a passphrase; without any, the name is asked first."""
        super().__init__()
        self._operators, self._opened = operators, opened
        self._asks_name = not operators

    def on_mount(self) -> None:
        """Show what is typed; ask for a name where nobody is known."""
        super().on_mount()
        self.box.hidden = False
        if self._asks_name:
            self._ask_name()
            self.set_keys(*self._ONE)

    async def load_data(self) -> None:
        """Say where this is."""
        self.set_header("fieldkit", "Locked", "Recovery")

    async def answer(self, _text: str) -> Answer:
        """Answer with those who may get a new passphrase."""
        above: tuple[Cell, ...] = ("", *self.lines(_HOW), "")
        if not self._operators:
            row = Choice(((Span("Go on", "strong"),),), self._take_name, key="name")
            return Answer([row], above=above)
        rows = [
            Choice(((Span(name, "strong"),),), partial(self._take, name), key=name)
            for name in self._operators
        ]
        return Answer(rows, above=above)

    def _ask_name(self) -> None:
        self._operators = ()
        self.box.prompt, self.box.hint = _NAME, "as it was on this laptop"

    def action_leave(self) -> None:
        """Go back to the name, if it was asked; then leave."""
        if self._asks_name and self._operators:
            self._ask_name()
            self.box.start_over("")
        else:
            super().action_leave()

    async def _take_name(self) -> None:
        name = " ".join(self.box.typed.text.split())
        if not any(c.isalpha() for c in name) or any(c.isdigit() for c in name):
            self.say("Type your name.", error=True)
            return
        try:
            self._operators = [await in_thread(partial(_as_kept, name, self.app.operator))]
        except NotDone as error:
            self.say(str(error), error=True)
            return
        self.box.prompt, self.box.hint = self.PROMPT or "", self.HINT
        self.box.start_over("")
        self.say("")

    async def _take(self, operator: str) -> None:
        code = self.box.typed.text.strip()
        if not code:
            self.say("Type the code from your supervisor, then press Enter.")
            return
        why = [f"A new passphrase of {operator}. Type it twice, then the code is used."]
        trail = ("fieldkit", "Locked", "New passphrase")
        done = partial(self._recover, code, operator)
        await self.app.push_screen(
            NewPassphrasePage(trail, why, done, busy="Asking the server ...")
        )

    async def _recover(self, code: str, operator: str, passphrase: str) -> None:
        key = await in_thread(partial(recovered, self.app.home, code, operator, passphrase))
        for _ in range(2):  # the new passphrase, and this page
            self.app.pop_screen()
        await self._opened(operator, key)


def _as_kept(name: str, before: str) -> str:
    """Return a name as the laptop keeps it: what is unfinished stays with the name it had.

    ``before``: who was at work when the laptop was locked.

    Raises:
        NotDone: it will not do.
    """
    from fieldkit.store import StoreError
    from fieldkit.store.log.identity import fit_name

    try:
        name = fit_name(name.title() if name.islower() else name)
        return before if name.casefold() == before.casefold() else name
    except StoreError as error:
        raise NotDone(str(error)) from None
