"""What the page of a record shows, read together; everything here runs in a store's thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from fieldkit.screens.lookup.issues import Issue, issues
from fieldkit.screens.lookup.rows import (
    RecordSource,
    Row,
    fetch_references,
    record_words,
    row_of,
    shown_value,
)

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Event, OpenAbout, Store

_BY_URGENCY = ("on the server", "sent", "queued", "waiting", "late", "conflict", "rejected")
"""The states of a change, the one the operator most needs to know of last."""
LIMIT = 200
"""Rows of one kind shown on a page; the others are in the kind's list."""

Line: TypeAlias = "tuple[tuple[str, ...], str, str]"
"""The cells of a line, and the kind and id of what it opens."""


@dataclass(frozen=True, slots=True)
class PageData:
    """Everything a page shows."""

    row: Row
    kind: str
    """What a list of such records is called."""
    facts: str
    due: str
    state: str
    lines: Sequence[Line]
    settle: frozenset[str] = frozenset()
    """Ids, of this record or of lines, with an open conflict."""
    issues: Sequence[str] = ()
    """Why changes of this record were returned, and what is to check, as sentences."""


def read_page_data(store: Store, record_id: str) -> PageData | None:
    """Read the page of a record; None if it is not on this laptop."""
    record = store.record(record_id)
    if record is None:
        return None
    row = row_of(store, record)
    lines, open_ = timeline(store, record) if record.person else dependents(store, record)
    facts = [text for text in row.cells[1:] if text]
    last = store.states([record_id]).get(record_id, "on the server")
    state = record_words(
        str(last), settle=record_id in open_.settle, check=record_id in open_.check
    )
    if record.deleted:
        state = f"deleted, {state}"
    return PageData(
        row,
        record.plural,
        "   ".join([*facts, *row.below[:1], *([] if record.person else _numbers(lines))]),
        due(store, record),
        state,
        lines,
        open_.settle,
        [_sentence(record, one) for one in issues(store, record_id)],
    )


def _sentence(record: Record, one: Issue) -> str:
    field = record.fields().get(one.field)
    about = f"{one.heading}: {field.label}" if field else one.heading
    return f"{about}: {one.reason}"


def _numbers(lines: Sequence[Line]) -> list[str]:
    """Count the lines by kind: "12 members"."""
    from fieldkit.records import kinds

    found = kinds()
    return [
        f"{many}{'+' if many == LIMIT else ''} "
        f"{(found[kind].title if many == 1 else found[kind].plural).lower()}"
        for kind, many in Counter(kind for _, kind, _ in lines).items()
    ]


