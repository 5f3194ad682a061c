"""What a device may see and write, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.scope import Scope

Place: TypeAlias = tuple[int, int | None]
"""District and block of a record (LGD codes); block None: the whole district's."""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device, with every scope it has had."""

    id: int
    epoch: int
    """The epoch of its present scope."""
    scopes: tuple[Scope, ...]
    proves_until: int = 0
    """Until when it may prove by the heads in its syncs which logs are its own (rule 38)."""

    @property
    def scope(self) -> Scope:
        """Return the present scope, which decides what pages contain."""
        return max(self.scopes, key=lambda scope: scope.epoch)

    def since(self, epoch: int) -> tuple[Scope, ...]:
        """Return the scopes in force since ``epoch``, any of which allows a change (rule 15)."""
        return tuple(scope for scope in self.scopes if scope.epoch >= epoch) or (self.scope,)


def allowed(scopes: Iterable[Scope], *places: Place) -> bool:
    """Say whether any of the scopes contains any of the places."""
    return any(scope.holds(*place) for scope in scopes for place in places)


def place_at(now: Place, moves: Iterable[tuple[int, Place]], base: int) -> Place:
    """Return the place of a record at version ``base``.

    ``moves``: for each move, the version it made and the place before it.
    """
    later = [move for move in moves if move[0] > base]
    return min(later)[1] if later else now
