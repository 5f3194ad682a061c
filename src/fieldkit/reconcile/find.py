"""Which record here a row of a list means. Nothing is guessed: what is not sure is asked.

A number that both have decides, and what a person said before. Else people are compared over the
whole roster; one who is likely enough is proposed. A record about a person is found by the person,
then by the fields that the kind says tell its records apart: stage, product, date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from fieldkit.files import people_of, person_fields
from fieldkit.matching import Part
from fieldkit.reconcile.compare import compared_fields, says_same
from fieldkit.reconcile.held import having, records_of
from fieldkit.reconcile.memory import NOBODY, Memory
from fieldkit.reconcile.rows import Outcome, Row, Rows
from fieldkit.records import Choice, Record, Value
from fieldkit.records.fields.dates import Date
from fieldkit.store import Store

_TELLING = frozenset({Part.NAME, Part.MOBILE, Part.LAST_FOUR, Part.ACCOUNT})
"""Parts without which nobody is likely enough."""
_MOST = 9
"""Candidates that are named."""


@cache
def number_fields(kind: type[Record]) -> Sequence[str]:
    """Return the fields that hold an official number of one record alone."""
    if kind.person:
        return [name for name, part in kind.recognised_by.items() if part is Part.NUMBER]
    return [key[0] for key in kind.match_keys if len(key) == 1]


class Finder:
    """Finds the records of rows; rows that are sure come first, so that others cannot take them."""

    def __init__(self, store: Store, rows: Rows, memory: Memory) -> None:
        self._store, self._rows, self._memory = store, rows, memory
        self._kind = rows.kind
        self._name = rows.kind.kind()
        self._people = people_of(rows.kind)

    def by_number(self, rows: Sequence[Row]) -> list[Row]:
        """Find the records of rows by numbers, and by what a person said before."""
        numbers = _Numbers(self._store, self._kind, [row.values for row in rows])
        people = {
            one.kind(): _Numbers(self._store, one, [row.about.get(one.kind(), {}) for row in rows])
            for one in self._people
        }
        found = [self._numbered(row, numbers, people) for row in rows]
        about = self._records_about(found)
        return [self._claimed(self._of_key(row, about)) for row in found]

    def by_likeness(self, rows: Sequence[Row]) -> list[Row]:
        """Find the records of those rows that are still open, or whom to ask about."""
        found = [self._likely_person(row) if self._is_open(row) else row for row in rows]
        about = self._records_about(found)
        return [
            self._claimed(self._of_person(row, about) if self._is_open(row) else row)
            for row in found
        ]

    @staticmethod
    def _is_open(row: Row) -> bool:
        return row.outcome is Outcome.OPEN and not row.record

    # --- by number ---

    def _numbered(self, row: Row, numbers: _Numbers, people: Mapping[str, _Numbers]) -> Row:
        row = self._with_person(row, people)
        said = self._memory.meant(self._name, row)
        for one in (row.given, said):
            if one and self._here(self._name, [one]):
                return replace(row, record=self._standing(self._name, one))
        held = numbers.of(row.values)
        if len(held) > 1:
            return _uncertain(
                row, self._name, held, "More than one record here has a number of this row."
            )
        return replace(row, record=held[0]) if held else row

    def _with_person(self, row: Row, people: Mapping[str, _Numbers]) -> Row:
        """Find the person of a row, if the row is about one."""
        for field in person_fields(self._kind):
            if isinstance(number := row.values.get(field), str):
                for kind in self._kind.references()[field].kinds:
                    if self._here(kind, [number]):
                        return replace(row, person=(kind, self._standing(kind, number)))
        said = self._memory.meant(self._name, row)
        for kind, numbers in people.items():
            if said and self._here(kind, [said]):
                return replace(row, person=(kind, self._standing(kind, said)))
            held = numbers.of(row.about.get(kind, {}))
            if len(held) == 1:
                return replace(row, person=(kind, held[0]))
        return row

    def _standing(self, kind: str, number: str) -> str:
        """Return the number of the record that stands for one here."""
        return self._store.merges.stands_for(kind, [number])[number]

    def _here(self, kind: str, ids: Sequence[str]) -> set[str]:
        found = self._store.fetch([kind], ids)
        return {record.id for record in found.values() if not record.deleted}

    # --- records about a person ---

    def _records_about(self, rows: Sequence[Row]) -> Mapping[tuple[str, str], Sequence[Record]]:
        """Return the records of the kind about the people of rows, by the person."""
        found: dict[tuple[str, str], Sequence[Record]] = {}
        for field in person_fields(self._kind):
            for kind in self._kind.references()[field].kinds:
                ids = [row.person[1] for row in rows if row.person and row.person[0] == kind]
                known = records_of(self._store, self._kind, field, kind, ids)
                found |= {(kind, person): records for person, records in known.items()}
        return found

    def _of_key(self, row: Row, about: Mapping[tuple[str, str], Sequence[Record]]) -> Row:
        """Find the record that agrees with a row in all fields that tell its kind apart."""
        if row.record or row.person is None or row.outcome is not Outcome.OPEN:
            return row
        keys = [set(key) - {*person_fields(self._kind)} for key in self._kind.match_keys]
        for key in keys:
            if not key or any(row.values.get(name) is None for name in key):
                continue
            same = [
                one
                for one in about.get(row.person, ())
                if all(one.value(name) == row.values[name] for name in key)
            ]
            if len(same) == 1:
                return replace(row, record=same[0].id)
        return row

    def _of_person(self, row: Row, about: Mapping[tuple[str, str], Sequence[Record]]) -> Row:
        """Find the record of a row among those about its person; none: only the portal has it."""
        said = self._memory.meant(self._name, row)
        if row.person is None or said == NOBODY:
            return replace(row, outcome=Outcome.PORTAL_ONLY)
        free = [
            one
            for one in about.get(row.person, ())
            if self._rows.claimed_by(one.id) in (None, row.number)
        ]
        once = _is_once(self._kind, row.person[0])
        if once and not free and about.get(row.person):
            return replace(row, record=about[row.person][0].id)  # another row's: they must agree
        types = [] if once else _types(self._kind)
        if free and any(row.values.get(name) is None for name in types):
            labels = " and ".join(self._kind.fields()[name].label for name in types)
            why = f"The list does not say: {labels}."
            return _uncertain(row, self._name, [one.id for one in free], why)
        same = [o for o in free if all(o.value(n) == row.values[n] for n in types)]
        if not same:
            return replace(row, outcome=Outcome.PORTAL_ONLY)
        if len(same) == 1 and (once or self._agree(row, same[0])):
            return replace(row, record=same[0].id)
        return _uncertain(
            row, self._name, [one.id for one in same], "Its date and state differ here."
        )

    def _agree(self, row: Row, record: Record) -> bool:
        """Say whether a row and a record agree in a date that tells records apart, or the state."""
        fields = self._kind.fields()
        names = {name for key in self._kind.match_keys for name in key}
        names = {name for name in names if isinstance(fields[name].format, Date)}
        if self._kind.lifecycle:
            names.add(self._kind.lifecycle.field)
        compared = compared_fields(self._kind)
        both = [
            (name, record.value(name), row.values[name])
            for name in names & compared.keys()
            if row.values.get(name) is not None and record.value(name) is not None
        ]
        return not both or any(says_same(compared[n], here, there) for n, here, there in both)

    # --- by likeness ---

    def _likely_person(self, row: Row) -> Row:
        """Compare the person of a row with the whole roster, if numbers did not find one."""
        said = self._memory.meant(self._name, row)
        if row.person is not None or said == NOBODY:
            return row
        asked = [(one, row.about.get(one.kind(), {})) for one in self._people]
        if self._kind.person:
            asked = [(self._kind, row.values)]
        found = [pair for kind, values in asked for pair in self._alike(kind, values, row)]
        if not found:
            return row
        found.sort(key=lambda one: -one[0])
        people = list(dict.fromkeys(person for _, person in found))
        why = "Perhaps the same person." if len(people) == 1 else "Could be one of several people."
        return replace(row, outcome=Outcome.UNCERTAIN, candidates=tuple(people[:_MOST]), why=why)

    def _alike(
        self, kind: type[Record], values: Mapping[str, Value], row: Row
    ) -> Iterator[tuple[float, tuple[str, str]]]:
        """Yield those who are likely the person, unless another row is about them for certain."""
        if _TELLING.isdisjoint(kind.recognised_by.get(name) for name in values):
            return
        known = {name: value for name, value in values.items() if name in kind.fields()}
        place = {"district": self._home()} if not known.get("district") else {}
        for other, match in self._store.look_alikes(kind.of({**place, **known}), _MOST):
            taken = self._rows.claimed_by(other.id) if kind is self._kind else None
            if match.strong and taken in (None, row.number):
                yield match.score, (kind.kind(), other.id)

    def _home(self) -> int:
        device = self._store.device
        return device.district if device else 0

    # --- one row for a record ---

    def _claimed(self, row: Row) -> Row:
        """Let the first row that means a record have it; another one must say the same."""
        if row.outcome not in (Outcome.OPEN, Outcome.PORTAL_ONLY):
            return row
        what = [row.record] if row.record else []
        if row.outcome is Outcome.PORTAL_ONLY:
            what = list(_told_apart(self._kind, row))
        for one in what:
            first = self._rows.claim(one, row.number)
            if first == row.number:
                continue
            other = self._rows.some([first])
            if other and other[0].values == row.values and other[0].about == row.about:
                return replace(row, outcome=Outcome.REPEATED, record="")
            why = f"Row {first} of the list is about the same record. Correct the list."
            return replace(row, outcome=Outcome.UNCERTAIN, record="", candidates=(), why=why)
        return row


class _Numbers:
    """The records here that have the official numbers of some rows."""

    def __init__(
        self, store: Store, kind: type[Record], rows: Sequence[Mapping[str, Value]]
    ) -> None:
        self._held = {
            field: having(store, kind, field, [row.get(field) for row in rows])
            for field in number_fields(kind)
        }
        ids = {one for held in self._held.values() for found in held.values() for one in found}
        self._standing = store.merges.stands_for(kind.kind(), ids) if kind.person else {}

    def of(self, values: Mapping[str, Value]) -> list[str]:
        """Return the records that have a number of a row, or stand for one that has it."""
        found = (
            one for field, held in self._held.items() for one in held.get(values.get(field), ())
        )
        return sorted({self._standing.get(one, one) for one in found})


def _uncertain(row: Row, kind: str, ids: Sequence[str], why: str) -> Row:
    candidates = tuple((kind, one) for one in ids[:_MOST])
    return replace(row, outcome=Outcome.UNCERTAIN, candidates=candidates, why=why)


def _types(kind: type[Record]) -> list[str]:
    """Return the entries of lists that tell the records about one person apart."""
    names = dict.fromkeys(name for key in kind.match_keys for name in key if len(key) > 1)
    return [name for name in names if isinstance(kind.fields()[name].format, Choice)]


def _field_for(kind: type[Record], person: str) -> str:
    """Return the field of a kind that refers to people of a kind."""
    return next(name for name in person_fields(kind) if person in kind.references()[name].kinds)


def _is_once(kind: type[Record], person: str) -> bool:
    """Say whether there is one record of a kind about each person."""
    action = kind.actions.get(_field_for(kind, person))
    return action is not None and action.once


def _told_apart(kind: type[Record], row: Row) -> Iterator[str]:
    """Yield what no other record that is to be made may have as well."""
    for field in number_fields(kind):
        if row.values.get(field) is not None:
            yield f"{field} {row.values[field]}"
    if row.person and _is_once(kind, row.person[0]):
        yield f"of {row.person[1]}"
    elif row.person:
        yield " ".join(
            (row.person[1], *(str(row.values.get(n)) for key in kind.match_keys for n in key))
        )
    elif not any(row.values.get(field) for field in number_fields(kind)):
        yield f"row {sorted(row.values.items())} {sorted(map(str, row.about.values()))}"


def with_person(kind: type[Record], row: Row) -> Mapping[str, Value]:
    """Return what a row says of its record, the person included."""
    if row.person is None:
        return row.values
    return {**row.values, _field_for(kind, row.person[0]): row.person[1]}
