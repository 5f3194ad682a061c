"""Weigh the evidence for and against two persons being one."""

from __future__ import annotations

from fieldkit.matching.evidence import evidence
from fieldkit.matching.match import Match, Reason
from fieldkit.matching.person import Person

_SHARED_MOST = 8.0
"""All that a family has in common counts no more than this, however much of it there is."""
_STRONG = 10.0
"""So a strong match needs evidence of the person's own: name, birth date, gender, last four."""
_OWN_UNNAMED = 7.0
"""How much of it where the names are not alike: twins have one birth date."""
_SHOWN = 3.0
_NAMED = {Reason.SAME_NAME, Reason.NAME_ALIKE}


def compare(one: Person, other: Person) -> Match | None:
    """Return how likely two persons are one, and why; None if it is not worth showing.

    The order of the two does not matter.
    """
    own = shared = 0.0
    found = list(evidence(one, other))
    for each in found:
        if each.shared:
            shared += each.weight
        else:
            own += each.weight
    total = own + min(shared, _SHARED_MOST)
    named = any(each.reason in _NAMED for each in found)
    if own < _OWN_UNNAMED and not named:
        total = min(total, _STRONG - 1)
    if total < _SHOWN:
        return None
    ordered = sorted(found, key=lambda each: -abs(each.weight))
    return Match(
        score=1 / (1 + 2 ** -(total - _STRONG)),
        strong=total >= _STRONG,
        reasons=tuple(e.reason for e in ordered if e.reason and e.weight > 0),
        against=tuple(e.reason for e in ordered if e.reason and e.weight < 0),
    )
