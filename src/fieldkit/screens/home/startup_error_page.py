"""The page shown when the data cannot be opened: what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from fieldkit.screens.base.page import Page
from fieldkit.screens.look.drawn import Lines
from fieldkit.screens.look.glyphs import CORRECT
from fieldkit.screens.look.parts import MARGIN, frame, keys
from fieldkit.screens.look.text import Span, wrapped

_WIDEST, _MOST = 78, 12
_NOTHING_LOST = "Nothing was changed. Once this is repaired, start fieldkit again."


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
        yield Lines(id="error")

    def on_resize(self) -> None:
        """Wrap the sentence at the width, in a frame."""
        width = min(self.app.size.width - MARGIN, _WIDEST)
        title = (Span(f"{CORRECT} ", "bad"), Span("Not opened", "strong"))
        lines = [
            *wrapped(self._sentence, width - 4, _MOST),
            (),
            *wrapped((Span(_NOTHING_LOST, "dim"),), width - 4, 2),
        ]
        framed = frame(title, "", lines, width, "bad")
        self.query_one("#error", Lines).put(*((Span(" "), *line) for line in framed))

    def action_leave(self) -> None:
        """Stay: there is no page under this one."""
