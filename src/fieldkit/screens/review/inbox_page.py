"""The inbox of review: what waits for a decision, in sections; Enter opens it where it is decided.

`v` decides on a record that waits for that, without opening it.

Back from there, the list is as it is then, with the mark on the next item.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.base.words import how_long
from fieldkit.screens.look.parts import MARGIN, heading, keys, rare, state_mark
from fieldkit.screens.look.text import Cell, Span, Text
from fieldkit.screens.lookup.acts.preview_page import undo_together
from fieldkit.screens.lookup.acts.undoing import UndoingPage
from fieldkit.screens.lookup.waiting import enter_words, item_row, open_item, state_of
from fieldkit.screens.review.beside import panel
from fieldkit.screens.review.narrow_page import NarrowPage, in_words
from fieldkit.screens.widgets.bars import PANEL_WIDTH
from fieldkit.screens.widgets.picker import Picker
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.review.inbox import Item, Section, Wanted
    from fieldkit.screens.base.last_save import LastSave
    from fieldkit.store import Store

_PAGE = 60
"""Items read at a time."""
_DAY = 86400


class InboxPage(UndoingPage):
    """All that waits, by area and age."""

    OWNED = True

    def __init__(self, section: str = "") -> None:
        """``section``: the key of the one section to show; empty: all."""
        super().__init__()
        self._section = section
        self._wanted: Wanted | None = None
        self._counts: Mapping[Section, int] = {}
        self._shown: dict[str, Item] = {}
        """The items of the rows, by their keys."""
        self._decided: list[LastSave | None] = []
        """The last save before the last decision made here; none was made while it is empty."""

    async def load_data(self) -> None:
        """Show what waits now."""
        self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync changed; the mark stays on its row."""
        await self.picker.follow()

    # --- rows ---

    async def answer(self, _text: str) -> Answer:
        """Answer with the first items and how many wait."""
        self._shown = {}
        listed = await self._part(0, "")
        self._show_header()
        if not listed.rows:
            return Answer(mark=None, above=self._nothing())
        return listed

    async def _part(self, skip: int, before: str) -> Answer:
        """Return some items; ``before``: the section of the item before them, by its key."""

        def read(store: Store) -> tuple[Wanted, Mapping[Section, int], list[Item]]:
            from fieldkit.review.inbox import Wanted, counts, items_of, sections

            known = sections(store)
            only = next((one for one in known if one.key == self._section), None)
            wanted = self._wanted or Wanted(only)
            listed = [one for one in known if wanted.section in (None, one)]
            counted = counts(store, wanted) if not skip else self._counts
            return wanted, counted, items_of(store, listed, wanted, skip, _PAGE)

        self._wanted, self._counts, found = await self.read(read, "items")
        rows = []
        for one in found:
            row = self._row(one)
            if one.section.key != before:
                gap: tuple[Cell, ...] = ("",) if before else ()
                row = row._replace(head=heading(one.section.title), gap=gap)
            before = one.section.key
            self._shown[row.key] = one
            rows.append(row)
        more = partial(self._part, skip + _PAGE, before) if len(found) == _PAGE else None
        return Answer(rows, more=more)

    def _row(self, one: Item) -> Choice:
        width = self.space[0] - (PANEL_WIDTH if self.wide else 0)
        row = item_row(
            one,
            partial(open_item, self.navigator, one, self._wanted),
            width,
            (one.area, _age(int(time.time()) - one.since)),
        )
        return row._replace(key=f"{one.section.key} {one.key}")

    def _nothing(self) -> tuple[Cell, ...]:
        narrowed = in_words(self._wanted)
        if narrowed:
            return ((Span(f"Nothing waits: {narrowed}. f shows the rest.", "dim"),),)
        return ((Span("Nothing waits for a decision.", "dim"),),)

    def _show_header(self) -> None:
        from fieldkit.records.fields.formats import indian

        chips: list[Text] = [
            (*state_mark(state_of(section.key)), Span(f" {indian(many)} {section.words}"))
            for section, many in self._counts.items()
        ]
        self.set_header("Review", in_words(self._wanted), chips=chips)
        by_area = self._wanted is not None and self._wanted.by_area
        self._enter_key("o by age" if by_area else "o by area")

    def _enter_key(self, order: str) -> None:
        section = self._marked.section.key if self._marked else ""
        enter = enter_words(section)
        self.set_keys(
            f"Enter {enter}" if self._counts else "",
            "v decide" if section == "decision" else "",
            "f filter",
            order if self._counts else "",
            rare("Ctrl+Z undo"),
            rare("/ menu"),
            *keys("Esc back"),
        )

    @property
    def _marked(self) -> Item | None:
        return self._shown.get(self.picker.marked.key) if self.picker.marked else None

    async def on_picker_marked(self, event: Picker.Marked) -> None:
        """Say what Enter does with the marked row; show both sides beside it on a wide page."""
        self._show_header()
        one = self._shown.get(event.row.key) if event.row else None
        if not self.wide or one is None:
            self.set_panel()
            return
        self.run_worker(self.run_reporting(partial(self._show_sides, one)), group="sides")

    async def _show_sides(self, one: Item) -> None:
        width = PANEL_WIDTH - 2 * MARGIN - 1
        blocks = await self.read(lambda store: panel(store, one, width), "sides")
        if self.is_open and self.picker.marked and self.picker.marked.key.endswith(one.key):
            self.set_panel(*blocks)

    def on_resize(self) -> None:
        """Lay everything out for the new size."""
        super().on_resize()
        if self._wanted is not None:
            self.picker.reload_if_idle()

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the filter, the order and the decision."""
        await self.picker.settled()
        keyed = {"f": self._narrow, "o": self._turn_order, "v": self._decide}
        does = keyed.get((event.character or "").lower())
        if does is not None:
            event.stop()
            await self.run_reporting(does)

    async def _narrow(self) -> None:
        if self._wanted is not None:
            await self.app.push_screen(NarrowPage(self._wanted, self._take))

    async def _take(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.picker.start_over("")

    async def _turn_order(self) -> None:
        """List the items of an area together, or the longest waiting first again."""
        if self._wanted is None:
            return
        self._wanted = self._wanted._replace(by_area=not self._wanted.by_area)
        self.picker.start_over("")
        await self.picker.settled()
        by = "by area" if self._wanted.by_area else "the longest waiting first"
        self.say(f"In each section {by}.", done=True)

    async def _decide(self) -> None:
        """Decide on the marked record, if it waits for a decision."""
        one = self._marked
        if one is None or one.section.key != "decision":
            self.say("Enter opens it: only what is to decide is decided here.")
            return
        await self.navigator.open_decide([(one.kind, one.record_id)], self._show_decided)

    async def _show_decided(self, said: str) -> None:
        self._decided = [self.app.saves.last(self.app.operator)]
        await self.show_again(said, "Ctrl+Z puts it back")

    async def undo(self) -> None:
        """Undo the last decision made here, else the last save."""
        last = self.app.saves.last(self.app.operator)
        if last is None and not self._decided:
            # Pairs are undone where they are decided; from here the way is another.
            self.say(
                "There is nothing to undo here. A merge is taken back on the person's page, "
                "at Also entered as."
            )
        elif self._decided != [last]:
            await super().undo()
        elif await undo_together(self):
            self._decided = []
            await self.show_again(self.sentence)


def _age(seconds: int) -> str:
    """Return for how long something has waited."""
    return how_long(seconds) if seconds >= _DAY else "today"
