"""What a sync would cost, told before it is begun."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.store import State, Store
from fieldkit.sync.client import encoded_request
from fieldkit.sync.messages import MOST_CHANGES

_HEADS = 800
"""Bytes of the heads of a request and of its whole answer."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What waits, and what sending it takes on the line as last measured."""

    changes: int
    bytes: int
    kilobits: int | None = None
    """Speed of the line in kbit/s; None before the first sync that worked."""

    @property
    def seconds(self) -> int | None:
        """Seconds it will take; None if the line was never measured."""
        if self.kilobits is None:
            return None
        return max(1, round(self.bytes * 8 / 1000 / self.kilobits))


def forecast(store: Store) -> Forecast:
    """Weigh what waits: the first batch for certain, the rest as if it were alike."""
    counts = store.outbox.counts()
    changes = counts[State.QUEUED] + counts[State.SENT]
    standing = store.outbox.standing()
    weight = 0
    if standing is not None and changes:
        batch = store.outbox.batch(standing.origin, MOST_CHANGES)
        body = len(encoded_request(store.outbox, standing, batch))
        weight = (body + _HEADS) * changes // max(len(batch), 1)
    return Forecast(changes, weight, _speed(store))


def _speed(store: Store) -> int | None:
    """Take the largest of the last syncs: in small ones waiting outweighs sending."""
    worked = [one for one in store.outbox.sessions(10) if one.ok and one.seconds > 0]
    if not worked:
        return None
    largest = max(worked, key=lambda one: one.bytes_up + one.bytes_down)
    bits = (largest.bytes_up + largest.bytes_down) * 8
    return max(1, round(bits / 1000 / largest.seconds))
