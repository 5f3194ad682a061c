"""The page of a record: who or what it is, what is due, what happened, and what can follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.base.navigator import MenuEntry, PersonAnswers
from fieldkit.screens.base.page import say_on_screen
from fieldkit.screens.look.charts import timeline_joint
from fieldkit.screens.look.parts import MARGIN, Key, heading, keys, rare, state
from fieldkit.screens.look.text import Span
from fieldkit.screens.lookup.acts.deleting import ask_and_delete, restore
from fieldkit.screens.lookup.acts.sending_back import accept, ask_corrected, ask_send_back
from fieldkit.screens.lookup.acts.undoing import UndoingPage
from fieldkit.screens.lookup.printing import person_data_page
from fieldkit.screens.lookup.rows import NOT_HERE, Row
from fieldkit.screens.records.history_page import HistoryPage
from fieldkit.screens.records.page_data import PageData, read_page_data
from fieldkit.screens.records.page_lines import Panelled, above, details, panelled
from fieldkit.screens.records.timeline import SIGN_AT, in_short
from fieldkit.screens.widgets.bars import PANEL_WIDTH
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records.declaration.roles import PageAction


_NARROW = 72
"""Cells of a page below which a line of the timeline has no columns."""
_WORDS = {
    "e": "edit",
    "g": "all details",
    "h": "history",
    "w": "settle",
    "y": "same person?",
    "a": "mark attendance",
    "p": "print a slip or list",
    "d": "delete",
    "z": "restore",
}
"""The letters of every page, in the menu."""


class RecordPage(UndoingPage):
    """One record and what belongs to it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self.record_id = record_id
        self._found: PageData | None = None
        """What is shown; None while the record is not on this laptop."""

    async def load_data(self) -> None:
        """Load the record and its lines."""
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its line."""
        await self.picker.follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with the record: what it is, what is due and its issues around its lines."""
        found = await self.read(lambda store: read_page_data(store, self.record_id))
        self._found = found
        if found is None:
            self.set_header(self.record_id, chips=["not on this laptop"])
            self.set_keys(*self.KEYS)
            self.set_panel()
            return Answer(mark=None, above=(NOT_HERE,), scrolls=True)
        self.record_id = found.row.id  # it may have been asked for by another number of the person
        words = f"deleted, {found.state}" if found.deleted else found.state
        self.set_header(found.plural, found.row.label, chips=[state(words)])
        self.set_keys(*self._keys(found))
        return self._laid_out(found)

    def _laid_out(self, found: PageData) -> Answer:
        """Lay the page out; what the panel says is not said again below it."""
        aside = Panelled((), found.sections)
        if self.wide:
            aside = panelled(found, PANEL_WIDTH - 5, self.picker.size.height)
        self.set_panel(*aside.blocks)
        width = self.size.width - (PANEL_WIDTH if aside.blocks else 0) - 2 * MARGIN
        head = above(found, width, due=not self.wide)
        if not found.lines:
            head.append((Span("Nothing yet.", "dim"),))
        rows = self._rows(found, joints=self._roomy(found, len(head)))
        return Answer(
            rows, above=tuple(head), after=tuple(details(aside.rest, width)), scrolls=True
        )

    def _roomy(self, found: PageData, above: int) -> bool:
        """Say whether there is space for a line between the lines of a timeline."""
        return found.dated and above + 2 * len(found.lines) <= self.picker.size.height

    def _rows(self, found: PageData, *, joints: bool) -> list[Choice]:
        from fieldkit.records.declaration.roles import has_page

        # A record with several dated steps has several lines, each with a mark of its own.
        seen: defaultdict[str, count[int]] = defaultdict(count)
        joint = (timeline_joint(SIGN_AT),) if joints else ()
        lines = [
            Choice(
                in_short(line.cells) if found.dated and self.size.width < _NARROW else line.cells,
                partial(self.open, line.kind, line.id),
                remove=None if has_page(line.kind) else partial(self._delete_line, line.id),
                key=f"{line.id} {next(seen[line.id])}",
                head=line.head,
                gap=(("",) if line.head else joint) if number else (),
            )
            for number, line in enumerate(found.lines)
        ]
        return [*lines, *self._others(found)]

    def _others(self, found: PageData) -> list[Choice]:
        """Return a row for each other number of the person, which opens its history."""
        head = heading("also entered as")
        return [
            Choice(
                ((Span(one.id, "strong"),), one.label, (Span(one.merged, "dim"),)),
                partial(self._open_history, found.row._replace(id=one.id, label=one.label)),
                key=f"other {one.id}",
                head="" if place else head,
                gap=("",),
            )
            for place, one in enumerate(found.others)
        ]

    async def open(self, kind: str, record_id: str) -> None:
        """Open a line: its conflicts if it has any, this record's own form, or its page."""
        if self._found and record_id in self._found.settle:
            await self.navigator.open_conflicts(record_id=record_id)
        elif record_id == self.record_id:
            await self.navigator.open_form(kind, record_id=record_id)
        else:
            await self.navigator.open_record(kind, record_id)

    def on_resize(self) -> None:
        """Lay the page out for the new size."""
        super().on_resize()
        if self._found:
            self.call_after_refresh(self.picker.reload_if_idle)

    @property
    def actions(self) -> Sequence[PageAction]:
        """The actions on this page; none while its record is not here, or deleted."""
        from fieldkit.records.declaration.roles import actions_of

        found = self._found
        return actions_of(found.row.kind) if found and not found.deleted else ()

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return the page's actions for the menu."""
        if self._found is None:
            return []
        row, taken = self._found.row, {one.action.key for one in self.actions}
        offered: list[tuple[str, str, Callable[[], Awaitable[object]]]] = [
            (one.action.key, one.action.label, partial(self._take, one, row))
            for one in self.actions
        ]
        own = [
            (key, words, does)
            for key, words in _WORDS.items()
            if key not in taken and (does := self._letter(key))
        ]
        return [
            MenuEntry(f"Here: {words}", f"{key} on this page" if key else "", does)
            for key, words, does in (*offered, *own, *self._seldom(self._found))
        ]

    def _seldom(
        self, found: PageData
    ) -> Iterator[tuple[str, str, Callable[[], Awaitable[object]]]]:
        """Yield what has no keys, only words: about sending back, and the data of a person."""
        number, label = found.row.id, found.row.label
        if found.person:
            yield "", "write all that is held about them", partial(self._write_all, number, label)
        if found.deleted:
            return
        if found.supervises:
            again = "send it back again" if found.sent_back else "send it back"
            yield "", again, partial(ask_send_back, self, number, label, self._shown_again)
        if found.sent_back and found.supervises:
            yield (
                "",
                "accept it as it is now",
                partial(accept, self, number, label, self._shown_again),
            )
        if found.sent_back and found.corrects:
            yield (
                "",
                "say that it is corrected",
                partial(ask_corrected, self, number, label, self._shown_again),
            )

    async def _write_all(self, number: str, label: str) -> None:
        await self.app.push_screen(person_data_page(label, number, self.say))

    async def _shown_again(self, said: str) -> None:
        """Show the record as it is now, and what was done."""
        await self.picker.settled()  # a load that began before it was done
        await self.picker.follow()
        await self.app.refresh_status()
        self.say(said, done=True)

    async def on_key(self, event: events.Key) -> None:
        """Handle the letters of the line of keys."""
        await self.picker.settled()
        does = self._letter((event.character or "").lower())
        if does:
            event.stop()
            await self.run_reporting(does)

    def _letter(self, letter: str) -> Callable[[], Awaitable[object]] | None:
        """Return what a letter does; None if it does nothing here."""
        from fieldkit.records.declaration.roles import days_of

        found = self._found
        if found is None or not letter:
            return None
        row, days = found.row, days_of(found.row.kind)
        own: dict[str, Callable[[], Awaitable[object]]] = {
            "h": partial(self._open_history, row),
            "g": self._go_to_details,
        }
        if self.record_id in found.settle:
            own["w"] = partial(self.navigator.open_conflicts, record_id=self.record_id)
        if found.deletes:
            own["z" if found.deleted else "d"] = self._restore if found.deleted else self._delete
        if not found.deleted:
            own["e"] = partial(self.navigator.open_form, row.kind, record_id=row.id)
            if found.person:
                own["y"] = partial(self._compare, row)
            own["p"] = partial(self.navigator.open_print, row.kind, row.id)
            if days:
                own["a"] = partial(self.navigator.open_days, row.kind, row.id, found.identity.label)
        action = next((one for one in self.actions if one.action.key == letter), None)
        return partial(self._take, action, row) if action else own.get(letter)

    def _keys(self, found: PageData) -> Sequence[Key]:
        settle = self.record_id in found.settle
        if found.deleted:
            restores = "z restore" if found.deletes else ""
            return keys("w settle" if settle else "", restores, "h history", "Esc back")
        return footer(
            found.row.kind,
            settle=settle,
            person=found.person,
            deletes=found.deletes,
            removes=bool(self.picker.marked and self.picker.marked.remove),
        )

    def on_picker_marked(self) -> None:
        """Show the keys that work on the marked line."""
        if self._found is not None:
            self.set_keys(*self._keys(self._found))

    async def action_new(self) -> None:
        """Begin a new record of the same kind."""
        if self._found is not None:
            await self.run_reporting(partial(self.navigator.open_new, self._found.row.kind))

    async def _take(self, one: PageAction, row: Row) -> None:
        await self.navigator.open_action(one.kind.kind(), one.field, row.id, row.label)

    async def _delete(self) -> None:
        label = await ask_and_delete(self, self.record_id, key="d")
        if label:
            self.dismiss(None)
            say_on_screen(self.app, f"Deleted: {label}")

    async def _go_to_details(self) -> None:
        self.picker.show_after()

    async def _restore(self) -> None:
        label = await restore(self, self.record_id)
        self.picker.reload()
        await self.app.refresh_status()
        self.say(f"Restored: {label}", done=True)

    async def _delete_line(self, record_id: str) -> None:
        label = await ask_and_delete(self, record_id, key="Delete")
        if label:
            self.picker.reload()
            self.say(f"Deleted: {label}", done=True)
            await self.app.refresh_status()

    async def _compare(self, row: Row) -> None:
        """Show who else here may be the same person."""
        record = await self.ask(lambda store: store.get(row.kind, row.id))
        if record is None:
            return
        apart: set[str] = set()

        async def different(number: str) -> None:
            operator = self.app.operator
            await self.ask(
                lambda store: store.merges.say_different(row.kind, row.id, number, operator)
            )
            apart.add(number)

        async def take_back(number: str) -> None:
            operator = self.app.operator
            await self.ask(
                lambda store: store.merges.take_back_different(row.kind, row.id, number, operator)
            )
            apart.discard(number)

        answers = PersonAnswers(different, take_back, lambda: apart, merges=True, stays=True)
        await self.navigator.open_same_person(record, answers)

    async def _open_history(self, row: Row) -> None:
        await self.app.push_screen(HistoryPage(row.kind, row.id, row.label))


def footer(
    kind: str,
    *,
    settle: bool,
    person: bool = False,
    deletes: bool = True,
    removes: bool = False,
) -> list[Key]:
    """Return the keys of a page; the menu offers the actions for which no key is left."""
    from fieldkit.records.declaration.roles import actions_of, days_of

    actions = [one.action for one in actions_of(kind)]
    return [
        *keys("a attendance" if days_of(kind) else "", "w settle" if settle else ""),
        *(Key(one.key, one.label, rare=one.same_person) for one in actions if one.key),
        *keys("e edit", "h history"),
        *((rare("y same person?"),) if person else ()),
        rare("p print"),
        rare("g details"),
        *((rare("d delete"),) if deletes else ()),
        rare("Ctrl+N new"),
        *((rare("Delete remove the line"),) if removes else ()),
        *keys("Esc back"),
    ]
