"""Two records of perhaps one person as lines of a table, with what differs marked.

Where there are more lines than fit, they scroll under who it may be and why, which stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from textual import events

from fieldkit.screens.look.differing import differing
from fieldkit.screens.look.glyphs import CORRECT, DOWN, SAME, SETTLE
from fieldkit.screens.look.parts import heading
from fieldkit.screens.look.text import Cell, Span, Text, apart, fit, text_of, wrapped
from fieldkit.screens.lookup.look_alikes import LookAlike
from fieldkit.screens.same_person.compared import Compared, Pair
from fieldkit.screens.widgets.picker import Picker

_LABEL = 22
"""Most cells of a label."""
_GAP = 2
_LONGEST = 12
"""Most lines of a value."""


class Beside(NamedTuple):
    """Both records as lines."""

    head: Sequence[Cell]
    """Who it may be, why, and the headings: these stay."""
    pairs: Sequence[Text]
    """What both say: these scroll."""

    def shown(self, top: int, height: int) -> list[Cell]:
        """Return the lines from ``top`` on, in ``height`` lines; the last says if more follow."""
        space = self._space(height)
        shown: list[Cell] = [*self.head, *self.pairs[top : top + space]]
        left = len(self.pairs) - top - space
        if left > 0:
            shown[-1] = (Span(f"{DOWN} ", "accent"), Span(f"{left + 1} more lines", "dim"))
        return shown

    def last_top(self, height: int) -> int:
        """Return from which line on the last one is shown; 0: all fit."""
        return max(len(self.pairs) - self._space(height), 0)

    def _space(self, height: int) -> int:
        return max(height - len(self.head), 1)


class BesidePicker(Picker):
    """Rows under two records; Up, Down and the pages scroll the records if they do not fit."""

    _beside: Beside | None = None
    _height = 0
    _from = 0
    """The first line of the records that is shown."""
    _about: object = None

    def put(self, beside: Beside, height: int, about: object) -> tuple[Cell, ...]:
        """Keep what is shown above the rows and return it; ``about``: which two records it is."""
        if about != self._about:
            self._about, self._from = about, 0
        self._beside, self._height = beside, height
        self._from = min(self._from, beside.last_top(height))
        return (*beside.shown(self._from, height), "")

    async def own_key(self, event: events.Key) -> bool:
        """Go to the first or the last line by Home and End, if not all are seen."""
        by = {"home": -1, "end": 1}.get(event.key, 0)
        if not by or self._beside is None or self._fits:
            return False
        self._scrolled(by * len(self._beside.pairs))
        return True

    async def _shift(self, step: int, jump: int) -> None:
        if not self._scrolled(step + jump) and (step > 0 or self._fits):
            await super()._shift(step, jump)

    @property
    def _fits(self) -> bool:
        return self._beside is None or not self._beside.last_top(self._height)

    def _scrolled(self, by: int) -> bool:
        """Scroll by some lines; say whether there was where to."""
        if self._beside is None:
            return False
        before, last = self._from, self._beside.last_top(self._height)
        self._from = min(max(before + by, 0), last)
        above = (*self._beside.shown(self._from, self._height), "")
        if self._from != before:
            self.surround(above, self.answer.after)
        return self._from != before


def beside(
    one: LookAlike,
    found: Compared,
    width: int,
    *,
    mine: str,
    theirs: str = "known here",
    said: bool = False,
) -> Beside:
    """Return who it may be, why, and both records.

    ``mine`` and ``theirs``: what the records at the left and at the right are called; ``said``:
    somebody said that they are different people.
    """
    name = (Span(one.label, "strong"), Span(f"  {one.who}", "dim"))
    head: list[Cell] = [apart(name, (Span(one.id, "dim"),), width)]
    if said:
        head.append((Span(f"{SAME} Different people, as you said.", "ok"),))
    else:
        why = f"Alike: {', '.join(one.why)}." if one.why else "No longer alike: one was corrected."
        head += wrapped((Span(f"{SETTLE} {why}", "warn"),), width, 2)
    if one.unlike:
        head += wrapped((Span(f"  Not alike: {', '.join(one.unlike)}.", "dim"),), width, 1)
    label = min(max((len(one.label) for one in found.pairs), default=0), _LABEL)
    each = (width - label - 2 * _GAP - 2) // 2
    head += ["", _row("", (), heading(mine), heading(theirs), label, each)]
    return Beside(head, [line for pair in found.pairs for line in _pair(pair, label, each)])


def refused(denied: str, width: int) -> list[Text]:
    """Return why two records cannot be merged at this laptop; nothing if they can."""
    return wrapped((Span(f"{CORRECT} {denied}", "warn"),), width, 3) if denied else []


def _pair(one: Pair, label: int, each: int) -> list[Text]:
    """Return a field of both, each value whole on as many lines as it takes."""
    sign: Text = ()
    values = text_of(one.mine), text_of(one.theirs)
    if one.mine == one.theirs:
        sign = (Span(SAME, "ok"),)
    elif one.mine and one.theirs:
        sign, values = (Span(SETTLE, "warn"),), differing(one.mine, one.theirs)
    parts = zip_longest(*(wrapped(value, each, _LONGEST) for value in values), fillvalue=())
    return [
        _row("" if number else one.label, () if number else sign, left, right, label, each)
        for number, (left, right) in enumerate(parts)
    ]


def _row(words: str, sign: Text, mine: Text, theirs: Text, label: int, each: int) -> Text:
    gap = Span(" " * _GAP)
    named = fit((Span(words, "dim"),), label)
    return (*fit(sign, 2), *named, gap, *fit(mine, each), gap, *fit(theirs, each))
