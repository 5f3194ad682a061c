"""Records sent back: those still open, and those corrected that wait to be accepted.

Runs in a store's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldkit.store import SentBack, Store


class Counts(NamedTuple):
    """How many records are sent back."""

    open: int
    """Those of which nobody has said that they are corrected."""
    corrected: int
    """Those that wait for the supervisor."""


def find(store: Store, skip: int = 0, limit: int | None = None) -> list[SentBack]:
    """Return the records sent back, the corrected ones first; then the longest waiting first."""
    found = sorted(store.review.sent_back(), key=lambda one: one.corrected is None)
    return found[skip:] if limit is None else found[skip : skip + limit]


def counts(store: Store) -> Counts:
    """Count the records that are sent back."""
    found = store.review.sent_back()
    corrected = sum(one.corrected is not None for one in found)
    return Counts(len(found) - corrected, corrected)


def to_correct_here(store: Store) -> list[SentBack]:
    """Return what was entered at this laptop and has to be corrected, the longest waiting first."""
    return [one for one in store.review.sent_back() if one.entered_here and one.corrected is None]
