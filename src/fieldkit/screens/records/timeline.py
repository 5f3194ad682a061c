"""The timeline of a person: a line for each dated step, the newest first.

Functions that take a store run in its thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fieldkit.screens.look.glyphs import OPEN, SENT
from fieldkit.screens.look.parts import state, state_mark
from fieldkit.screens.look.text import Cell, Span, fit, joined
from fieldkit.screens.lookup.rows import words_about
from fieldkit.screens.records.lines import Line

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Event, OpenAbout, Store

_BY_URGENCY = ("on the server", "sent", "queued", "waiting", "late", "conflict", "rejected")
"""The states of a change, the one the operator most needs to know of last."""
_DATE = 11
"""Cells of a date: 21 Nov 2026."""
SIGN_AT = _DATE + 2
"""The cell of a line's sign, below which the joint to the next line stands."""


def timeline(store: Store, record: Record) -> tuple[list[Line], OpenAbout]:
    """Return a person's timeline, which ends with their registration, and what is open about it.

    The days of a training are one line.
    """
    from fieldkit.records.declaration.roles import day_marks

    events = store.timeline(record.id)
    own = {record.id, *(event.number for event in events if event.number == event.id)}
    events.sort(key=lambda event: event.id not in own or event.on is not None)
    for how in day_marks():
        events = _fold_days_of(store, how, record, events)
    open_ = store.review.open_about([record.id, *(event.id for event in events)])
    newest = next((event for event in reversed(events) if event.on), None)
    return [_line(event, open_, newest=event is newest) for event in reversed(events)], open_


def _line(event: Event, open_: OpenAbout, *, newest: bool) -> Line:
    from fieldkit.records.fields.formats import show_date

    words = words_about(str(event.state), open_, event.id)
    what, _, more = event.sentence.partition(": ")
    sign = Span(f"{SENT} ", "accent" if newest else "ok") if event.on else Span(f"{OPEN} ", "dim")
    quiet = words in ("on the server", "not sent yet", "sent, no answer yet")
    cells: tuple[Cell, ...] = (
        fit((Span(show_date(event.on) if event.on else "no date", "dim"),), _DATE),
        (sign, Span(what, "strong")),
        joined(((Span(more, "dim"),), (Span(_under(event), "dim"),))),
        (Span(event.by, "dim"),),
        state_mark(words) if quiet else state(words),
    )
    return Line(cells, event.kind, event.id)


def _under(event: Event) -> str:
    return f"under {event.number}" if event.number else ""


def in_short(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return a line for a narrow page: what happened and more of it stand in one cell."""
    on, what, more, who, stands = cells
    return (on, joined((what, more)), who, stands)


def _fold_days_of(
    store: Store, how: DayMarks, record: Record, events: Sequence[Event]
) -> list[Event]:
    from fieldkit.records.declaration.roles import people_in

    field, days = people_in(how.kind).get(record.kind()), how.days
    marks = store.about(how.kind.kind(), **{field: record.id}) if field else []
    parents = {mark.id: str(mark.value(days.of) or "") for mark in marks}
    absent = {mark.id for mark in marks if mark.value(days.present) is False}
    return fold_days(events, parents, absent, how.parent)


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
