"""The list of a kind, read from the store in parts: in an order, narrowed, exported."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.lists.columns import Column, Listed, columns, fitting, listed
from fieldkit.screens.lists.exporting import ExportPage
from fieldkit.screens.lists.list_choices import (
    Filter,
    FilterPage,
    Order,
    OrderPage,
    filters,
    orders,
)
from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.parts import MARGIN
from fieldkit.screens.look.text import Cell, Span, Text, joined
from fieldkit.screens.lookup.filled import Section, filled, preview
from fieldkit.screens.lookup.find_page import FindPage
from fieldkit.screens.lookup.hits import new_row
from fieldkit.screens.lookup.rows import fetch_references, label_of, record_words
from fieldkit.screens.widgets.bars import PANEL_WIDTH
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fieldkit.records import Record, Value
    from fieldkit.store import Store

PAGE = 60
"""Records read at a time."""


class Wanted(NamedTuple):
    """Which records of a kind a list shows, and in which order."""

    kind: str
    order: Order | None = None
    """None: the kind's own."""
    filters: Mapping[str, Filter] = {}
    """By field."""
    text: str = ""
    """What they are found by."""

    @property
    def narrowed(self) -> bool:
        """Whether not all are shown."""
        return bool(self.filters or self.text)

    @property
    def where(self) -> dict[str, Value]:
        """The values that the records have."""
        return {name: one.value for name, one in self.filters.items()}


def read_page(store: Store, wanted: Wanted, after: str | None) -> tuple[list[Listed], str | None]:
    """Return some records of a list, and the cursor of the next ones. Runs in a thread."""
    by, descending = (wanted.order.field, wanted.order.descending) if wanted.order else ("", False)
    page = store.page(
        wanted.kind, where=wanted.where, after=after, limit=PAGE, by=by, descending=descending
    )
    return lines_of(store, page.records), page.next


def find_in(store: Store, wanted: Wanted, text: str) -> list[Record]:
    """Return the records of a list that answer a text, the likeliest first. Runs in a thread."""
    hits = store.find(text, kinds=[wanted.kind], limit=PAGE)
    found = store.fetch([wanted.kind], [hit.id for hit in hits])
    records = [found[wanted.kind, hit.id] for hit in hits if (wanted.kind, hit.id) in found]
    where = wanted.where.items()
    return [one for one in records if all(one.value(name) == value for name, value in where)]


def every(store: Store, wanted: Wanted) -> Iterator[Record]:
    """Yield all records of a list in its order. Runs in a thread."""
    by, descending = (wanted.order.field, wanted.order.descending) if wanted.order else ("", False)
    after: str | None = None
    while True:
        page = store.page(
            wanted.kind, where=wanted.where, after=after, limit=500, by=by, descending=descending
        )
        yield from page.records
        after = page.next
        if after is None:
            return


def lines_of(store: Store, records: Sequence[Record]) -> list[Listed]:
    """Return records as lines of a list. Runs in a thread."""
    ids = [record.id for record in records]
    referred, states, open_ = (
        fetch_references(store, records),
        store.states(ids),
        store.open_about(ids),
    )
    return [
        listed(
            referred,
            record,
            columns(type(record)),
            record_words(
                str(states.get(record.id, "on the server")),
                settle=record.id in open_.settle,
                check=record.id in open_.check,
            ),
        )
        for record in records
    ]


class ListBox(Picker):
    """A picker whose box is there only while something is looked for.

    Without it letters go to the page.
    """

    def hide(self) -> None:
        """Take the box away."""
        self.typing = False

    def begin(self, text: str) -> None:
        """Show the box with a text in it."""
        self.typing = True
        self.reload(text)

    async def on_key(self, event: events.Key) -> None:
        """Take the box away when its text is deleted."""
        last = event.key == "backspace" and len(self.typed.text) <= 1
        if self.typing and (last or event.key == "escape"):
            event.stop()
            event.prevent_default()
            self.hide()
            self.reload("")


