"""What waits in each section, before it is put in words.

Each section has one function that finds all of it, cheaply: no labels, no sentences. Runs in a
store's thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fieldkit.protocol.messages.finding import Finding
from fieldkit.review import decisions, devices, late, sent_back

if TYPE_CHECKING:
    from fieldkit.store import OpenConflict, Placed, SentBack, Store

MOST_TO_DECIDE = 5_000
"""Records that are listed; what else waits is counted."""


class Waiting(NamedTuple):
    """One matter that waits, and where it does."""

    kind: str
    record_id: str
    since: int
    """Seconds since 1970 UTC."""
    district: int
    block: int | None
    related: tuple[str, ...] = ()
    """The numbers of other records it is about."""
    about: Finding | OpenConflict | None = None
    """What the sentence is made of."""
    said: str = ""
    """The sentence itself, where it is known already."""
    label: str = ""
    """What it is called, where it is no record that is here."""


def conflicts(store: Store) -> list[Waiting]:
    """Find the values that nobody has settled."""
    found = store.review.conflicts()
    where = _placed(store, ((one.kind, one.record_id) for one in found))
    waiting = []
    for one in found:
        # A record that is deleted here may be what the two values are about.
        place = where.get((one.kind, one.record_id))
        district, block = (place.district, place.block) if place else (0, None)
        waiting.append(Waiting(one.kind, one.record_id, one.at, district, block, about=one))
    return waiting


def duplicates(store: Store) -> list[Waiting]:
    """Find the pairs of records that may be of one person, each once, while both are here.

    Of records that were merged, the one that stands for them is meant (rule 28).
    """
    found = [one for one in store.review.findings() if is_pair(one)]
    standing = _standing(store, found)
    where = _placed(store, (key for one in found for key in keys_of(one)))
    pairs: dict[tuple[str, ...], Waiting] = {}
    for one in found:
        numbers = [standing.get(key, key[1]) for key in keys_of(one)]
        pair = (one.kind, *sorted(numbers))
        places = [where[key] for key in keys_of(one) if key in where]
        if len({*numbers}) > 1 and len(places) > 1 and pair not in pairs:
            first, *others = numbers
            since, place = max(place.created_at for place in places), places[0]
            pairs[pair] = Waiting(
                one.kind, first, since, place.district, place.block, tuple(others), one
            )
    return [*pairs.values()]


def _standing(store: Store, found: Sequence[Finding]) -> Mapping[tuple[str, str], str]:
    """Return by each record of these findings the number of the one that stands for it."""
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        for kind, number in keys_of(one):
            numbers[kind].add(number)
    return {
        (kind, number): stands
        for kind, its in numbers.items()
        for number, stands in store.merges.stands_for(kind, its).items()
    }


def findings(store: Store) -> list[Waiting]:
    """Find what else the server found to check in records that are here."""
    found = [one for one in store.review.findings() if not is_pair(one)]
    where = _placed(store, ((one.kind, one.record_id) for one in found))
    return [
        Waiting(
            one.kind,
            one.record_id,
            place.updated_at,
            place.district,
            place.block,
            tuple(number for _, number in one.related),
            one,
        )
        for one in found
        if (place := where.get((one.kind, one.record_id)))
    ]


def to_decide(store: Store) -> list[Waiting]:
    """Find the records that wait for a decision, the longest waiting ones."""
    words = {(one.kind, one.stage): one.word for one in decisions.stages()}
    return [
        _of(one, one.kind, one.id, f"Waits for a decision: {words[one.kind, one.stage]}.")
        for one in decisions.find(store, limit=MOST_TO_DECIDE)
    ]


def sent_back_records(store: Store) -> list[Waiting]:
    """Find the records that were sent back and are not accepted yet."""
    return [_of(one, one.kind, one.id, _loop(one)) for one in sent_back.find(store)]


def _loop(one: SentBack) -> str:
    if one.corrected:
        return f"Corrected: {one.corrected.shown}. It waits to be accepted."
    return f"Sent back: {one.note.shown}"


def late_changes(store: Store) -> list[Waiting]:
    """Find the changes that came too late for their area, as the server last listed them."""
    return [
        _of(one, one.kind, one.record_id, one.sentence)._replace(related=(one.change,))
        for one in late.find(store)
    ]


def silent_devices(store: Store) -> list[Waiting]:
    """Find the laptops that have not synced for long, as the server last listed them."""
    return [
        _of(one, "", str(one.number), one.sentence)._replace(
            label=f"Device {one.number}, {one.name}"
        )
        for one in devices.find(store)
    ]


# --- parts ---


class _Found(Protocol):
    """What says itself where it waits, and since when."""

    @property
    def since(self) -> int: ...
    @property
    def district(self) -> int | None: ...
    @property
    def block(self) -> int | None: ...


def _of(one: _Found, kind: str, number: str, said: str) -> Waiting:
    return Waiting(kind, number, one.since, one.district or 0, one.block, said=said)


def is_pair(one: Finding) -> bool:
    """Say whether a finding says of two records that they may be of one person."""
    from fieldkit.records.declaration.review import SAME_PERSON

    return one.rule == SAME_PERSON and bool(one.related)


def keys_of(one: Finding) -> Iterator[tuple[str, str]]:
    """Yield kind and number of each record that a finding is about."""
    yield one.kind, one.record_id
    yield from one.related


def _placed(store: Store, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Placed]:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for kind, number in keys:
        wanted[kind].add(number)
    return store.placed(wanted)
