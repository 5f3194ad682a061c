"""What is due, for whom and for how long: the longest waiting first, narrowed by letters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.lists.list_box import ListBox
from fieldkit.screens.lists.list_choices import Filter, FilterPage
from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, Text, cut, joined
from fieldkit.screens.lookup.places import own_area
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fieldkit.reports import Area, DueItem
    from fieldkit.screens.widgets.picker import Picker
    from fieldkit.store import Store

PAGE = 60
"""Lines read at a time."""
_FOUND = 200
"""People and groups looked at for a text."""
_WHO, _PLACE = 22, 11
"""Cells of a name and of a place on a narrow screen: what is due tells more."""
_WHAT, _BLOCK = "what", "block"


class Wanted(NamedTuple):
    """Which of the due work is shown."""

    filters: Mapping[str, Filter] = {}
    """A sort of work and a block, by these words."""
    text: str = ""
    """The name of whom it is about."""

    def area(self, own: Area) -> Area:
        """Return the area: the block chosen, else this laptop's own."""
        from fieldkit.reports import Area

        block = self.filters.get(_BLOCK)
        return Area(block=int(str(block.value))) if block else own

    def rules(self) -> list[str]:
        """Return the names of the sorts of work."""
        from fieldkit.reports import due_work

        what = self.filters.get(_WHAT)
        return [str(what.value)] if what else [*due_work()]


class Counted(NamedTuple):
    """How much is due, by the sort of work, in this laptop's area or a block of it."""

    area: str
    blocks: Sequence[tuple[int, str]]
    """Those below this laptop's area."""
    many: Mapping[str, int]


def read_part(store: Store, wanted: Wanted, text: str, start: int) -> list[DueItem]:
    """Return some lines, the longest waiting first. Runs in a thread."""
    from fieldkit.records.fields.formats import today
    from fieldkit.reports import due_items, due_work

    about = None
    if text:
        people = {name for rule in due_work().values() for name in _concerned(rule.name)}
        about = [hit.id for hit in store.find(text, kinds=sorted(people), limit=_FOUND)]
    asked = partial(
        due_items,
        rules=[due_work()[name] for name in wanted.rules()],
        area=wanted.area(own_area(store)),
        today=today(),
        limit=PAGE,
        offset=start,
        about=about,
    )
    return store.query(asked)


def _concerned(name: str) -> Iterator[str]:
    """Give the kinds of those whom a sort of work is about."""
    from fieldkit.records import kinds
    from fieldkit.reports import due_work

    rule = due_work()[name]
    references = kinds()[rule.kind].references()
    if not rule.about:
        yield rule.kind
    for field in rule.about:
        yield from references[field].kinds


def read_counts(store: Store, wanted: Wanted) -> Counted:
    """Count what is due in the area. Runs in a thread."""
    from fieldkit.records.fields.formats import today
    from fieldkit.reports import due_counts, due_work

    own = own_area(store)
    area = wanted.area(own)
    asked = partial(due_counts, rules=[*due_work().values()], area=area, today=today())
    blocks = [(one.block, one.name) for one in own.parts() if one.block is not None]
    return Counted(area.title, blocks, {what: many for what, many, _ in store.query(asked)})


class DueFilterPage(FilterPage):
    """The sorts of work, the most first, and the blocks."""

    HINT = "a sort of work, a block, a name ..."


