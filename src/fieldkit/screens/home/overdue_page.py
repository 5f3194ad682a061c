"""What is overdue of one kind, by its step; Enter opens the list of those at that step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DOWN, DUE, UP
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.screens.home.figures import Due


class OverduePage(PickerPage[None]):
    """The steps at which records wait for too long."""

    KEYS = keys("Enter list", f"{UP}{DOWN} choose", "Esc back")

    def __init__(self, due: Due) -> None:
        super().__init__()
        self._due = due

    async def load_data(self) -> None:
        """Say what is overdue."""
        self.set_header("fieldkit", "Overdue")

    async def answer(self, _text: str, /) -> Answer:
        """Answer with the steps."""
        due, width = self._due, max(len(one.number) for one in self._due.steps)
        rows = [
            Choice(
                (
                    (
                        Span(DUE, "warn"),
                        Span(f" {one.number:>{width}} ", "strong"),
                        Span(one.words),
                    ),
                ),
                partial(self.navigator.open_list, due.kind, {due.field: one.state}),
                key=one.state,
            )
            for one in due.steps
        ]
        return Answer(rows, above=(heading(due.title), ""))
