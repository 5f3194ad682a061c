"""One value corrected on many entries at once: previewed, saved in one act, undone in one act.

Each correction is an ordinary edit. What was changed is noted in the home folder, so that it can be
undone after the page was left. Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.rows import RecordSource, fetch_references, label_of, shown_value
from fieldkit.about.words import area_words, counted
from fieldkit.day.entries import camp_fields
from fieldkit.day.kept import Note, keep_note, read_note
from fieldkit.protocol.change import Op
from fieldkit.records import Value, kinds, sentence
from fieldkit.records.fields.dates import Date
from fieldkit.records.fields.formats import Born
from fieldkit.reference import district_of
from fieldkit.store import Edit, StoreError, to_json

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

BLOCK = "block"
_LAST = "last-correction"
_GIVEN = frozenset(
    {"id", "version", "deleted", "created_at", "created_by", "updated_at", "district", "block"}
)
"""What every record has without anybody typing it."""
Numbers = Sequence[tuple[str, str]]
"""Kind and number of each entry."""


class CorrectedField(NamedTuple):
    """A field that is corrected on many entries."""

    kind: str
    """Empty: on every kind (the block)."""
    field: str
    label: str


class Planned(NamedTuple):
    """One entry that changes: as it is, and as it will be."""

    kind: str
    id: str
    label: str
    before: str
    after: str
    edit: Edit
    remark: str = ""
    """What the rules say of it; it is saved all the same."""
    more: tuple[Edit, ...] = ()
    """Other records that change with it."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All that is saved of it; an edit without a number makes a record."""
        return (self.edit, *self.more)


class Kept(NamedTuple):
    """One entry that stays as it is, and why."""

    label: str
    reason: str
    id: str = ""
    """Its number; empty: it has none, or is called by it."""

    @property
    def named(self) -> str:
        """What it is called, with its number: people may have one name."""
        return ", ".join(filter(None, (self.label, self.id)))


class Preview(NamedTuple):
    """What a correction will do."""

    corrected: CorrectedField
    changes: Sequence[Planned]
    refused: Sequence[Kept]
    same: int
    """Entries that have this value already."""
    one: str = "entry"
    """What one of them is called; and several."""
    several: str = "entries"

    def counted(self, many: int) -> str:
        """Count them in words."""
        return counted(many, self.one, self.several)


def fields_to_correct(entries: Numbers) -> list[CorrectedField]:
    """Return what can be corrected on entries: the block of all, dates and camps of each kind."""
    found = [CorrectedField("", BLOCK, "Block, of all of them")]
    for name in dict.fromkeys(kind for kind, _ in entries):
        kind = kinds()[name]
        for field, one in kind.asked_fields().items():
            dated = isinstance(one.format, Date) and not isinstance(one.format, Born)
            if dated or field in camp_fields(name):
                found.append(CorrectedField(name, field, f"{kind.title}: {one.label}"))
    return found


def preview(store: Store, entries: Numbers, corrected: CorrectedField, value: Value) -> Preview:
    """Return what becomes of entries if a field gets a value; nothing is saved."""
    wanted = [one for one in entries if corrected.kind in ("", one[0])]
    records = store.fetch({kind for kind, _ in wanted}, [number for _, number in wanted])
    found = [records[one] for one in wanted if one in records and not records[one].deleted]
    fields = _fields(corrected, value)
    changing = [one for one in found if any(one.value(n) != v for n, v in fields.items())]
    edits = [_edit(one, fields) for one in changing]
    _may_write(store, fields)
    source = fetch_references(store, found)
    changes, refused = list[Planned](), list[Kept]()
    after_source = fetch_references(store, [_with(one, fields) for one in changing[:1]])
    for record, edit, weighed in zip(changing, edits, store.weigh(edits), strict=True):
        label = label_of(source, record)
        if weighed.stops:
            refused.append(Kept(label, sentence(weighed.stops[0]), record.id))
            continue
        remarks = [sentence(one) for one in weighed.remarks if one.field in fields]
        after = _with(record, fields)
        words = _words(source, record, corrected), _words(after_source, after, corrected)
        changes.append(
            Planned(record.kind(), record.id, label, *words, edit, " ".join(remarks[:1]))
        )
    return Preview(corrected, changes, refused, len(found) - len(changing))


