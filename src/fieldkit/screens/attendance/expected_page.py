"""Who is expected: those who are due, a training, a block, a trade, a village, or anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.attendance.roll.expected import MOST, Source, of_place, sources
from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.glyphs import DOWN, UP
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.records import Record

Take = Callable[[str, Sequence["Record"]], Awaitable[object]]
"""Takes people: who they are in words, and their records."""
ANYBODY = "anybody who comes"


class ExpectedPage(PickerPage[None]):
    """The sets of people who may be expected; Enter takes one."""

    PROMPT = "Who is expected"
    HINT = "a block, a trade, a village, a training ..."
    EMPTY = "Nothing like that. Type a trade, a village or a training."
    KEYS = keys("Enter choose", "type to narrow", f"{UP}{DOWN} move", "Esc nobody yet")

    def __init__(self, kind: type[Record], label: str, take: Take, *, anybody: bool = True) -> None:
        """``kind``: of the marks; ``label``: for what; ``anybody``: a list may begin empty."""
        super().__init__()
        self._kind, self._label, self._take, self._anybody = kind, label, take, anybody
        self._sources: Sequence[Source] | None = None

    async def load_data(self) -> None:
        """Say for what."""
        self.set_header("Who is expected" if self._anybody else "From which list", self._label)
        if not self._anybody:
            self.set_keys("Enter choose", "type to narrow", f"{UP}{DOWN} move", "Esc back")

    async def answer(self, text: str) -> Answer:
        """Answer with the sets that hold each word typed, and the villages that begin so."""
        if self._sources is None:
            self._sources = await self.read(lambda store: sources(store, self._kind))
        typed = text.strip()
        words = typed.casefold().split()
        found = [
            one
            for one in self._sources
            if all(word in f"{one.group} {one.words}".casefold() for word in words)
        ]
        found += await self.read(lambda store: of_place(store, self._kind, typed), "place")
        rows: list[Choice] = []
        group = ""
        for one in found:
            head: Cell = heading(one.group) if one.group != group else ""
            many = (Span(f"{one.many:,}", "strong"),) if one.many is not None else ""
            rows.append(
                Choice(
                    (one.words, many),
                    partial(self._chosen, one),
                    key=f"{one.group} {one.words}",
                    head=head,
                )
            )
            group = one.group
        last = None
        if self._anybody and not words:
            last = Choice(((Span("Nobody by name: ", "dim"), Span(ANYBODY)),), self._nobody)
        return Answer(rows, last, right=frozenset({1}))

    async def _chosen(self, one: Source) -> None:
        """Read the people, which may be thousands, and hand them on."""
        self.say(f"Reading: {one.words} ...")
        people = await self.read(one.read, "people")
        if len(people) > MOST:
            self.say(f"There are more than {MOST:,}. Choose a block, a trade or a village.")
            return
        if not people:
            self.say("Nobody is on this list. Choose another one.")
            return
        self.dismiss(None)
        await self._take(one.words, people)

    async def _nobody(self) -> None:
        self.dismiss(None)
        await self._take(ANYBODY, ())
