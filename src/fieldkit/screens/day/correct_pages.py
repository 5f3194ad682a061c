"""A correction on many entries: which field, which value, and what will change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import counted
from fieldkit.screens.look.parts import keys
from fieldkit.screens.look.text import Cell, Span
from fieldkit.screens.lookup.acts.preview_page import Done, PreviewPage
from fieldkit.screens.lookup.rows import label_of
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.day.correction import CorrectedField
    from fieldkit.records import Record, Value
    from fieldkit.store import Store

Numbers = Sequence[tuple[str, str]]
_MANY = 12
_LATEST = 200
"""Camps that are looked through."""


class CorrectedFieldPage(PickerPage[None]):
    """The fields that can be corrected on several entries."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")
    PROMPT = "Correct"
    HINT = "block, a date, a camp"
    EMPTY = "No such field."

    def __init__(self, entries: Numbers, done: Done) -> None:
        super().__init__()
        self._entries, self._done = entries, done

    async def load_data(self) -> None:
        """Say on how many entries."""
        self.set_header("My entries", f"Correct {_entries(len(self._entries))}")

    async def answer(self, text: str) -> Answer:
        """Answer with the fields whose label has the typed text."""
        from fieldkit.day.correction import fields_to_correct

        await self.ask(lambda _store: None)  # the records are loaded then
        found = [
            one
            for one in fields_to_correct(self._entries)
            if text.casefold() in one.label.casefold()
        ]
        return Answer(
            [Choice(((Span(o.label, "strong"),),), partial(self._take, o)) for o in found]
        )

    async def _take(self, corrected: CorrectedField) -> None:
        self.dismiss(None)
        await self.app.push_screen(ValuePage(self._entries, corrected, self._done))


class ValuePage(PickerPage[None]):
    """The value that a field gets."""

    KEYS = keys("Enter choose", "type to find", "Esc back")
    PROMPT = "Becomes"

    def __init__(self, entries: Numbers, corrected: CorrectedField, done: Done) -> None:
        super().__init__()
        self._entries, self._target, self._done = entries, corrected, done

    async def load_data(self) -> None:
        """Say which field."""
        self.set_header("My entries", f"Correct {_entries(len(self._entries))}", self._target.label)

    async def answer(self, text: str) -> Answer:
        """Answer with blocks, camps, or the date that was typed."""
        from fieldkit.day.correction import BLOCK
        from fieldkit.records import Unfit, kinds

        if self._target.field == BLOCK:
            blocks = await self.read(partial(_blocks, text=text), "values")
            return Answer([self._row(words, block) for words, block in blocks])
        kind = kinds()[self._target.kind]
        if self._target.field in kind.references():
            wanted = kind.references()[self._target.field].kinds
            camps = await self.read(partial(_records, wanted=wanted, text=text), "values")
            return Answer([self._row(words, number) for words, number in camps])
        found = kind.fields()[self._target.field].format
        try:
            value = found.parse(text) if text.strip() else None
        except Unfit as error:
            return Answer(mark=None, above=("", (Span(str(error), "bad"),)))
        if value is None:
            hint: Cell = (Span("Type the date, like 20 11 or 20 Nov 2026.", "dim"),)
            return Answer(mark=None, above=("", hint))
        return Answer([self._row(found.show(value), value)])

    def _row(self, words: str, value: Value) -> Choice:
        return Choice(((Span(words, "strong"),),), partial(self._take, value), key=words)

    async def _take(self, value: Value) -> None:
        from fieldkit.day.correction import preview

        entries, corrected = self._entries, self._target
        self.say("Working out what will change ...")
        found = await self.read(lambda store: preview(store, entries, corrected, value), "preview")
        self.dismiss(None)
        await self.app.push_screen(PreviewPage("My entries", found, self._done))


def _entries(many: int) -> str:
    return counted(many, "entry", "entries")


def _blocks(store: Store, text: str) -> list[tuple[str, int]]:
    """Return the blocks that a text means, those of the laptop's district first."""
    from fieldkit import reference
    from fieldkit.about.words import area_words

    device = store.device
    own = device.district if device else None
    options = reference.options("block")
    found = reference.matching(options, text) if text.strip() else options
    ordered = sorted(found, key=lambda one: one.within != own)
    return [
        (area_words(one.within if isinstance(one.within, int) else None, one.code), one.code)
        for one in ordered[: 4 * _MANY]
        if isinstance(one.code, int)
    ]


def _records(store: Store, wanted: Sequence[str], text: str) -> list[tuple[str, str]]:
    """Return the camps or trainings changed last whose words a text has; many have no name."""
    words = text.casefold().split()
    named = [
        (_named(store, one), one.id)
        for kind in wanted
        for one in store.page(kind, newest_first=True, limit=_LATEST).records
    ]
    found = [one for one in named if all(word in one[0].casefold() for word in words)]
    return found[:_MANY]


def _named(store: Store, record: Record) -> str:
    """Return what a camp is called, with its day and number."""
    from fieldkit.records import Use

    fields = record.fields()
    days = [fields[name].format.show(record.value(name)) for name in record.used(Use.HAPPENED)]
    return ", ".join(filter(None, (label_of(store, record), *days, record.id)))
