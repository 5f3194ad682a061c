"""The log of a laptop with the kinds of records mixed as in daily work."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from fieldkit.protocol.change import Change, first_head
from fieldkit.protocol.messages.sync import Batch, SyncRequest
from fieldkit.store import Store

_APART = 0.02
"""How far behind a record those that refer to it follow, as a share of the log."""


def creations(home: Path) -> list[Change]:
    """Return the log of a home that imported a sample, mixed as daily work mixes it."""
    store = Store.open(home)
    position = store.outbox.log_position()
    assert position is not None
    made = [one.change for one in store.outbox.batch(position.origin, 10**7)]
    store.close()
    many = Counter(change.kind for change in made)
    ranks = {kind: rank for rank, kind in enumerate(many)}
    seen: Counter[str] = Counter()
    places = []
    for change in made:
        seen[change.kind] += 1
        places.append(seen[change.kind] / many[change.kind] + ranks[change.kind] * _APART)
    order = sorted(range(len(made)), key=places.__getitem__)
    return [replace(made[number], seq=seq) for seq, number in enumerate(order, 1)]


def requests(changes: Sequence[Change], size: int) -> Iterator[SyncRequest]:
    """Split a log into requests of the given number of changes."""
    origin = changes[0].record_id.partition("-")[0]
    head = first_head(origin)
    for start in range(0, len(changes), size):
        part = changes[start : start + size]
        before = head
        for change in part:
            head = change.head(head)
        batch = Batch(
            first=part[0].seq,
            before=before.hex(),
            changes=[change.as_json() for change in part],
        )
        yield SyncRequest(origin=origin, last_seq=part[-1].seq, head=head.hex(), batch=batch)
