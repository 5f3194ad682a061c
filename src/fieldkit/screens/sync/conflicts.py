"""Settling: two values of one field, one chosen or a third typed, one conflict after the other.

A conflict is between what stands on the server and what is not used yet. Nothing is marked when it
comes up: a doubled Enter must not decide.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from math import inf
from textwrap import wrap
from time import monotonic
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from fieldkit.protocol.merge import PLACE
from fieldkit.screens.base import navigation as doors
from fieldkit.screens.base.page import Page
from fieldkit.screens.home.find import search
from fieldkit.screens.records.rows import fetched, in_words, label_of
from fieldkit.screens.widgets.picker import Answer, Choice, Picker

if TYPE_CHECKING:
    from fieldkit.protocol.change import Json
    from fieldkit.records import Field
    from fieldkit.reference import Option
    from fieldkit.store import Keep, OpenConflict, Store

_LABEL = 20
"""Cells of a row's first words."""
_MARGIN = 10
"""Cells around a value."""
_LONGEST = 6
"""Lines of a value that does not fit its row."""
_FIRST, _SECOND = "1m", "2t"
"""Keys of the two values."""
PAUSE = 0.7
"""Seconds for which no key decides what has just come up: nobody has read it yet. A key held down
begins to repeat within them, and begins them anew."""
_FIELDS = {PLACE: "District and block", "deleted": "Deleted or kept"}
"""What no form asks."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two values."""

    title: str
    words: str
    """The value as people read it."""
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Open:
    """An open conflict, as it is told."""

    conflict: OpenConflict
    label: str
    """Of the record."""
    field: str
    was: str
    """What the author of the held value saw; empty where that says nothing."""
    mine: Side
    theirs: Side


def open_conflicts(store: Store, record_id: str | None = None) -> list[Open]:
    """Return the open conflicts of one record or all, as they are told; runs in a thread."""
    found = store.conflicts(record_id)
    ids = [one.record_id for one in found]
    records = store.fetch({one.kind for one in found}, ids) if found else {}
    kept = fetched(store, records.values())
    told = []
    for one in found:
        record = records.get((one.kind, one.record_id))
        label = label_of(kept, record) if record else one.record_id
        told.append(_told(store, one, label))
    return told


def _told(store: Store, one: OpenConflict, label: str) -> Open:
    from fieldkit.records.fields.formats import Moment

    # At this laptop neither value may have been written: then the one that stands comes first.
    own = "yours, " if one.held_here else ""
    held = f"{own}not used yet", _value(store, one, one.held), one.by, one.at
    stands = "on the server", _value(store, one, one.stands), one.stands_by, one.stands_at
    sides = [
        Side(title, words, by, Moment().show(at) if at else "")
        for title, words, by, at in ((held, stands) if one.held_here else (stands, held))
    ]
    was = "" if one.field == "deleted" else _value(store, one, one.base)
    ask = asked(one)
    field = _FIELDS.get(one.field) or (ask.label if ask else in_words(one.field))
    return Open(one, label, field, was, sides[0], sides[1])


def asked(one: OpenConflict) -> Field | None:
    """Return the question a conflict is about; None for one that nobody here can answer.

    Of a place that is the block: the district follows from it.
    """
    from fieldkit.records import kinds

    kind = kinds().get(one.kind)
    if kind is not None and one.field == PLACE:
        return kind.fields()["block"]
    return kind.form_fields().get(one.field) if kind else None


def _value(store: Store, one: OpenConflict, value: Json) -> str:
    """Return a value as people read it; of a field not known here as it is."""
    from fieldkit.records import Reference, Unfit

    if one.field == "deleted":
        return "deleted" if value is True else "kept, with what was changed"
    if one.field == PLACE:
        return _place(value)
    ask = asked(one)
    if ask is None or value is None:
        return "empty" if value is None else str(value)
    try:
        read = ask.format.read(value)
    except Unfit:
        return str(value)
    if isinstance(ask.format, Reference):
        known = store.record(str(read))
        return label_of(store, known) if known else f"{read} (not on this laptop)"
    return ask.format.show(read)


