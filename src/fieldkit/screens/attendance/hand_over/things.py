"""What is on its way to people: reading it, finding one by what a scanner reads, handing it over.

Functions that take a store run in its thread; the others are pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.papers.roll import numbered, read_roll, taken_today
from fieldkit.screens.attendance.roll.people import OnRoll, narrowed, read_people
from fieldkit.screens.lookup.places import own_area

if TYPE_CHECKING:
    from fieldkit.records import Finding, Record, Value
    from fieldkit.records.declaration.action import HandOver, Outcome
    from fieldkit.store import Edit, Store

_FOUND = 20
"""Hits in the register."""


class Thing(NamedTuple):
    """Something for one person."""

    record: Record
    one: OnRoll
    """The person; their number is that of today's roll, else 0."""
    codes: frozenset[str]
    """What a scanner may read on it."""


class Found(NamedTuple):
    """The things that a typed text means."""

    things: Sequence[Thing]
    sure: Thing | None = None


def how_of(kind: type[Record]) -> HandOver:
    """Return how things of a kind are handed over."""
    if kind.hand_over is None:
        raise TypeError(f"{kind.kind()} declares no hand-over")
    return kind.hand_over


def read_waiting(store: Store, kind: type[Record]) -> list[Thing]:
    """Return what is on its way to people of this laptop's area, by their names."""
    area = own_area(store)
    within: dict[str, Value] = {"block": area.block} if area.block else {}
    states = how_of(kind).waiting
    field = kind.lifecycle.field if kind.lifecycle else ""
    records = [
        record for state in states for record in store.each(kind.kind(), {field: state, **within})
    ]
    things = read_things(store, kind, records)
    return sorted(things, key=lambda thing: (thing.one.names, thing.record.id))


def read_things(store: Store, kind: type[Record], records: Iterable[Record]) -> list[Thing]:
    """Return things with the people they are for."""
    to = how_of(kind).to
    of_person: dict[str, list[Record]] = {}
    for record in records:
        of_person.setdefault(str(record.value(to) or ""), []).append(record)
    numbers = _numbers(store)
    people = read_people(store, kind, [(numbers.get(one, 0), one) for one in of_person])
    return [
        Thing(record, one, codes_of(record)) for one in people for record in of_person[one.row.id]
    ]


def _numbers(store: Store) -> Mapping[str, int]:
    """Return the numbers of today's camp by the person."""
    from fieldkit.records.declaration.roles import day_marks
    from fieldkit.records.fields.formats import today

    for how in day_marks():
        camp = taken_today(store.notes, how.parent.kind(), today())
        if roll := read_roll(store.notes, camp) if camp else None:
            return {one: number for number, one in numbered(roll)}
    return {}


def codes_of(record: Record) -> frozenset[str]:
    """Return the numbers and codes of a record as a scanner reads them."""
    from fieldkit.records import Use

    values = (record.value(name) for name in record.used(Use.CODE))
    return frozenset(as_read(str(value)) for value in values if value)


def as_read(typed: str) -> str:
    """Return a code without spaces, in capitals."""
    return re.sub(r"\s", "", typed).upper()


def found_among(things: Sequence[Thing], typed: str) -> Found:
    """Return the things of which a code, a number, a mobile or names are typed."""
    code = as_read(typed)
    by_code = [thing for thing in things if code in thing.codes]
    if by_code:
        return Found(by_code, by_code[0] if len(by_code) == 1 else None)
    meant = narrowed([thing.one for thing in things], typed)
    ids = {one.row.id for one in meant.people}
    found = [thing for thing in things if thing.one.row.id in ids]
    sure = [thing for thing in found if meant.sure and thing.one.row.id == meant.sure.row.id]
    return Found(found, sure[0] if len(sure) == 1 else None)


def find_things(store: Store, kind: type[Record], typed: str) -> Found:
    """Look for things in the whole register: by their codes, or by the person they are for."""
    to = how_of(kind).to
    people = kind.references()[to].kinds
    records: dict[str, Record] = {}
    hits = store.find(typed, kinds=[kind.kind(), *people], limit=_FOUND)
    for hit in hits:
        if hit.kind == kind.kind():
            found = [store.get(hit.kind, hit.id)]
        else:
            found = [*store.about(kind.kind(), **{to: hit.id})]
        records |= {one.id: one for one in found if one is not None}
    things = read_things(store, kind, records.values())
    by_code = [thing for thing in things if as_read(typed) in thing.codes]
    alone = things if len(things) == 1 and hits[0].strong else by_code
    return Found(things, alone[0] if len(alone) == 1 else None)


# --- handing over ---


def is_done(thing: Thing) -> bool:
    """Say whether it was handed over before."""
    kind = type(thing.record)
    if kind.lifecycle is None:
        return False
    usual = how_of(kind).outcomes[0].fields[kind.lifecycle.field]
    step = kind.lifecycle.step(usual)
    state = thing.record.value(kind.lifecycle.field)
    return step is not None and state in kind.lifecycle.reached(step)


def hand_over_edit(
    thing: Thing, outcome: Outcome, asked: str = "", confirmed: Iterable[str] = ()
) -> Edit:
    """Return the edit of an outcome today; ``asked``: what was typed for the field it asks."""
    from fieldkit.records.fields.formats import today
    from fieldkit.store import Edit

    kind = type(thing.record)
    fields: dict[str, Value] = {**outcome.fields, outcome.on: today()}
    if outcome.asks:
        fields[outcome.asks] = kind.fields()[outcome.asks].format.parse(asked)
    record = thing.record
    return Edit(kind, fields, record.id, record.version or 0, confirmed=frozenset(confirmed))


def undo_edit(thing: Thing, edit: Edit) -> Edit:
    """Return the edit after which the thing is as it was before ``edit``."""
    from fieldkit.store import Edit as NewEdit

    kind = type(thing.record)
    before = {name: thing.record.value(name) for name in edit.fields}
    # The key for undo says that the step back is meant.
    return NewEdit(kind, before, thing.record.id, confirmed=frozenset(kind.fields()))


def questions(store: Store, thing: Thing) -> list[Finding]:
    """Return what the rules ask to be confirmed if it is handed over as usual now."""
    from fieldkit.records import Severity

    usual = how_of(type(thing.record)).outcomes[0]
    found = store.judge(hand_over_edit(thing, usual))
    return [one for one in found if one.severity is Severity.REASON]
