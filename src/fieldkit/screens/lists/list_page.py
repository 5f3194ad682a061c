"""The list of a kind, read from the store in parts: in an order, narrowed, exported."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from fieldkit.screens.base.navigator import Among, MenuEntry
from fieldkit.screens.base.words import counted
from fieldkit.screens.find.find_page import FindPage
from fieldkit.screens.find.hits import new_row
from fieldkit.screens.lists.columns import Column, Listed, columns, fitting
from fieldkit.screens.lists.exporting import export_page
from fieldkit.screens.lists.list_box import ListBox
from fieldkit.screens.lists.list_choices import (
    Filter,
    FilterPage,
    Order,
    OrderPage,
    filters,
    orders,
)
from fieldkit.screens.lists.reading import Wanted, every, find_in, lines_of, read_page
from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.parts import MARGIN, rare
from fieldkit.screens.look.text import Cell, Span, Text, joined
from fieldkit.screens.lookup.acts.preview_page import undo_together
from fieldkit.screens.lookup.filled import Section, filled, preview
from fieldkit.screens.lookup.printing import blank_papers, list_paper, print_page
from fieldkit.screens.lookup.rows import fetch_references, label_of
from fieldkit.screens.widgets.bars import PANEL_WIDTH
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fieldkit.records import Record
    from fieldkit.store import Store


_MOST_DECIDED = 2_000
"""Records that are decided on together."""


class ListPage(FindPage):
    """The list of one kind; letters order and narrow it, any other begins to look for a name."""

    BOX = ListBox
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z,f8", "undo", "Undo", show=False)]

    def __init__(self, kind: str, among: Among | None = None) -> None:
        """``among``: the records it is of; None: all of the kind."""
        super().__init__("", [kind], self.open)
        self.kind = kind
        self._wanted = Wanted(kind, among=among)
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
            "Ctrl+N new" if self._may_begin else "",
            "f filter",
            "o order",
            "x export",
            "" if self._is_log else rare("v decide"),
            rare("p print"),
            "a-z find",
            "Esc back",
        )
        self.picker.reload_if_idle()
        await self._head()

    async def _head(self) -> None:
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        wanted = self._wanted

        def count(store: Store) -> tuple[int, int]:
            total = store.counts().get(wanted.kind, 0)
            if wanted.among:
                total = store.count(wanted.kind, {}, wanted.ids)
            if wanted.text:
                return total, len(find_in(store, wanted, wanted.text))
            narrowed = (
                store.count(wanted.kind, wanted.where, wanted.ids) if wanted.filters else None
            )
            return total, total if narrowed is None else narrowed

        self._total, many = await self.read(count, "count")
        total = indian(self._total)
        words = f"{indian(many)} of {total}" if wanted.narrowed else total
        trail = [wanted.among.under, wanted.among.title] if wanted.among else ["Lists"]
        self.set_header(*trail, kinds()[self.kind].plural, chips=[(Span(words, "strong"),)])
        if wanted.among and self._total < len(wanted.among.ids):
            missing = len(wanted.among.ids) - self._total
            words = counted(missing, "record is", "records are")
            self.say(f"{words} counted too, but deleted or not on this laptop.", hint=True)

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
                if self._wanted.narrowed or self.picker.typed.text
                else "Nothing here."
                if not self._may_begin
                else "Nothing here yet: Ctrl+N begins the first."
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

    @property
    def _may_begin(self) -> bool:
        """Whether a new record may be begun here: what the program logs is never typed."""
        return not self._wanted.among and not self._is_log

    @property
    def _is_log(self) -> bool:
        from fieldkit.records import kinds

        return kinds()[self.kind].program_log

    def new(self, typed: str, *, among: bool = False) -> Choice | None:
        """Return the row that begins a new record; the list is back at its beginning after it."""
        if not self._may_begin:
            return None
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
        does = {
            "f": self._filter,
            "o": self._order,
            "x": self._export,
            "p": self._print,
            "v": self._decide,
        }.get(letter.lower())
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
            MenuEntry("Here: decide on all of this list", "v on this page", self._decide),
            MenuEntry("Here: print this list, or a blank form", "p on this page", self._print),
            MenuEntry(
                "Here: compare this list with the portal's",
                "",
                partial(self.navigator.open_reconcile, self.kind),
            ),
        ]

    async def _filter(self) -> None:
        from fieldkit.records import kinds

        kind, now = kinds()[self.kind], self._wanted

        def take(chosen: Filter | None) -> None:
            if chosen is None:
                self._show(Wanted(self.kind, now.order, among=now.among))
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

        await self.app.push_screen(export_page(kinds()[self.kind], self._shown_records(), self.say))

    async def _print(self) -> None:
        from fieldkit.records import kinds

        title = kinds()[self.kind].plural
        papers = [list_paper(title, self._shown_records()), *blank_papers(self.kind)]
        await self.app.push_screen(print_page(title, papers, self.say))

    async def _decide(self) -> None:
        """Decide on all records of the list, as it is narrowed now."""
        shown = self._shown_records()

        def read(store: Store) -> list[tuple[str, str]]:
            found = islice(shown(store), _MOST_DECIDED + 1)
            return [(one.kind(), one.id) for one in found]

        entries = await self.read(read, "decide")
        if len(entries) > _MOST_DECIDED:
            most = counted(_MOST_DECIDED, "record", "records")
            self.say(f"At most {most} are decided together.", "f narrows the list.")
        elif entries:
            await self.navigator.open_decide(entries, self._decided)

    async def _decided(self, said: str) -> None:
        """Say what was done; the records are loaded again as the page comes back."""
        self.say(said, "Ctrl+Z puts all of it back", done=True)

    async def action_undo(self) -> None:
        """Put back what was decided together last, asked once."""
        await self.run_reporting(self._undo)

    async def _undo(self) -> None:
        if await undo_together(self):
            said = self.sentence
            await self.picker.follow()
            await self._head()
            self.say(said, done=True)

    def _shown_records(self) -> Callable[[Store], Iterator[Record]]:
        """Return what gives the records of the list as it is narrowed and ordered, in a thread."""
        wanted = self._wanted
        text = self.picker.typed.text.strip() or wanted.text

        def records(store: Store) -> Iterator[Record]:
            return iter(find_in(store, wanted, text)) if text else every(store, wanted)

        return records
