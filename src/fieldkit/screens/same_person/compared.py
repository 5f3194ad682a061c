"""What two records of perhaps one person say, field by field. Runs in a store's thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.review.denied import denied_merge
from fieldkit.screens.lookup.rows import RecordSource, fetch_references, shown_value
from fieldkit.screens.same_person.merging import versions

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


class Pair(NamedTuple):
    """One field of both, in words."""

    label: str
    mine: str
    theirs: str


class Compared(NamedTuple):
    """Both records."""

    pairs: Sequence[Pair]
    """What tells people apart comes first, then what differs, then the rest."""
    version: int | None
    """The known record's version, as it is shown."""


def compared(store: Store, record: Record, number: str) -> Compared | None:
    """Compare a record, saved or not, with a known one; None if that is no longer here."""
    known = store.get(record.kind(), number)
    if known is None or known.deleted:
        return None
    pairs = list(_pairs(fetch_references(store, [record, known]), record, known))
    entered = (_entered(record), _entered(known))
    return Compared([*pairs, Pair("Entered", *entered)], known.version)


class Difference(NamedTuple):
    """A field that two saved records say differently, in words."""

    name: str
    label: str
    values: tuple[str, str]


class Both(NamedTuple):
    """Two saved records that may become one."""

    labels: tuple[str, str]
    differences: Sequence[Difference]
    """What tells people apart comes first."""
    denied: str
    """What the server would not take from this laptop's role; empty: it takes a merge."""
    seen: Mapping[str, int]
    """The versions of both."""


def both(store: Store, kind: str, numbers: tuple[str, str]) -> Both | None:
    """Compare two saved records field by field; None if one of them is no longer here."""
    from fieldkit.records import tells_apart

    found = store.fetch([kind], numbers)
    if len(found) < 2:
        return None
    one, other = (found[kind, number] for number in numbers)
    source, telling = fetch_references(store, [one, other]), tells_apart(type(one))
    differences = [
        Difference(name, field.label, (_words(source, one, name), _words(source, other, name)))
        for name, field in one.form_fields().items()
        if one.value(name) != other.value(name)
    ]
    differences.sort(key=lambda each: each.name not in telling)
    seen = versions((one, other))
    return Both((one.label(), other.label()), differences, denied_merge(store, kind), seen)


def _entered(record: Record) -> str:
    """Return when and by whom a record was entered; empty if it is not saved yet."""
    from fieldkit.records.fields.formats import Moment

    at = Moment().show(record.created_at) if record.created_at else ""
    return ", ".join(filter(None, (record.created_by, at)))


def _pairs(source: RecordSource, record: Record, known: Record) -> Iterator[Pair]:
    """Yield the filled fields of both, the most telling first."""
    from fieldkit.records import tells_apart

    telling = tells_apart(type(record))
    ranked: list[tuple[int, Pair]] = []
    for name, field in record.form_fields().items():
        mine, theirs = _words(source, record, name), _words(source, known, name)
        if not mine and not theirs:
            continue
        rank = 0 if name in telling else 1 if mine and theirs and mine != theirs else 2
        ranked.append((rank, Pair(field.label, mine, theirs)))
    yield from (pair for _, pair in sorted(ranked, key=lambda one: one[0]))


def _words(source: RecordSource, record: Record, name: str) -> str:
    if record.value(name) is None:
        return ""
    if name in record.references():
        return shown_value(source, record, name)
    return record.fields()[name].format.show(record.value(name))
