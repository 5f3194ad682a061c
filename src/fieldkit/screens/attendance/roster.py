"""A roll: people are looked for and put on it with Enter, one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.screens.home.find import FindPage, new_row
from fieldkit.screens.records.deleting import delete
from fieldkit.screens.records.rows import Row, label_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.screens.form.form import Entered
    from fieldkit.store import Edit, Store

PEOPLE = {"beneficiary": "beneficiary_id", "member": "member_id"}
"""Kinds that can stand on a roll, and the field that refers to them."""


def is_roll(page: str, entry: str) -> bool:
    """Say whether an ``entry`` begun from the page of a kind puts a person on a roll."""
    from fieldkit.records import kinds

    return page not in PEOPLE and {*PEOPLE.values()} <= {*kinds()[entry].references()}


class RollPage(FindPage):
    """Enter puts the marked person on the roll of a training or programme and stays."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    def __init__(self, entry: str, field: str, of: Row) -> None:
        """``entry``: the kind of one line of the roll; ``field``: how it refers to ``of``."""
        super().__init__("", list(PEOPLE), self.put, skip=self._on_it)
        self._entry, self._field, self._of = entry, field, of
        self._put: list[tuple[str, str]] = []
        """Lines put on the roll here, the last one last: id, and who it is."""

    async def arrive(self) -> None:
        """Say whose roll it is and how many are on it."""
        self.keys("Enter put on the list  Ctrl+N not registered yet  Ctrl+Z take off  Esc back")
        await self._count()

    async def at_first(self, last: Choice | None) -> Answer:  # noqa: ARG002
        """Answer the empty box; a second Enter does nothing."""
        return Answer(above=("  Type a name, a mobile or its last digits.",), mark=None)

    async def taken(self, kind: str, record_id: str) -> None:
        """Put the person on the roll; the box stays for the next."""
        await self.put(kind, record_id)

    async def put(self, kind: str, record_id: str) -> None:
        """Save one line of the roll."""
        from fieldkit.store import Refused

        def save(store: Store) -> tuple[str, str]:
            person = store.get(kind, record_id)
            edit = self._line(store, PEOPLE[kind], record_id)
            saved = store.save([edit], operator=self.desk.operator)
            return saved[0].id, label_of(store, person) if person else record_id

        try:
            line, label = await self.ask(save)
        except Refused as refused:
            self.say(str(refused), error=True)
            return
        self._put.append((line, label))
        self.query_one(Picker).renew("")
        await self._count()
        await self.desk.take_stock()
        self.say(f"On the list: {label}")

    async def action_undo(self) -> None:
        """Take the last one off the roll again."""
        await self.told(self._take_off)

    async def _take_off(self) -> None:
        if not self._put:
            self.say("Nobody was put on the list here.")
            return
        line, label = self._put[-1]
        await self.ask(lambda store: delete(store, line, self.desk.operator))
        self._put.pop()
        self.query_one(Picker).renew()
        await self._count()
        await self.desk.take_stock()
        self.say(f"Off the list again: {label}")

    def new(self, typed: str, *, among: bool = False) -> Choice | None:
        """Return the row that registers someone, who is on the roll once saved."""

        async def put(entered: Entered) -> None:
            await self.told(partial(self.put, entered.kind, entered.id))

        return new_row(self.desk, "beneficiary", typed, among=among, after=put)

    def _line(self, store: Store, person: str, record_id: str) -> Edit:
        """Fill one line: its defaults, today where it has a day, the roll and the person."""
        from fieldkit.records import Use, kinds
        from fieldkit.records.fields.formats import today
        from fieldkit.store import Edit

        kind = kinds()[self._entry]
        fields: dict[str, Value] = {
            name: ask.format.parse(ask.default)
            for name, ask in kind.form_fields().items()
            if ask.default
        }
        if days := kind.used(Use.HAPPENED):
            fields[days[0]] = _day(store.get(self._of.kind, self._of.id)) or today()
        return Edit(kind, {**fields, self._field: self._of.id, person: record_id})

    def _on_it(self, store: Store) -> set[str]:
        return {
            str(person)
            for line in store.where(self._entry, **{self._field: self._of.id})
            for name in PEOPLE.values()
            if (person := line.value(name))
        }

    async def _count(self) -> None:
        many = len(await self.ask(self._on_it))
        self.where(f"{many} on the list   {self._of.label}")


def _day(record: Record | None) -> Value:
    """Return the day of a programme; a training's days are marked as they come."""
    return record.value("held_on") if record and record.kind() == "programme" else None
