"""Two records of perhaps one person as lines of a table, with what differs marked. Pure."""

from __future__ import annotations

from fieldkit.screens.look.differing import differing
from fieldkit.screens.look.glyphs import SAME, SETTLE
from fieldkit.screens.look.parts import heading
from fieldkit.screens.look.text import Cell, Span, Text, apart, cut, fit, text_of, wrapped
from fieldkit.screens.lookup.look_alikes import LookAlike
from fieldkit.screens.same_person.compared import Compared, Pair

_LABEL = 22
"""Most cells of a label."""
_GAP = 2


def lines(
    one: LookAlike,
    found: Compared,
    width: int,
    height: int,
    *,
    mine: str,
    theirs: str = "known here",
    said: bool = False,
) -> list[Cell]:
    """Return who it may be, why, and both records, in at most ``height`` lines.

    ``mine`` and ``theirs``: what the records at the left and at the right are called; ``said``:
    they were told apart.
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
    head += ["", *_table(found, width, mine, theirs)]
    if len(head) <= height:
        return head
    left = len(head) - height + 1
    return [*head[: height - 1], (Span(f"  and {left} more", "dim"),)]


def _table(found: Compared, width: int, mine: str, theirs: str) -> list[Text]:
    label = min(max((len(one.label) for one in found.pairs), default=0), _LABEL)
    each = (width - label - 2 * _GAP - 2) // 2
    top = _row("", (), heading(mine), heading(theirs), label, each)
    return [top, *(_pair(one, label, each) for one in found.pairs)]


def _pair(one: Pair, label: int, each: int) -> Text:
    if one.mine == one.theirs:
        same = (Span(one.mine),)
        return _row(one.label, (Span(SAME, "ok"),), same, same, label, each)
    if not one.mine or not one.theirs:
        return _row(one.label, (), text_of(one.mine), text_of(one.theirs), label, each)
    marked = differing(one.mine, one.theirs)
    return _row(one.label, (Span(SETTLE, "warn"),), *marked, label, each)


def _row(words: str, sign: Text, mine: Text, theirs: Text, label: int, each: int) -> Text:
    gap = Span(" " * _GAP)
    named = fit((Span(words, "dim"),), label)
    return (*fit(sign, 2), *named, gap, *fit(mine, each), gap, *cut(theirs, each))