def timeline(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return a person's timeline, beginning with their registration, and what is open about it.

    The days of a training are one line.
    """
    from fieldkit.records.declaration.roles import day_marks

    events = store.timeline(record.id)
    events.sort(key=lambda event: event.id != record.id or event.on is not None)
    for how in day_marks():
        events = _fold_days_of(store, how, record, events)
    open_ = store.open_about([record.id, *(event.id for event in events)])
    return [_event_line(event, open_) for event in events], open_


def _fold_days_of(
    store: Store, how: DayMarks, record: Record, events: Sequence[Event]
) -> list[Event]:
    from fieldkit.records.declaration.roles import people_in

    field, days = people_in(how.kind).get(record.kind()), how.days
    marks = store.where(how.kind.kind(), **{field: record.id}) if field else []
    parents = {mark.id: str(mark.value(days.of) or "") for mark in marks}
    absent = {mark.id for mark in marks if mark.value(days.present) is False}
    return fold_days(events, parents, absent, how.parent)


def _event_line(event: Event, open_: OpenAbout) -> Line:
    from fieldkit.records.fields.formats import show_date

    on = show_date(event.on) if event.on else "no date"
    settle, check = event.id in open_.settle, event.id in open_.check
    state = record_words(str(event.state), settle=settle, check=check)
    return (on, event.sentence, event.by, state), event.kind, event.id


def fold_days(
    events: Sequence[Event],
    parents: Mapping[str, str],
    absent: Collection[str],
    parent_kind: type[Record],
) -> list[Event]:
    """Replace the days of one training by one event in the place of the last.

    The new event opens the training; a single day stays as it is. ``parents``: the id of the
    training (of ``parent_kind``) by the id of each day's mark; ``absent``: the marks of days
    missed. Pure.
    """
    days: dict[str, list[Event]] = {}
    for event in events:
        if training := parents.get(event.id):
            days.setdefault(training, []).append(event)
    folded: list[Event] = []
    for event in events:
        training = parents.get(event.id, "")
        marks = days.get(training, [])
        if len(marks) < 2:
            folded.append(event)
        elif event is marks[-1]:
            missed = sum(mark.id in absent for mark in marks)
            words = f"{parent_kind.title} days: {len(marks) - missed} present"
            words += f", {missed} absent" if missed else ""
            state = max((mark.state for mark in marks), key=_BY_URGENCY.index)
            kind = parent_kind.kind()
            folded.append(replace(event, sentence=words, kind=kind, id=training, state=state))
    return folded


def dependents(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return the records that refer to this one, and what is open about them.

    These are the members of a group, the people of a training. Its days are many and have their
    own page.
    """
    from fieldkit.records import kinds
    from fieldkit.records.declaration.roles import days_of

    own, days = record.kind(), days_of(record.kind())
    found: list[tuple[Record, str]] = []
    for name, kind in kinds().items():
        if days and kind is days.kind:
            continue
        for field, reference in kind.references().items():
            if own in reference.kinds:
                children = store.page(name, where={field: record.id}, limit=LIMIT).records
                found += [(child, field) for child in children]
    referred = fetch_references(store, [child for child, _ in found])
    open_ = store.open_about([record.id, *(child.id for child, _ in found)])
    lines: list[Line] = []
    for child, field in found:
        settle, check = child.id in open_.settle, child.id in open_.check
        *cells, last = _line(referred, child, field)
        state = "settle" if settle else "to check" if check else ""
        lines.append(((*cells, state, last), child.kind(), child.id))
    return lines, open_


def _line(source: RecordSource, child: Record, through: str) -> tuple[str, ...]:
    """Return the cells of a record that refers to the page's record, without repeating that one."""
    from fieldkit.records import Use

    row = row_of(source, child)
    if child.used(Use.NAME):
        above = shown_value(source, child, through)
        return (*("" if cell == above else cell for cell in row.cells), row.id)
    people = [name for name in child.references() if name != through and child.value(name)]
    rest = [
        shown_value(source, child, name)
        for name in child.used(Use.LIST)
        if name not in child.references() and child.value(name) is not None
    ]
    who = ", ".join(shown_value(source, child, name) for name in people)
    return (who or child.label(), child.title.lower(), ", ".join(rest), row.id)


def due(store: Store, record: Record) -> str:
    """Return what is missing and before which step it is needed, and what is overdue."""
    values = record.values()
    missing: dict[str, list[str]] = {}
    for name, field in record.form_fields().items():
        if field.due and field.asked(values) and values[name] is None:
            missing.setdefault(field.due, []).append(field.label)
    parts = [f"{', '.join(labels)} before {step}" for step, labels in missing.items()]
    return "; ".join([*parts, *_overdue(store, record)])


def _overdue(store: Store, record: Record) -> Iterator[str]:
    """Yield what refers to a record and has been at one step of its lifecycle for too long."""
    from fieldkit.records import kinds
    from fieldkit.records.fields.formats import today

    for name, kind in kinds().items():
        for field, reference in kind.references().items():
            if not kind.lifecycle or record.kind() not in reference.kinds:
                continue
            for found in store.where(name, **{field: record.id}):
                days, step = found.overdue(today()), found.step()
                if days and step:
                    yield f"{kind.title.lower()}, {step.word} {days} days ago"
