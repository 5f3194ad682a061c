"""Snapshots of a report: keeping one under a name, and the page that shows one as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.navigator import MenuEntry
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.progress.figures_page import FiguresPage
from fieldkit.screens.progress.wanted import Found, Shown, held_area, holds
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.reports import Area
    from fieldkit.store import Store


def read_kept(store: Store, report: str) -> Sequence[Record]:
    """Return the snapshots of a report, the latest first."""
    from fieldkit.reports.kept import kept_kind

    found = store.where(kept_kind().kind(), report=report)
    return sorted(found, key=lambda one: (str(one.value("as_on")), one.id), reverse=True)


def may_not_keep(store: Store, area: Area) -> str:
    """Return why this laptop may not keep reports of an area; empty if it may."""
    from fieldkit.protocol.messages.scope import is_at_least
    from fieldkit.reports.kept import district_of, kept_kind

    scope, held = store.pull.state().scope, held_area(store)
    if scope is None:
        return ""
    needs = kept_kind().writers.create
    if not is_at_least(scope.role, needs):
        return (
            f"Only a laptop enrolled for a {needs} may keep a snapshot. Press x to write the "
            "report to a file instead."
        )
    if not holds(held, area):
        return (
            f"Only records of {held.title} are on this laptop: a snapshot of {area.title} would "
            "lack the others. Press g to go to another area."
        )
    if not scope.writes(district_of(area), area.block):
        return f"Only an administrator may keep a snapshot of {area.title}. Press g for another."
    return ""


class KeepPage(PickerPage[None]):
    """Asks what to call a snapshot; Enter keeps it."""

    KEYS = keys("Enter keep", "type a name", "Esc back")
    PROMPT = "Name"
    HINT = "or leave it as below"

    def __init__(self, found: Found, say: Callable[..., None]) -> None:
        """``say``: says on the page before what became of it."""
        super().__init__()
        self._found, self._say = found, say

    async def load_data(self) -> None:
        """Say of which report."""
        self.set_header(self._found.table.title, "Keep a snapshot")
        self.say("A snapshot stays as it is now, whatever is entered later.")

    async def answer(self, text: str) -> Answer:
        """Answer with the name under which it is kept, or with why it cannot be."""
        from fieldkit.reports.kept import NotKept, fields_of, name_for

        found = self._found
        try:
            name = name_for(found.table, text)
            fields = fields_of(found.table, found.wanted.area, name)
        except NotKept as error:
            return _refused(str(error))
        if await self.read(partial(_is_taken, name=name)):
            return _refused(f"There is a snapshot “{name}” already. Type another name.")
        words = (Span("Keep as "), Span(name, "strong"))
        return Answer([Choice((words,), partial(self._keep, name, fields), key=name)])

    async def _keep(self, name: str, fields: Mapping[str, Value]) -> None:
        from fieldkit.reports.kept import kept_kind
        from fieldkit.store import Edit

        edit = Edit(kept_kind(), fields, confirmed=frozenset(fields))
        await self.ask(lambda store: store.save([edit], self.app.operator))
        self.dismiss(None)
        self._say(f"Kept as “{name}”.", "h shows it", done=True)
        await self.app.refresh_status()


class KeptPage(FiguresPage[Shown]):
    """A report as it was on a day."""

    WHAT = "Snapshot"
    KEYS = keys("Enter open", "x export", "Esc back")

    def __init__(self, found: Shown, name: str, since: str) -> None:
        """``since``: when it was kept, and by whom."""
        super().__init__(found)
        self._kept_as, self._since = name, since

    async def load_data(self) -> None:
        """Say which snapshot this is."""
        self._head()

    def _above(self, found: Shown, width: int) -> Iterator[Cell]:
        yield from super()._above(found, width)
        words = f"  {self._since}. It stays the same for ever, whatever is entered later."
        yield from wrapped((Span(self._kept_as, "strong"), Span(words, "dim")), width, 3)

    async def on_key(self, event: events.Key) -> None:
        """Export the snapshot."""
        if (event.character or "").lower() == "x":
            event.stop()
            await self.run_reporting(self._export)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [MenuEntry("Here: export this snapshot", "x on this page", self._export)]


def kept_page(record: Record) -> KeptPage:
    """Return the page of a snapshot.

    Raises:
        NotKept: a newer fieldkit has written it.
    """
    from fieldkit.records.fields.formats import show_date
    from fieldkit.reports.kept import kept_table

    by, taken = record.created_by, record.value("taken_on")
    since = "Kept"
    since += f" on {show_date(taken)}" if isinstance(taken, date) else ""
    since += f" by {by}" if by else ""
    return KeptPage(Shown(table=kept_table(record)), record.label(), since)


def _is_taken(store: Store, name: str) -> bool:
    from fieldkit.reports.kept import kept_kind

    return bool(store.where(kept_kind().kind(), name=name))


def _refused(sentence: str) -> Answer:
    return Answer(mark=None, above=("", (Span(sentence, "bad"),)))
