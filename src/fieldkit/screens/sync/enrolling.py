"""Enrolling with a server: its address, then the code that a supervisor gave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Page
from fieldkit.screens.base.scheduler import apart
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.store import Store

_PROMPTS = ("Address of the server", "Code")
_HINTS = (
    "Whoever gave you the code knows it, for instance sync.example.in",
    "The supervisor makes it for you. It is used once, and it runs out.",
)


class EnrolPage(Page[None]):
    """Two questions; Escape goes back one."""

    KEYBOARD = "#picker"
    KEYS = "Enter next   Esc back"

    def __init__(self, known: str = "") -> None:
        """``known``: the address of the server it is enrolled with already."""
        super().__init__()
        self._known = known
        self._address = ""
        self._enrolling = False

    def content(self) -> Iterable[Widget]:
        """Yield the box."""
        picker = Picker(self.answer, self.told, prompt=_PROMPTS[0])
        picker.typed.put(self._known)
        yield picker

    async def arrive(self) -> None:
        """Say where you are."""
        self.where("Enrol this laptop with a server")

    async def answer(self, text: str) -> Answer:
        """Answer the question that is open with what is typed."""
        typed = text.strip()
        hint = (f"  {_HINTS[1 if self._address else 0]}",)
        if not typed:
            return Answer(mark=None, above=hint)

        async def enter() -> None:
            if self._address:
                self._begin(typed)
            elif refusal := await self.ask(lambda _store: _unfit(typed)):
                self.say(refusal, error=True)
            else:
                self._turn(typed, "")

        words = f'Enrol with the code "{typed}"' if self._address else typed
        return Answer([Choice((words,), enter)], above=hint)

    def _turn(self, address: str, text: str) -> None:
        """Turn to the code of the server at ``address``, or without one back to the address."""
        self._address = address
        picker = self.query_one(Picker)
        picker.prompt = _PROMPTS[1 if address else 0]
        self.say(f"Server: {address}" if address else "")
        picker.turn(text)

    def _begin(self, code: str) -> None:
        """Enrol in the background: keys do not wait for the line."""
        if not self._enrolling:
            self._enrolling = True
            self.say("Asking the server ...")
            self.run_worker(self.told(lambda: self._enrol(code)), group="enrol")

    async def _enrol(self, code: str) -> None:
        address = self._address
        store = await self.ask(lambda store: store)
        try:
            refusal = await apart(lambda: _enrolled(store, address, code))
        finally:
            self._enrolling = False
        if not self.is_attached or self.desk.screen is not self:
            return
        if refusal:
            self.say(refusal, error=True)
            return
        await self.desk.take_stock()
        self.dismiss(None)
        await doors.open_sync(self.desk, begin=True)
        doors.say(self.desk, f"Enrolled with {address}. What is saved is sent from now on.")

    def action_leave(self) -> None:
        """Go back to the address, then away."""
        if self._address:
            self._turn("", self._address)
        else:
            super().action_leave()


def _enrolled(store: Store, address: str, code: str) -> str:
    """Enrol; return why it cannot be, empty if it is done."""
    from fieldkit.sync.client import NotEnrolled, enrol

    try:
        enrol(store, address, code)
    except NotEnrolled as error:
        return str(error)
    return ""


def _unfit(typed: str) -> str:
    """Say why an address will not do; empty if it will."""
    from fieldkit.sync.enrol import NotEnrolled, address

    try:
        address(typed)
    except NotEnrolled as error:
        return str(error)
    return ""
