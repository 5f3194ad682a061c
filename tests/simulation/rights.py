"""What a device may write, as the rules 15, 32 and 33 say; shares no code with the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Place = tuple[int | None, int | None]
"""District and block; as a scope, no district means the whole territory."""
WHOLE_UT = 0
"""The district of what belongs to the whole Union Territory."""
UT: Place = (WHOLE_UT, None)
SUPERVISORS = ("supervisor", "administrator")
"""The roles that may send a record back and accept it."""
GRACE = 30 * 86_400
"""Seconds for which an ended scope counts."""


@dataclass(frozen=True)
class Term:
    """A scope of a device, and when it was in force."""

    area: Place
    began: int
    ended: int | None = None
    closed: bool = False

    def counts(self, now: int) -> bool:
        if self.ended is None:
            return True
        return not self.closed and now - self.ended <= GRACE


@dataclass(frozen=True)
class Past:
    """A record's places, each with the version from which it counts, and its versions' times."""

    places: Sequence[tuple[int, Place]]
    times: Mapping[int, int]
    own: bool
    """Whether the author of the change entered it."""

    def place_at(self, version: int) -> Place:
        """Return its place at a version; before the first, its first place."""
        found = [place for since, place in self.places if since <= version]
        return found[-1] if found else self.places[0][1]


def holds(scope: Place, place: Place) -> bool:
    """Say whether a scope contains a place; no block means the whole district."""
    district, block = scope
    if district is None:
        return True
    return district == place[0] and (block is None or place[1] is None or block == place[1])


def reads(scope: Place, place: Place) -> bool:
    """Say whether a laptop holds records of a place: everybody's are those of the whole UT."""
    return place[0] == WHOLE_UT or holds(scope, place)


def writes(role: str, scope: Place, place: Place) -> bool:
    """Say whether a device may write records of a place."""
    return holds(scope, place) and (place[0] != WHOLE_UT or role == "administrator")


def right_to_create(role: str, terms: Sequence[Term], place: Place, now: int) -> str:
    """Return ``now``, ``late`` or ``never``."""
    had = [term for term in terms if writes(role, term.area, place)]
    if any(term.counts(now) for term in had):
        return "now"
    return "late" if had else "never"


def right_to_move_to_ut(role: str, terms: Sequence[Term], right: str, now: int) -> str:
    """Return the right to make a record the UT's of a device with a ``right`` to change it."""
    order = ("never", "late", "now")
    return min(right, right_to_create(role, terms, UT, now), key=order.index)


def right_to_change(role: str, terms: Sequence[Term], past: Past, base: int, now: int) -> str:
    """Return ``now``, ``late`` or ``never``."""
    here, then = past.places[-1][1], past.place_at(base)
    if writes(role, terms[-1].area, here):
        return "now"
    right = "never"
    for term in terms:
        allowed, had = _under(role, term, past, base, now)
        if allowed:
            return "now"
        if had or writes(role, term.area, here) or writes(role, term.area, then):
            right = "late"
    return right


def _under(role: str, term: Term, past: Past, base: int, now: int) -> tuple[bool, bool]:
    """Say whether one scope allows a change, and whether the record stood in it at its end."""
    left = [past.times[since] for since, _ in past.places if since > base]
    # What left before the scope began cannot have been seen in it; what left long ago is over.
    missed = bool(left) and (left[0] < term.began or now - left[0] > GRACE)
    there = writes(role, term.area, past.place_at(base)) and not missed
    if term.ended is None:
        return there, False
    later = [version for version, at in past.times.items() if at > term.ended]
    last_seen = min(later) - 1 if later else max(past.times)
    at_end = writes(role, term.area, past.place_at(last_seen))
    existed = len(later) < len(past.times) or past.own
    seen = existed and (base <= last_seen or not later)
    return (there or at_end) and seen and term.counts(now), at_end
