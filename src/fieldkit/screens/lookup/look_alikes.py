"""The people here who may be the one of a record, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.glyphs import DOT
from fieldkit.screens.lookup.rows import row_of

if TYPE_CHECKING:
    from fieldkit.matching import Match
    from fieldkit.records import Finding, Record
    from fieldkit.store import Store

MOST = 9
"""Most who are shown: each has a digit."""
_LIKELY = 0.1
"""The score from which somebody is shown without being asked for."""


class LookAlike(NamedTuple):
    """Somebody who may be the same person."""

    id: str
    label: str
    who: str
    """Kin, village and last digits: what tells them from others of the same name."""
    why: tuple[str, ...]
    """What both have in common, the weightiest first: "same mobile", "name sounds alike"."""
    unlike: tuple[str, ...]
    """In what they differ."""
    likely: bool
    """Whether it is likely enough to be said without being asked."""
    strong: bool
    """Whether it is likely enough to be asked about before a save."""
    finding: Finding
    """The same as a finding about the record, for the question."""


def look_alikes(store: Store, record: Record, most: int = MOST) -> list[LookAlike]:
    """Return who may be the person of a record, saved or not, the likeliest first.

    Runs in a store's thread.
    """
    return [
        look_alike(store, record, other, match) for other, match in store.look_alikes(record, most)
    ]


def look_alike(store: Store, record: Record, other: Record, match: Match) -> LookAlike:
    """Return what tells another person, and how both match. Runs in a store's thread."""
    from fieldkit.records import Finding, same_person_finding
    from fieldkit.records.declaration.review import SAME_PERSON

    row = row_of(store, other)
    return LookAlike(
        other.id,
        row.label,
        ", ".join(filter(None, row.cells[1:4])).replace("..", DOT * 2),
        tuple(one.words for one in match.reasons),
        tuple(one.words for one in match.against),
        likely=match.strong or match.score >= _LIKELY,
        strong=match.strong,
        finding=same_person_finding(record, other, match)
        if match.reasons
        else Finding(record.kind(), record.id, "", SAME_PERSON),
    )
