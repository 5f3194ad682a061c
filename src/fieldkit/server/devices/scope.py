"""What a device may see and write: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from fieldkit.protocol.scope import Scope

Place: TypeAlias = tuple[int, int | None]
"""District and block of a record; without a block it belongs to the whole district."""


@dataclass(frozen=True, slots=True)
class Device:
    """The enrolment a request comes under, with every scope it has had."""

    id: int
    epoch: int
    """Of the scope that holds now."""
    scopes: tuple[Scope, ...]

    @property
    def scope(self) -> Scope:
        """Return the scope that holds now: by it pages are made."""
        return max(self.scopes, key=lambda scope: scope.epoch)

    def since(self, epoch: int) -> tuple[Scope, ...]:
        """Return the scopes under which work may have been done since ``epoch`` (15)."""
        return tuple(scope for scope in self.scopes if scope.epoch >= epoch) or (self.scope,)


def allowed(scopes: Iterable[Scope], *places: Place) -> bool:
    """Say whether one of the scopes holds one of the places."""
    return any(scope.holds(*place) for scope in scopes for place in places)


def place_at(now: Place, moves: Iterable[tuple[int, Place]], base: int) -> Place:
    """Return where a record stood at version ``base``.

    ``moves``: for each move the version it made, and where the record stood before.
    """
    later = [move for move in moves if move[0] > base]
    return min(later)[1] if later else now
