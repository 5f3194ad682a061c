"""A record as a row: its label, one line of cells, and a second line that tells it apart.

Everything follows from the declarations, so a new kind needs nothing here. Functions that take a
store run in its thread. Records load after the first paint, hence the imports inside functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

OF_DELETED = "of a deleted record"
HEADINGS = ("Name", "Father or husband", "Village", "Mobile", "")
"""What stands over hits before the records are loaded."""


class Row(NamedTuple):
    """A record in a list."""

    id: str
    kind: str
    label: str
    cells: tuple[str, ...]
    """Its name, kin, place, the last digits of its mobile, and another field."""
    below: tuple[str, ...]
    """What it is, and its number."""
    headings: tuple[str, ...] = ()
    """What the cells are."""
    state: str = "on the server"
    """Where it stands, in words."""


def headings_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the headings of rows, as the first row calls each; the last: if all call it so."""
    found = []
    for column, usual in enumerate(HEADINGS):
        named = [row.headings[column] for row in rows if row.headings and row.cells[column]]
        same = len({*named}) == 1 or usual
        found.append(named[0] if named and same else "")
    return tuple(found)


class RecordSource(Protocol):
    """Where records are looked up: a store, or what was fetched from it together."""

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, deleted or not; None if it is not here."""


class ReferredRecords(NamedTuple):
    """The records that others refer to, fetched together."""

    records: dict[tuple[str, str], Record]

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, if it was fetched."""
        return self.records.get((kind, record_id))


def fetch_references(store: Store, records: Iterable[Record]) -> ReferredRecords:
    """Fetch what records refer to and, where that has no name, what it refers to in turn."""
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
    return ReferredRecords(found)


def label_of(source: RecordSource, record: Record) -> str:
    """Return what a record is called; without a name of its own, by what it refers to.

    The person comes first: papers are filed under people.
    """
    from fieldkit.records import Use, kinds

    if record.used(Use.NAME):
        return record.label()
    people = {name for name, kind in kinds().items() if kind.person}
    references = sorted(record.references().items(), key=lambda pair: not people & {*pair[1].kinds})
    named = [shown_value(source, record, name) for name, _ in references]
    return ", ".join(filter(None, named)) or record.label()


def shown_value(source: RecordSource, record: Record, name: str) -> str:
    """Return a field as people read it; a reference as the label of its record."""
    field, value = record.fields()[name], record.value(name)
    reference = record.references().get(name)
    if value is None or reference is None:
        return field.format.show(value)
    for kind in reference.kinds:
        if known := source.get(kind, str(value)):
            return label_of(source, known)
    return f"{value} (not on this laptop)"


def of_deleted(source: RecordSource, record: Record) -> bool:
    """Say whether a record is about one that was deleted."""
    for name, reference in record.references().items():
        value = record.value(name)
        for kind in reference.kinds if value is not None else ():
            found = source.get(kind, str(value))
            if found is not None and found.deleted:
                return True
    return False


def row_of(source: RecordSource, record: Record, *, titled: bool = True) -> Row:
    """Return a record as a row: name, kin, place, last digits, and its first other list field.

    ``titled``: name the kind on the second line; needless where all rows are of one kind.
    """
    from fieldkit.records import Use

    label = label_of(source, record)
    kin, places, digits = (record.used(use) for use in (Use.KIN, Use.PLACE, Use.DIGITS))
    shown = {name: shown_value(source, record, name) for name in (*kin, *places)}
    place = next((name for name in places if shown[name] and shown[name] not in label), "")
    four = next((str(record.value(name) or "")[-4:] for name in digits), "")
    taken = {
        *(name for use in (Use.NAME, Use.KIN, Use.PLACE, Use.DIGITS) for name in record.used(use)),
        "relation",
        *(record.references() if label != record.label() else ()),
    }
    others = {
        name: _brief(text)
        for name in record.used(Use.LIST)
        if name not in taken and (text := shown_value(source, record, name)) and text not in label
    }
    first = next(iter(others), "")
    relation = _short(str(record.values().get("relation") or ""))
    titles = [record.title.lower()] if titled else []
    gone = OF_DELETED if of_deleted(source, record) else ""
    fields = record.fields()
    heads = [fields[name].label if name else "" for name in ((*kin, "")[0], place, first)]
    return Row(
        id=record.id,
        kind=record.kind(),
        label=label,
        cells=(
            label,
            " ".join(filter(None, (relation, *(shown[name] for name in kin[:1])))),
            shown.get(place, ""),
            f"..{four}" if four else "",
            others.get(first, ""),
        ),
        below=(", ".join(filter(None, (*titles, gone, *list(others.values())[1:]))), record.id),
        headings=("Name", heads[0], heads[1].partition(" or ")[0], "Mobile", heads[2]),
    )


def _brief(text: str) -> str:
    """Return a choice without its explanation: "Stage 3 pending", not whose stage that is."""
    return text.partition(" (")[0].partition(": ")[0]


def _short(relation: str) -> str:
    """Return s/o, d/o or w/o for a code of the relation list."""
    letter = relation[:1].lower()
    return f"{letter}/o" if letter in ("s", "d", "w") else ""
