"""What a device may see and write, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from fieldkit.protocol.messages.scope import WHOLE_UT, Scope, is_at_least

Place: TypeAlias = tuple[int, int | None]
"""District and block of a record (LGD codes); block None: the whole district's."""
UT: Place = (WHOLE_UT, None)
Move: TypeAlias = tuple[int, Place]
"""The version that a move of a record made, and the place before it."""
DAY = 86_400
GRACE_DAYS = 30
"""Days for which an ended scope counts, unless the server is set to another number."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A laptop that asks for a page."""

    scope: Scope
    whole_ut: bool
    """Whether it knows records of the whole UT: else they would stay behind on it, as it removes
    what is outside its area."""

    def sees(self, place: Place) -> bool:
        """Say whether it is sent records of a place."""
        return self.scope.holds(*place) or (self.whole_ut and self.scope.reads(*place))


@dataclass(frozen=True, slots=True)
class Term:
    """A scope of a device, and when it was in force by the server's clock."""

    scope: Scope
    began_at: int = 0
    ended_at: int | None = None
    """None: it is in force."""
    closed: bool = False
    """Whether a supervisor closed it, so that it no longer counts."""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device, with every scope it has had."""

    id: int
    epoch: int
    """The epoch of its present scope."""
    terms: tuple[Term, ...]
    """In order of epochs; the last one is in force, unless the device is revoked."""
    proves_until: int = 0
    """Until when it may prove by the heads in its syncs which logs are its own (rule 38)."""
    admitted: bool = False
    """Whether it was revoked, and a supervisor admits what it had not sent."""

    @property
    def scope(self) -> Scope:
        """Return the present scope, which decides what pages contain."""
        return self.terms[-1].scope

    def oversees(self, district: int | None, block: int | None) -> bool:
        """Say whether it is a supervisor's, whose area contains this whole area.

        Without district and block, the area is the whole territory.
        """
        mine = self.scope
        if not is_at_least(mine.role, "supervisor"):
            return False
        return mine.district is None or (
            mine.district == district and (mine.block is None or mine.block == block)
        )


class Right(Enum):
    """Whether a device may write a record."""

    NOW = "now"
    LATE = "late"
    """It had the area once: a supervisor decides (rule 34)."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Past:
    """Where a record stood, and when its versions were made."""

    place: Place
    """Where it stands now."""
    moves: Iterable[Move] = ()
    written_at: Mapping[int, int] = field(default_factory=dict)
    """The time at which each version was made; of a record that is in the present scope of the
    device, it is not needed."""
    own: bool = False
    """Whether the log of the change, or one that it continues, created it."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one device may write at a moment."""

    terms: tuple[Term, ...]
    now: int
    grace: int = GRACE_DAYS * DAY
    """Seconds for which an ended scope counts, and a place that a record has left (rule 32)."""

    def reaches(self, place: Place) -> bool:
        """Say whether the scope in force lets the device write at a place."""
        present = self.terms[-1]
        return present.ended_at is None and present.scope.writes(*place)

    def to_create(self, place: Place) -> Right:
        """Say whether the device may create a record at this place."""
        had = [term for term in self.terms if term.scope.writes(*place)]
        if any(self._counts(term) for term in had):
            return Right.NOW
        return Right.LATE if had else Right.NEVER

    def to_change(self, record: Past, base: int) -> Right:
        """Say whether the device may change a record that it saw at version ``base`` (rule 15).

        Under the present scope the record is there now, or was there at the base. Under an ended
        one it was there at the base or at the end, and can have been seen so (rule 33).
        """
        if self.reaches(record.place):
            return Right.NOW
        right = Right.NEVER
        for term in self.terms:
            there = self._was_there(term, record, base)
            at_end = None if term.ended_at is None else _place_at_end(record, term.ended_at)
            stood = at_end is not None and term.scope.writes(*at_end)
            if term.ended_at is None:
                allowed = there
            else:
                seen = (there or stood) and _can_have_seen(record, term.ended_at, base)
                allowed = seen and self._counts(term)
            if allowed:
                return Right.NOW
            then = place_at(record.place, record.moves, base)
            if stood or term.scope.writes(*then) or term.scope.writes(*record.place):
                right = Right.LATE
        return right

    def to_move_to_ut(self, right: Right) -> Right:
        """Say whether the device may make a record the whole UT's; ``right``: to change it."""
        there = self.to_create(UT)
        return right if there is Right.NOW else there

    def _counts(self, term: Term) -> bool:
        """Say whether a scope is in force or ended a short while ago (rule 32)."""
        if term.ended_at is None:
            return True
        return not term.closed and self.now - term.ended_at <= self.grace

    def _was_there(self, term: Term, record: Past, base: int) -> bool:
        """Say whether a record was in a scope at version ``base``, and left it not long ago.

        What left before the scope began cannot have been seen in it.
        """
        left = min((version for version, _ in record.moves if version > base), default=None)
        if left is not None:
            left_at = record.written_at.get(left, self.now)
            if left_at < term.began_at or self.now - left_at > self.grace:
                return False
        return term.scope.writes(*place_at(record.place, record.moves, base))


def _first_after(record: Past, ended_at: int) -> int | None:
    """Return the first version of a record made after a moment; None if there is none."""
    later = (version for version, at in record.written_at.items() if at > ended_at)
    return min(later, default=None)


def _place_at_end(record: Past, ended_at: int) -> Place:
    """Return where a record stood when a scope ended."""
    after = _first_after(record, ended_at)
    return record.place if after is None else place_at(record.place, record.moves, after - 1)


def _can_have_seen(record: Past, ended_at: int, base: int) -> bool:
    """Say whether a device whose scope ended can have seen a record at ``base`` (rule 33)."""
    after = _first_after(record, ended_at)
    existed = any(at <= ended_at for at in record.written_at.values())
    return (existed or record.own) and (after is None or base < after)


def place_at(now: Place, moves: Iterable[Move], base: int) -> Place:
    """Return the place of a record at version ``base``.

    ``moves``: for each move, the version it made and the place before it.
    """
    later = [move for move in moves if move[0] > base]
    return min(later)[1] if later else now
