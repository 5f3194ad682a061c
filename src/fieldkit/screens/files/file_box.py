"""The box for the path of a file, and the files a person means by what stands in it."""

from __future__ import annotations

from pathlib import Path

from textual import events

from fieldkit.screens.widgets.picker import Picker


class FileBox(Picker):
    """A box for a path, in which a slash at the beginning does not open the menu."""

    paths = True
    """Whether a path is typed here."""

    async def on_key(self, event: events.Key) -> None:
        """Type the slash a path begins with."""
        if event.key == "slash" and self.paths and not self.typed.text:
            event.stop()
            event.prevent_default()
            self.typed.insert("/")
            self.reload()


def files_meant(text: str) -> list[Path]:
    """Return the file of a path, the tables of a folder, or those nearby whose names fit."""
    from fieldkit.files import nearby, path_of, tables_in

    path = path_of(text)
    if path is None:
        return nearby()
    try:
        if path.is_file():
            return [path]
        if path.is_dir():
            return tables_in(path)
    except (OSError, ValueError):
        return []
    words = text.casefold().split()
    return [p for p in nearby() if all(word in p.name.casefold() for word in words)]
