"""Changes that came too late for their area: taken in, or left to their authors (rule 34)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from fieldkit.screens.devices.asking import FetchingPage
from fieldkit.screens.look.glyphs import DUE
from fieldkit.screens.look.parts import MARGIN, keys
from fieldkit.screens.look.text import Cell, Span, wrapped
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.protocol.messages.supervision import DecidedItem
    from fieldkit.review.late import LateChange
    from fieldkit.store import Store

_SAID = {
    "applied": "It is taken in.",
    "conflict": "It is taken in; one value is to settle.",
    "rejected": "It is returned to its author at the next sync.",
    "waiting": "It still waits for its record.",
}


class LatePage(FetchingPage):
    """The changes in order of arrival, each with what it writes."""

    TITLE = "Late changes"
    KEYS = keys("t take in", "l leave to its author", "Enter open the record", "Esc back")

    def __init__(self, first: str = "") -> None:
        """``first``: the change that is marked as the page opens; empty: the first one."""
        super().__init__()
        self._first = first
        self._found: Sequence[LateChange] = ()

    async def load_data(self) -> None:
        """Show the changes, the marked one on the screen."""
        await super().load_data()
        await self.picker.settled()
        self.picker.in_sight()

    def fetch(self, store: Store, /) -> object:
        """Ask for the late changes of the area."""
        from fieldkit.sync.requests.supervision import fetch_late

        return fetch_late(store)

    async def answer(self, _text: str) -> Answer:
        """Answer with the changes; what each writes stands below it."""
        from fieldkit.records.fields.formats import Moment
        from fieldkit.review.late import are_more, find

        self._found = await self.read(find, "late")
        more = await self.read(are_more, "more")
        width = self.size.width - 2 * MARGIN
        rows = [
            Choice(
                ((Span(f"{DUE} ", "warn"), Span(one.title, "strong")), _area(one)),
                partial(self._open, one),
                key=one.change,
                gap=("",) if place else (),
                details=tuple(_lines(one, width)),
            )
            for place, one in enumerate(self._found)
        ]
        if not rows:
            nothing: Cell = (Span("No late changes are known here.", "dim"),)
            return Answer(mark=None, above=("", nothing))
        said = "  There are more, which came later: decide these first." if more else ""
        as_of: Cell = (
            Span(f"As of {Moment().show(self._found[0].as_of)}", "dim"),
            Span(said, "warn"),
        )
        mark = next((n for n, row in enumerate(rows) if row.key == self._first), 0)
        return Answer(rows, mark=mark, above=(as_of, ""), scrolls=True)

    async def _open(self, one: LateChange) -> None:
        here = await self.ask(lambda store: store.get(one.kind, one.record_id) is not None)
        if here:
            await self.navigator.open_record(one.kind, one.record_id)
        else:
            self.say("This record is not on this laptop.")

    async def on_key(self, event: events.Key) -> None:
        """Decide at t and l, asked once."""
        letter = (event.character or "").lower()
        if letter in ("t", "l"):
            event.stop()
            await self.picker.settled()
            await self.run_reporting(partial(self._decide, letter))

    async def _decide(self, letter: str) -> None:
        from fieldkit.sync.requests.supervision import decide_late

        row, take = self.picker.marked, letter == "t"
        one = next((one for one in self._found if row and one.change == row.key), None)
        if one is None or not self.picker.in_sight():
            return
        if take and one.waits:
            self.say("It waits for its record, which must come first. It can only be left.")
            return
        does = (
            f"{one.title}: take it in, as if it had come in time?"
            if take
            else f"{one.title}: leave it? It is returned to its author."
        )
        if self.confirmed(f"{letter} {one.change}", does, f"Press {letter} again."):
            act = partial(decide_late, changes=[one.change], take=take)
            self.begin(act, self._decided, "Asking the server ...")

    async def _decided(self, decided: Sequence[DecidedItem]) -> None:
        await self.picker.follow()
        said = _SAID.get(decided[0].verdict, "") if decided else "It is not late any more."
        self.say(said, done=True)
        self.fetch_again()


def _area(one: LateChange) -> Cell:
    from fieldkit.review.devices import area_of

    return (Span(area_of(one.district, one.block), "dim"),)


def _lines(one: LateChange, width: int) -> list[Cell]:
    """Return what was done, and each value."""
    indent = Span(" " * MARGIN)
    lines: list[Cell] = [
        (indent, *line) for line in wrapped((Span(one.sentence, "dim"),), width - MARGIN, 3)
    ]
    for label, value in one.values:
        fact = (Span(f"{label}  ", "dim"), Span(value or "empty"))
        lines += [(indent, *line) for line in wrapped(fact, width - MARGIN, 3)]
    return lines
