"""The last save undone, by an ordinary change: asked by the same key twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.base.last_save import LastSave
from fieldkit.screens.base.page import Page, PickerPage
from fieldkit.screens.base.words import within
from fieldkit.screens.look.text import cut, words_of
from fieldkit.screens.lookup.acts.deleting import delete
from fieldkit.screens.lookup.rows import called

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fieldkit.records import Record, Value
    from fieldkit.store import Store

UNDO = Binding("ctrl+z,f8", "undo_save", "Undo", show=False)
"""The keys of a page on which the last save can be undone."""
_LONGEST = 40
"""Cells of the label in the question."""
_MOST_FIELDS = 3
"""Fields that the question names."""


class UndoingPage(PickerPage[None]):
    """A page on which the last save can be undone; its rows are loaded again then."""

    BINDINGS: ClassVar[list[BindingType]] = [UNDO]

    def action_undo_save(self) -> None:
        """Undo the last save, at the second key."""
        self.app.hold_keys(self.run_reporting(self.undo))

    async def undo(self) -> None:
        """Ask, or undo it and show the values as they are now."""
        if await undo_last_save(self):
            await self.show_again(self.sentence)

    async def show_again(self, said: str, then: str = "") -> None:
        """Load the rows again, and say what was done."""
        await self.picker.settled()  # a load that began before it was done
        self.picker.reload()
        await self.picker.settled()
        self.say(said, then, done=True)


async def undo_last_save(page: Page[None]) -> bool:
    """Say what undoing the last save does at the first key; do it at the second.

    A new record is deleted; of a correction, the values before come back, except where they were
    changed again since; of a conflict, the other value. Return whether anything was undone.

    Raises:
        StoreError: it could not be written.
    """
    from fieldkit.protocol.merge import DELETED

    saves, operator = page.app.saves, page.app.operator
    save = saves.last(operator)
    if save is None:
        page.say("Nothing was saved since the start that could be undone.")
        return False
    record = await page.ask(lambda store: store.get(save.kind, save.id))
    back = _values_back(save, record)
    named = words_of(cut(save.label, _LONGEST))
    gone = record is None or (record.deleted and DELETED not in back)
    if record is None or gone or (save.before is not None and not back):
        saves.drop(save)
        page.say(f"{named} was changed again or deleted since: nothing to undo there.")
        return False
    what = _in_words(record, save, back, named)
    if not page.confirmed(f"undo {save.id} {record.version}", f"Undo: {what}?", "Ctrl+Z again."):
        return False
    await page.ask(lambda store: _undo(store, record, save, back))
    saves.drop(save)
    await page.app.refresh_status()
    page.say(f"Undone: {named}", done=True)
    return True


def _values_back(save: LastSave, record: Record | None) -> Mapping[str, Value]:
    """Return the former values of what still is as it was saved."""
    if record is None or save.before is None:
        return {}
    return {
        name: save.before.get(name)
        for name, value in save.saved.items()
        if _held(record, name) == value
    }


def _held(record: Record, name: str) -> Value:
    """Return what a field holds, a note on one too."""
    from fieldkit.protocol.note import noted_field, notes_in

    noted = noted_field(name)
    return notes_in(record.extra).get(noted) if noted else record.value(name)


def _in_words(record: Record, save: LastSave, back: Mapping[str, Value], named: str) -> str:
    if save.before is None:
        return f"delete the new {record.title.lower()} {named}"
    if save.instead:
        return f"{named}, {save.instead} instead"
    fields = record.fields()
    labels = [within(called(fields, name)) for name in back]
    more = f" and {len(labels) - _MOST_FIELDS} more" if len(labels) > _MOST_FIELDS else ""
    return f"put back {', '.join(labels[:_MOST_FIELDS])}{more} of {named}"


def _undo(store: Store, record: Record, save: LastSave, back: Mapping[str, Value]) -> None:
    from fieldkit.protocol.merge import DELETED
    from fieldkit.store import Edit, restoration

    if save.before is None or back.get(DELETED) is True:
        delete(store, record.id, save.operator, record.version or 0)
    elif DELETED in back:
        store.save([restoration(record, record.version or 0)], save.operator)
    else:
        fields = frozenset(record.fields())
        edit = Edit(type(record), back, record.id, record.version or 0, confirmed=fields)
        store.save([edit], save.operator)
