"""Records that wait for a decision: at a stage, or in a state of their lifecycle.

Which stages and states these are, the kinds declare. Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.records import kinds
from fieldkit.records.declaration.roles import decided_at

if TYPE_CHECKING:
    from fieldkit.store import Store, Undecided


class Stage(NamedTuple):
    """A stage or a state at which records of a kind wait for a decision."""

    kind: str
    stage: str
    word: str
    """What is decided."""


def stages() -> Iterator[Stage]:
    """Yield the stages and states of each kind, in order."""
    for kind in kinds():
        for stage, word in decided_at(kind).items():
            yield Stage(kind, stage, word)


def find(
    store: Store, stage: str | None = None, skip: int = 0, limit: int | None = None
) -> list[Undecided]:
    """Return what waits at a stage or at any, the longest waiting first."""
    found = [
        one
        for each in stages()
        if stage in (None, each.stage)
        for one in store.review.undecided(
            each.kind, each.stage, None if limit is None else skip + limit
        )
    ]
    found.sort(key=lambda one: (one.since, one.id))
    return found[skip:] if limit is None else found[skip : skip + limit]


def counts(store: Store) -> Mapping[Stage, int]:
    """Count what waits at each stage."""
    return {one: store.review.count_undecided(one.kind, one.stage) for one in stages()}
