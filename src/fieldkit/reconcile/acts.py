"""What a person decides about a list: previewed, saved in one act, undone in one act.

What is accepted becomes ordinary edits and new records, whose changes say "portal, DATE" beside the
operator. Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.about.rows import RecordSource, fetch_references, label_of, shown_value
from fieldkit.day.correction import (
    CorrectedField,
    Kept,
    Planned,
    Preview,
    Undone,
    correct,
    last_corrected,
)
from fieldkit.day.correction import undo as undo_correction
from fieldkit.reconcile.compare import Difference
from fieldkit.reconcile.comparison import Comparison
from fieldkit.reconcile.find import number_fields, with_person
from fieldkit.reconcile.memory import NOBODY
from fieldkit.reconcile.rows import Outcome, Row
from fieldkit.records import Record, Value, sentence
from fieldkit.reference import district_of
from fieldkit.store import Edit, StoreError

if TYPE_CHECKING:
    from fieldkit.store import Store

MOST_AT_ONCE = 5000
"""Rows of one act; the next act takes more."""
_BLOCK = "block"


class Act(NamedTuple):
    """What will be saved, and of which rows."""

    preview: Preview
    rows: Sequence[Row]
    meant: Sequence[tuple[Row, str]] = ()
    """Whom rows mean from then on."""


def some_rows(found: Comparison, outcome: Outcome, fields: Sequence[str] = ()) -> list[Row]:
    """Return the rows with an outcome that one act takes: all, or those that differ in fields."""
    taken: list[Row] = []
    for rows in found.rows.chunks(outcome):
        taken += [
            row for row in rows if not fields or any(one.field in fields for one in row.differing)
        ]
        if len(taken) >= MOST_AT_ONCE:
            break
    return taken[:MOST_AT_ONCE]


# --- accepting what the portal says ---


def accept(store: Store, found: Comparison, rows: Sequence[Row], fields: Sequence[str] = ()) -> Act:
    """Return what becomes of records if the portal's values are taken: of some fields, or all."""
    wanted = {
        row.record: [one for one in row.differing if not fields or one.field in fields]
        for row in rows
    }
    held = store.fetch([found.kind.kind()], list(wanted))
    records = [one for one in held.values() if not one.deleted and wanted[one.id]]
    source = fetch_references(store, records)
    after = fetch_references(store, [_with(one, wanted[one.id]) for one in records])
    drafts = [
        _Draft(
            Edit(
                found.kind,
                taken := _fields(wanted[one.id]),
                one.id,
                confirmed=frozenset(taken),
            ),
            one,
            label_of(source, one),
            words_of(source, one, [d.field for d in wanted[one.id]]),
            words_of(after, _with(one, wanted[one.id]), [d.field for d in wanted[one.id]]),
        )
        for one in records
    ]
    label = found.kind.fields()[fields[0]].label if len(fields) == 1 else "The portal's values"
    return Act(_preview(store, CorrectedField(found.kind.kind(), "", label), drafts), rows)


def create(store: Store, found: Comparison, rows: Sequence[Row]) -> Act:
    """Return which records will be made of rows that only the portal has."""
    people = {one for row in rows if (one := row.person)}
    persons = store.fetch({kind for kind, _ in people}, [one for _, one in people])
    refused = [
        Kept(_titled(row), "The person or group it is about is not entered here. Enter them first.")
        for row in rows
        if not found.kind.person and row.about and row.person not in persons
    ]
    ready = [row for row in rows if found.kind.person or not row.about or row.person in persons]
    numbers = store.new_ids(len(ready)) if ready else []
    drafts = [
        _Draft(_new(found.kind, row, number, persons.get(row.person or ("", ""))), None,
               _titled(row), "", _said(found.kind, row))
        for row, number in zip(ready, numbers, strict=True)
    ]  # fmt: skip
    made = _preview(store, CorrectedField(found.kind.kind(), "", "New records"), drafts)
    made = made._replace(refused=[*made.refused, *refused])
    saved = {one.id for one in made.changes}
    unnumbered = [
        (row, number)
        for row, number in zip(ready, numbers, strict=True)
        if number in saved and not any(row.values.get(n) for n in number_fields(found.kind))
    ]
    return Act(made, rows, unnumbered)