def _place(value: Json) -> str:
    from fieldkit.reference import option

    codes = value if isinstance(value, list) else []
    named = [
        found.label
        for name, code in zip(("district", "block"), codes, strict=False)
        if isinstance(code, int) and (found := option(name, code))
    ]
    return ", ".join(reversed(named)) or "empty"


def _within(one: Option) -> tuple[str, ...]:
    """Return what holds a block: its district tells blocks of one name apart."""
    from fieldkit.reference import option

    district = option("district", one.within) if isinstance(one.within, int) else None
    return (district.label,) if district else ()


class ConflictPage(Page[None]):
    """One conflict: a key keeps one value, or another is typed; the next one follows."""

    KEYBOARD = "#picker"

    def __init__(self, first: str | None, record_id: str | None) -> None:
        """``first``: the conflict to begin with; ``record_id``: only those of this record."""
        super().__init__()
        self._first, self._record_id = first, record_id
        self._open: Open | None = None
        self._done = ""
        """What became of the last one."""
        self._came = -inf
        """When the next conflict came up, or a key came too soon to decide it."""

    def content(self) -> Iterable[Widget]:
        """Yield the lines."""
        yield Picker(self.answer, self.told, typing=False)

    async def answer(self, _text: str) -> Answer:
        """Answer with the conflict that is next."""
        if self._open is None:
            await self._turn()
        one = self._open
        if one is None:
            return Answer(above=("  Nothing is left to settle.",), mark=None)
        return Answer(self._rows(one), mark=None, above=self._above(one))

    async def _turn(self) -> None:
        """Take up the first conflict asked for, else the one after it."""
        found = await self.read(lambda store: open_conflicts(store, self._record_id))
        ids = [one.conflict.id for one in found]
        place = ids.index(self._first) if self._first in ids else 0
        self._open = found[place] if found else None
        self._first = ids[(place + 1) % len(ids)] if found else None
        if self._open is None:
            self.where("Settle")
            self.keys("Esc back")
            return
        left = f"   {len(found)} to settle" if len(found) > 1 else ""
        self.where(self._open.label, f"   {self._open.conflict.record_id}{left}")
        another = "3 e another value   " if asked(self._open.conflict) else ""
        self.keys(f"1 m first   2 t second   {another}Esc later")

    def _above(self, one: Open) -> tuple[str, ...]:
        lines = [f"  {one.field}", ""]
        if one.was:
            lines += [f"      {'was':{_LABEL}}  {one.was}", ""]
        for number, side in (("1", one.mine), ("2", one.theirs)):
            if len(side.words) > self.size.width - _LABEL - _MARGIN:
                lines += [*self._whole(number, side.words), ""]
        return tuple(lines)

    def _whole(self, number: str, words: str) -> list[str]:
        """Return a value that its row would cut: nobody can choose what they cannot read."""
        return wrap(
            words,
            self.size.width - 2,
            initial_indent=f"   {number}  ",
            subsequent_indent=" " * 6,
            max_lines=_LONGEST,
            placeholder=" ~",
        )

    def _rows(self, one: Open) -> list[Choice]:
        from fieldkit.store import Keep

        rows = [
            Choice(
                (number, f"{side.title:{_LABEL}}", side.words),
                partial(self._keep, keep),
                (", ".join(filter(None, (side.by, side.at))),),
                key=number,
            )
            for number, keep, side in (("1", Keep.MINE, one.mine), ("2", Keep.THEIRS, one.theirs))
        ]
        if asked(one.conflict):
            rows.append(Choice(("3", f"{'another value':{_LABEL}}", ""), self._other, key="3"))
        return rows

    async def on_key(self, event: events.Key) -> None:
        """Take the keys of the footer."""
        picker = self.query_one(Picker)
        await picker.settled()
        letter = (event.character or "").lower()
        if self._open is None or letter not in {*_FIRST, *_SECOND, "3", "e"}:
            return
        from fieldkit.store import Keep

        event.stop()
        if letter not in "3e":
            if self._seen():
                keep = Keep.MINE if letter in _FIRST else Keep.THEIRS
                await self.told(partial(self._keep, keep))
            else:
                self.say("This is the next one, still open. Read it, then press the key again.")
        elif asked(self._open.conflict):
            await self.told(self._other)

    def _seen(self) -> bool:
        """Say whether what is shown can have been read: a doubled or held key decides nothing."""
        now = monotonic()
        seen = now - self._came >= PAUSE
        if not seen:
            self._came = now
        return seen

    async def _other(self) -> None:
        if self._open is not None:
            await self.app.push_screen(ValuePage(self._open, self._decided, self._go_on))

    async def _keep(self, keep: Keep) -> None:
        if refusal := await self._decided(keep):
            self.say(refusal, error=True)
        else:
            await self._go_on()

    async def _decided(self, keep: Keep | str) -> str:
        """Decide about the values as they are shown; return why it cannot be, empty if it is.

        Somebody else may have decided meanwhile: that is told with the next one.

        Raises:
            StoreError: it could not be written.
        """
        from fieldkit.store import Refused, Settled

        one, operator = self._open, self.desk.operator
        if one is None:
            return ""
        try:
            await self.ask(lambda store: store.resolve(one.conflict, keep, operator))
        except Refused as refused:
            return str(refused)
        except Settled as settled:
            self._done = f"{one.label}, {one.field.lower()}: {settled}"
        else:
            self._done = f"Settled: {one.label}, {one.field.lower()}."
        return ""

    async def _go_on(self) -> None:
        """Turn to the next conflict, or back if there is none."""
        self._open = None
        picker = self.query_one(Picker)
        picker.turn("")
        await picker.settled()
        await self.desk.take_stock()
        if self._open is None:
            self.dismiss(None)
            here = " here" if self._record_id else ""
            doors.say(self.desk, f"{self._done} Nothing is left to settle{here}.")
        else:
            self.say(f"{self._done} The next one:")
            self._came = monotonic()


