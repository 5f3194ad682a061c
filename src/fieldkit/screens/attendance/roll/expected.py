"""Who may be expected: those due for it, those of a training, a block, a trade or a village.

Everything here runs in a store's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.lookup.places import own_area

if TYPE_CHECKING:
    from fieldkit.records import Record, Value
    from fieldkit.reports import Due
    from fieldkit.store import Store

MOST = 9000
"""People of one roll: four digits."""
_TRAININGS = 40


class Source(NamedTuple):
    """A set of people who may be expected."""

    group: str
    words: str
    many: int | None
    """How many they are; None: not counted yet."""
    read: Callable[[Store], Sequence[Record]]
    """Reads them, at most one more than :data:`MOST`."""


def sources(store: Store, kind: type[Record]) -> list[Source]:
    """Return who may be expected, by what the marks of ``kind`` are about.

    First come those who are due for just such a mark.
    """
    due = [*_due(store, kind)]
    settled = [one for one in due if one.many is not None]
    others = [one._replace(group="Other due work") for one in due if one.many is None]
    return [*settled, *_enrolled(store, kind), *_of_area(store, kind), *others]


def of_place(store: Store, kind: type[Record], typed: str) -> list[Source]:
    """Return the people of the villages that begin as typed."""
    from fieldkit.records import Use, kinds
    from fieldkit.records.declaration.roles import people_in

    device = store.device
    found: list[Source] = []
    for name in people_in(kind) if device and typed else ():
        person = kinds()[name]
        for place in person.used(Use.PLACE)[:1]:
            of_list = person.fields()[place].suggest
            villages = store.suggest(of_list, typed, device.district, 5) if device else []
            found += [
                _by_value(store, person, {place: one}, f"{person.plural} of {one}", "Village")
                for one in villages
            ]
    return [one for one in found if one.many]


def _due(store: Store, kind: type[Record]) -> Iterator[Source]:
    from fieldkit.records.declaration.roles import people_in
    from fieldkit.records.fields.formats import today
    from fieldkit.reports import due_counts, due_work

    people, area = people_in(kind), own_area(store)
    rules = [one for one in due_work().values() if people.keys() & _concerned(one)]
    rules.sort(key=lambda one: not _ended_by(one, kind))
    counted = [one for one in rules if _ended_by(one, kind)]
    asked = partial(due_counts, rules=counted, area=area, today=today())
    many = {what: number for what, number, _ in store.query(asked)} if counted else {}
    for rule in rules:
        if rule not in counted or rule.name in many:
            yield Source("Due", rule.label, many.get(rule.name), partial(_read_due, kind, rule))


def _concerned(rule: Due) -> set[str]:
    """Return the kinds of those whom a sort of due work is about."""
    from fieldkit.records import kinds

    if not rule.about:
        return {rule.kind}
    references = kinds()[rule.kind].references()
    return {kind for field in rule.about for kind in references[field].kinds}


def _ended_by(rule: Due, kind: type[Record]) -> bool:
    """Say whether a sort of due work waits for a record of this kind."""
    from fieldkit.reports.declaration.measure import Has

    tests = (test for test in rule.where.values() if isinstance(test, Has))
    return any(test.lacks and test.kind == kind.kind() for test in tests)


def _read_due(kind: type[Record], rule: Due, store: Store) -> Sequence[Record]:
    from fieldkit.records.declaration.roles import people_in
    from fieldkit.records.fields.formats import today
    from fieldkit.reports import due_items

    area = own_area(store)
    asked = partial(due_items, rules=[rule], area=area, today=today(), limit=MOST + 1)
    ids = [item.about_id for item in store.query(asked)]
    found = store.fetch(people_in(kind), list(dict.fromkeys(ids))).values()
    return [person for person in found if not person.deleted]


def _enrolled(store: Store, kind: type[Record]) -> Iterator[Source]:
    """Give the people of trainings, the latest first."""
    from fieldkit.records.declaration.roles import day_marks
    from fieldkit.records.fields.formats import show_date

    for how in day_marks():
        if not how.days.enrolled:
            continue
        parent = how.parent
        page = store.page(parent.kind(), by=how.days.first, descending=True, limit=_TRAININGS)
        for record in page.records:
            where: Mapping[str, Value] = {how.days.of: record.id}
            many = store.count(how.days.enrolled, where)
            day = record.happened_on()
            words = f"{record.label()}, {show_date(day)}" if day else record.label()
            if many:
                read = partial(_read_enrolled, kind, how.days.enrolled, where)
                yield Source(parent.plural, words, many, read)


def _read_enrolled(
    kind: type[Record], enrolled: str, where: Mapping[str, Value], store: Store
) -> Sequence[Record]:
    from fieldkit.records import kinds
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(kinds()[enrolled]).values()
    lines = islice(store.each(enrolled, where), MOST + 1)
    ids = [str(one) for line in lines for field in fields if (one := line.value(field))]
    standing = store.merges.persons(ids)
    ids = [standing.get(one, one) for one in ids]
    found = store.fetch(people_in(kind), list(dict.fromkeys(ids))).values()
    return [person for person in found if not person.deleted]


def _of_area(store: Store, kind: type[Record]) -> Iterator[Source]:
    """Give the people of the area, and those of each of its blocks and of each choice."""
    from fieldkit.records import Choice, Use, kinds
    from fieldkit.records.declaration.roles import people_in

    area = own_area(store)
    for name in people_in(kind):
        person = kinds()[name]
        for part in area.parts() or [area]:
            if part.block is not None:
                words = f"{person.plural} of {part.title}"
                yield _by_value(store, person, {"block": part.block}, words, "Block")
    for name in people_in(kind):
        person = kinds()[name]
        for field_name in person.used(Use.LIST):
            field = person.fields()[field_name]
            if isinstance(field.format, Choice):
                for option in field.format.options():
                    words = f"{person.plural}: {option.label}"
                    read = partial(_read_where, person, {field_name: option.code})
                    yield Source(field.label, words, None, read)


def _by_value(
    store: Store, person: type[Record], where: Mapping[str, Value], words: str, group: str
) -> Source:
    many = store.count(person.kind(), _within(store, where))
    return Source(group, words, many, partial(_read_where, person, where))


def _read_where(person: type[Record], where: Mapping[str, Value], store: Store) -> Sequence[Record]:
    found = store.each(person.kind(), _within(store, where))
    return list(islice(found, MOST + 1))


def _within(store: Store, where: Mapping[str, Value]) -> Mapping[str, Value]:
    """Add the area of this laptop to a condition."""
    area = own_area(store)
    if area.block is not None:
        return {"block": area.block, **where}
    return {"district": area.district, **where} if area.district is not None else where
