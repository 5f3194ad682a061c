"""The page of a locked laptop: who is there, and their passphrase."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer

from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.protection import keys_here
from fieldkit.screens.protection.keys_here import KeysHere, NotDone, opened_by, read_keys
from fieldkit.screens.protection.secret_page import Opened, SecretPage
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

_EVERY = 1.0
"""Seconds between two steps of the countdown."""
_WHY = "The data on this laptop is encrypted. It opens with your passphrase."
_REMOVED = (
    "This laptop was removed from the server, so no passphrase opens it any more. What is on it "
    "stays. Ask your supervisor for a recovery code, then press Enter."
)
_FORGOTTEN = "Passphrase forgotten: use a supervisor's code"
_CODE = "Use a supervisor's code"


class UnlockPage(SecretPage):
    """The operators, the last one at work marked, and a box for the passphrase of the marked one.

    What is typed after Enter waits, and goes to the page that opens.
    """

    PROMPT = "Passphrase"
    KEYS = keys("Enter open", f"{UP}{DOWN} operator", "Ctrl+R forgotten", "Ctrl+Q quit")
    _ONE = keys("Enter open", "Esc back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "recover", "Forgotten", show=False),
    ]

    def __init__(self, opened: Opened, *, only: str = "") -> None:
        """``only``: whose passphrase is asked, while the laptop is open; empty: anybody's."""
        super().__init__()
        self._opened, self._only = opened, only
        self._found: KeysHere | None = None
        self._until: dict[str, float] = {}
        """When the passphrase of an operator is tried again, by a clock that nobody sets."""
        self._countdown: Timer | None = None

    async def load_data(self) -> None:
        """Say who is asked; read who has a passphrase."""
        self.set_header("fieldkit", f"Passphrase of {self._only}" if self._only else "Locked")
        if self._only:
            self.set_keys(*self._ONE)
        try:
            self._found = await in_thread(partial(read_keys, self.app.home))
        except NotDone as error:
            self.say(str(error), error=True)
            return
        self._until = {one: keys_here.running() + wait for one, wait in self._found.waits.items()}
        self.picker.reload()
        await self.picker.settled()
        if self._dropped:
            self.set_keys(*keys("Enter use a code", "Ctrl+Q quit"))
        self._show_wait()

    @property
    def _dropped(self) -> bool:
        """Whether no passphrase is left: the server revoked this laptop."""
        return self._found is not None and not self._found.operators

    async def answer(self, _text: str) -> Answer:
        """Answer with the operators, and what to do without a passphrase."""
        names = [self._only] if self._only else self._found.operators if self._found else []
        rows = [
            Choice(((Span(name, "strong"),),), partial(self._open, name), key=name)
            for name in names
        ]
        words = _CODE if self._dropped else _FORGOTTEN
        last = Choice((words,), self._recover, key="") if self._found else None
        above: tuple[Cell, ...] = ("", *self.lines([_REMOVED if self._dropped else _WHY]), "")
        return Answer(rows, None if self._only else last, above=above)

    # --- a passphrase ---

    async def _open(self, operator: str) -> None:
        typed = self.box.typed.text
        if not typed:
            self.say(f"Type the passphrase of {operator}, then press Enter.")
            return
        self.say("Opening ...", hint=True)
        try:
            key = await in_thread(partial(opened_by, self.app.home, operator, typed))
        except NotDone as error:
            self.box.clear()
            self.say(str(error), error=True)
            self._until[operator] = keys_here.running() + error.wait
            self._count_down()
            return
        self.box.clear()
        self._stop_counting()
        await self._opened(operator, key)

    # --- the wait after wrong ones ---

    def on_picker_marked(self, _event: Picker.Marked) -> None:
        """Say how long the marked operator has to wait; another one need not."""
        if self._countdown is not None and not self._left():
            self._stop_counting()
            self.say("")
        self._show_wait()

    def _left(self) -> int:
        """Return the seconds that the marked operator has to wait."""
        marked = self.picker.marked
        if marked is None or marked.key not in self._until:
            return 0
        return max(ceil(self._until[marked.key] - keys_here.running()), 0)

    def _show_wait(self) -> None:
        if left := self._left():
            from fieldkit.keys.keyfile import TooEarly

            self.say(str(TooEarly(left)), error=True)
            self._count_down()

    def _count_down(self) -> None:
        if self._countdown is None and self._left():
            self._countdown = self.set_interval(_EVERY, self.tick)

    def tick(self) -> None:
        """Say how long the wait still is, each second; say so when it is over."""
        if self._countdown is None:
            return
        if self._left():
            self._show_wait()
        else:
            self._stop_counting()
            self.say("The passphrase can be tried again now.")

    def _stop_counting(self) -> None:
        if self._countdown is not None:
            self._countdown.stop()
            self._countdown = None

    # --- without a passphrase ---

    def action_recover(self) -> None:
        """Ask for a supervisor's code."""
        if not self._only:
            self.app.hold_keys(self.run_reporting(self._recover))

    async def _recover(self) -> None:
        from fieldkit.screens.protection.recover_page import RecoverPage

        if self._found is None:
            return
        if not self._found.server:
            self._stop_counting()  # the countdown would take the place of the sentence
            self.say(
                "No server can open this laptop, as it has not synced since it was encrypted. "
                "Only a passphrase opens it.",
                error=True,
            )
            return
        self.box.clear()
        await self.app.push_screen(RecoverPage(self._found.operators, self._opened))

    def action_leave(self) -> None:
        """Go back, where the laptop is open; else stay."""
        if self._only:
            super().action_leave()
