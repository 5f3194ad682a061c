"""The page shown when the data cannot be opened: what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldkit.plain_text import shown
from fieldkit.screens.base.page import Page
from fieldkit.screens.look.parts import keys


class StartupErrorPage(Page[None]):
    """Nothing can be entered here, so nothing can be lost."""

    TITLE = "fieldkit cannot open its data"
    ALONE = True
    KEYS = keys("Ctrl+Q quit")

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def content(self) -> Iterable[Widget]:
        """Yield the sentence."""
        yield Static(Content(shown(self._sentence)), id="error")

    def action_leave(self) -> None:
        """Stay: there is no page under this one."""
