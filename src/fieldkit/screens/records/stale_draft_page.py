"""A draft that its form cannot show completely: its texts, as they were typed.

Another version wrote it and no form here has all of its fields, or its record is no longer here.
Nothing is dropped: the operator copies the texts to where they belong, or enters them as a new
record, and deletes the draft on Home.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from fieldkit.plain_text import shown
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.lookup.rows import NOT_HERE, called, in_words
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Draft

_LABEL = 30
"""Cells a field's name has at most."""


def texts_not_asked(kind: type[Record] | None, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that a kind's form has no field for; all of them if it is unknown. Pure."""
    from fieldkit.protocol.difference import other_number
    from fieldkit.protocol.note import noted_field

    asked = kind.asked_fields() if kind else {}
    return {
        name: text
        for name, text in texts.items()
        if text
        and name not in asked
        and not (kind and (other_number(name) or noted_field(name) in asked))
    }


class StaleDraftPage(PickerPage[None]):
    """The texts of a draft, and a row that opens its form if there is one."""

    def __init__(self, draft: Draft, *, here: bool = True) -> None:
        """``here``: its record is on this laptop, or is a new one."""
        super().__init__()
        self._draft, self._here = draft, here

    async def load_data(self) -> None:
        """Say what the draft is and what to do with it."""
        from fieldkit.records import kinds

        kind = kinds().get(self._draft.kind)
        title = (kind.title if kind else in_words(self._draft.kind)).lower()
        number = "" if self._here else f"   {self._draft.record_id}   not on this laptop"
        self.set_header(f"Unfinished: {title}", chips=[number])
        enter = "Enter open the form" if self._here else "Enter enter it as a new one"
        self.set_keys("↑↓ look", enter if kind else "", "Esc back")
        if not self._here:
            self.say(f"{NOT_HERE} Enter it as a new one, or discard it on Home with Delete.")
            return
        form = (
            "Its form does not ask for all of this" if kind else "This version has no form for it"
        )
        self.say(f"{form}. Type it where it belongs; on Home, Delete discards it.")

    async def answer(self, _text: str) -> Answer:
        """Answer with the texts, wrapped at words; those the form has no field for come first."""
        from fieldkit.records import kinds

        kind = kinds().get(self._draft.kind)
        gone = texts_not_asked(kind, self._draft.texts)
        fields = kind.form_fields() if kind else {}
        rows = [
            Choice(cells)
            for name, text in (gone | dict(self._draft.texts)).items()
            for cells in self._wrapped(called(fields, name), text)
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
        await self.navigator.open_new(draft.kind, draft=draft)
