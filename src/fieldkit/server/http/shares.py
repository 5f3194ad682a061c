"""Shares of the open requests: what one address, one device, and callers without a token may hold.

A request is open from its head to its answer, so a slow sender holds it for as long as it likes to
send. Without shares, one address that sends slowly keeps everybody else out. Used only from the
event loop's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from anyio import CapacityLimiter

from fieldkit.server.problems import Refusal, refusal

MOST_OPEN = 512
"""Most requests open at once; each holds a message of at most 1 MB."""
MOST_OF_ADDRESS = 384
"""Most of one address: a whole office, or a mobile network, may stand behind it."""
MOST_STRANGERS = 64
"""Most whose sender has not proved to be a device: enrolments, and refused bodies being read."""
MOST_STRANGERS_OF_ADDRESS = 16
MOST_OF_DEVICE = 8
"""Most of one device: those that a bad line cut off stay open until their time is over."""
MOST_WORKED_OF_DEVICE = 2
"""Most of one device that are worked on at once; the others wait."""


@dataclass(slots=True)
class _OfDevice:
    """The open requests of one device."""

    open: int = 0
    turn: CapacityLimiter = field(default_factory=partial(CapacityLimiter, MOST_WORKED_OF_DEVICE))


class Shares:
    """Counts the open requests; each method is entered for as long as one is open."""

    def __init__(self) -> None:
        self._open = 0
        self._addresses: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()
        self._devices: dict[int, _OfDevice] = {}

    @contextmanager
    def request(self, address: str, *, probe: bool) -> Iterator[None]:
        """Count a request of an address. ``probe``: never refused, as this machine asks.

        Raises:
            Refusal: 503, too many are open.
        """
        full = self._open >= MOST_OPEN or self._addresses[address] >= MOST_OF_ADDRESS
        if full and not probe:
            raise _busy()
        self._open += 1
        try:
            with _counted(self._addresses, address):
                yield
        finally:
            self._open -= 1

    @contextmanager
    def stranger(self, address: str) -> Iterator[None]:
        """Count a request of an address that no device has proved to have sent.

        Raises:
            Refusal: 503, too many such requests are open.
        """
        if not self.has_room_for_stranger(address):
            raise _busy()
        with _counted(self._strangers, address):
            yield

    def has_room_for_stranger(self, address: str) -> bool:
        """Say whether another such request may be open."""
        return (
            self._strangers.total() < MOST_STRANGERS
            and self._strangers[address] < MOST_STRANGERS_OF_ADDRESS
        )

    @contextmanager
    def device(self, device: int) -> Iterator[CapacityLimiter]:
        """Count a request of a device; yield the limiter under which it is worked on.

        Raises:
            Refusal: 503, too many of its requests are open.
        """
        its = self._devices.setdefault(device, _OfDevice())
        if its.open >= MOST_OF_DEVICE:
            raise _busy()
        its.open += 1
        try:
            yield its.turn
        finally:
            its.open -= 1
            if not its.open:
                del self._devices[device]


@contextmanager
def _counted(counts: Counter[str], address: str) -> Iterator[None]:
    counts[address] += 1
    try:
        yield
    finally:
        counts[address] -= 1
        if not counts[address]:
            del counts[address]


def _busy() -> Refusal:
    return refusal("busy", 503, "The server is busy.", "Sync later.", retry_after=10)
