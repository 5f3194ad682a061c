"""A one-time code, shown large and only now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import frame, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer

if TYPE_CHECKING:
    from fieldkit.protocol.messages.supervision import CodeAnswer


class CodePage(PickerPage[None]):
    """The code and what it is for; it is gone once the page is left."""

    TITLE = "One-time code"
    KEYS = keys("Esc done: it is not shown again")

    def __init__(self, made: CodeAnswer, where: str = "Menu, Sync, enrol") -> None:
        """``where``: the code is typed on the laptop."""
        super().__init__()
        self._made, self._where = made, where

    async def load_data(self) -> None:
        """Say what to do with it."""
        self.say(f"Read it out, or write it down. On the laptop: {self._where}.", hint=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with the code, letter by letter."""
        from fieldkit.records.fields.formats import Moment
        from fieldkit.review.devices import area_of

        made = self._made
        spaced = "  ".join(made.code.replace("-", " "))
        large: list[Cell] = ["", (Span(f"   {spaced}   ", "accent"),), ""]
        width = min(self.space[0], len(spaced) + 12)
        lines: list[Cell] = [
            *frame((Span("Code", "strong"),), "", large, width, "accent"),
            "",
            (Span("For      ", "dim"), Span(f"{made.role}, {area_of(made.district, made.block)}")),
            (Span("Valid    ", "dim"), Span(f"until {Moment().show(made.expires_at)}, once")),
            (Span("Letters  ", "dim"), Span("there is no I, L, O or U in it", "dim")),
        ]
        return Answer(mark=None, above=("", *lines))
