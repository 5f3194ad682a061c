"""The laptop's door for pulling: every answer of the server is taken in in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from fieldkit.store.answers import Answered, Arrived, PullState
from fieldkit.store.clock import Clock
from fieldkit.store.database import Database


@dataclass(frozen=True, slots=True)
class Pull:
    """What comes from the server: rows, acknowledgements, the scope; and copies that fork."""

    database: Database
    clock: Clock

    def state(self) -> PullState:
        """Return how far this laptop has pulled, and as whom."""
        raise NotImplementedError

    def receive(self, answered: Answered) -> Arrived:
        """Take in one answer: acknowledgement, verdicts and page, all or nothing (1, 21)."""
        raise NotImplementedError

    def change_scope(self, role: str, district: int | None, block: int | None, epoch: int) -> None:
        """Take a new scope: its area comes from the start; the old one is retired later (20)."""
        raise NotImplementedError

    def settle(self) -> bool:
        """Retire the old area if all is acknowledged and pulled; say whether it was done (20)."""
        raise NotImplementedError

    def new_incarnation(self, name: str) -> None:
        """Note that the server was restored: every origin's log is to be asked about again (5)."""
        raise NotImplementedError

    def fork(self, origin: str, seq: int) -> None:
        """Log the tail of a copy's origin from ``seq`` again, under an origin of its own (3)."""
        raise NotImplementedError

    def freeze(self, origin: str) -> None:
        """Go on under a new origin: the server knows more of ``origin`` than this older copy."""
        raise NotImplementedError