class ValuePage(Page[None]):
    """Another value for the field, typed as in its form."""

    KEYBOARD = "#picker"
    KEYS = "Enter keep this value   Esc back"

    def __init__(
        self,
        one: Open,
        decided: Callable[[str], Awaitable[str]],
        go_on: Callable[[], Awaitable[object]],
    ) -> None:
        """``decided`` keeps a value, or says why it cannot; ``go_on`` follows when it did."""
        super().__init__()
        self._one, self._decided, self._go_on = one, decided, go_on

    def content(self) -> Iterable[Widget]:
        """Yield the box."""
        yield Picker(self.answer, self.told, prompt=self._one.field)

    async def arrive(self) -> None:
        """Say whose value it is."""
        self.where(self._one.label, f"   {self._one.conflict.record_id}")
        ask = asked(self._one.conflict)
        self.say(ask.help if ask else "")

    async def answer(self, text: str) -> Answer:
        """Answer with what the text is read as, or what is wrong with it."""
        from fieldkit.records import Choice as ClosedList
        from fieldkit.records import Reference

        ask, typed = asked(self._one.conflict), text.strip()
        if ask is None:
            return Answer(mark=None)
        if isinstance(ask.format, ClosedList):
            found = ask.format.matching(typed)
            return Answer([self._take(one.label, str(one.code), _within(one)) for one in found])
        if not typed:
            return Answer(mark=None)
        if isinstance(ask.format, Reference):
            kinds = ask.format.kinds
            rows, strong = await self.read(lambda store: search(store, typed, kinds))
            taken = [self._take(row.label, row.id, (*row.cells[1:], row.id)) for row in rows]
            return Answer(taken, mark=0 if strong else None)
        return self._read(ask, text)

    def _read(self, ask: Field, text: str) -> Answer:
        """Answer with what the text is read as; what is doubtful is taken once it is marked."""
        from fieldkit.records import Doubtful, Unfit

        try:
            return Answer([self._take(ask.format.show(ask.format.parse(text)) or "empty", text)])
        except Doubtful as doubt:
            meant = self._take(f"{text.strip()}: meant so", text)
            return Answer([meant], mark=None, above=(f"  {doubt}",))
        except Unfit as wrong:
            return Answer(mark=None, above=(f"  {wrong}",))

    def _take(self, shown: str, typed: str, more: tuple[str, ...] = ()) -> Choice:
        return Choice((shown, *more), partial(self._taken, typed))

    async def _taken(self, typed: str) -> None:
        if refusal := await self._decided(typed):
            self.say(refusal, error=True)
            return
        self.dismiss(None)
        await self._go_on()