def _new(kind: type[Record], row: Row, number: str, person: Record | None) -> Edit:
    said = {name: value for name, value in with_person(kind, row).items() if name in kind.fields()}
    fields: dict[str, Value] = {**kind.derive(said), **said}
    block = said.get(_BLOCK)
    if isinstance(block, int):
        fields["district"] = district_of(block)
    elif "district" in said:
        fields[_BLOCK] = None
    elif person is not None:
        fields |= {"district": person.district, _BLOCK: person.block}
    return Edit(kind, fields, number, confirmed=frozenset(kind.fields()))


def together(*acts: Act) -> Act:
    """Return several acts about different rows as one, which is saved and undone as one."""
    first = acts[0].preview
    return Act(
        first._replace(
            changes=[one for act in acts for one in act.preview.changes],
            refused=[one for act in acts for one in act.preview.refused],
        ),
        [row for act in acts for row in act.rows],
        [one for act in acts for one in act.meant],
    )


# --- whom a row means ---


def confirm(store: Store, found: Comparison, row: Row, kind: str, number: str) -> Act:
    """Return what is saved if a row means this one: a number of the portal, if it has none yet.

    Whom it means is remembered besides, on this laptop.
    """
    record = store.get(kind, number)
    if record is None or record.deleted:
        raise StoreError("This record is no longer here. Compare the list again.")
    said = row.values if kind == found.kind.kind() else row.about.get(kind, {})
    fields = {
        name: said[name]
        for name in number_fields(type(record))
        if said.get(name) is not None and record.value(name) is None
    }
    drafts = []
    if fields:
        after = record.of({**record.values(), **fields})
        source = fetch_references(store, [record])
        drafts.append(
            _Draft(
                Edit(type(record), fields, number, confirmed=frozenset(fields)),
                record,
                label_of(source, record),
                words_of(source, record, list(fields)),
                words_of(source, after, list(fields)),
            )
        )
    field = CorrectedField(kind, next(iter(fields), ""), "Official number")
    return Act(_preview(store, field, drafts), [row], [(row, number)])


def deny(store: Store, found: Comparison, row: Row) -> None:
    """Remember that a row means none of those who could be meant: only the portal has it.

    Raises:
        StoreError: it cannot be remembered.
    """
    found.memory.mean(found.kind.kind(), [(row, NOBODY)])
    found.again(store, [row.number])


def ask_again(store: Store, found: Comparison, row: Row) -> None:
    """Forget whom a row was said to mean, and which of our values were kept against it.

    Raises:
        StoreError: it cannot be kept.
    """
    found.memory.keep([(row.record, one) for one in row.kept], on=False)
    found.memory.forget(found.kind.kind(), row)
    found.again(store, [row.number])


# --- keeping the values here ---


def keep(store: Store, found: Comparison, rows: Sequence[Row], fields: Sequence[str] = ()) -> int:
    """Keep the values here, of some fields or of all; return how many are kept.

    Raises:
        StoreError: it cannot be remembered.
    """
    kept = [
        (row.record, one)
        for row in rows
        for one in row.differing
        if not fields or one.field in fields
    ]
    found.memory.keep(kept)
    found.again(store, [row.number for row in rows])
    return len(kept)


# --- saving ---


def save(store: Store, found: Comparison, act: Act, operator: str) -> int:
    """Save what was previewed in one act, and compare its rows again; return how many changed.

    Raises:
        Refused, StoreError: nothing was saved.
    """
    many = 0
    if act.preview.changes:
        many = correct(store, act.preview, operator, source=found.source)
    if act.meant:
        found.memory.mean(found.kind.kind(), act.meant)
    found.again(store, [row.number for row in act.rows])
    return many


