"""What a sync asks about changes that were answered before it began (rules 34, 42, 43)."""

from __future__ import annotations

from fieldkit.protocol.messages.sync import MOST_UNSETTLED, Unsettled
from fieldkit.store import Store, UnsettledChanges


class Questions:
    """The changes still to be asked about, each once in a sync."""

    def __init__(self, store: Store) -> None:
        self._left = {origin: one for origin, one in store.outbox.unsettled().items() if _many(one)}

    @property
    def left(self) -> int:
        """How many are left."""
        return sum(map(_many, self._left.values()))

    def next_origin(self) -> str | None:
        """Return an origin with changes to ask about; None if there is none left."""
        return next(iter(self._left), None)

    def asks(self, origin: str) -> bool:
        """Say whether a request about an origin asks anything."""
        return origin in self._left

    def about(self, origin: str) -> Unsettled:
        """Return what a request about an origin asks; not more than it may."""
        left = self._left.get(origin, UnsettledChanges())
        lists = (left.late, left.waiting, left.again)
        late, waiting, again = (list(one[:MOST_UNSETTLED]) for one in lists)
        return Unsettled(late=late, waiting=waiting, again=again)

    def answered(self, origin: str) -> None:
        """Note that a request about an origin, with all that it may ask, was answered."""
        if left := self._left.pop(origin, None):
            lists = (left.late, left.waiting, left.again)
            rest = UnsettledChanges(*(one[MOST_UNSETTLED:] for one in lists))
            if _many(rest):
                self._left[origin] = rest


def _many(one: UnsettledChanges) -> int:
    return len(one.late) + len(one.waiting) + len(one.again)
