"""The draft of the form on the screen: written while it is typed, dropped if it holds nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.timer import Timer

from fieldkit.screens.form.entry.saving import draft_texts
from fieldkit.store import Draft

if TYPE_CHECKING:
    from fieldkit.screens.form.form_page import FormPage

DRAFT_AFTER = 0.8
"""Seconds after which what is typed is written into the draft while the cursor is in the field."""


class Drafting:
    """Keeps the draft of the form that a page shows."""

    def __init__(self, page: FormPage) -> None:
        self._page = page
        self.lock = asyncio.Lock()
        """Held while the draft is written, or its record saved."""
        self.draft = Draft("", "")
        """As it was last written."""
        self.texts: Mapping[str, str] = {}
        """The texts the form opened with, which are no more than a search."""
        self._timer: Timer | None = None
        self._pending = False

    def begin(self, draft: Draft, texts: Mapping[str, str]) -> None:
        """Take the draft of another form, opened with ``texts``."""
        self.draft, self.texts = draft, texts

    def write_later(self) -> None:
        """Have the draft written in a moment, unless it will be."""
        if self._timer is None:
            self._timer = self._page.set_timer(DRAFT_AFTER, self.write_soon)

    def write_soon(self) -> None:
        """Have the draft written; keys do not wait."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self._pending:
            self._pending = True
            page = self._page
            page.run_worker(page.run_reporting(lambda: self.write(typing=True)), group="draft")

    async def write(self, *, typing: bool = False) -> None:
        """Write what is typed into the draft, unless it is there already.

        ``typing``: the text of the current field may be incomplete.

        Raises:
            StoreError: it could not be written.
        """
        async with self.lock:
            self._pending = False
            draft = self.unwritten(typing=typing)
            if draft is not None:
                self.draft = await self._page.ask(lambda store: store.drafts.keep(draft))

    async def move(
        self, record_id: str | None, base: int | None, texts: Mapping[str, str]
    ) -> Draft:
        """Make the draft an edit of a record that was seen at the version ``base``, or a new one.

        Raises:
            StoreError: it could not be written; it stays what it was.
        """
        async with self.lock:
            moved = replace(self.draft, record_id=record_id, base=base, texts=texts, field="")
            self.draft = await self._page.ask(lambda store: store.drafts.keep(moved))
            return self.draft

    def unwritten(self, *, typing: bool = False) -> Draft | None:
        """Return the draft as it should be written; None if it is.

        A draft that is being written at this moment may be written twice. ``typing``: the text of
        the current field may be incomplete.
        """
        model = self._page.model
        if model is None:
            return None
        texts = draft_texts(model, typing=typing)
        typed = any(texts.values()) or model.record is not None
        if texts == self.draft.texts or (self.draft.id is None and not typed):
            return None
        return replace(self.draft, texts=texts, field=model.at)

    async def save(self) -> None:
        """Write the draft, or drop it if it holds no more than the form was opened with.

        Raises:
            StoreError: it could not be written.
        """
        model = self._page.model
        if model is None:
            return
        await self.write()
        number = self.draft.id
        opened = {name: text for name, text in self.texts.items() if text}
        if number is not None and {k: t for k, t in draft_texts(model).items() if t} == opened:
            await self._page.ask(lambda store: store.drafts.drop(number))
