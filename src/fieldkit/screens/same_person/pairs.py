"""Two saved records that may be of one person: both beside each other, and which one to keep.

Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.words import area_words
from fieldkit.screens.base.words import plural
from fieldkit.screens.lookup.look_alikes import LookAlike, look_alike
from fieldkit.screens.lookup.rows import state_words
from fieldkit.screens.same_person.compared import Compared, Pair, compared
from fieldkit.screens.same_person.merging import versions

if TYPE_CHECKING:
    from fieldkit.matching import Match
    from fieldkit.records import Record, Value
    from fieldkit.review.waiting import Waiting
    from fieldkit.store import Store


class PairKey(NamedTuple):
    """Two records of a kind."""

    kind: str
    one: str
    other: str

    @property
    def turned(self) -> PairKey:
        """The same pair the other way round."""
        return PairKey(self.kind, self.other, self.one)

    @property
    def numbers(self) -> frozenset[str]:
        """Both numbers."""
        return frozenset((self.one, self.other))


class ReadyPair(NamedTuple):
    """A pair as it is shown: the record to keep is at the left."""

    key: PairKey
    kept: str
    other: str
    label: str
    """What the record to keep is called."""
    alike: LookAlike
    """The other record, and how both match."""
    found: Compared
    use: Mapping[str, Value]
    """What the other record says where the one to keep says nothing."""
    adds: tuple[str, ...]
    """The labels of these fields."""
    denied: str
    """Why the server will not take a merge from this laptop; empty: it will."""
    apart: str
    """Why it will not take that they are different; empty: it will."""
    seen: Mapping[str, int]
    """The versions of both."""


def pair_keys(found: Sequence[Waiting]) -> list[PairKey]:
    """Return the pairs of the inbox."""
    return [PairKey(one.kind, one.record_id, one.related[0]) for one in found if one.related]


def read_pair(store: Store, key: PairKey, kept: str = "") -> ReadyPair | None:
    """Read a pair; None if it is no longer open. ``kept``: the record to keep, as was chosen."""
    from fieldkit.records.declaration.review import said_different
    from fieldkit.review.denied import denied_difference, denied_merge

    records = [store.get(key.kind, number) for number in (key.one, key.other)]
    pair = [record for record in records if record is not None and not record.deleted]
    standing = store.merges.stands_for(key.kind, key.numbers) if len(pair) == 2 else {}
    if len({*standing.values()}) < 2 or said_different(*pair):
        return None
    held = {record.id: len(store.timeline(record.id)) for record in pair}
    left, right = sorted(pair, key=lambda one: (one.id != kept, *_rank(one, held[one.id])))
    shown = compared(store, left, right.id)
    match = _match(left, right)
    if shown is None:
        return None
    use = _taken(store, left, right)
    fields = left.fields()
    return ReadyPair(
        key,
        left.id,
        right.id,
        left.label(),
        look_alike(store, left, right, match),
        shown._replace(pairs=_with_story(store, (left, right), held, shown)),
        use,
        tuple(fields[name].label for name in use),
        denied_merge(store, key.kind),
        denied_difference(store, key.kind, right.id),
        versions(pair),
    )


def _rank(record: Record, events: int) -> tuple[bool, int, int]:
    """Rank which of two records is to be kept: on the server, with more events, the older one."""
    return record.version is None, -events, record.created_at or 0


def _match(one: Record, other: Record) -> Match:
    """Return how two records match; with no reasons if they are no longer alike."""
    from fieldkit.matching import Match, compare
    from fieldkit.records.declaration.review import person

    return compare(person(one), person(other)) or Match(0, strong=False, reasons=())


def _taken(store: Store, left: Record, right: Record) -> dict[str, Value]:
    """Return what the right record says where the left says nothing, and this laptop may write."""
    from fieldkit.screens.lookup.issues import denied

    refused = denied(store, type(left), new=False)
    return {
        name: right.value(name)
        for name in left.form_fields()
        if left.value(name) is None and right.value(name) is not None and name not in refused
    }


def _with_story(
    store: Store, pair: tuple[Record, Record], held: Mapping[str, int], shown: Compared
) -> Sequence[Pair]:
    """Return the fields with where both come from after those that tell people apart.

    ``held``: how many events belong to each.
    """
    from fieldkit.records import tells_apart

    fields, telling = pair[0].fields(), tells_apart(type(pair[0]))
    labels = {fields[name].label for name in telling}
    first = [one for one in shown.pairs if one.label in labels]
    *rest, entered = [one for one in shown.pairs if one.label not in labels]
    mine, theirs = (_story(store, one, held[one.id]) for one in pair)
    told = [Pair(name, mine[name], theirs[name]) for name in mine if mine[name] or theirs[name]]
    return [*first, entered, *told, *rest]


def _story(store: Store, record: Record, events: int) -> dict[str, str]:
    """Return when a record was changed last, where it comes from, and what belongs to it."""
    from fieldkit.records.fields.formats import Moment

    device, changed = store.device, record.updated_at != record.created_at
    states = store.states([record.id])
    here = device is not None and record.id.startswith(f"{device.origin}-")
    origin = "this laptop" if here else f"laptop {record.id.partition('-')[0]}"
    area = area_words(None, record.block).removeprefix("Block ")
    held = plural(events, "event")
    state = state_words(str(states.get(record.id, "on the server")))
    at = Moment().show(record.updated_at) if changed and record.updated_at else ""
    return {
        "Where": ", ".join(filter(None, (area, origin))),
        "Holds": f"{held}, {state}",
        "Changed": at,
    }
