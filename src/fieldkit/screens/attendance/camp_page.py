"""Which camp or programme the work of today is for; taken once, it is remembered for the day."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fieldkit.papers.roll import take_today, taken_today
from fieldkit.screens.base.navigator import SavedRecord
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.find.hits import new_row
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

_MOST = 60


def read_taken(store: Store, kind: str) -> Record | None:
    """Return the record that was taken for today, if it is still here. Runs in a thread."""
    from fieldkit.records.fields.formats import today

    number = taken_today(store.notes, kind, today())
    record = store.get(kind, number) if number else None
    return record if record and not record.deleted else None


class CampPage(PickerPage[None]):
    """The camps, those of today first; Enter takes one, or begins a new one."""

    PROMPT = "Camp"
    STAYS_OPEN = True
    HINT = "its name or place"
    KEYS = keys("Enter choose", "Ctrl+N new", f"{UP}{DOWN} move", "Esc back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n,f9", "new", "New", show=False)]

    def __init__(self, kind: type[Record]) -> None:
        super().__init__()
        self._kind = kind

    async def load_data(self) -> None:
        """Say what is asked."""
        self.set_header("Camp", "Which one?")
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the camps whose name or place holds each word typed, the latest first."""
        words = text.casefold().split()
        found = [
            one
            for one in await self.read(self._read, "camps")
            if all(word in one.label().casefold() for word in words)
        ]
        rows = [self._choice(one) for one in found]
        now, group = self._today(), ""
        for place, one in enumerate(found):
            head = "Today" if self._day(one) == now else "Other days"
            if head != group:
                gap: tuple[Cell, ...] = ("",) if place else ()
                rows[place] = rows[place]._replace(head=heading(head), gap=gap)
            group = head
        today = next((n for n, one in enumerate(found) if self._day(one) == now), None)
        mark = today if today is not None else 0 if words and rows else len(rows)
        return Answer(rows, self._new_row(text), mark)

    def _read(self, store: Store) -> list[Record]:
        page = store.page(self._kind.kind(), by=self._kind.order, descending=True, limit=_MOST)
        now = self._today()
        return sorted(page.records, key=lambda one: self._day(one) != now)

    @staticmethod
    def _today() -> object:
        from fieldkit.records.fields.formats import today

        return today()

    def _day(self, one: Record) -> object:
        return one.value(self._kind.order)

    def _choice(self, one: Record) -> Choice:
        fields = self._kind.fields()
        day = fields[self._kind.order].format.show(one.value(self._kind.order))
        cells: tuple[Cell, ...] = ((Span(one.label(), "strong"),), (Span(day, "dim"),))
        return Choice(cells, partial(self._take, one.id, one.label()), key=one.id)

    def _new_row(self, text: str) -> Choice:
        async def take(saved: SavedRecord) -> None:
            await self._take(saved.id, saved.label)

        return new_row(self.navigator, self._kind.kind(), text, after=take)

    async def _take(self, record_id: str, label: str) -> None:
        from fieldkit.records.fields.formats import today

        kind = self._kind.kind()
        await self.ask(lambda store: take_today(store.notes, kind, record_id, today()))
        self.dismiss(None)
        await self.navigator.open_days(kind, record_id, label)

    async def action_new(self) -> None:
        """Begin a new camp."""
        await self.run_reporting(self._new_row(self.picker.typed.text).enter)
