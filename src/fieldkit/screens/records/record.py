"""The page of a person, a group, a training: who it is, what is due, what happened, what next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from textwrap import wrap

from textual import events
from textual.widget import Widget

from fieldkit.screens.attendance.days import DaysPage
from fieldkit.screens.attendance.roster import RollPage, is_roll
from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.app import AppBase
from fieldkit.screens.base.page import Page
from fieldkit.screens.records.deleting import deleted
from fieldkit.screens.records.history import HistoryPage
from fieldkit.screens.records.page_data import sheet
from fieldkit.screens.records.rows import NOT_HERE, Row
from fieldkit.screens.widgets.picker import Answer, Choice, Picker


@dataclass(frozen=True, slots=True)
class Step:
    """A next step from a page: a letter, its word in the footer, and the form it begins."""

    letter: str
    word: str
    kind: str
    """The kind that is begun."""
    field: str
    """Its field that refers to this page's record."""


def steps_of(kind: str) -> tuple[Step, ...]:
    """Return the next steps from the page of a kind: what refers to it says how it is begun."""
    from fieldkit.records import kinds

    return tuple(
        Step(step[0], step[2:], name, field)
        for name, other in kinds().items()
        for field, step in other.steps.items()
        if kind in other.references()[field].kinds
    )


_TRAINING = "training_batch"
"""The kind whose days are marked."""


class RecordPage(Page[None]):
    """One record and what belongs to it."""

    KEYBOARD = "#picker"

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self.record_id = record_id
        self.row: Row | None = None
        self._settle: frozenset[str] = frozenset()

    def content(self) -> Iterable[Widget]:
        """Yield the lines."""
        yield Picker(self.answer, self.told, typing=False)

    async def arrive(self) -> None:
        """Fetch anew."""
        self.query_one(Picker).freshen()

    async def freshen(self) -> None:
        """Show what came; the mark stays on its line."""
        await self.query_one(Picker).follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with what belongs to the record."""
        found = await self.read(lambda store: sheet(store, self.record_id))
        if found is None:
            self.row, self._settle = None, frozenset()
            self.where(f"{self.record_id}   not on this laptop")
            self.keys(self.KEYS)
            return Answer(mark=None, above=(f"  {NOT_HERE}",))
        self.row, self._settle = found.row, found.settle
        self.where(found.row.label, f"   {self.record_id}   {found.state}")
        self.keys(self._footer(found.row.kind))
        above = [f" {found.facts}"]
        if found.due:
            above += wrap(f"Due: {found.due}", self.size.width - 5, initial_indent=" ")[:3]
        for told in found.against[:2]:
            above += wrap(told, self.size.width - 5, initial_indent=" ")[:2]
        rows = [
            Choice(
                cells,
                partial(self.open, kind, to),
                remove=None if doors.has_page(kind) else partial(self._delete_line, to),
                key=to,
            )
            for cells, kind, to in found.lines
        ]
        return Answer(rows, above=(*above, "", *([] if rows else ["   Nothing yet."])))

    def _footer(self, kind: str) -> str:
        """Name the keys, the rarest only where there is room: the help names them all."""
        keys = [f"{step.letter} {step.word}" for step in self.steps]
        keys += ["p present"] if kind == _TRAINING else []
        keys += ["s settle"] if self.record_id in self._settle else []
        keys += ["e edit", "d delete", "h history", "Delete remove the line", "Esc"]
        for rare in ("Delete remove the line", "h history"):
            if len("  ".join(keys)) > self.size.width - 2:
                keys.remove(rare)
        return "  ".join(keys)

    async def open(self, kind: str, record_id: str) -> None:
        """Open the record a line stands for, this one in its form; what is to be settled first."""
        if record_id in self._settle:
            await doors.open_conflicts(self.desk, record_id=record_id)
        elif record_id == self.record_id:
            await doors.open_form(self.desk, kind, record_id=record_id)
        else:
            await doors.open_record(self.desk, kind, record_id)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The next steps that make sense here."""
        return steps_of(self.row.kind) if self.row else ()

    async def on_key(self, event: events.Key) -> None:
        """Take the letters of the footer."""
        await self.query_one(Picker).settled()
        errand = self._errand((event.character or "").lower())
        if errand:
            event.stop()
            await self.told(errand)

    def _errand(self, letter: str) -> Callable[[], Awaitable[object]] | None:
        if letter == "e":
            return self._edit
        if letter == "s" and self.record_id in self._settle:
            return partial(doors.open_conflicts, self.desk, record_id=self.record_id)
        if letter == "h":
            return self._history
        if letter == "d":
            return self._delete
        if letter == "p" and self.row and self.row.kind == _TRAINING:
            return partial(self.app.push_screen, DaysPage(self.row))
        step = next((step for step in self.steps if step.letter == letter), None)
        return partial(self._go, step) if step else None

    async def _edit(self) -> None:
        if self.row:
            await doors.open_form(self.desk, self.row.kind, record_id=self.record_id)

    async def _delete(self) -> None:
        label = await deleted(self, self.record_id, key="d")
        if label:
            self.dismiss(None)
            doors.say(self.desk, f"Deleted: {label}")

    async def _delete_line(self, record_id: str) -> None:
        label = await deleted(self, record_id, key="Delete")
        if label:
            self.query_one(Picker).renew()
            self.say(f"Deleted: {label}")
            await self.desk.take_stock()

    async def _history(self) -> None:
        if self.row:
            page = HistoryPage(self.row.kind, self.record_id, self.row.label)
            await self.app.push_screen(page)

    async def _go(self, step: Step) -> None:
        if self.row is None:
            return
        if is_roll(self.row.kind, step.kind):
            await self.app.push_screen(RollPage(step.kind, step.field, self.row))
        elif step.kind == "toolkit":
            await open_toolkit(self.desk, self.record_id)
        else:
            await doors.open_form(self.desk, step.kind, texts={step.field: self.record_id})


async def open_toolkit(desk: AppBase, artisan: str) -> None:
    """Open the artisan's toolkit to move it on, or begin it: there is one for each."""
    kits = await desk.ask(lambda store: store.where("toolkit", beneficiary_id=artisan))
    if kits:
        await doors.open_form(desk, "toolkit", record_id=kits[-1].id)
    else:
        await doors.open_form(desk, "toolkit", texts={"beneficiary_id": artisan})
