"""Lists of any kind, a page at a time from the store; typing finds within the kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Page
from fieldkit.screens.home.find import FindPage, choice_of, new_row
from fieldkit.screens.records.rows import Row, fetched, row_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.store import Store

PAGE = 60
"""Records fetched at a time."""


def page_of(store: Store, kind: str, after: str | None) -> tuple[list[Row], str | None]:
    """Return some rows of a kind and the mark of the next ones; runs in a thread."""
    page = store.page(kind, after=after, limit=PAGE)
    kept = fetched(store, page.records)
    return [row_of(kept, record, titled=False) for record in page.records], page.next


class ListPage(FindPage):
    """The list of one kind; the last row begins a new one."""

    def __init__(self, kind: str) -> None:
        super().__init__("", [kind], self.open, new=kind)
        self.kind = kind

    async def arrive(self) -> None:
        """Say which list this is and how long."""
        self.keys("Enter open   PgDn more   Ctrl+N new   / menu   Esc back")
        self.query_one(Picker).freshen()
        await self._head()

    async def _head(self) -> None:
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        plural = kinds()[self.kind].plural
        counts = await self.ask(lambda store: store.counts())
        self.where(f"{plural}   {indian(counts.get(self.kind, 0))}")

    async def freshen(self) -> None:
        """Show what came; the mark stays on its record."""
        await self.query_one(Picker).follow()
        await self._head()

    async def at_first(self, last: Choice | None) -> Answer:
        """Answer the empty box with the list's beginning."""
        return await self._page(None, last)

    async def _page(self, after: str | None, last: Choice | None) -> Answer:
        rows, following = await self.read(lambda store: page_of(store, self.kind, after))

        async def more() -> Answer:
            return await self._page(following, last)

        choices = [choice_of(row, self.open) for row in rows]
        return Answer(choices, last, 0, more=more if following else None)

    def new(self, typed: str, *, among: bool = False) -> Choice:
        """Return the row that begins a new record; the list stands at its beginning after it."""
        clear = partial(self.query_one(Picker).renew, "")
        return new_row(self.desk, self.kind, typed, among=among, before=clear)

    async def taken(self, kind: str, record_id: str) -> None:
        """Open the record; the list stays under it."""
        await self.open(kind, record_id)

    async def open(self, kind: str, record_id: str) -> None:
        """Open the record."""
        await doors.open_record(self.desk, kind, record_id)


class ListsPage(Page[None]):
    """Every kind with the number of its records."""

    KEYBOARD = "#picker"
    KEYS = "Enter open   type to narrow   Esc back"

    def content(self) -> Iterable[Widget]:
        """Yield the choice of kinds."""
        yield Picker(self.answer, self.told, prompt="Lists", empty="No such list.")

    async def arrive(self) -> None:
        """Count anew."""
        self.where("Lists")
        self.query_one(Picker).freshen()

    async def answer(self, text: str) -> Answer:
        """Answer with the kinds whose name holds what is typed."""
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        counts = await self.ask(lambda store: store.counts())
        rows = [
            Choice((kind.plural, indian(counts.get(name, 0))), self._opener(name))
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].plural)
            if text.strip().casefold() in kind.plural.casefold()
        ]
        return Answer(rows, right=frozenset({1}))

    def _opener(self, kind: str) -> Callable[[], Awaitable[object]]:
        async def enter() -> None:
            await doors.open_list(self.desk, kind)

        return enter
