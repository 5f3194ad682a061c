"""The box of a list."""

from __future__ import annotations

from textual import events

from fieldkit.screens.widgets.picker import Picker


class ListBox(Picker):
    """A picker whose box is there only while something is looked for.

    Without it letters go to the page.
    """

    def hide(self) -> None:
        """Take the box away."""
        self.typing = False

    def begin(self, text: str) -> None:
        """Show the box with a text in it."""
        self.typing = True
        self.reload(text)

    async def own_key(self, event: events.Key, /) -> bool:
        """Take the box away when its text is deleted."""
        last = event.key == "backspace" and len(self.typed.text) <= 1
        if not self.typing or not (last or event.key == "escape"):
            return False
        self.hide()
        self.reload("")
        return True