class ListPage(FindPage):
    """The list of one kind; letters order and narrow it, any other begins to look for a name."""

    BOX = ListBox

    def __init__(self, kind: str, where: Mapping[str, str] = MappingProxyType({})) -> None:
        """``where``: the choices it is narrowed by at first, by field."""
        from fieldkit.records import kinds

        super().__init__("", [kind], self.open)
        self.kind = kind
        offered = filters(kinds()[kind]) if where else ()
        chosen = {one.field: one for one in offered if where.get(one.field) == one.value}
        self._wanted = Wanted(kind, filters=chosen)
        self._columns: Sequence[Column] = ()
        self._total = 0

    def content(self) -> Iterator[Picker]:
        """Yield the picker, without its box at first."""
        for box in super().content():
            assert isinstance(box, ListBox)
            box.hide()
            yield box

    async def load_data(self) -> None:
        """Show which list this is and how long."""
        self.set_keys(
            "Enter open",
            "Ctrl+N new",
            "f filter",
            "o order",
            "x export",
            "a-z find",
            "Esc back",
        )
        self.picker.reload_if_idle()
        await self._head()

    async def _head(self) -> None:
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        wanted = self._wanted

        def counted(store: Store) -> tuple[int, int]:
            total = store.counts().get(wanted.kind, 0)
            if wanted.text:
                return total, len(find_in(store, wanted, wanted.text))
            return total, store.count(wanted.kind, wanted.where) if wanted.filters else total

        self._total, many = await self.read(counted, "count")
        count = indian(self._total)
        words = f"{indian(many)} of {count}" if wanted.narrowed else count
        self.set_header("Lists", kinds()[self.kind].plural, chips=[(Span(words, "strong"),)])

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its record."""
        await self.picker.follow()
        await self._head()

    # --- rows ---

    async def answer(self, text: str) -> Answer:
        """Answer with the list, or with those of it that a text finds."""
        from fieldkit.records import kinds

        self._columns = columns(kinds()[self.kind])
        wanted, typed = self._wanted, text.strip()
        if not typed and not wanted.text:
            return await self._part(None)
        text = typed or wanted.text
        rows = await self.read(lambda store: lines_of(store, find_in(store, wanted, text)), "hits")
        return self._laid_out(rows, self.new(text, among=bool(rows)) if typed else None)

    async def _part(self, after: str | None) -> Answer:
        """Answer with a part of the list, from the cursor ``after`` on."""
        wanted = self._wanted
        rows, following = await self.read(lambda store: read_page(store, wanted, after), "hits")
        more = partial(self._part, following) if following else None
        return self._laid_out(rows, None)._replace(more=more)

    def _laid_out(self, rows: Sequence[Listed], last: Choice | None) -> Answer:
        beside = PANEL_WIDTH if self.wide and rows else 0
        width = self.size.width - beside - 2 * MARGIN
        many = fitting(self._columns, rows, width) if rows else len(self._columns)
        shown = self._columns[:many]
        above: list[Cell] = [line] if (line := self._narrowed()) else []
        if not rows:
            words = (
                "Nothing like that in this list."
                if self._wanted.narrowed or last
                else ("Nothing here yet: Ctrl+N begins the first.")
            )
            above += ["", (Span(words, "dim"),)]
        return Answer(
            [
                Choice(
                    (*row.cells[:many], row.state), partial(self.open, row.kind, row.id), key=row.id
                )
                for row in rows
            ],
            last,
            0,
            above=tuple(above),
            headings=(*(one.heading for one in shown), ""),
            right=frozenset(n for n, one in enumerate(shown) if one.right),
        )

    def _narrowed(self) -> Text:
        """Return the line that says by what the list is narrowed and ordered."""
        wanted = self._wanted
        chosen = [
            (Span(f"{one.label} ", "dim"), Span(one.shown, "accent"))
            for one in wanted.filters.values()
        ]
        if wanted.text:
            chosen.append((Span("found by ", "dim"), Span(wanted.text, "accent")))
        parts = [joined(chosen, f" {DOT} ")] if chosen else []
        if wanted.order:
            parts.append((Span("ordered by ", "dim"), Span(wanted.order.words, "accent")))
        return joined(parts, f" {DOT} ")

    def new(self, typed: str, *, among: bool = False) -> Choice:
        """Return the row that begins a new record; the list is back at its beginning after it."""
        clear = partial(self.picker.reload, "")
        return new_row(self.navigator, self.kind, typed, among=among, before=clear)

    async def open(self, kind: str, record_id: str) -> None:
        """Open the record over the list."""
        await self.navigator.open_record(kind, record_id)

    async def on_picker_marked(self, event: Picker.Marked) -> None:
        """Show the marked record beside the list, if the terminal is wide."""
        if not self.wide:
            return
        if event.row is None or event.row is self.picker.answer.last:
            self.set_panel()
        else:
            number = event.row.key
            self.run_worker(
                self.run_reporting(partial(self._preview, number)), group="preview", exclusive=True
            )

    async def _preview(self, number: str) -> None:
        def found(store: Store) -> tuple[str, list[Section]]:
            record = store.get(self.kind, number)
            if record is None:
                return "", []
            source = fetch_references(store, [record])
            return label_of(source, record), filled(source, record)

        label, sections = await self.read(found, "preview")
        self.set_panel(preview(label, sections, PANEL_WIDTH - 5, self.picker.size.height - 2))

    # --- letters ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the letters of the line of keys; any other begins to look for a name."""
        letter = event.character or ""
        if not letter.isprintable() or letter in ("/", "?", " ", ""):
            return
        event.stop()
        does = {"f": self._filter, "o": self._order, "x": self._export}.get(letter.lower())
        if does:
            await self.run_reporting(does)
        else:
            self.box.begin(letter)

    @property
    def box(self) -> ListBox:
        """The box of the list."""
        return self.query_one(ListBox)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the letters do, for the menu."""
        return [
            MenuEntry("Here: filter this list", "f on this page", self._filter),
            MenuEntry("Here: order of this list", "o on this page", self._order),
            MenuEntry("Here: export this list", "x on this page", self._export),
        ]

    async def _filter(self) -> None:
        from fieldkit.records import kinds

        kind, now = kinds()[self.kind], self._wanted

        def take(chosen: Filter | None) -> None:
            if chosen is None:
                self._show(Wanted(self.kind, now.order))
                return
            self._show(now._replace(filters={**now.filters, chosen.field: chosen}))

        def find(text: str) -> None:
            self._show(now._replace(text=text.strip()))

        page = FilterPage(kind.plural, [*filters(kind)], now.filters, now.narrowed, take, find)
        await self.app.push_screen(page)

    async def _order(self) -> None:
        from fieldkit.records import kinds

        offered = orders(kinds()[self.kind])

        def take(order: Order) -> None:
            self._show(self._wanted._replace(order=None if order == offered[0] else order))

        now = self._wanted.order or offered[0]
        await self.app.push_screen(OrderPage(kinds()[self.kind].plural, offered, now, take))

    def _show(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.picker.start_over(self.picker.typed.text)

    async def _export(self) -> None:
        from fieldkit.records import kinds

        wanted = self._wanted
        text = self.picker.typed.text.strip() or wanted.text

        def records(store: Store) -> Iterator[Record]:
            return iter(find_in(store, wanted, text)) if text else every(store, wanted)

        await self.app.push_screen(ExportPage(kinds()[self.kind], records, self.say))
