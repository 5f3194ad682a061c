"""After how many minutes without a key the laptop locks itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import SAME
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.protection.idle import USUAL
from fieldkit.screens.widgets.rows import Answer, Choice

MINUTES = (5, USUAL, 30, 60, 0)


def in_words(minutes: int) -> str:
    """Return the choice in words."""
    return f"after {minutes} minutes" if minutes else "never"


class LockAfterPage(PickerPage[None]):
    """The choices; what is chosen holds for everybody on this laptop."""

    TITLE = "Lock by itself"
    KEYS = keys("Enter choose", "Esc back")

    def __init__(self, now: int, take: Callable[[int], Awaitable[None]]) -> None:
        super().__init__()
        self._now, self._take = now, take

    async def load_data(self) -> None:
        """Say where it never happens."""
        self.set_header("fieldkit", "Lock by itself")
        self.say("An open camp, list of people or hand-over is never locked.", hint=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the choices."""
        mark = MINUTES.index(self._now) if self._now in MINUTES else 0
        return Answer([self._row(one) for one in MINUTES], mark=mark, above=("",))

    def _row(self, minutes: int) -> Choice:
        here = (Span(f"{SAME} now", "dim"),) if minutes == self._now else ""
        words = (Span(in_words(minutes).capitalize(), "strong"),)
        return Choice((words, here), partial(self._choose, minutes), key=str(minutes))

    async def _choose(self, minutes: int) -> None:
        await self._take(minutes)
        self.dismiss(None)