def correct(
    store: Store, planned: Preview, operator: str, *, work_there: bool = False, source: str = ""
) -> int:
    """Save what was previewed, all in one act; return how many entries changed.

    ``work_there``: enter new records in that block too from now on; ``source``: where the values
    come from, which each change says beside the operator.

    Raises:
        StoreError: nothing was saved.
    """
    edits = _numbered(store, [edit for one in planned.changes for edit in one.edits])
    records = store.fetch({one.kind.kind() for one in edits}, [one.id or "" for one in edits])
    device = store.device
    note: dict[str, Note] = {
        "operator": operator,
        "field": planned.corrected.field,
        "changes": [
            {**_noted(edit, records), "of": place}
            for place, some in enumerate(_shared(edits, planned.changes))
            for edit in some
        ],
        "many": len(planned.changes),
        "worked_in": [device.district, device.block] if device and work_there else None,
    }
    # Noted first: what was not saved then holds the former values, and an undo finds nothing.
    _note(store, note)
    saved = store.save(edits, f"{operator} ({source})" if source else operator)
    if work_there and edits:
        district, block = (edits[0].fields.get(name) for name in ("district", BLOCK))
        if isinstance(district, int):
            store.work_in(district, block if isinstance(block, int) else None)
    written = {one.id for one in saved if one.op}
    return sum(any(edit.id in written for edit in some) for some in _shared(edits, planned.changes))


def _numbered(store: Store, edits: Sequence[Edit]) -> list[Edit]:
    """Give the records that are made their numbers, so that they can be noted before."""
    new = sum(one.id is None for one in edits)
    numbers = iter(store.new_ids(new) if new else ())
    return [one if one.id else replace(one, id=next(numbers)) for one in edits]


def _shared(edits: Sequence[Edit], changes: Sequence[Planned]) -> Iterator[Sequence[Edit]]:
    """Yield the edits of each change."""
    start = 0
    for one in changes:
        yield edits[start : start + len(one.edits)]
        start += len(one.edits)


def _noted(edit: Edit, records: Mapping[tuple[str, str], Record]) -> dict[str, Note]:
    kind, number = edit.kind.kind(), edit.id or ""
    record = records.get((kind, number))
    before: Note = None
    if record is not None:
        before = {name: to_json(record.value(name)) for name in edit.fields}
    after: Note = {name: to_json(value) for name, value in edit.fields.items()}
    return {"kind": kind, "id": number, "before": before, "after": after}


class Undone(NamedTuple):
    """What an undo did."""

    many: int
    since: int
    """Entries that were changed again since, and stay."""

    def sentence(self) -> str:
        """Return it as a sentence."""
        words = f"{counted(self.many, 'entry has', 'entries have')} the former value again."
        if self.since:
            words += f" {counted(self.since, 'was', 'were')} changed since, and stayed as changed."
        return words


def may_undo(store: Store, operator: str) -> int:
    """Return how many entries the last correction of an operator changed; 0: there is none."""
    note = read_note(store.notes, _LAST)
    changes, many = note.get("changes"), note.get("many")
    if note.get("operator") != operator or not isinstance(changes, list):
        return 0
    return many if isinstance(many, int) else len(changes)


def last_corrected(store: Store, operator: str) -> Numbers:
    """Return the records that the last correction of an operator changed or made."""
    note = read_note(store.notes, _LAST)
    changes = note.get("changes")
    mine = note.get("operator") == operator
    noted = changes if mine and isinstance(changes, list) else []
    return [(str(one.get("kind")), str(one.get("id"))) for one in noted if isinstance(one, dict)]


