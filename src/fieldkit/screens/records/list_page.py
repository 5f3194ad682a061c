"""The list of a kind, read from the store in parts; typing searches within the kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.lookup.find_page import FindPage, choice_of, new_row
from fieldkit.screens.lookup.rows import Row, fetch_references, row_of
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.store import Store

PAGE = 60
"""Records read at a time."""


def page_of(store: Store, kind: str, after: str | None) -> tuple[list[Row], str | None]:
    """Return some rows of a kind, and the cursor of the next ones. Runs in a thread."""
    page = store.page(kind, after=after, limit=PAGE)
    referred = fetch_references(store, page.records)
    return [row_of(referred, record, titled=False) for record in page.records], page.next


class ListPage(FindPage):
    """The list of one kind; the last row begins a new one."""

    def __init__(self, kind: str) -> None:
        super().__init__("", [kind], self.open)
        self.kind = kind

    async def load_data(self) -> None:
        """Show which list this is and how long."""
        self.set_keys("Enter open", "PgDn more", "Ctrl+N new", "/ menu", "Esc back")
        self.picker.reload_if_idle()
        await self._head()

    async def _head(self) -> None:
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        plural = kinds()[self.kind].plural
        counts = await self.ask(lambda store: store.counts())
        self.set_header(plural, chips=[indian(counts.get(self.kind, 0))])

    async def refresh_data(self) -> None:
        """Show what a sync received; the mark stays on its record."""
        await self.picker.follow()
        await self._head()

    async def first_answer(self, last: Choice | None, after: str | None = None) -> Answer:
        """Answer the empty box with a part of the list, from the cursor ``after`` on."""
        rows, following = await self.read(lambda store: page_of(store, self.kind, after))
        more = partial(self.first_answer, last, following) if following else None
        return Answer([choice_of(row, self.open) for row in rows], last, 0, more=more)

    def new(self, typed: str, *, among: bool = False) -> Choice:
        """Return the row that begins a new record; the list is back at its beginning after it."""
        clear = partial(self.picker.reload, "")
        return new_row(self.navigator, self.kind, typed, among=among, before=clear)

    async def open(self, kind: str, record_id: str) -> None:
        """Open the record over the list."""
        await self.navigator.open_record(kind, record_id)


class ListsPage(PickerPage[None]):
    """All kinds with the number of their records."""

    TITLE = "Lists"
    PROMPT = "Lists"
    EMPTY = "No such list."
    KEYS = keys("Enter open", "type to narrow", "Esc back")

    async def load_data(self) -> None:
        """Count the records."""
        self.picker.reload_if_idle()

    async def answer(self, text: str) -> Answer:
        """Answer with the kinds whose name contains what is typed."""
        from fieldkit.records import kinds
        from fieldkit.records.fields.formats import indian

        counts = await self.ask(lambda store: store.counts())
        rows = [
            Choice(
                (kind.plural, indian(counts.get(name, 0))), partial(self.navigator.open_list, name)
            )
            for name, kind in sorted(kinds().items(), key=lambda item: item[1].plural)
            if text.strip().casefold() in kind.plural.casefold()
        ]
        return Answer(rows, right=frozenset({1}))
