"""Applications that wait for a decision at a stage: those that came so far and no farther.

How far each came follows from the milestones of its kind. Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.records import kinds
from fieldkit.records.declaration.roles import decided_by

if TYPE_CHECKING:
    from fieldkit.store import Store, Undecided


class Stage(NamedTuple):
    """A stage that decides on records of a kind."""

    kind: str
    stage: str
    word: str
    """What its step is called."""


def stages() -> Iterator[Stage]:
    """Yield the stages of each kind that is decided on, in order."""
    for kind in kinds():
        decided = decided_by(kind)
        for stage, word in decided.stages.items() if decided else ():
            yield Stage(kind, stage, word)


def find(
    store: Store, stage: str | None = None, skip: int = 0, limit: int | None = None
) -> list[Undecided]:
    """Return what waits for a stage or any, the longest waiting first."""
    found = [
        one
        for each in stages()
        if stage in (None, each.stage)
        for one in store.undecided(each.kind, each.stage, None if limit is None else skip + limit)
    ]
    found.sort(key=lambda one: (one.since, one.id))
    return found[skip:] if limit is None else found[skip : skip + limit]


def counts(store: Store) -> Mapping[Stage, int]:
    """Count what waits for each stage."""
    return {one: store.count_undecided(one.kind, one.stage) for one in stages()}
