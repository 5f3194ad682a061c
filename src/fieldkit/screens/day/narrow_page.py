"""Asks which entries are shown: since when, of which kind, of which camp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.day.entries import Camp, Wanted
    from fieldkit.store import Entered, Store

Take = Callable[["Wanted", str], Awaitable[object]]
"""Takes which entries are wanted, and that in words: "since 10:30"."""
_DAY = 86400


class NarrowPage(PickerPage[None]):
    """A time typed, or a line chosen."""

    KEYS = keys("Enter choose", "type a time or a day", "Esc back")
    PROMPT = "Since"
    HINT = "10:30, or 20 Nov, or 20 Nov 10:30"

    def __init__(self, entries: Sequence[Entered], take: Take, title: str = "Which") -> None:
        """``entries``: what is shown now, whose kinds and camps can be chosen."""
        super().__init__()
        self._entries, self._take, self._title = entries, take, title

    async def load_data(self) -> None:
        """Say what is asked."""
        self.set_header("My entries", self._title)

    async def answer(self, text: str) -> Answer:
        """Answer a time with itself, an empty box with what can be chosen."""
        from fieldkit.day.entries import Wanted, camps_of, read_since
        from fieldkit.records import Unfit, kinds
        from fieldkit.records.fields.formats import Moment

        def read(store: Store) -> tuple[int, int, list[Camp]]:
            return store.now(), store.start_of_today(), camps_of(store, self._entries)

        now, today, camps = await self.read(read, "camps")
        if typed := text.strip():
            named = [
                one for one in self._offered(today, camps) if typed.casefold() in one[0].casefold()
            ]
            try:
                since = read_since(typed, now)
            except Unfit as error:
                if not named:
                    return Answer(mark=None, above=("", (Span(str(error), "bad"),)))
            else:
                words = f"since {Moment().show(since)}"
                named.insert(0, (words, Wanted(since)))
            return Answer([self._row(*one) for one in named])
        if not kinds():
            return Answer(mark=None)
        return Answer([self._row(*one) for one in self._offered(today, camps)])

    def _offered(self, today: int, camps: Sequence[Camp]) -> list[tuple[str, Wanted]]:
        from fieldkit.day.entries import Wanted
        from fieldkit.records import kinds

        held = dict.fromkeys(one.kind for one in self._entries)
        return [
            ("today", Wanted(today)),
            ("yesterday", Wanted(today - _DAY, today)),
            ("in the last 7 days", Wanted(today - 6 * _DAY)),
            *((f"today: {kinds()[kind].plural}", Wanted(today, kind=kind)) for kind in held),
            *((f"today, of {one.label}", Wanted(today, camp=one.id)) for one in camps),
        ]

    def _row(self, words: str, wanted: Wanted) -> Choice:
        shown: Cell = (Span(words[:1].upper() + words[1:], "strong"),)
        return Choice((shown,), partial(self._chosen, wanted, words), key=words)

    async def _chosen(self, wanted: Wanted, words: str) -> None:
        self.dismiss(None)
        await self._take(wanted, words)
