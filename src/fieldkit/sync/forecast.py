"""What a sync would cost, told before it is begun."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.protocol.messages import MOST_CHANGES
from fieldkit.protocol.wire.codec import CODINGS, encode
from fieldkit.store import Store
from fieldkit.sync.session import compose_request
from fieldkit.sync.transfer_size import FIRST_PAGE, line_speed

_HEADS = 300
"""Bytes of the heads of a request, and of those of an answer with all that is not rows."""
_ACKNOWLEDGED = 2
"""Bytes by which one change comes back as the version it made."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What waits, and what sending it takes on the line as last measured.

    What others did meanwhile comes on top; how much that is only the server knows.
    """

    changes: int
    bytes_up: int
    bytes_down: int
    kilobits: int | None = None
    """Speed of the line in kbit/s; None before the first sync that worked."""
    more: bool = False
    """Whether the last sync ended before everything had come from the server."""

    @property
    def bytes(self) -> int:
        """Bytes of both ways."""
        return self.bytes_up + self.bytes_down

    @property
    def seconds(self) -> int | None:
        """Seconds it will take; None if the line was never measured."""
        if self.kilobits is None:
            return None
        return max(1, round(self.bytes * 8 / 1000 / self.kilobits))


def forecast(store: Store) -> Forecast:
    """Weigh what waits: the first batch for certain, the rest as if it were alike."""
    changes, standing, state = unsent(store), store.outbox.standing(), store.pull.state()
    up = down = 0
    if standing is not None and changes:
        batch = store.outbox.batch(standing.origin, MOST_CHANGES)
        request = compose_request(store, standing, state, batch, FIRST_PAGE)
        many = max(len(batch), 1)
        up = (len(encode(request, CODINGS[0])) + _HEADS) * changes // many
        down = changes * _ACKNOWLEDGED + -(-changes // many) * _HEADS
    device = store.device
    enrolled = device is not None and device.server is not None
    speed = line_speed(store.outbox.sessions(10))
    kilobits = max(1, round(speed * 8 / 1000)) if speed else None
    return Forecast(changes, up, down, kilobits, enrolled and state.more)
