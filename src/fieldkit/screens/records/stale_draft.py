"""An unfinished form that cannot be gone on with as it is: its texts, shown as they were typed.

Another version wrote it and no form here asks for all of it, or its record is no longer here.
Nothing of it is dropped: whoever typed it reads it off, types it where it belongs or enters it
anew, and throws it away on Home.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.plain_text import shown
from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Page
from fieldkit.screens.records.history import stay
from fieldkit.screens.records.rows import NOT_HERE, in_words
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Draft

_LABEL = 30
"""Cells a field's name has at most."""


def unasked(kind: type[Record] | None, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts a kind's form does not ask for; of a kind unknown here, all. Pure."""
    asked = kind.form_fields() if kind else {}
    return {name: text for name, text in texts.items() if name not in asked and text}


class KeptPage(Page[None]):
    """The texts of an unfinished form, and the way into its form if there is one."""

    KEYBOARD = "#picker"

    def __init__(self, draft: Draft, *, here: bool = True) -> None:
        """``here``: what it is about is on this laptop, or is to be entered."""
        super().__init__()
        self._draft, self._here = draft, here

    def content(self) -> Iterable[Widget]:
        """Yield the lines."""
        yield Picker(self.answer, self.told, typing=False)

    async def arrive(self) -> None:
        """Say what it is and what to do with it."""
        from fieldkit.records import kinds

        kind = kinds().get(self._draft.kind)
        title = (kind.title if kind else in_words(self._draft.kind)).lower()
        number = "" if self._here else f"   {self._draft.record_id}   not on this laptop"
        self.where(f"Unfinished: {title}", number)
        enter = "Enter open the form" if self._here else "Enter enter it as a new one"
        self.keys(f"Up Down look   {enter}   Esc back" if kind else "Up Down look   Esc")
        if not self._here:
            self.say(f"{NOT_HERE} Read it off or enter it as a new one; on Home, Delete drops it.")
            return
        form = (
            "Its form does not ask for all of this" if kind else "This version has no form for it"
        )
        self.say(f"{form}. Type it where it belongs; on Home, Delete throws it away.")

    async def answer(self, _text: str) -> Answer:
        """Answer with the texts, wrapped at words; those the form does not ask for first."""
        from fieldkit.records import kinds

        kind = kinds().get(self._draft.kind)
        gone = unasked(kind, self._draft.texts)
        labels = {name: field.label for name, field in kind.form_fields().items()} if kind else {}
        rows = [
            Choice(cells, stay)
            for name, text in (gone | dict(self._draft.texts)).items()
            for cells in self._wrapped(labels.get(name, in_words(name)), text)
        ]
        words = "Open the form with the rest of it" if self._here else "Enter it as a new one"
        last = Choice((words,), self._open) if kind else None
        return Answer(rows, last, len(rows) if last else 0)

    def _wrapped(self, label: str, text: str) -> Iterator[tuple[str, str]]:
        lines = wrap(shown(text), max(self.size.width - _LABEL - 8, 20))
        for place, line in enumerate(lines):
            yield ("" if place else label[:_LABEL]), line

    async def _open(self) -> None:
        self.dismiss(None)
        draft = self._draft if self._here else replace(self._draft, record_id=None, base=None)
        await doors.open_new(self.desk, draft.kind, draft=draft)
