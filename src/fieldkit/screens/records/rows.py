"""How records stand in a list: one line of cells and, below, what tells them apart.

Everything follows from the declarations, so a new kind needs nothing here. The functions that take
a store run in its thread. Records load after the first paint, hence the imports inside functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

NOT_HERE = "This record is no longer on this laptop: it is in another area now, or was given up."
_STATES = {
    "queued": "not sent yet",
    "sent": "sent, no answer yet",
    "on the server": "on the server",
    "conflict": "your value, not used yet",
    "rejected": "returned to you",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A record in a list."""

    id: str
    kind: str
    label: str
    cells: tuple[str, ...]
    below: tuple[str, ...]


class Kept(Protocol):
    """Where records are looked up: a store, or what was fetched of it for a page."""

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, deleted or not; None if it is not here."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the records of a page refer to, fetched together."""

    records: dict[tuple[str, str], Record]

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, if it was fetched."""
        return self.records.get((kind, record_id))


def fetched(store: Store, records: Iterable[Record]) -> Fetched:
    """Fetch what records refer to and, for what has no name, what that refers to in turn."""
    from fieldkit.records import Use

    found: dict[tuple[str, str], Record] = {}
    wave = list(records)
    while wave:
        wanted: set[str] = set()
        ids: set[str] = set()
        for record in wave:
            for name, reference in record.references().items():
                if value := record.value(name):
                    wanted.update(reference.kinds)
                    ids.add(str(value))
        new = store.fetch(wanted, sorted(ids - {known for _, known in found})) if ids else {}
        found |= new
        wave = [record for record in new.values() if not record.used(Use.NAME)]
    return Fetched(found)


def state_words(state: str) -> str:
    """Say in the field's words where a change stands."""
    return _STATES.get(state, state)


def record_words(state: str, *, settle: bool, check: bool) -> str:
    """Say where a record stands; what a person is to do about it comes first."""
    if settle or state == "conflict":
        return "settle"
    return "to check" if check and state == "on the server" else state_words(state)


def in_words(name: str) -> str:
    """Return the name of a field or kind that is not known here as words."""
    return name.replace("_", " ")


def label_of(kept: Kept, record: Record) -> str:
    """Return what the record is called; a kind without names goes by those it refers to.

    The person comes first: it is by them that a paper is found again.
    """
    from fieldkit.records import Use, kinds

    if record.used(Use.NAME):
        return record.label()
    people = {name for name, kind in kinds().items() if kind.person}
    references = sorted(record.references().items(), key=lambda pair: not people & {*pair[1].kinds})
    named = [shown_value(kept, record, name) for name, _ in references]
    return ", ".join(filter(None, named)) or record.label()


def shown_value(kept: Kept, record: Record, name: str) -> str:
    """Return a field as people read it; a reference by the name of what it refers to."""
    field, value = record.fields()[name], record.value(name)
    reference = record.references().get(name)
    if value is None or reference is None:
        return field.format.show(value)
    for kind in reference.kinds:
        if known := kept.get(kind, str(value)):
            return label_of(kept, known)
    return f"{value} (not on this laptop)"


def row_of(kept: Kept, record: Record, *, titled: bool = True) -> Row:
    """Lay a record out: name, kin, place, last digits, and the first of its other list fields.

    ``titled``: say what kind it is; needless where all are of one kind.
    """
    from fieldkit.records import Use

    label = label_of(kept, record)
    kin = [shown_value(kept, record, name) for name in record.used(Use.KIN)]
    place = [
        text
        for name in record.used(Use.PLACE)
        if (text := shown_value(kept, record, name)) and text not in label
    ]
    digits = [str(record.value(name) or "")[-4:] for name in record.used(Use.DIGITS)]
    taken = {
        *(name for use in (Use.NAME, Use.KIN, Use.PLACE, Use.DIGITS) for name in record.used(use)),
        "relation",
        *(record.references() if label != record.label() else ()),
    }
    others = [
        _brief(text)
        for name in record.used(Use.LIST)
        if name not in taken and (text := shown_value(kept, record, name)) and text not in label
    ]
    relation = str(record.values().get("relation") or "")
    return Row(
        id=record.id,
        kind=record.kind(),
        label=label,
        cells=(
            label,
            " ".join(filter(None, (_short(relation), *kin[:1]))),
            "".join(place[:1]),
            "".join(f"..{four}" for four in digits[:1] if four),
            *(others[:1] or [""]),
        ),
        below=(", ".join([*([record.title.lower()] if titled else []), *others[1:]]), record.id),
    )


def _brief(text: str) -> str:
    """Return the first part of a choice: "Stage 3 pending" without whose stage it is."""
    return text.partition(" (")[0].partition(": ")[0]


def _short(relation: str) -> str:
    """Return s/o, d/o or w/o for a code of the relation list."""
    letter = relation[:1].lower()
    return f"{letter}/o" if letter in ("s", "d", "w") else ""
