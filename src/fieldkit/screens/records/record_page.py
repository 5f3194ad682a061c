"""The page of a record: who or what it is, what is due, what happened, and what can follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import count
from textwrap import wrap
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage, say_on_screen
from fieldkit.screens.look.parts import Key, keys, rare, state
from fieldkit.screens.lookup.deleting import ask_and_delete
from fieldkit.screens.lookup.rows import NOT_HERE, Row
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.page_data import read_page_data
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records.declaration.roles import PageAction


class RecordPage(PickerPage[None]):
    """One record and what belongs to it."""

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self.record_id = record_id
        self.row: Row | None = None
        self._settle: frozenset[str] = frozenset()
        """Ids, of this record or of lines, with an open conflict."""

    async def load_data(self) -> None:
        """Load the record and its lines."""
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its line."""
        await self.picker.follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with the record: facts, what is due and its issues above its lines."""
        from fieldkit.records.declaration.roles import has_page

        found = await self.read(lambda store: read_page_data(store, self.record_id))
        if found is None:
            self.row, self._settle = None, frozenset()
            self.set_header(self.record_id, chips=["not on this laptop"])
            self.set_keys(*self.KEYS)
            return Answer(mark=None, above=(f"  {NOT_HERE}",))
        self.row, self._settle = found.row, found.settle
        self.set_header(found.kind, found.row.label, chips=[state(found.state)])
        settle = self.record_id in found.settle
        self.set_keys(*footer(found.row.kind, settle=settle))
        above = [f" {found.facts}"]
        if found.due:
            above += wrap(f"Due: {found.due}", self.size.width - 5, initial_indent=" ")[:3]
        for issue in found.issues[:2]:
            above += wrap(issue, self.size.width - 5, initial_indent=" ")[:2]
        # A record with several dated steps has several lines, each with a mark of its own.
        seen: defaultdict[str, count[int]] = defaultdict(count)
        occurrences = [next(seen[to]) for _, _, to in found.lines]
        rows = [
            Choice(
                cells,
                partial(self.open, kind, to),
                remove=None if has_page(kind) else partial(self._delete_line, to),
                key=f"{to} {number}",
            )
            for (cells, kind, to), number in zip(found.lines, occurrences, strict=True)
        ]
        return Answer(rows, above=(*above, "", *([] if rows else ["   Nothing yet."])))

    async def open(self, kind: str, record_id: str) -> None:
        """Open a line: its conflicts if it has any, this record's own form, or its page."""
        if record_id in self._settle:
            await self.navigator.open_conflicts(record_id=record_id)
        elif record_id == self.record_id:
            await self.navigator.open_form(kind, record_id=record_id)
        else:
            await self.navigator.open_record(kind, record_id)

    @property
    def actions(self) -> Sequence[PageAction]:
        """The actions on this page; none while its record is not here."""
        from fieldkit.records.declaration.roles import actions_of

        return actions_of(self.row.kind) if self.row else ()

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return the page's actions for the menu."""
        return [
            MenuEntry(
                f"Here: {one.action.label}",
                f"{one.action.key} on this page" if one.action.key else "",
                partial(self._take, one, self.row),
            )
            for one in self.actions
            if self.row
        ]

    async def on_key(self, event: events.Key) -> None:
        """Handle the letters of the footer."""
        await self.picker.settled()
        does = self._letter((event.character or "").lower())
        if does:
            event.stop()
            await self.run_reporting(does)

    def _letter(self, letter: str) -> Callable[[], Awaitable[object]] | None:
        """Return what a letter does; None if it does nothing here."""
        from fieldkit.records.declaration.roles import days_of

        row = self.row
        if row is None or not letter:
            return None
        if letter == "s" and self.record_id in self._settle:
            return partial(self.navigator.open_conflicts, record_id=self.record_id)
        if letter == "p" and (days := days_of(row.kind)):
            return partial(self.navigator.open_days, days.kind.kind(), row.id, row.label)
        own: dict[str, Callable[[], Awaitable[object]]] = {
            "e": partial(self.navigator.open_form, row.kind, record_id=row.id),
            "d": self._delete,
            "h": partial(self._open_history, row),
        }
        action = next((one for one in self.actions if one.action.key == letter), None)
        return partial(self._take, action, row) if action else own.get(letter)

    async def _take(self, one: PageAction, row: Row) -> None:
        await self.navigator.open_action(one.kind.kind(), one.field, row.id, row.label)

    async def _delete(self) -> None:
        label = await ask_and_delete(self, self.record_id, key="d")
        if label:
            self.dismiss(None)
            say_on_screen(self.app, f"Deleted: {label}")

    async def _delete_line(self, record_id: str) -> None:
        label = await ask_and_delete(self, record_id, key="Delete")
        if label:
            self.picker.reload()
            self.say(f"Deleted: {label}")
            await self.app.refresh_status()

    async def _open_history(self, row: Row) -> None:
        await self.app.push_screen(HistoryPage(row.kind, row.id, row.label))


def footer(kind: str, *, settle: bool) -> list[Key]:
    """Return the keys of a page; the menu offers the actions for which no key is left."""
    from fieldkit.records.declaration.roles import actions_of, days_of

    actions = [one.action for one in actions_of(kind)]
    return [
        *(Key(action.key, action.label) for action in actions if action.key),
        *keys("p present" if days_of(kind) else "", "s settle" if settle else "", "e edit"),
        rare("d delete"),
        rare("h history"),
        rare("Delete remove the line"),
        *keys("Esc back"),
    ]
