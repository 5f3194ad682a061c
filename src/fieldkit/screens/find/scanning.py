"""A card scanned into a box that finds people: its name is looked for, the rest waits for the form.

Only what a form is filled with is held, until the next card.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from fieldkit.screens.base.page import PickerPage

R = TypeVar("R")


class ScannedCard:
    """The card that was scanned last on a page."""

    def __init__(self) -> None:
        self._name = ""
        self._texts: Mapping[str, str] = {}

    async def take(self, page: PickerPage[R], text: str) -> None:
        """Read a scanned text and look for its person; say what is wrong with it."""
        from fieldkit.scan.card import Unreadable
        from fieldkit.scan.fill import texts_of
        from fieldkit.scan.read import read_card

        try:
            card = await page.ask(lambda store: read_card(text, store.home))
        except Unreadable as unreadable:
            page.say(str(unreadable), error=True)
            return
        self._name, self._texts = card.name, texts_of(card)
        page.picker.reload(card.name)
        page.say("From the card.", card.checked)

    def texts(self, typed: str) -> Mapping[str, str] | None:
        """Return what the form is filled with, while the card's name stands in the box."""
        return self._texts if self._texts and typed.strip() == self._name else None