def undo(store: Store, operator: str) -> Undone:
    """Give the entries of the last correction their former values, all in one act, as changes.

    What was changed as one goes back as one, or stays as it is.
    """
    note = read_note(store.notes, _LAST)
    noted = note.get("changes") if note.get("operator") == operator else None
    together: dict[object, list[Edit | None]] = {}
    for at, one in enumerate(noted if isinstance(noted, list) else []):
        of = one.get("of", at) if isinstance(one, dict) else at
        together.setdefault(of, []).append(_back(store, one))
    kept = _needed(store, together.values())
    edits: list[Edit] = []
    since = 0
    for some in together.values():
        back = [one for one in some if one is not None and (one.kind.kind(), one.id) not in kept]
        if len(back) < len(some):
            since += 1
        else:
            edits += back
    if edits:
        store.save(edits, operator)
    many = may_undo(store, operator)
    place = note.get("worked_in")
    if isinstance(place, list) and len(place) == 2 and isinstance(place[0], int):
        store.work_in(place[0], place[1] if isinstance(place[1], int) else None)
    _note(store, {})
    return Undone(max(many - since, 0), since)


def _back(store: Store, one: Note) -> Edit | None:
    """Return the edit that gives a record its former values; None if it was changed since."""
    if not isinstance(one, dict):
        return None
    kind, before, after = kinds().get(str(one.get("kind"))), one.get("before"), one.get("after")
    if kind is None or not isinstance(after, dict):
        return None
    record = store.get(kind.kind(), str(one.get("id")))
    if record is None or record.deleted:
        return None
    if any(to_json(record.value(name)) != value for name, value in after.items()):
        return None
    if not isinstance(before, dict):
        # It was made then: it goes, unless somebody has added to it.
        return Edit(kind, {}, record.id, op=Op.DELETE) if _is_as_made(record, after) else None
    return _edit(record, {n: kind.fields()[n].format.read(v) for n, v in before.items()})


def _is_as_made(record: Record, after: Mapping[str, Note]) -> bool:
    """Say whether a record holds nothing beyond what it was made with."""
    if record.extra:
        return False
    bare = type(record)(id=record.id).values()
    return all(
        name in after or name in _GIVEN or value == bare.get(name)
        for name, value in record.values().items()
    )


def _needed(store: Store, together: Iterable[Sequence[Edit | None]]) -> set[tuple[str, str]]:
    """Return the records to be deleted to which others refer that stay."""
    going: dict[str, set[str]] = {}
    for edit in (one for some in together for one in some if one is not None):
        if edit.op is Op.DELETE:
            going.setdefault(edit.kind.kind(), set()).add(edit.id or "")
    needed: set[tuple[str, str]] = set()
    for kind, numbers in going.items():
        for other in store.referring(kind, numbers):
            if other.deleted or other.id in going.get(other.kind(), ()):
                continue
            named = {other.value(f) for f, r in other.references().items() if kind in r.kinds}
            needed |= {(kind, number) for number in numbers & named}
    return needed


def _note(store: Store, note: dict[str, Note]) -> None:
    try:
        keep_note(store.notes, _LAST, note)
    except OSError as error:
        raise StoreError(
            "Nothing was changed: the folder of fieldkit cannot be written, so that the "
            "correction could not be undone."
        ) from error


def _fields(corrected: CorrectedField, value: Value) -> Mapping[str, Value]:
    if corrected.field == BLOCK and isinstance(value, int):
        return {"district": district_of(value), BLOCK: value}
    return {corrected.field: value}


def _edit(record: Record, fields: Mapping[str, Value]) -> Edit:
    # The person has seen each line before and after: no rule asks for a reason again.
    return Edit(type(record), fields, record.id, confirmed=frozenset(fields))


def _with(record: Record, fields: Mapping[str, Value]) -> Record:
    return record.of({**record.values(), **fields})


def _words(source: RecordSource, record: Record, corrected: CorrectedField) -> str:
    if corrected.field == BLOCK:
        return area_words(record.district, record.block).removeprefix("Block ")
    value = record.value(corrected.field)
    if isinstance(value, date) or corrected.field not in record.references():
        return record.fields()[corrected.field].format.show(value)
    return shown_value(source, record, corrected.field)


def _may_write(store: Store, fields: Mapping[str, Value]) -> None:
    """Refuse an area that this laptop may not write: the server would reject all of it.

    Raises:
        StoreError: it may not.
    """
    scope = store.pull.state().scope
    district, block = fields.get("district"), fields.get(BLOCK)
    if scope is None or not isinstance(district, int):
        return
    if not scope.writes(district, block if isinstance(block, int) else None):
        raise StoreError("This laptop may not write in that block. Ask the supervisor.")
