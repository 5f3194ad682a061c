"""A report: its figures with bars, its rows, and from each figure the way to its records.

The report is counted beside the keys: they move on through areas and periods meanwhile, and what
was being counted for the one before is stopped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.navigator import Among, MenuEntry
from fieldkit.screens.look.glyphs import LEFT, RIGHT
from fieldkit.screens.look.parts import keys, rare
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.progress.about import about, above
from fieldkit.screens.progress.day_page import DayPage
from fieldkit.screens.progress.figures_page import FiguresPage
from fieldkit.screens.progress.league import Order
from fieldkit.screens.progress.reports.kept import KeepPage, kept_page, may_not_keep, read_kept
from fieldkit.screens.progress.reports.report_choices import (
    all_areas,
    area_page,
    history_page,
    rows_page,
)
from fieldkit.screens.progress.saving import note_page
from fieldkit.screens.progress.wanted import (
    Found,
    Wanted,
    periods,
    read_behind,
    read_months,
    read_table,
)
from fieldkit.screens.widgets.rows import Answer

if TYPE_CHECKING:
    from datetime import date

    from textual.timer import Timer
    from textual.worker import Worker

    from fieldkit.records import Record
    from fieldkit.reports import Area, Dimension

_PATIENCE = 0.15
"""Seconds after which a page says that it is still counting."""


class ReportPage(FiguresPage[Found]):
    """A report for an area and a period."""

    KEYS = (
        *keys("Enter open", f"{LEFT}{RIGHT} area", "[ ] period", "o rows", "h history"),
        *keys("x export", "p note"),
        rare("g go to area"),
        *keys("Esc back"),
    )

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self._wanted = wanted
        self._counting = False
        """Whether the page says that it is counting."""
        self._patience: Timer | None = None
        self._worker: Worker[None] | None = None

    async def load_data(self) -> None:
        """Count when the page is opened, and again when records may have changed."""
        self._count()

    async def refresh_data(self) -> None:
        """Count what a sync received too."""
        self._count()

    # --- counting ---

    def _ask(self, wanted: Wanted) -> None:
        """Count another report, area or period."""
        self._wanted = wanted
        self._count()

    def _count(self) -> None:
        if self._patience:
            self._patience.stop()
        self._patience = self.set_timer(_PATIENCE, self._say_counting)
        self._worker = self.run_worker(self._count_reporting, group="count", exclusive=True)

    async def _count_reporting(self) -> None:
        await self.run_reporting(self._counted)

    async def _counted(self) -> None:
        wanted, before = self._wanted, self._found
        found = await self.read(lambda store: read_table(store, wanted), "report")
        if self._patience:
            self._patience.stop()
        again = before is not None and before.wanted == wanted
        if before is not None and self._at is not None:
            self._at = found.place_of(before.table.rows[self._at].key)
        self._found, self._counting = found, False
        if again:
            self.picker.reload()
        else:
            self.picker.start_over("")
        self._head()
        found = await self.app.background(lambda store: read_months(store, found))
        if self._found is not None and self._found.table is found.table:
            self._found = found
            self.picker.reload()

    def _say_counting(self) -> None:
        self._counting = True
        self._head()
        self.picker.start_over("")

    def _counted_yet(self) -> Found | None:
        """Return what is shown; say if what was asked for is still being counted."""
        if self._found is None or self._found.wanted != self._wanted:
            self.say("The report is still being counted. Wait for it, then press the key again.")
            return None
        return self._found

    def _head(self) -> None:
        row = "" if self._counting else self._row_name()
        self.set_header("Progress", self._wanted.report.title, row)

    # --- lines ---

    async def answer(self, text: str) -> Answer:
        """Answer with what was counted; the store is not asked here."""
        if self._counting:
            counting = (about(self._wanted), "", (Span("Counting ...", "dim"),))
            return Answer(mark=None, above=counting)
        return await super().answer(text)

    def _above(self, found: Found, width: int) -> Iterator[Cell]:
        return above(found, width)

    # --- what Enter does ---

    async def _open_figure(self, found: Found, at: int, column: int) -> None:
        """Open the list of the records that a figure counts."""
        row, heading = found.table.rows[at], found.table.columns[column]
        if not heading.drills:
            self.say(f"There are no records behind “{heading.label}”: it follows from others.")
            return
        behind = await self.read(
            lambda store: read_behind(store, found, row, heading.name), "behind"
        )
        kinds = {kind for kind, _ in behind}
        if not kinds:
            self.say(f"No records: “{heading.label}” counts none here.")
        for kind in sorted(kinds)[:1]:
            ids = [number for one, number in behind if one == kind]
            await self.navigator.open_list(kind, Among(heading.label, ids))

    async def _open_row(self, found: Found, place: int) -> None:
        """Go into an area, or look at the figures of a row alone."""
        area = found.area_of(place)
        if area is not None:
            self._ask(found.wanted.within(area))
        else:
            await super()._open_row(found, place)

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the letters and signs of the line of keys."""
        does = self._does(event.key, (event.character or "").lower())
        if does is not None:
            event.stop()
            await self.run_reporting(does)

    def _does(self, key: str, letter: str) -> Callable[[], Awaitable[object]] | None:
        by_key = {"left": self._out, "right": self._into}
        by_letter: dict[str, Callable[[], Awaitable[object]]] = {
            "[": partial(self._period, 1),
            "]": partial(self._period, -1),
            "o": self._choose_rows,
            "g": self._choose_area,
            "h": self._choose_history,
            "x": self._export,
            "p": self._note,
        }
        return by_key.get(key) or by_letter.get(letter)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [
            MenuEntry("Here: the rows and their order", "o on this page", self._choose_rows),
            MenuEntry("Here: another area", "g on this page", self._choose_area),
            MenuEntry("Here: as on another day", "h on this page", self._choose_day),
            MenuEntry("Here: keep a snapshot", "h on this page", self._keep),
            MenuEntry("Here: snapshots kept", "h on this page", self._choose_history),
            MenuEntry("Here: export this report", "x on this page", self._export),
            MenuEntry("Here: review note", "p on this page", self._note),
        ]

    async def _out(self) -> None:
        """Go to the larger area."""
        around = self._wanted.area.around()
        if self._at is not None:
            self._show_all()
        elif around is None:
            self.say("This is the largest area.")
        else:
            self._ask(self._wanted.within(around))

    async def _into(self) -> None:
        """Go to the smaller area on the way to this laptop's own."""
        from fieldkit.screens.lookup.places import own_area

        area: Area | None = await self.ask(own_area)
        while area is not None and area.around() != self._wanted.area:
            area = area.around()
        if area is None:
            self.say("Press Enter on an area below, or g to go to any other.")
        else:
            self._ask(self._wanted.within(area))

    async def _period(self, step: int) -> None:
        """Go to an earlier period, or a later one."""
        offered = periods(self._wanted.as_on)
        place = offered.index(self._wanted.fy) + step
        if not 0 <= place < len(offered):
            self.say("There is no earlier period." if step > 0 else "There is no later period.")
        else:
            self.say("")
            self._ask(self._wanted._replace(fy=offered[place]))

    # --- choices ---

    async def _choose_rows(self) -> None:
        async def made_by(by: Dimension) -> None:
            self._at, self._order = None, Order()
            self._ask(self._wanted._replace(by=by))

        async def in_order(order: Order) -> None:
            self._order = order
            self.picker.start_over("")

        page = rows_page(self._wanted, self._found, self._order, made_by, in_order)
        await self.app.push_screen(page)

    async def _choose_area(self) -> None:
        async def go(area: Area) -> None:
            self._at = None
            self._ask(self._wanted.within(area))

        areas = await self.ask(lambda _store: all_areas())
        await self.app.push_screen(area_page(self._wanted, areas, go))

    async def _choose_history(self) -> None:
        """Offer another day, keeping the report, and those kept before."""
        name = self._wanted.report.name
        kept = await self.ask(lambda store: read_kept(store, name))
        page = history_page(
            self._wanted, kept, self._choose_day, self._go_to_day, self._keep, self._open_kept
        )
        await self.app.push_screen(page)

    async def _choose_day(self) -> None:
        reviewed = self._found.period.reviewed if self._found else None
        page = DayPage(self._wanted.report.title, reviewed, self._go_to_day)
        await self.app.push_screen(page)

    async def _go_to_day(self, day: date | None) -> None:
        self._ask(self._wanted.up_to(day))

    async def _keep(self) -> None:
        found = self._counted_yet()
        if found is None:
            return
        refused = await self.ask(lambda store: may_not_keep(store, found.wanted.area))
        if refused:
            self.say(refused, error=True)
        else:
            await self.app.push_screen(KeepPage(found, self.say))

    async def _open_kept(self, record: Record) -> None:
        from fieldkit.reports.kept import NotKept

        try:
            await self.app.push_screen(kept_page(record))
        except NotKept as error:
            self.say(str(error), error=True)

    async def _export(self) -> None:
        if self._counted_yet():
            await super()._export()

    async def _note(self) -> None:
        await self.app.push_screen(note_page(self._wanted, self.say))
