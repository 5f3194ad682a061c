"""Which entry of a list a cell means: exactly named, in a register's words, begun or misspelt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from fieldkit import reference
from fieldkit.aadhaar import masked
from fieldkit.records import Choice, Unfit, Value
from fieldkit.reference import Option
from fieldkit.reference.choices import fold
from fieldkit.reference.registers import entry_written

_ALIKE, _AHEAD = 80, 8
"""How alike (of 100) a misspelt entry must be, and how far ahead of the next one."""
_PLAIN_WORDS = frozenset({"female", "male"})
"""Written out, these need no note, though the list's labels differ."""


@lru_cache(maxsize=4096)
def entry_meant(form: Choice, within: Value, text: str) -> tuple[Option, bool]:
    """Return the entry meant, and whether it is named exactly.

    ``within``: the code of what must hold the entry, None for any.

    Raises:
        Unfit: no entry is meant, or it could be several.
    """
    entries = form.options()
    if within is not None:
        entries = tuple(entry for entry in entries if entry.within == within)
    if named := reference.exact(entries, text):
        return named, True
    form.turn_away(text)
    if entry := entry_written(form.list, fold(text)):
        return entry, fold(text) in _PLAIN_WORDS
    return _begun_or_alike(entries, text), False


def _begun_or_alike(entries: Sequence[Option], text: str) -> Option:
    begun = reference.matching(entries, text)
    if len(begun) == 1:
        return begun[0]
    closest = _closest(entries, fold(re.sub(r"(?i)\b(block|district|tehsil|distt)\b", "", text)))
    if closest is not None:
        return closest
    if begun:
        named = " or ".join(entry.label for entry in begun[:2])
        raise Unfit(f"“{masked(text)[:40]}” could be {named}. Write more of it.")
    raise Unfit(f"“{masked(text)[:40]}” is not on the list. Write the name as on the list.")


def _closest(entries: Sequence[Option], folded: str) -> Option | None:
    """Return the entry most like a misspelt text, if it is clearly ahead of every other."""
    scored = sorted(
        (
            (max(fuzz.ratio(folded, fold(name)) for name in (entry.label, *entry.also)), at)
            for at, entry in enumerate(entries)
        ),
        reverse=True,
    )
    if len(folded) < 3 or not scored or scored[0][0] < _ALIKE:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD:
        return None
    return entries[scored[0][1]]
