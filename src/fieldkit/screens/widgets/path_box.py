"""The box for the path of a file or folder."""

from __future__ import annotations

from textual import events

from fieldkit.screens.widgets.picker import Picker


class PathBox(Picker):
    """A box for a path, in which a slash at the beginning does not open the menu."""

    paths = True
    """Whether a path is typed here."""

    async def own_key(self, event: events.Key, /) -> bool:
        """Type the slash a path begins with."""
        if event.key != "slash" or not self.paths or self.typed.text:
            return False
        self.typed.insert("/")
        self.reload()
        return True
