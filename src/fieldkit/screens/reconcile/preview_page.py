"""What an act on a list will save, line by line; nothing is saved until Enter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.acts.previewed import preview_lines
from fieldkit.screens.reconcile.listing import Session
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.reconcile.acts import Act

Done = Callable[[str], Awaitable[object]]
"""Called with what was done."""


class PreviewPage(PickerPage[None]):
    """Enter saves all of it in one act."""

    KEYS = keys("Enter save", "Esc back, nothing changes")

    def __init__(self, session: Session, act: Act, title: str, done: Done) -> None:
        super().__init__()
        self._session, self._act, self._title, self._done = session, act, title, done

    async def load_data(self) -> None:
        """Say that nothing is saved yet."""
        self.set_header("Portal list", self._title, "Preview")
        self.say("Nothing is saved yet.", hint=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with what Enter saves, above what changes."""
        preview, rows = self._act.preview, list[Choice]()
        if preview.changes:
            words = f"Save {_records(len(preview.changes))}"
        else:
            words = "Remember this" if self._act.meant else ""
        if words:
            save: Cell = (Span(words, "strong"), Span(f", from {self._session.found.source}"))
            rows.append(Choice((save,), self._save, key="save"))
        else:
            self.set_keys("Esc back")
        after = tuple(preview_lines(preview, self.space[0]))
        return Answer(rows, mark=0 if rows else None, after=after, scrolls=True)

    async def _save(self) -> None:
        from fieldkit.reconcile.acts import save
        from fieldkit.store import Refused

        session, act, operator = self._session, self._act, self.app.operator
        self.say("Saving ...")
        try:
            many = await self.app.work(lambda store: save(store, session.found, act, operator))
        except Refused as refused:
            self.say(f"Nothing was saved. {refused}", error=True)
            return
        session.last = act
        self.dismiss(None)
        words = f"{_records(many)} saved." if many else "Remembered."
        await self._done(f"{words} Ctrl+Z undoes it.")


def _records(many: int) -> str:
    return counted(many, "record", "records")
