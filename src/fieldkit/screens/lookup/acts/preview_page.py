"""What will change on many records, line by line, before it is saved; and its undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import Page, PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.acts.previewed import preview_lines
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.day.correction import Preview
    from fieldkit.store import Store

Done = Callable[[str], Awaitable[object]]
"""Called with what was done."""


class PreviewPage(PickerPage[None]):
    """What will change, line by line; nothing is saved until Enter."""

    KEYS = keys("Enter save", "Esc back, nothing changes")

    def __init__(self, title: str, found: Preview, done: Done, did: str = "corrected") -> None:
        """``title``: whose records they are; ``did``: what was done with them, in a word."""
        super().__init__()
        self._title, self._found, self._done, self._did = title, found, done, did

    async def load_data(self) -> None:
        """Say that nothing is saved yet."""
        self.set_header(self._title, self._found.corrected.label, "Preview")
        many = len(self._found.refused)
        stay = f" {self._found.counted(many)} cannot change." if many else ""
        self.say(f"Nothing is saved yet.{stay}", hint=True)

    async def answer(self, _text: str) -> Answer:
        """Answer with what Enter saves, above what changes."""
        found = self._found
        rows: list[Choice] = []
        if found.changes:
            many = found.counted(len(found.changes))
            save: Cell = (Span(f"Change {many}", "strong"),)
            rows.append(Choice((save,), self._save, key="save"))
            there = await self.ask(partial(_other_block, found=found))
            if there:
                words: Cell = (
                    Span(f"Change {many}", "strong"),
                    Span(f", and enter new records in {there} from now on"),
                )
                rows.append(Choice((words,), partial(self._save, work_there=True), key="there"))
        else:
            self.set_keys("Esc back")
        after = tuple(preview_lines(found, self.space[0]))
        return Answer(rows, mark=0 if rows else None, after=after, scrolls=True)

    async def _save(self, *, work_there: bool = False) -> None:
        from fieldkit.day.correction import correct
        from fieldkit.store import Refused

        found, operator = self._found, self.app.operator
        try:
            many = await self.ask(
                lambda store: correct(store, found, operator, work_there=work_there)
            )
        except Refused as refused:
            self.say(f"Nothing was saved. {refused}", error=True)
            return
        self.dismiss(None)
        await self._done(f"{found.counted(many)} {self._did}.")


async def undo_together(page: Page[None]) -> bool:
    """Put the former values of what was last changed together back, asked once.

    Return whether anything was put back.
    """
    from fieldkit.day.correction import may_undo, undo
    from fieldkit.store import Refused

    operator = page.app.operator
    many = await page.ask(partial(may_undo, operator=operator))
    if not many:
        page.say("There is no correction to undo.")
        return False
    question = f"Put the former values of {counted(many, 'entry', 'entries')} back?"
    if not page.confirmed("undo", question, "Ctrl+Z again: yes"):
        return False
    try:
        done = await page.ask(partial(undo, operator=operator))
    except Refused as refused:
        page.say(str(refused), error=True)
        return False
    await page.app.refresh_status()
    page.say(done.sentence(), done=True)
    return True


def _other_block(store: Store, found: Preview) -> str:
    """Return the block that entries move to, in words, if new records go elsewhere so far."""
    from fieldkit.about.words import area_words
    from fieldkit.day.correction import BLOCK

    block, device = found.changes[0].edit.fields.get(BLOCK), store.device
    if found.corrected.field != BLOCK or device is None or block == device.block:
        return ""
    district = found.changes[0].edit.fields.get("district")
    if not isinstance(district, int) or not isinstance(block, int):
        return ""
    return area_words(district, block)