def undo(store: Store, found: Comparison, act: Act, operator: str) -> Undone:
    """Undo the last act, and ask again what it decided.

    Raises:
        StoreError: nothing was undone.
    """
    done = Undone(0, 0)
    if act.preview.changes:
        if last_corrected(store, operator) != [(one.kind, one.id) for one in act.preview.changes]:
            raise StoreError(
                "Something else was corrected since. Undo that first, on the page My entries."
            )
        done = undo_correction(store, operator)
    for row, _ in act.meant:
        found.memory.forget(found.kind.kind(), row)
    found.again(store, [row.number for row in act.rows])
    return done


# --- previews ---


class _Draft(NamedTuple):
    """An edit that was not weighed yet."""

    edit: Edit
    record: Record | None
    """As it stands; None: it is new."""
    label: str
    before: str
    after: str


def _preview(store: Store, field: CorrectedField, drafts: Sequence[_Draft]) -> Preview:
    """Weigh edits: what the rules, the role and the area of this laptop stop stays as it is."""
    changes, refused = list[Planned](), list[Kept]()
    edits = [draft.edit for draft in drafts]
    for one, denied, weighed in zip(drafts, store.denied(edits), store.weigh(edits), strict=True):
        why = denied or (sentence(weighed.stops[0]) if weighed.stops else "")
        if why:
            refused.append(Kept(one.label, why, one.record.id if one.record else ""))
            continue
        remarks = [sentence(said) for said in weighed.remarks if said.field in one.edit.fields]
        changes.append(
            Planned(
                one.edit.kind.kind(),
                one.edit.id or "",
                one.label,
                one.before,
                one.after,
                one.edit,
                " ".join(remarks[:1]),
            )
        )
    return Preview(field, changes, refused, 0, "record", "records")


def _fields(wanted: Sequence[Difference]) -> Mapping[str, Value]:
    fields = {one.field: one.portal for one in wanted}
    if "district" in fields:
        return {**fields, _BLOCK: None}
    block = fields.get(_BLOCK)
    return {**fields, "district": district_of(block)} if isinstance(block, int) else fields


def _with(record: Record, wanted: Sequence[Difference]) -> Record:
    return record.of({**record.values(), **_fields(wanted)})


def words_of(source: RecordSource, record: Record, names: Sequence[str]) -> str:
    """Return the values of some fields as people read them, each behind its label."""
    return "; ".join(
        f"{record.fields()[name].label} {value_words(source, record, name) or 'empty'}"
        for name in names
    )


def value_words(source: RecordSource, record: Record, name: str) -> str:
    """Return one value as people read it."""
    if name in record.references():
        return shown_value(source, record, name)
    return record.fields()[name].format.show(record.value(name))


def _titled(row: Row) -> str:
    return f"Row {row.number}: {row.label}" if row.label else f"Row {row.number}"


def _said(kind: type[Record], row: Row) -> str:
    return "; ".join(portal_words(kind, row.values))


def portal_words(kind: type[Record], values: Mapping[str, Value]) -> Iterator[str]:
    """Yield what the portal says of a record, field by field."""
    for name, one in kind.fields().items():
        if values.get(name) is not None:
            yield f"{one.label} {one.format.show(values[name])}"


def titles(ids: Sequence[tuple[str, str]], store: Store) -> list[tuple[str, str, str]]:
    """Return kind, number and a line of words for each who could be meant."""
    found = store.fetch({kind for kind, _ in ids}, [one for _, one in ids])
    source = fetch_references(store, found.values())
    said: list[tuple[str, str, str]] = []
    for kind, number in ids:
        record = found.get((kind, number))
        if record is not None:
            said.append((kind, number, _line(label_of(source, record), record)))
    return said


def _line(label: str, record: Record) -> str:
    """Return what tells a record from others in a line."""
    words = ", ".join(filter(None, (label, record.who())))
    more = [text for text in record.line().values() if text and text not in words]
    return ", ".join((words, *more[:4]))
