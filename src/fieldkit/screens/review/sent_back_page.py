"""What was entered at this laptop and sent back: why, by whom, and the way to correct it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import CORRECT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.lookup.rows import fetch_references, label_of
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import SentBack, Store

_MOST = 200
"""Records that are shown; few are ever sent back."""


class SentBackPage(PickerPage[None]):
    """The records to correct, the longest waiting first; Enter opens the form of one."""

    KEYS = keys("Enter correct", "Esc back")
    PROMPT = "Sent back"
    HINT = "type to narrow"
    EMPTY = "Nothing that was entered here is sent back."

    async def load_data(self) -> None:
        """Read them again: one may have been corrected."""
        self.set_header("Sent back", "To correct")
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its record."""
        await self.picker.follow()

    async def answer(self, text: str) -> Answer:
        """Answer with the records whose name or reason has the typed text."""
        found = await self.read(read_lines, "hits")
        typed = text.strip().casefold()
        rows = [
            Choice(
                (
                    (Span(f"{CORRECT} ", "bad"), Span(label, "strong")),
                    (Span(title, "dim"),),
                    one.note.words,
                ),
                partial(self.navigator.open_form, one.kind, record_id=one.id),
                below=((Span(f"  {one.note.signature}", "dim"),), (Span(one.id, "dim"),)),
                key=one.id,
            )
            for one, label, title in found
            if typed in f"{label} {title} {one.note.words}".casefold()
        ]
        return Answer(rows)


def read_lines(store: Store) -> list[tuple[SentBack, str, str]]:
    """Return what has to be corrected here, with its label and what it is. Runs in a thread."""
    from fieldkit.review.sent_back import to_correct_here

    found = to_correct_here(store)[:_MOST]
    records = store.fetch({one.kind for one in found}, [one.id for one in found])
    referred = fetch_references(store, records.values())
    return [
        (one, label_of(referred, record), record.title.lower())
        for one in found
        if (record := records.get((one.kind, one.id)))
    ]
