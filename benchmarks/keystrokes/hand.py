"""Keys pressed in the application as it runs in this process, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from fieldkit.app import FieldkitApp

_NAMED = {
    " ": "space",
    "/": "slash",
    "?": "question_mark",
    "=": "equals_sign",
    "-": "minus",
}


def key_events(*keys: str) -> Iterator[events.Key]:
    """Yield the keys of texts, letter by letter; a key's name stands in angle brackets."""
    for key in keys:
        if key.startswith("<"):
            yield events.Key(key[1:-1], None)
        else:
            for letter in key:
                yield events.Key(_NAMED.get(letter, letter), letter)


class Hand:
    """A person at the keyboard of a running application."""

    def __init__(self, pilot: Pilot[int], app: FieldkitApp) -> None:
        self.pilot, self.app = pilot, app
        self.keys = 0
        """How many keys were pressed, without those that do not count."""

    async def press(self, *keys: str, counted: bool = True) -> None:
        """Send keys without waiting between them, then wait until all they set off is done."""
        for key in key_events(*keys):
            self.app.post_message(key)
            self.keys += counted
        await self.settle()

    async def settle(self) -> None:
        """Wait until no key, worker or message is left."""
        for _ in range(3):
            await self.pilot.pause(0)
            await self.app.keys_handled()
            with suppress(WorkerCancelled):  # a newer one has taken its place
                await self.app.workers.wait_for_complete()
        await self.pilot.pause()
