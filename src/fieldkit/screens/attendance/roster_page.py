"""A roster: people are looked for and added with Enter, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.attendance.day_marks import HEADINGS, Enrolled, person_cells, read_list
from fieldkit.screens.base.navigator import SavedRecord
from fieldkit.screens.look.text import Span
from fieldkit.screens.lookup.deleting import ask_and_delete, delete
from fieldkit.screens.lookup.find_page import FindPage
from fieldkit.screens.lookup.hits import new_row
from fieldkit.screens.lookup.rows import Row, label_of
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Value
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

    async def first_answer(self, last: Choice | None) -> Answer:  # noqa: ARG002
        """Answer the empty box with who is on the list, the last first; Enter does nothing."""
        on_it = await self.read(self._read_list, "list")
        rows = [
            Choice(person_cells(one), remove=partial(self._remove, line), key=line)
            for line, one in reversed(on_it)
        ]
        nobody = ("", (Span("Nobody is on the list yet. Type a name or a mobile.", "dim"),))
        return Answer(
            rows,
            mark=None,
            above=() if rows else nobody,
            headings=HEADINGS,
        )

    def _read_list(self, store: Store) -> list[tuple[str, Enrolled]]:
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
            edit = self._line(store, self._people[kind], record_id)
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

    def _line(self, store: Store, person_field: str, person_id: str) -> Edit:
        """Return one line: its defaults, its day, the roster's record and the person."""
        from fieldkit.records import Use
        from fieldkit.records.fields.formats import today
        from fieldkit.store import Edit

        fields: dict[str, Value] = {
            name: field.format.parse(field.default)
            for name, field in self._kind.form_fields().items()
            if field.default
        }
        if days := self._kind.used(Use.HAPPENED):
            fields[days[0]] = self._day(store) or today()
        links = {self._field: self._record_id, person_field: person_id}
        return Edit(self._kind, {**fields, **links})

    def _day(self, store: Store) -> Value:
        """Return the day of the record the roster belongs to, if its lines are dated by it."""
        on = self._kind.actions[self._field].on
        record = store.record(self._record_id) if on else None
        return record.value(on) if record else None

    def taken_before(self, store: Store) -> set[str]:
        """Return the people who are on the roster."""
        return {
            str(person)
            for line in store.where(self._kind.kind(), **{self._field: self._record_id})
            for name in self._people.values()
            if (person := line.value(name))
        }

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
