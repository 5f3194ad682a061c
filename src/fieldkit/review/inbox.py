"""The inbox of review: what waits for a decision, in sections, by area and age.

A section is found as a whole (:mod:`fieldkit.review.waiting`), and only the part that is shown is
put in words. Runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.rows import fetch_references, label_of
from fieldkit.about.words import area_words
from fieldkit.protocol.messages.finding import Finding
from fieldkit.review import decisions
from fieldkit.review.conflicts import Open, put_in_words
from fieldkit.review.denied import supervises
from fieldkit.review.waiting import (
    Waiting,
    conflicts,
    duplicates,
    findings,
    late_changes,
    sent_back_records,
    silent_devices,
    to_decide,
)

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.reports import Area
    from fieldkit.store import Store

PAGE = 60
"""Items read at a time."""


class Section(NamedTuple):
    """A section of the inbox."""

    key: str
    title: str
    words: str
    """What is counted: "3 to settle"."""


CONFLICT = Section("conflict", "To settle", "to settle")
DUPLICATE = Section("duplicate", "Same person?", "same person?")
FINDING = Section("finding", "To check", "to check")
DECISION = Section("decision", "To decide", "to decide")
SENT_BACK = Section("sent-back", "Sent back", "sent back")
LATE = Section("late", "Too late for their area", "late")
DEVICE = Section("device", "Silent laptops", "silent")
SECTIONS = (CONFLICT, DUPLICATE, FINDING, DECISION, SENT_BACK, LATE, DEVICE)

_FINDERS: Mapping[Section, Callable[[Store], Sequence[Waiting]]] = {
    CONFLICT: conflicts,
    DUPLICATE: duplicates,
    FINDING: findings,
    DECISION: to_decide,
    SENT_BACK: sent_back_records,
    LATE: late_changes,
    DEVICE: silent_devices,
}
"""What finds the matters of a section."""


class Item(NamedTuple):
    """One matter that waits."""

    section: Section
    kind: str
    record_id: str
    label: str
    area: str
    """The block, else the district."""
    since: int
    """Seconds since 1970 UTC."""
    sentence: str
    related: tuple[str, ...] = ()
    """The numbers of other records it is about."""
    about: str = ""
    """The field it is about, else the kind of the record."""
    conflict: Open | None = None
    """The two values, if it is a conflict."""

    @property
    def key(self) -> str:
        """Identifies it among the items of its section."""
        if self.conflict:
            return self.conflict.conflict.id
        return " ".join((self.kind, self.record_id, self.about, *self.related))


class Wanted(NamedTuple):
    """Which items are wanted, and in which order."""

    section: Section | None = None
    """None: all sections."""
    area: Area | None = None
    until: int | None = None
    """Only what has waited since this moment or longer."""
    by_area: bool = False
    """The items of an area together; else the longest waiting first."""


def sections(store: Store) -> Sequence[Section]:
    """Return the sections of this laptop: what waits for decisions, a supervisor's alone."""
    return [one for one in SECTIONS if one != DECISION or supervises(store)]


def items(
    store: Store, section: Section, wanted: Wanted | None = None, skip: int = 0, limit: int = PAGE
) -> list[Item]:
    """Return a part of a section in words, in the order that is wanted."""
    return items_of(store, [section], wanted, skip, limit)


def items_of(
    store: Store,
    several: Sequence[Section],
    wanted: Wanted | None = None,
    skip: int = 0,
    limit: int = PAGE,
) -> list[Item]:
    """Return a part of several sections, one after the other, in words."""
    shown: list[Item] = []
    for section in several:
        found = waiting(store, section, wanted)
        shown += _in_words(store, section, found[skip : skip + limit - len(shown)])
        skip = max(skip - len(found), 0)
    return shown


def counts(store: Store, wanted: Wanted | None = None) -> Mapping[Section, int]:
    """Return how many matters wait in each section, of those in which any do."""
    shown = [one for one in sections(store) if wanted is None or wanted.section in (None, one)]
    found = {section: _count(store, section, wanted) for section in shown}
    return {section: many for section, many in found.items() if many}


def _count(store: Store, section: Section, wanted: Wanted | None) -> int:
    asked = wanted or Wanted()
    if section == DECISION and asked.area is None and asked.until is None:
        return sum(decisions.counts(store).values())  # they may be more than are listed
    return len(waiting(store, section, wanted))


def waiting(store: Store, section: Section, wanted: Wanted | None = None) -> Sequence[Waiting]:
    """Return what waits in a section, in the order that is wanted."""
    asked = wanted or Wanted()
    found = [one for one in _FINDERS[section](store) if _is_wanted(one, asked)]
    return sorted(found, key=lambda one: (_place(one) if asked.by_area else "", one.since))


def _is_wanted(one: Waiting, wanted: Wanted) -> bool:
    area = wanted.area
    if wanted.until is not None and one.since > wanted.until:
        return False
    if area is None:
        return True
    return one.block == area.block if area.block is not None else one.district == area.district


def _place(one: Waiting) -> str:
    """Return the block, else the district, as people say it."""
    named = area_words(one.district, one.block).removeprefix("Block ")
    return named.partition(",")[0]


def areas(store: Store) -> Sequence[tuple[int, int | None]]:
    """Return the districts and blocks in which anything waits, in order of their names."""
    found = {
        (one.district, one.block): _place(one)
        for section in sections(store)
        for one in waiting(store, section)
    }
    return sorted(found, key=lambda area: found[area])


# --- words ---


def _in_words(store: Store, section: Section, found: Sequence[Waiting]) -> list[Item]:
    if section == CONFLICT:
        held = [one.about for one in found if one.about and not isinstance(one.about, Finding)]
        opened = {one.conflict.id: one for one in put_in_words(store, held)}
        return [
            _conflict(one, opened[one.about.id])
            for one in found
            if one.about and not isinstance(one.about, Finding)
        ]
    numbers = [number for one in found for number in (one.record_id, *one.related)]
    records = store.fetch({one.kind for one in found}, numbers) if found else {}
    labels = _labels(store, records.values())
    return [_item(section, one, labels) for one in found]


def _labels(store: Store, records: Iterable[Record]) -> Mapping[str, str]:
    listed = list(records)
    referred = fetch_references(store, listed)
    return {record.id: label_of(referred, record) for record in listed}


def _conflict(one: Waiting, opened: Open) -> Item:
    sides = (opened.mine, opened.theirs)
    values = "; ".join(f"{side.words} ({side.title})" for side in sides)
    sentence = f"{opened.field}: {values}."
    return Item(
        CONFLICT,
        one.kind,
        one.record_id,
        opened.label,
        _place(one),
        one.since,
        sentence,
        about=opened.field,
        conflict=opened,
    )


def _item(section: Section, one: Waiting, labels: Mapping[str, str]) -> Item:
    from fieldkit.records import kinds, sentence

    known = kinds().get(one.kind)
    about = known.title if known else ""
    said = one.said
    if isinstance(one.about, Finding):
        said = sentence(one.about)
        field = known.fields().get(one.about.field) if known else None
        about = field.label if field else about
    label = one.label or labels.get(one.record_id, one.record_id)
    place = _place(one)
    return Item(section, one.kind, one.record_id, label, place, one.since, said, one.related, about)
