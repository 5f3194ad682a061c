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
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DOT, LEFT, RIGHT
from fieldkit.screens.look.parts import MARGIN, keys, rare
from fieldkit.screens.look.text import Cell, Span, Text, joined, wrapped
from fieldkit.screens.progress.choosing import Option, OptionsPage
from fieldkit.screens.progress.figures import figure_lines, figures_head
from fieldkit.screens.progress.league import Order, league
from fieldkit.screens.progress.saving import note_page, save_page
from fieldkit.screens.progress.wanted import (
    Found,
    Wanted,
    holds,
    read_behind,
    read_months,
    read_table,
    years,
)
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from fieldkit.reports import Area

_PATIENCE = 0.15
"""Seconds after which a page says that it is still counting."""
_NOTE_LINES = 6
_OF_ROW = 2
"""Notes under the figures of one row."""


class ReportPage(PickerPage[None]):
    """A report for an area and a period."""

    KEYS = (
        *keys("Enter open", f"{LEFT}{RIGHT} area", "[ ] period", "o rows", "x export"),
        *keys("p review note"),
        rare("g go to area"),
        *keys("Esc back"),
    )

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self._wanted = wanted
        self._found: Found | None = None
        """What is shown; None while nothing was counted yet."""
        self._counting = False
        """Whether the page says that it is counting."""
        self._at: int | None = None
        """The row whose figures are shown alone."""
        self._order = Order()
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
        self._at = _same_row(before, found, self._at)
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

    def _head(self) -> None:
        found, row = self._found, ""
        if found and self._at is not None and not self._counting:
            row = str(found.table.rows[self._at].cells[0] or "")
        self.set_header("Progress", self._wanted.report.title, row)

    # --- lines ---

    async def answer(self, _text: str) -> Answer:
        """Answer with what was counted; the store is not asked here."""
        found = self._found
        if self._counting or found is None:
            counting = (self._about(self._wanted), "", (Span("Counting ...", "dim"),))
            return Answer(mark=None, above=counting if self._counting else ())
        width = self.size.width - 2 * MARGIN
        rows = [*self._figures(found, width), *self._league(found, width)]
        above: list[Cell] = [self._about(found.wanted), *self._doubt(found, width)]
        if not rows:
            above += ["", (Span("There is nothing to show.", "dim"),)]
        return Answer(
            rows, above=tuple(above), after=tuple(self._notes(found, width)), scrolls=True
        )

    def _about(self, wanted: Wanted) -> Text:
        period = f"financial year {wanted.fy}" if wanted.fy else "everything up to today"
        by = f"by {wanted.by.label.lower()}"
        parts = [(Span(wanted.area.title, "accent"),), (Span(period),), (Span(by, "dim"),)]
        return joined(parts, f" {DOT} ")

    def _doubt(self, found: Found, width: int) -> Iterator[Cell]:
        """Say that records of a larger area are not all here."""
        if not holds(found.held, found.wanted.area):
            here = found.held.title
            words = f"Only records of {here} are on this laptop: a larger area has more."
            yield from wrapped((Span(words, "warn"),), width, 2)

    def _figures(self, found: Found, width: int) -> Iterator[Choice]:
        """Give a row for each figure of all, or of the row looked at."""
        at = found.total if self._at is None else self._at
        if at is None:
            return
        head = figures_head(found, at, width)
        for number, (column, line) in enumerate(figure_lines(found, at, width)):
            yield Choice(
                (line,),
                partial(self._open_figure, found, at, column),
                key=f"figure {found.table.columns[column].name}",
                head=head if not number else "",
                gap=("",) if not number else (),
            )

    def _league(self, found: Found, width: int) -> Iterator[Choice]:
        """Give the rows of the report."""
        if self._at is not None:
            return
        heads, rows = league(found, self._order, width)
        for number, (place, line) in enumerate(rows):
            row = found.table.rows[place]
            yield Choice(
                (line,),
                partial(self._open_row, found, place),
                key=f"row {row.key or place}",
                head=heads[-1] if not number else "",
                gap=("", *heads[:-1]) if not number else (),
            )

    def _notes(self, found: Found, width: int) -> Iterator[Cell]:
        notes = found.table.notes
        for note in notes if self._at is None else notes[:_OF_ROW]:
            yield ""
            yield from wrapped((Span(note, "dim"),), width, _NOTE_LINES)

    def on_resize(self) -> None:
        """Lay the report out for the new width."""
        super().on_resize()
        if self._found:
            self.call_after_refresh(self.picker.reload_if_idle)

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
        area = self._area_of(found, place)
        if area is not None:
            self._ask(found.wanted._replace(area=area))
            return
        self._at = place
        self._head()
        self.picker.start_over("")

    @staticmethod
    def _area_of(found: Found, place: int) -> Area | None:
        """Return the area that a row is about, if it is one within the report's."""
        from fieldkit.reports import Area

        row, wanted = found.table.rows[place], found.wanted
        code = row.key[0] if row.key and found.rows_by_area else None
        if not isinstance(code, int) or not code:
            return None
        area = Area(district=code) if wanted.area.level == "district" else Area(block=code)
        return None if area == wanted.area else area

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
            "x": self._export,
            "p": self._note,
        }
        return by_key.get(key) or by_letter.get(letter)

    def menu_entries(self) -> Sequence[MenuEntry]:
        """Return what the keys do, for the menu."""
        return [
            MenuEntry("Here: the rows and their order", "o on this page", self._choose_rows),
            MenuEntry("Here: another area", "g on this page", self._choose_area),
            MenuEntry("Here: export this report", "x on this page", self._export),
            MenuEntry("Here: review note", "p on this page", self._note),
        ]

    def action_leave(self) -> None:
        """Go back from a row to all of them, else leave."""
        if self._at is None:
            self.dismiss(None)
        else:
            self._show_all()

    def _show_all(self) -> None:
        self._at = None
        self._head()
        self.picker.start_over("")

    async def _out(self) -> None:
        """Go to the larger area."""
        around = self._wanted.area.around()
        if self._at is not None:
            self._show_all()
        elif around is None:
            self.say("This is the largest area.")
        else:
            self._ask(self._wanted._replace(area=around))

    async def _into(self) -> None:
        """Go to the smaller area on the way to this laptop's own."""
        from fieldkit.screens.lookup.places import own_area

        area: Area | None = await self.ask(own_area)
        while area is not None and area.around() != self._wanted.area:
            area = area.around()
        if area is None:
            self.say("Press Enter on an area below, or g to go to any other.")
        else:
            self._ask(self._wanted._replace(area=area))

    async def _period(self, step: int) -> None:
        """Go to an earlier period, or a later one."""
        from fieldkit.records.fields.formats import today
        from fieldkit.reports.declaration.report import financial_year

        periods = years(financial_year(today()))
        place = periods.index(self._wanted.fy) + step
        if not 0 <= place < len(periods):
            self.say("There is no earlier period." if step > 0 else "There is no later period.")
        else:
            self.say("")
            self._ask(self._wanted._replace(fy=periods[place]))

    # --- choices ---

    async def _choose_rows(self) -> None:
        wanted, found = self._wanted, self._found

        async def made_by(place: int) -> None:
            self._at, self._order = None, Order()
            self._ask(wanted._replace(by=wanted.report.by[place]))

        async def in_order(column: str) -> None:
            self._order = Order(column)
            self.picker.start_over("")

        options = [
            Option(f"by {one.label.lower()}", partial(made_by, n), "Rows", now=one == wanted.by)
            for n, one in enumerate(wanted.report.by)
        ]
        names = [("", "as they come")]
        if found:
            heads = found.table.columns
            named = ((heads[n].name, heads[n].label) for n in found.columns() if heads[n].unit)
            names += [(name, f"{label}, largest first") for name, label in named]
        options += [
            Option(words, partial(in_order, name), "Order", now=self._order.column == name)
            for name, words in names
        ]
        page = OptionsPage(wanted.report.title, "Rows", "trade, bank, a figure ...", options)
        await self.app.push_screen(page)

    async def _choose_area(self) -> None:
        areas = await self.ask(lambda _store: _all_areas())
        wanted = self._wanted

        async def go(area: Area) -> None:
            self._at = None
            self._ask(wanted._replace(area=area))

        options = [Option(one.title, partial(go, one), now=one == wanted.area) for one in areas]
        page = OptionsPage(wanted.report.title, "Area", "a district or block", options)
        await self.app.push_screen(page)

    async def _export(self) -> None:
        if self._found is None or self._counting:
            self.say("The report is still being counted.")
        else:
            await self.app.push_screen(save_page(self._found, self.say))

    async def _note(self) -> None:
        await self.app.push_screen(note_page(self._wanted, self.say))


def _same_row(before: Found | None, found: Found, at: int | None) -> int | None:
    """Return the place of the marked row in the new table; None if it is gone."""
    if before is None or at is None:
        return None
    key = before.table.rows[at].key
    keys_now = [row.key for row in found.table.rows]
    return keys_now.index(key) if key is not None and key in keys_now else None


def _all_areas() -> Sequence[Area]:
    """Return every area, each followed by those within it."""
    from fieldkit.reports import Area

    def within(area: Area) -> Iterator[Area]:
        yield area
        for part in area.parts():
            yield from within(part)

    return [*within(Area())]
