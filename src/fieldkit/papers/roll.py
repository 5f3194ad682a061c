"""The roll of a training or programme: who is on it, and the number that each of them keeps.

All numbers of a roll have one width and none begins with 0, so that digits and Enter mean one
person: two digits for up to 90 people, three for up to 900. A person who comes later gets the next
number; nobody's number changes, for it stands on printed rolls. A roll is kept in a small file of
record numbers in the home folder. It holds no names. Screens and paper use the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from fieldkit.search.sound import words

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.records.declaration.roles import DayMarks
    from fieldkit.store import Notes, Store

FOLDER = "rolls"
_TODAY = f"{FOLDER}/today.txt"
_FEWEST = 10
"""The first number of two digits."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is on a roll, in the order of their numbers."""

    words: str = ""
    """Who was expected, in words."""
    first: int = _FEWEST
    ids: tuple[str, ...] = ()

    def with_more(self, ids: Iterable[str]) -> Roll:
        """Return the roll with others at its end; those who are on it keep their place."""
        return replace(self, ids=tuple(dict.fromkeys((*self.ids, *ids))))


def first_number(many: int) -> int:
    """Return the first of so many numbers of one width."""
    first = _FEWEST
    while first * 9 < many:
        first *= 10
    return first


def in_order(people: Iterable[Record]) -> list[Record]:
    """Return people in the order of a roll: by name, then father or husband, place and number."""
    from fieldkit.records import Use

    def place(person: Record) -> tuple[list[list[str]], int, str]:
        names = (person.used(use) for use in (Use.NAME, Use.KIN, Use.PLACE))
        read = [words(str(person.value(some[0]) or "")) if some else [] for some in names]
        return read, len(person.id), person.id

    return sorted(people, key=place)


def new_roll(people: Iterable[Record], said: str = "") -> Roll:
    """Return the roll of these people; ``said``: who they are, in words."""
    ids = tuple(person.id for person in in_order(people))
    return Roll(said, first_number(len(ids)), ids)


def numbered(roll: Roll) -> list[tuple[int, str]]:
    """Return the number and the record number of everybody on a roll."""
    return list(enumerate(roll.ids, roll.first))


def read_days_roll(store: Store, how: DayMarks, record_id: str) -> tuple[Roll, set[str] | None]:
    """Return the roll of a training or programme, and who of it takes part (None: all of it).

    The first time it is numbered by name; a person who is added later comes last. A roll is kept
    once somebody is on it.
    """
    from fieldkit.records import kinds
    from fieldkit.records.declaration.roles import people_in

    of = {how.days.of: record_id}
    marks = store.where(how.kind.kind(), **of)
    lines = store.where(how.days.enrolled, **of) if how.days.enrolled else []
    enrolled = kinds()[how.days.enrolled] if how.days.enrolled else how.kind
    taking_part = {
        str(person): None
        for line in sorted(lines or marks, key=lambda one: (one.created_at or 0, len(one.id)))
        for field in people_in(enrolled if lines else how.kind).values()
        if (person := line.value(field))
    }
    standing = store.merges.persons(taking_part)
    taking_part = {standing.get(one, one): None for one in taking_part}
    kept = read_roll(store.notes, record_id)
    if kept is None:
        roll = new_roll(store.fetch(people_in(how.kind), [*taking_part]).values())
    else:
        roll = kept.with_more(taking_part)
    if roll.ids and roll != kept:
        keep_roll(store.notes, record_id, roll)
    return roll, set(taking_part) if how.days.enrolled else None


def persons_once(store: Store, given: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    """Put in the place of each record the one that stands for it, unless that has its own place."""
    standing, listed = store.merges.persons([one for _, one in given]), {one for _, one in given}
    found: dict[str, int] = {}
    for number, one in given:
        kept = standing.get(one, one)
        if kept == one or kept not in listed:
            found.setdefault(kept, number)
    return [(number, one) for one, number in found.items()]


# --- the files ---


def read_roll(notes: Notes, record_id: str) -> Roll | None:
    """Return the roll kept for a training or programme; None if there is none that can be read."""
    first, *ids = _lines(notes, _file(record_id)) or [""]
    number, _, said = first.partition("\t")
    if not number.isdecimal():
        return None
    return Roll(said, int(number), tuple(ids))


def keep_roll(notes: Notes, record_id: str, roll: Roll) -> None:
    """Keep the roll of a training or programme; it is on the disk when this returns.

    Raises:
        StoreError: it cannot be written.
    """
    said = " ".join(roll.words.split())
    _write(notes, _file(record_id), [f"{roll.first}\t{said}", *roll.ids])


def taken_today(notes: Notes, kind: str, day: date) -> str:
    """Return the record of a kind that was taken for this day; empty: none was."""
    return dict(_taken(notes, day)).get(kind, "")


def take_today(notes: Notes, kind: str, record_id: str, day: date) -> None:
    """Keep which record of a kind the work of this day is for.

    Raises:
        StoreError: it cannot be written.
    """
    taken = {**dict(_taken(notes, day)), kind: record_id}
    _write(
        notes, _TODAY, [f"{day.isoformat()}\t{name}\t{number}" for name, number in taken.items()]
    )


def _taken(notes: Notes, day: date) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in _lines(notes, _TODAY)]
    return [(row[1], row[2]) for row in rows if len(row) == 3 and row[0] == day.isoformat()]


def _file(record_id: str) -> str:
    return f"{FOLDER}/{re.sub('[^A-Za-z0-9-]', '_', record_id)}.txt"


def _lines(notes: Notes, name: str) -> list[str]:
    return (notes.read(name) or "").splitlines()


def _write(notes: Notes, name: str, lines: Iterable[str]) -> None:
    from fieldkit.store import Unwritable

    try:
        notes.write(name, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise Unwritable(
            "The folder of fieldkit cannot be written. Ask the person who set up this laptop."
        ) from error
