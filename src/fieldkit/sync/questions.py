"""What a sync asks about changes that were late or waiting when it began (rules 34, 43)."""

from __future__ import annotations

from fieldkit.protocol.messages import MOST_UNSETTLED, Unsettled
from fieldkit.store import Store


class Questions:
    """The late and waiting changes still to be asked about, each once in a sync."""

    def __init__(self, store: Store) -> None:
        self._left = {
            origin: Unsettled.model_construct(late=list(one.late), waiting=list(one.waiting))
            for origin, one in store.outbox.unsettled().items()
        }

    @property
    def left(self) -> int:
        """How many are left."""
        return sum(len(one.late) + len(one.waiting) for one in self._left.values())

    def next_origin(self) -> str | None:
        """Return an origin with changes to ask about; None if there is none left."""
        return next(iter(self._left), None)

    def about(self, origin: str) -> Unsettled:
        """Return what a request about an origin asks; not more than it may."""
        left = self._left.get(origin, Unsettled())
        return Unsettled(late=left.late[:MOST_UNSETTLED], waiting=left.waiting[:MOST_UNSETTLED])

    def answered(self, origin: str) -> None:
        """Note that a request about an origin, with all that it may ask, was answered."""
        if left := self._left.pop(origin, None):
            late, waiting = left.late[MOST_UNSETTLED:], left.waiting[MOST_UNSETTLED:]
            if late or waiting:
                self._left[origin] = Unsettled.model_construct(late=late, waiting=waiting)
