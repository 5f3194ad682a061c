"""What the page of a record shows, fetched in one go; everything here runs in a store's thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from fieldkit.screens.records.rows import Kept, Row, fetched, record_words, row_of, shown_value
from fieldkit.screens.sync.issues import Objection, objections

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Event, OpenAbout, Store

_WAITING = ("on the server", "sent", "queued", "conflict", "rejected")
"""States of a change, the later the more a person must know of it."""
LIMIT = 200
"""Rows of one kind shown on a page; the rest is in the kind's list."""


Line: TypeAlias = "tuple[tuple[str, ...], str, str]"
"""Cells, kind and id of one line."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a page shows, fetched in one go."""

    row: Row
    facts: str
    due: str
    state: str
    lines: Sequence[Line]
    settle: frozenset[str] = frozenset()
    """Ids, this record's or of lines, about which a conflict is open."""
    against: Sequence[str] = ()
    """What the server says against this record: why a change came back, what is to be checked."""


def sheet(store: Store, record_id: str) -> Sheet | None:
    """Fetch the page of a record; None if it is not on this laptop. Runs in a thread."""
    record = store.record(record_id)
    if record is None:
        return None
    row = row_of(store, record)
    lines, open_ = happened(store, record) if record.person else gathered(store, record)
    facts = [text for text in row.cells[1:] if text]
    last = store.states([record_id]).get(record_id, "on the server")
    state = record_words(
        str(last), settle=record_id in open_.settle, check=record_id in open_.check
    )
    if record.deleted:
        state = f"deleted, {state}"
    return Sheet(
        row,
        "   ".join([*facts, *row.below[:1], *([] if record.person else _numbers(lines))]),
        due(store, record),
        state,
        lines,
        open_.settle,
        [_said(record, one) for one in objections(store, record_id)],
    )


def _said(record: Record, one: Objection) -> str:
    ask = record.fields().get(one.field)
    return f"{one.word}: {ask.label}: {one.reason}" if ask else f"{one.word}: {one.reason}"


def _numbers(lines: Sequence[Line]) -> list[str]:
    """Count the lines by kind: "12 members"."""
    from fieldkit.records import kinds

    found = kinds()
    return [
        f"{many}{'+' if many == LIMIT else ''} "
        f"{(found[kind].title if many == 1 else found[kind].plural).lower()}"
        for kind, many in Counter(kind for _, kind, _ in lines).items()
    ]


def happened(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return a person's timeline, from how they came in, and what is open about its lines.

    The days of a training stand in one line.
    """
    from fieldkit.records.outreach.attendance import Attendance

    events = store.timeline(record.id)
    events.sort(key=lambda event: event.id != record.id or event.on is not None)
    fields = [name for name, to in Attendance.references().items() if record.kind() in to.kinds]
    marks = [mark for name in fields for mark in store.where("attendance", **{name: record.id})]
    trainings = {str(m.id): str(m.value("training_batch_id") or "") for m in marks}
    absent = {str(m.id) for m in marks if m.value("present") is False}
    told = folded(events, trainings, absent)
    open_ = store.open_about([record.id, *(event.id for event in told)])
    return [_happening(event, open_) for event in told], open_


def _happening(event: Event, open_: OpenAbout) -> Line:
    from fieldkit.records.fields.formats import show_date

    on = show_date(event.on) if event.on else "no date"
    settle, check = event.id in open_.settle, event.id in open_.check
    state = record_words(str(event.state), settle=settle, check=check)
    return (on, event.sentence, event.by, state), event.kind, event.id


def folded(
    events: Sequence[Event], trainings: Mapping[str, str], absent: Collection[str]
) -> list[Event]:
    """Put the days of one training into one event, where the last of them stands; it opens the
    training.

    ``trainings``: the training each day's mark belongs to, by the mark's id; ``absent``: the marks
    of days missed. A lone day stays as it is. Pure.
    """
    days: dict[str, list[Event]] = {}
    for event in events:
        if training := trainings.get(event.id):
            days.setdefault(training, []).append(event)
    told: list[Event] = []
    for event in events:
        training = trainings.get(event.id, "")
        marks = days.get(training, [])
        if len(marks) < 2:
            told.append(event)
        elif event is marks[-1]:
            missed = sum(mark.id in absent for mark in marks)
            words = f"Training days: {len(marks) - missed} present"
            words += f", {missed} absent" if missed else ""
            behind = max((mark.state for mark in marks), key=_WAITING.index)
            told.append(
                replace(event, sentence=words, kind="training_batch", id=training, state=behind)
            )
    return told


def gathered(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return those that refer to a group or training, and what is open about them.

    A group's are its members, a training's its people.

    The days of a training are many and have a page of their own.
    """
    from fieldkit.records import kinds

    own = record.kind()
    found: list[tuple[Record, str]] = []
    for name, kind in kinds().items():
        if (own, name) == ("training_batch", "attendance"):
            continue
        for field, reference in kind.references().items():
            if own in reference.kinds:
                children = store.page(name, where={field: record.id}, limit=LIMIT).records
                found += [(child, field) for child in children]
    kept = fetched(store, [child for child, _ in found])
    open_ = store.open_about([record.id, *(child.id for child, _ in found)])
    lines: list[Line] = []
    for child, field in found:
        settle, check = child.id in open_.settle, child.id in open_.check
        *cells, last = _line(kept, child, field)
        state = "settle" if settle else "to check" if check else ""
        lines.append(((*cells, state, last), child.kind(), child.id))
    return lines, open_


def _line(kept: Kept, child: Record, through: str) -> tuple[str, ...]:
    """Lay out one that refers to the page's record, without repeating that record."""
    from fieldkit.records import Use

    row = row_of(kept, child)
    if child.used(Use.NAME):
        above = shown_value(kept, child, through)
        return (*("" if cell == above else cell for cell in row.cells), row.id)
    people = [name for name in child.references() if name != through and child.value(name)]
    rest = [
        shown_value(kept, child, name)
        for name in child.used(Use.LIST)
        if name not in child.references() and child.value(name) is not None
    ]
    who = ", ".join(shown_value(kept, child, name) for name in people)
    return (who or child.label(), child.title.lower(), ", ".join(rest), row.id)


def due(store: Store, record: Record) -> str:
    """Say what is missing and before which step, and what is overdue."""
    values = record.values()
    missing: dict[str, list[str]] = {}
    for name, ask in record.form_fields().items():
        if ask.due and ask.asked(values) and values[name] is None:
            missing.setdefault(ask.due, []).append(ask.label)
    parts = [f"{', '.join(labels)} before {step}" for step, labels in missing.items()]
    return "; ".join([*parts, *_overdue(store, record)])


def _overdue(store: Store, record: Record) -> Iterator[str]:
    """Give what refers to a record and stands at one step of its lifecycle for too long."""
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
