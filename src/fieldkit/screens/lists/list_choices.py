"""What a list is narrowed and ordered by, and the pages that ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record, Value


class Order(NamedTuple):
    """An order of a list."""

    words: str
    field: str
    descending: bool = False


class Filter(NamedTuple):
    """A value that the records of a list have in one field."""

    field: str
    label: str
    value: Value
    shown: str


def orders(kind: type[Record]) -> Sequence[Order]:
    """Return the orders of a kind's list, its own first."""
    from fieldkit.records import Use
    from fieldkit.records.fields.formats import Date

    fields, references = kind.fields(), kind.references()
    found = [kind.order, *(name for name in kind.used(Use.LIST) if name not in references)]
    dated = {name for name in found if isinstance(fields[name].format, Date)}
    return [
        *(
            Order(
                f"{fields[name].label}, newest first" if name in dated else fields[name].label,
                name,
                name in dated,
            )
            for name in dict.fromkeys(found)
        ),
        Order("Last changed first", "updated_at", descending=True),
    ]


def filters(kind: type[Record]) -> Iterator[Filter]:
    """Yield every choice of the kind's list fields."""
    from fieldkit.records import Choice as ChoiceFormat
    from fieldkit.records import Use
    from fieldkit.records.fields.formats import YesNo

    for name in kind.used(Use.LIST):
        field = kind.fields()[name]
        if isinstance(field.format, ChoiceFormat):
            for option in field.format.options():
                yield Filter(name, field.label, option.code, option.label)
        elif isinstance(field.format, YesNo):
            for value in (True, False):
                yield Filter(name, field.label, value, field.format.show(value))


class OrderPage(PickerPage[None]):
    """The orders of a list; a digit takes one."""

    KEYS = keys("1-9 or Enter choose", "Esc back")
    PROMPT = "Order by"
    AT_ONCE: ClassVar[bool] = True

    def __init__(
        self, title: str, offered: Sequence[Order], now: Order, take: Callable[[Order], None]
    ) -> None:
        super().__init__()
        self._title, self._offered, self._now, self._take = title, offered, now, take

    async def load_data(self) -> None:
        """Say of which list."""
        self.set_header(self._title, "Order")

    async def answer(self, text: str) -> Answer:
        """Answer with the orders; the present one is marked."""
        rows = [
            Choice(
                (
                    (Span(str(number), "key"),),
                    one.words,
                    (Span("now" if one == self._now else "", "dim"),),
                ),
                partial(self._chosen, one),
            )
            for number, one in enumerate(self._offered, 1)
            if text.strip().casefold() in one.words.casefold() or text.strip() == str(number)
        ]
        return Answer(rows, mark=0 if text else self._offered.index(self._now))

    async def _chosen(self, order: Order) -> None:
        self.dismiss(None)
        self._take(order)


class FilterPage(PickerPage[None]):
    """The choices of a list's fields; typing narrows them, or looks for records by name."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")
    PROMPT = "Filter"
    HINT = "a trade, a status, a name ..."

    def __init__(
        self,
        title: str,
        offered: Sequence[Filter],
        now: Mapping[str, Filter],
        narrowed: bool,
        take: Callable[[Filter | None], None],
        find: Callable[[str], None],
    ) -> None:
        """Make the page.

        ``narrowed``: not all are shown now; ``take``: narrows the list by a choice (None: shows
        all); ``find``: by a text.
        """
        super().__init__()
        self._title, self._offered, self._now = title, offered, now
        self._narrowed = narrowed
        self._take, self._find = take, find

    async def load_data(self) -> None:
        """Say of which list."""
        self.set_header(self._title, "Filter")

    async def answer(self, text: str) -> Answer:
        """Answer with the choices that hold each word typed."""
        words = text.casefold().split()
        found = [
            one
            for one in self._offered
            if all(word in f"{one.label} {one.shown}".casefold() for word in words)
        ]
        rows: list[Choice] = []
        if self._narrowed and not words:
            all_of_them: tuple[Cell, ...] = ((Span("Show all", "strong"),), "without any filter")
            rows.append(Choice(all_of_them, partial(self._chosen, None)))
        for before, one in zip([None, *found], found, strict=False):
            again = before is not None and before.field == one.field
            label: Cell = "" if again else (Span(one.label, "dim"),)
            now = (Span("now" if self._now.get(one.field) == one else "", "dim"),)
            gap = () if again or not rows else ("",)
            rows.append(
                Choice((label, one.shown, now), partial(self._chosen, one), gap=gap, key=repr(one))
            )
        last = None
        if words:
            what = (Span("Find "), Span(text.strip(), "strong"), Span(" in this list"))
            last = Choice((what,), self._searched(text))
        return Answer(rows, last, 0 if rows or last else None)

    def _searched(self, text: str) -> Callable[[], Awaitable[object]]:
        async def search() -> None:
            self.dismiss(None)
            self._find(text)

        return search

    async def _chosen(self, chosen: Filter | None) -> None:
        self.dismiss(None)
        self._take(chosen)