class DuePage(PickerPage[None]):
    """Due work, one line each; letters narrow it, Enter opens whom it is about."""

    BOX = ListBox
    PROMPT = "Find"
    HINT = "a name, a mobile, a number"
    KEYS = keys("Enter open", "f filter", "a-z find", "Esc back")

    def __init__(self, what: str = "") -> None:
        """``what``: the sort of work; empty: all."""
        super().__init__()
        self._what = what
        self._wanted = Wanted()
        self._counted: Counted | None = None

    def content(self) -> Iterator[Picker]:
        """Yield the picker, without its box at first."""
        for box in super().content():
            assert isinstance(box, ListBox)
            box.hide()
            yield box

    async def load_data(self) -> None:
        """Show what is due, then count it."""
        self.picker.reload_if_idle()
        await self._head()

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its line."""
        await self.picker.follow()
        await self._head()

    async def _head(self) -> None:
        from fieldkit.records.fields.formats import indian

        wanted = await self._chosen()
        found = self._counted = await self.read(lambda store: read_counts(store, wanted), "count")
        many = sum(found.many.get(name, 0) for name in wanted.rules())
        total = sum(found.many.values())
        words = indian(total) if many == total else f"{indian(many)} of {indian(total)}"
        chips = [(Span(words, "strong"), Span(" due", "dim"))]
        self.set_header("Due", found.area, chips=chips)

    # --- rows ---

    async def answer(self, text: str) -> Answer:
        """Answer with what is due, or with what is due for those whom a text finds."""
        wanted = await self._chosen()
        return await self._part(text.strip() or wanted.text, 0)

    async def _chosen(self) -> Wanted:
        """Return what is shown; the sort it was opened with is looked up once."""
        if self._what:
            await self.ask(lambda _store: None)  # the records are loaded then
        if self._what:
            self._wanted, self._what = Wanted({_WHAT: _sort(self._what)}), ""
        return self._wanted

    async def _part(self, text: str, start: int) -> Answer:
        wanted = self._wanted
        items = await self.read(lambda store: read_part(store, wanted, text, start), "hits")
        more = partial(self._part, text, start + PAGE) if len(items) == PAGE else None
        above: list[Cell] = [line] if (line := self._narrowed()) else []
        if not items and not start:
            words = "Nothing like that is due." if above or text else "Nothing is due."
            above += ["", (Span(words, "dim"),)]
        return Answer(
            [self._choice(one) for one in items],
            above=tuple(above),
            headings=("Who", "What is due", "Place", "", "Days"),
            right=frozenset({4}),
            more=more,
        )

    def _choice(self, item: DueItem) -> Choice:
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian
        from fieldkit.reports import due_work

        who: Cell = (Span(item.name or item.about_id, "strong"),)
        place: Cell = (Span(item.place, "dim"),)
        title: Cell = ""
        if self.wide:
            title = (Span(kinds()[item.about_kind].title.lower(), "dim"),)
        else:
            who, place = cut(who, _WHO), cut(place, _PLACE)
        late = indian(item.days) if item.days >= 0 else f"in {-item.days}"
        days: Cell = (Span(late, "dim" if item.days < 0 else "strong"),)
        return Choice(
            (who, due_work()[item.what].label, place, title, days),
            partial(self.navigator.open_record, item.about_kind, item.about_id),
            key=f"{item.what} {item.id}",
        )

    def _narrowed(self) -> Text:
        """Return the line that says by what it is narrowed."""
        wanted = self._wanted
        chosen = [
            (Span(f"{one.label} ", "dim"), Span(one.shown, "accent"))
            for one in wanted.filters.values()
        ]
        if wanted.text:
            chosen.append((Span("found by ", "dim"), Span(wanted.text, "accent")))
        return joined(chosen, f" {DOT} ") if chosen else ()

    # --- letters ---

    async def on_key(self, event: events.Key) -> None:
        """Filter; any other letter begins to look for a name."""
        letter = event.character or ""
        if not letter.isprintable() or letter in ("/", "?", " ", ""):
            return
        event.stop()
        if letter.lower() == "f":
            await self.run_reporting(self._filter)
        else:
            self.query_one(ListBox).begin(letter)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the letter does, for the menu."""
        return [MenuEntry("Here: filter what is due", "f on this page", self._filter)]

    async def _filter(self) -> None:
        now, found = self._wanted, self._counted
        works = found.many if found else {}
        sorts = [_sort(name) for name in sorted(works, key=lambda one: -works[one])]
        blocks = [Filter(_BLOCK, "Block", *one) for one in (found.blocks if found else ())]

        def take(chosen: Filter | None) -> None:
            filters = {} if chosen is None else {**now.filters, chosen.field: chosen}
            self._show(Wanted(filters))

        def find(text: str) -> None:
            self._show(now._replace(text=text.strip()))

        narrowed = bool(now.filters or now.text)
        page = DueFilterPage("Due", [*sorts, *blocks], now.filters, narrowed, take, find)
        await self.app.push_screen(page)

    def _show(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.picker.start_over(self.picker.typed.text)


def _sort(name: str) -> Filter:
    """Return the choice of one sort of work."""
    from fieldkit.reports import due_work

    return Filter(_WHAT, "Work", name, due_work()[name].label)
