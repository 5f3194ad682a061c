"""A roster: people are looked for and added with Enter, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.expected_page import ExpectedPage
from fieldkit.screens.attendance.from_list_page import FromListPage
from fieldkit.screens.attendance.roll.marks import Marking, new_line
from fieldkit.screens.attendance.roll.people import HEADINGS, OnRoll, person_cells, read_list
from fieldkit.screens.base.navigator import MenuEntry, SavedRecord
from fieldkit.screens.find.find_page import FindPage
from fieldkit.screens.find.hits import new_row
from fieldkit.screens.look.text import Span
from fieldkit.screens.lookup.acts.deleting import ask_and_delete, delete
from fieldkit.screens.lookup.rows import Row, label_of
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Edit, Store


class RosterPage(FindPage):
    """Enter puts the marked person on the roster of a training or programme and stays."""

    PROMPT = "Add"
    HINT = "a mobile, or a name and father's name"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    def __init__(self, kind: str, field: str, record_id: str, label: str) -> None:
        """Make the page.

        ``kind``: of one line of the roster; ``field``: refers to the record the roster belongs to,
        which is ``record_id`` and is called ``label``.
        """
        from fieldkit.records import kinds
        from fieldkit.records.declaration.roles import people_in

        self._kind, self._field = kinds()[kind], field
        self._record_id, self._label = record_id, label
        self._people: Mapping[str, str] = people_in(self._kind)
        """Fields that refer to people, by the kind of person."""
        self._added: list[tuple[str, str]] = []
        """The lines added here, the last one last: id and the person's label."""
        super().__init__("", list(self._people), self.add)

    async def load_data(self) -> None:
        """Show whose roster it is and how many are on it."""
        self.set_keys(
            "Enter add",
            "Ctrl+N not registered yet",
            "Ctrl+Z undo",
            "Delete take off",
            "Esc back",
        )
        await self._count()
        self.picker.reload_if_idle()

    async def first_answer(self, last: Choice | None) -> Answer:  # noqa: ARG002
        """Answer the empty box with who is on the list, the last first; Enter does nothing."""
        on_it = await self.read(self._read_list, "list")
        rows = [
            Choice(person_cells(one), remove=partial(self._remove, line), key=line)
            for line, one in reversed(on_it)
        ]
        nobody = ("", (Span("Nobody is on the list yet. Type a name or a mobile.", "dim"),))
        words = "+ Several from a list: a block, a trade, who is due, another training"
        several = Choice(((Span(words, "key"),),), self._choose_list)
        return Answer(
            rows,
            several,
            mark=None,
            above=() if rows else nobody,
            headings=HEADINGS,
        )

    def _read_list(self, store: Store) -> list[tuple[str, OnRoll]]:
        return read_list(store, self._kind, self._field, self._record_id)

    async def _remove(self, line: str) -> None:
        """Take somebody off the list, asked twice."""
        label = await ask_and_delete(self, line, key="Delete")
        if label:
            self._added = [one for one in self._added if one[0] != line]
            self.picker.reload()
            await self._count()
            await self.app.refresh_status()
            self.say("Taken off the list.", done=True)

    async def add(self, kind: str, record_id: str) -> None:
        """Save one line of the roster; the box stays for the next person."""
        from fieldkit.store import Refused

        def save(store: Store) -> tuple[str, str]:
            person = store.get(kind, record_id)
            edit = self._line(self._people[kind], record_id)
            saved = store.save([edit], operator=self.app.operator)
            return saved[0].id, label_of(store, person) if person else record_id

        try:
            line, label = await self.ask(save)
        except Refused as refused:
            self.say(str(refused), error=True)
            return
        self._added.append((line, label))
        self.picker.reload("")
        await self._count()
        await self.app.refresh_status()
        self.say(f"On the list: {label}", done=True)

    async def action_undo(self) -> None:
        """Take the person added last off the roster."""
        await self.run_reporting(self._take_off)

    async def _take_off(self) -> None:
        if not self._added:
            self.say("Nobody was added here.")
            return
        line, label = self._added[-1]
        await self.ask(lambda store: delete(store, line, self.app.operator))
        self._added.pop()
        self.picker.reload()
        await self._count()
        await self.app.refresh_status()
        self.say(f"Off the list again: {label}", done=True)

    def new(self, typed: str, *, among: bool = False) -> Choice | None:
        """Return the row that registers a person and then adds them."""
        from fieldkit.records.declaration.roles import newcomer

        async def add(saved: SavedRecord) -> None:
            await self.run_reporting(partial(self.add, saved.kind, saved.id))

        return new_row(self.navigator, newcomer().kind(), typed, among=among, after=add)

    def _line(self, person_field: str, person_id: str) -> Edit:
        """Return one line: its defaults, the roster's record and the person."""
        from fieldkit.store import Edit

        links = {self._field: self._record_id, person_field: person_id}
        return Edit(self._kind, {**new_line(self._kind, None), **links})

    # --- several from a list ---

    async def _choose_list(self) -> None:
        """Choose people of whom several are put on the roster."""
        page = ExpectedPage(self._kind, self._label, self._add_from, anybody=False)
        await self.app.push_screen(page)

    async def _add_from(self, words: str, people: Sequence[Record]) -> None:
        marking = Marking(self._kind, self._field, self._record_id, ("added", "not added"))
        await self.app.push_screen(FromListPage(marking, self._label, words, people))

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the menu offers here."""
        return [MenuEntry("Here: add several from a list", "", self._choose_list)]

    def taken_before(self, store: Store) -> set[str]:
        """Return the people who are on the roster."""
        taken = {
            str(person)
            for line in store.where(self._kind.kind(), **{self._field: self._record_id})
            for name in self._people.values()
            if (person := line.value(name))
        }
        standing = store.merges.persons(taken)
        return {standing.get(one, one) for one in taken}

    def taken_choice(self, row: Row) -> Choice:
        """Return the row of a person who is on the roster: Enter only says so."""

        async def say() -> None:
            self.picker.reload("")
            self.say(f"On the list already: {row.label}")

        label, *cells = row.cells
        name = (Span(label, "strong"), Span(" (on the list)", "dim"))
        return Choice((name, *cells), say, row.below, key=row.id)

    async def _count(self) -> None:
        many = len(await self.ask(self.taken_before))
        there = (Span(f"{many}", "strong"), Span(" on the list", "dim"))
        self.set_header(self._label, chips=[there])
