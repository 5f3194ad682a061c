"""Pairs of records that may be of one person, one pair after the other: the same, or different.

The next pair is read while the present one is looked at, so that it stands on the screen with the
key that decides. Nothing is marked at first, so that a second Enter decides nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.base.words import within
from fieldkit.screens.look.glyphs import LEFT, RIGHT, SETTLE
from fieldkit.screens.look.parts import rare
from fieldkit.screens.look.text import Span, Text, cut, words_of, wrapped
from fieldkit.screens.same_person.beside import BesidePicker, beside, refused
from fieldkit.screens.same_person.merge_page import MergePage
from fieldkit.screens.same_person.merging import Merged, merge, undo_merge
from fieldkit.screens.same_person.pairs import PairKey, ReadyPair, pair_keys, read_pair
from fieldkit.screens.widgets.pause import Pause
from fieldkit.screens.widgets.rows import Answer, Choice

if TYPE_CHECKING:
    from fieldkit.review.inbox import Wanted
    from fieldkit.store import Store

_NOBODY = "No pair is left to look at."
_LONGEST = 60
"""Cells of the fields that a merge adds."""


class _Done(NamedTuple):
    """An act that can be undone."""

    place: int
    undo: Callable[[Store], object]
    said: str


def _what_it_does(one: ReadyPair, width: int) -> Sequence[Text]:
    """Return what a merge does to both records, whole, on as many lines as it takes."""
    added = words_of(cut(", ".join(map(within, one.adds)), _LONGEST))
    gets = f"It gets: {added}." if added else "Nothing is added to it."
    more = f"{one.other} leads to it; what refers to it is shown with {one.label}."
    return wrapped((Span(f"{gets} {more}", "dim"),), width, 3)


class PairsPage(PickerPage[None]):
    """One pair; y and Enter merge it, n tells it apart; Left and Right leave it as it is."""

    BOX = BesidePicker
    EMPTY = _NOBODY
    OWNED = True

    def __init__(self, first: PairKey | None = None, wanted: Wanted | None = None) -> None:
        """``first``: the pair to begin with; ``wanted``: which pairs, in which order."""
        super().__init__()
        self._first, self._wanted = first, wanted
        self._pairs: Sequence[PairKey] | None = None
        """All that waited when the page opened."""
        self._place = 0
        self._settled: set[int] = set()
        """The places of pairs that are no longer open."""
        self._ready: dict[int, ReadyPair] = {}
        """The pairs that were read, by their places."""
        self._shown: ReadyPair | None = None
        self._merging = False
        """Whether the page asks if the pair is merged as it is shown."""
        self._done: list[_Done] = []
        self._pause = Pause()

    # --- which pair ---

    async def load_data(self) -> None:
        """Show the pair as it is now: its records may have been opened and changed."""
        if self._pairs is not None:
            self._ready.clear()
            self.picker.reload_if_idle()

    async def refresh_data(self) -> None:
        """Show what a sync changed."""
        self._ready.clear()
        await self.picker.follow()

    async def answer(self, _text: str) -> Answer:
        """Answer with both records of the pair, and what can be said of them."""
        opens = self._pairs is None
        if opens:
            await self._list_pairs()
        self._shown = one = await self._open_pair()
        if opens:
            self._pause.begin()  # a key typed before the first pair was seen decides nothing
        self._show_header()
        if one is None:
            return Answer(mark=None, above=(_NOBODY,))
        self.run_worker(self._read_ahead(), group="ahead", exclusive=True)
        rows, (width, height) = self._rows(one), self.space
        after = _what_it_does(one, width) if self._merging else refused(one.denied, width)
        both = beside(one.alike, one.found, width, mine=f"keep {one.kept}", theirs=one.other)
        space = height - len(rows) - len(after) - 1
        above = self.query_one(BesidePicker).put(both, space, (one.kept, one.other))
        mark = 0 if self._merging else None
        return Answer(rows, mark=mark, above=above, after=tuple(after))

    async def _list_pairs(self) -> None:
        from fieldkit.review.inbox import DUPLICATE, waiting

        wanted = self._wanted
        found = await self.read(lambda store: waiting(store, DUPLICATE, wanted))
        pairs = pair_keys(found)
        alike = [n for n, one in enumerate(pairs) if self._first in (one, one.turned)]
        self._pairs, self._place = pairs, alike[0] if alike else 0

    async def _open_pair(self) -> ReadyPair | None:
        """Return the present pair, or the next one that is still open."""
        for _ in self._pairs or ():
            if self._place not in self._settled:
                if self._place not in self._ready:
                    await self._make_ready(self._place)
                if self._place in self._ready:
                    return self._ready[self._place]
            self._place = self._beyond(1)
        return None

    async def _make_ready(self, place: int, kept: str = "") -> None:
        """Read a pair; one that somebody decided meanwhile is settled."""
        key = (self._pairs or ())[place]
        found = await self.read(lambda store: read_pair(store, key, kept))
        if found is None:
            self._settled.add(place)
        else:
            self._ready[place] = found

    async def _read_ahead(self) -> None:
        """Read the next open pair, and the one before for who goes back."""
        for step in (1, -1):
            place = self._beyond(step)
            if place not in self._ready and place not in self._settled:
                await self.run_reporting(partial(self._make_ready, place))

    def _beyond(self, step: int) -> int:
        """Return the place of the next pair that is not settled, or of the one before."""
        many = len(self._pairs or ())
        places = [(self._place + step * n) % many for n in range(1, many + 1)]
        return next((one for one in places if one not in self._settled), self._place)

    # --- what is shown ---

    def _show_header(self) -> None:
        one, left = self._shown, len(self._pairs or ()) - len(self._settled)
        undo = rare("Ctrl+Z undo") if self._done else ""
        if one is None:
            self.set_header("Review", "Same person?")
            self.set_keys(undo, "Esc back")
            return
        chip = (Span(f"{SETTLE} {left} left", "warn"),)
        self.set_header("Review", "Same person?", one.label, chips=[chip])
        if self._merging:
            self.set_keys(
                "Enter merge", f"{LEFT}{RIGHT} keep the other", "f field by field", "Esc no"
            )
            return
        another = f"{LEFT}{RIGHT} another" if left > 1 else ""
        same = "" if one.denied else "y same person"
        apart = "" if one.apart else "n different people"
        self.set_keys(same, apart, another, "1 2 open", undo, "Esc back")

    def _rows(self, one: ReadyPair) -> list[Choice]:
        """Return what can be done, and what it does."""
        if self._merging:
            return [self._merge_row(one)]
        more = f"{one.kept} is kept; {one.other} leads to it"
        offered = (
            ("y", "Same person", more, one.denied, self._ask_merge),
            (
                "n",
                "Different people",
                "nobody is asked about them again",
                one.apart,
                self._tell_apart,
            ),
        )
        return [_row(key, words, more, does) for key, words, more, no, does in offered if not no]

    def _merge_row(self, one: ReadyPair) -> Choice:
        """Return the row that merges; what else that does stands below it."""
        words = (Span("Enter", "key"), Span(f" merges them: {one.kept} is kept."))
        return Choice((words,), self._merge, key="merge")

    def on_resize(self) -> None:
        """Lay both out for the new size."""
        super().on_resize()
        if self._pairs is not None:
            self.picker.reload_if_idle()

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Handle the keys that decide, those that show another pair, and the undo."""
        await self.picker.settled()
        does = self._does(event.key, (event.character or "").lower())
        if does is not None:
            event.stop()
            await self.run_reporting(does)

    def _does(self, key: str, letter: str) -> Callable[[], Awaitable[object]] | None:
        if key in ("ctrl+z", "f8"):
            return self._undo
        one, step = self._shown, {"left": -1, "right": 1}.get(key)
        if one is None:
            return None
        if step is not None:
            return self._swap if self._merging else partial(self._skip, step)
        opens = partial(self.navigator.open_record, one.key.kind)
        does: dict[str, Callable[[], Awaitable[object]]] = {
            "1": partial(opens, one.kept),
            "2": partial(opens, one.other),
            "n": self._tell_apart,
        }
        if self._merging:
            does["f"] = self._choose_values
        else:
            does["y"] = self._refuse if one.denied else self._ask_merge
        return does.get(letter)

    def action_leave(self) -> None:
        """Leave the question whether to merge, or the page."""
        if self._merging:
            self._merging = False
            self.picker.start_over("")
        else:
            super().action_leave()

    async def _skip(self, step: int) -> None:
        self._place = self._beyond(step)
        self.say("")
        self.picker.start_over("")

    # --- what is decided ---

    def _may_decide(self) -> bool:
        """Say whether the pair can have been read; if not, say that it is another."""
        if self._pause.is_over():
            return True
        self.say("Not decided. Read this pair, then press the key again.")
        return False

    async def _refuse(self) -> None:
        if self._shown is not None:
            self.say(self._shown.denied, error=True)

    async def _ask_merge(self) -> None:
        if self._may_decide():
            self._merging = True
            self.picker.start_over("")

    async def _swap(self) -> None:
        """Keep the other record."""
        if self._shown is not None:
            await self._make_ready(self._place, self._shown.other)
            self.picker.start_over("")

    async def _merge(self) -> None:
        one, operator = self._shown, self.app.operator
        if one is None:
            return
        kind, kept, other, names = one.key.kind, one.kept, one.other, [*one.use]
        made: list[Merged] = []

        def act(store: Store) -> None:
            made.append(merge(store, kind, kept, other, names, operator, one.seen))

        self._forget(one)
        said = f"Merged: {one.alike.label}, {other}, into {kept}."
        await self._go_on(act, lambda store: undo_merge(store, made[0], operator), said)

    async def _choose_values(self) -> None:
        """Open the merge field by field."""
        if (one := self._shown) is not None:
            page = MergePage(one.key.kind, one.kept, one.other)
            await self.app.push_screen(page, self._merged)

    async def _merged(self, done: Merged | None) -> None:
        """Show the next pair once the values of this one were chosen."""
        one, operator = self._shown, self.app.operator
        if done is None or one is None:
            return
        said = f"Merged: {done.duplicate} into {done.kept}."
        self._done.append(_Done(self._place, lambda store: undo_merge(store, done, operator), said))
        self._settled.add(self._place)
        self._merging = False
        self._forget(one)
        self._place = self._beyond(1)
        self._show_pair()
        await self.picker.settled()
        self.count_unsent()
        self.say(said, "Ctrl+Z takes it back.", done=True)

    def _forget(self, one: ReadyPair) -> None:
        """Drop what was read of other pairs about these records: it is no longer so."""
        pairs, touched = self._pairs or (), one.key.numbers
        self._ready = {n: it for n, it in self._ready.items() if not pairs[n].numbers & touched}

    async def _tell_apart(self) -> None:
        one, operator = self._shown, self.app.operator
        if one is None or not self._may_decide():
            return
        if one.apart:
            await self._refuse()
            return
        kind, kept, other = one.key.kind, one.kept, one.other

        def tell_apart(store: Store) -> None:
            store.merges.say_different(kind, kept, other, operator)

        def undo(store: Store) -> object:
            return store.merges.take_back_different(kind, kept, other, operator)

        said = f"Different people: {one.label} and {one.alike.label}."
        await self._go_on(tell_apart, undo, said)

    async def _go_on(
        self, act: Callable[[Store], object], undo: Callable[[Store], object], said: str
    ) -> None:
        """Show the next pair while the present one is decided; say so once that is saved.

        If it cannot be saved, the pair comes back.
        """
        place, self._merging = self._place, False
        self._settled.add(place)
        self._place = self._beyond(1)
        ahead = self._place in self._ready
        if ahead:
            self._show_pair()
            await self.picker.settled()  # what is seen comes before what is written
        try:
            await self.ask(act)
        except Exception:
            self._settled.discard(place)
            self._place = place
            self._show_pair()
            raise
        self._done.append(_Done(place, undo, said))
        if ahead:
            self._show_header()
        else:
            self._show_pair()
            await self.picker.settled()
            self._pause.begin()  # reading it took its time
        await self.picker.settled()
        self.count_unsent()
        self.say(said, "Ctrl+Z takes it back.", done=True)

    def _show_pair(self) -> None:
        """Show the pair at the present place; no key decides about it at once."""
        self.picker.start_over("")
        self._pause.begin()

    async def _undo(self) -> None:
        """Take back the last act, and show the pair it was about."""
        if self._merging:
            self.action_leave()
            return
        if not self._done:
            self.say("Nothing to undo here.")
            return
        last = self._done[-1]
        await self.ask(last.undo)
        self._done.pop()
        self._place = last.place
        self._settled.discard(last.place)
        self._ready.pop(last.place, None)
        self.picker.start_over("")
        await self.picker.settled()
        self.count_unsent()
        self.say(f"Taken back. {last.said}", done=True)


def _row(key: str, words: str, more: str, does: Callable[[], Awaitable[object]]) -> Choice:
    return Choice(((Span(key, "key"),), words, (Span(more, "dim"),)), does, key=key or words)
