"""The one sentence when the data cannot be opened: what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldkit.plain_text import shown
from fieldkit.screens.base.page import Page


class TroublePage(Page[None]):
    """Nothing can be entered now, so nothing can be lost."""

    ALONE = True
    KEYS = "Ctrl+Q quit"

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def content(self) -> Iterable[Widget]:
        """Yield the sentence."""
        yield Static(Content(shown(self._sentence)), id="trouble")

    async def arrive(self) -> None:
        """Say where you are."""
        self.where("fieldkit cannot open its data")

    def action_leave(self) -> None:
        """Stay: there is nothing behind this page."""
