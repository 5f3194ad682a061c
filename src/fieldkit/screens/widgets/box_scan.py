"""The keys of a scanner in a box: they are gathered, and what stood in the box stays."""

from __future__ import annotations

from textual import events

from fieldkit.scan.keys import ScanKeys
from fieldkit.screens.widgets.typed import Typed


class BoxScan:
    """Tells a scanner's keys from a person's in one box."""

    def __init__(self, typed: Typed) -> None:
        self._typed = typed
        self._keys = ScanKeys()
        self._before = ("", 0)
        """Text and cursor before the first key of what may be a scan."""
        self._key_at = 0.0
        """When the last key came."""

    def takes(self, event: events.Key) -> bool:
        """Say whether a key is a scanner's and is not for the box.

        Every key of the box must come here: one that types nothing ends a run of digits.
        """
        self._keys.pause(event.time - self._key_at)
        self._key_at = event.time
        character = event.character if event.is_printable else None
        if not character:
            ended = self._keys.end(enter=event.key in {"enter", "tab", "ctrl+j"})
            return ended or self._keys.active
        if self._keys.starts(character):
            self._before = (self._typed.text, self._typed.cursor)
        was_active = self._keys.active
        if not self._keys.add(character):
            return False
        if not was_active:
            self._typed.text, self._typed.cursor = self._before
        return True

    def take(self) -> str:
        """Return the scan that ended, and forget it; empty if none did."""
        return self._keys.take()
