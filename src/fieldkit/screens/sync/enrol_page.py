"""Enrolment with a server: its address, then the code that a supervisor gave."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.daemon import in_thread
from fieldkit.screens.base.page import PickerPage, say_on_screen
from fieldkit.screens.look.charts import on_the_way, steps
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.parts import MARGIN, keys
from fieldkit.screens.look.text import Cell, Span, Text, wrapped
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

_PROMPTS = ("Address of the server", "Code")
_EXAMPLES = ("for instance sync.example.in", "as your supervisor wrote it down")
_HINTS = (
    "Ask the person who gave you the code for the address.",
    "Your supervisor makes the code for you. It works once, and it expires.",
)
_STEPS = ("address", "code", "first sync")


class EnrolPage(PickerPage[None]):
    """Two questions, then the first sync; Escape goes back one."""

    TITLE = "Enrol this laptop with a server"
    PROMPT = _PROMPTS[0]
    HINT = _EXAMPLES[0]
    KEYS = keys("Enter next", "Esc back")

    def __init__(self, known: str = "") -> None:
        """``known``: the server this laptop is enrolled with, which an empty box stands for."""
        super().__init__()
        self._known = known
        self._address = ""
        self._enrolling = False

    def content(self) -> Iterable[Widget]:
        """Yield the steps above the box."""
        yield Lines(id="steps")
        yield from super().content()

    def on_mount(self) -> None:
        """Show the first step."""
        super().on_mount()
        self._show_step(0)

    def _show_step(self, now: int) -> None:
        line = steps(on_the_way(_STEPS, now), self.space[0])
        self.query_one("#steps", Lines).put((Span(" " * MARGIN), *line), "")

    async def answer(self, text: str) -> Answer:
        """Answer the present question with what is typed."""
        typed = text.strip() or ("" if self._address else self._known)
        hint = wrapped((Span(_HINTS[bool(self._address)], "dim"),), self.space[0], 2)
        server: Text = (Span("server  ", "dim"), Span(self._address, "strong"))
        above: tuple[Cell, ...] = (*([server] if self._address else []), *hint, "")
        if not typed:
            return Answer(mark=None, above=above)

        async def enter() -> None:
            if self._address:
                self._begin(typed)
            elif refusal := await self.ask(lambda _store: _unfit(typed)):
                self.say(refusal, error=True)
            else:
                self._ask_for(typed, "")

        words = f'Enrol with the code "{typed}"' if self._address else f"Use the server {typed}"
        return Answer([Choice((words,), enter)], above=above)

    def _ask_for(self, address: str, text: str) -> None:
        """Ask for the code of the server at ``address``; without one, ask for the address."""
        self._address = address
        self.picker.prompt, self.picker.hint = _PROMPTS[bool(address)], _EXAMPLES[bool(address)]
        self._show_step(1 if address else 0)
        self.say("")
        self.picker.start_over(text)

    def _begin(self, code: str) -> None:
        """Enrol in the background: keys do not wait for the connection."""
        if not self._enrolling:
            self._enrolling = True
            self.say("Asking the server ...")
            self.run_worker(self.run_reporting(lambda: self._enrol(code)), group="enrol")

    async def _enrol(self, code: str) -> None:
        address = self._address
        store = await self.ask(lambda store: store)
        try:
            refusal = await in_thread(lambda: _enrolled(store, address, code))
        finally:
            self._enrolling = False
        if not self.is_attached or self.app.screen is not self:
            return
        if refusal:
            self.say(refusal, error=True)
            return
        await self.app.refresh_status()
        self.dismiss(None)
        await self.navigator.open_protection(partial(_sync_first, self.app, address))

    def action_leave(self) -> None:
        """Go back to the address, then leave."""
        if self._address:
            self._ask_for("", self._address)
        else:
            super().action_leave()


async def _sync_first(app: AppBase, address: str) -> None:
    """Begin the first sync, and say with whom."""
    await app.navigator.open_sync(begin=True)
    say_on_screen(app, f"Enrolled with {address}. What is saved is sent from now on.")


def _enrolled(store: Store, address: str, code: str) -> str:
    """Enrol; return why it failed, empty if it worked."""
    from fieldkit.sync.client import NotEnrolled, enrol

    try:
        enrol(store, address, code)
    except NotEnrolled as error:
        return str(error)
    return ""


def _unfit(typed: str) -> str:
    """Return why an address cannot be used; empty if it can."""
    from fieldkit.sync.enrol import NotEnrolled, address

    try:
        address(typed)
    except NotEnrolled as error:
        return str(error)
    return ""
