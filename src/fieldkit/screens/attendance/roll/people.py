"""The people of a roll: reading them, and finding one by number, name or mobile.

Functions that take a store run in its thread; the others are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.papers.roll import persons_once
from fieldkit.screens.find.matched import hit_cells
from fieldkit.screens.look.text import Cell, Span, restyled
from fieldkit.screens.lookup.rows import Row, fetch_references, row_of
from fieldkit.search.sound import sound, words

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store

HEADINGS = ("No.  Name", "s/o, d/o, w/o", "Village", "Mobile")
_SHORTEST_SOUND = 3
"""Letters from which a word also matches by its sound."""
_LAST_DIGITS = 4
"""So many digits may be the end of a mobile."""


class OnRoll(NamedTuple):
    """One person of a roll."""

    number: int
    row: Row
    field: str
    """The field of a mark that refers to them."""
    gender: str = ""
    mobile: str = ""
    names: tuple[str, ...] = ()
    """The words of their name, then those of kin and place, without accents."""
    own: int = 0
    """How many of these words are of their own name."""
    gone: bool = False
    """Their record is deleted; their number is given to nobody else."""


class Narrowed(NamedTuple):
    """Whom a typed text means."""

    people: Sequence[OnRoll]
    sure: OnRoll | None = None
    """The one who is meant without doubt."""


def read_people(
    store: Store, kind: type[Record], numbers: Iterable[tuple[int, str]]
) -> list[OnRoll]:
    """Return the people of these numbers who are here, deleted or not, each once.

    ``kind``: of the marks, which says in which field it refers to each kind of person;
    ``numbers``: the number and the record number of each.
    """
    from fieldkit.records.declaration.roles import people_in

    fields = people_in(kind)
    given = persons_once(store, list(numbers))
    fetched = store.fetch(fields, [one for _, one in given])
    found = {record.id: record for record in fetched.values()}
    places = fetch_references(store, found.values())
    return [
        _on_roll(number, row_of(places, found[one], titled=False), fields, found[one])
        for number, one in given
        if one in found
    ]


def _on_roll(number: int, row: Row, fields: Mapping[str, str], person: Record) -> OnRoll:
    from fieldkit.records import Use

    own = words(row.cells[0])
    digits = next((str(person.value(name) or "") for name in person.used(Use.DIGITS)), "")
    return OnRoll(
        number,
        row,
        fields[row.kind],
        str(person.values().get("gender") or ""),
        "".join(c for c in digits if c.isdigit()),
        (*own, *words(row.cells[1].partition(" ")[2]), *words(row.cells[2])),
        len(own),
        person.deleted,
    )


def read_list(
    store: Store, kind: type[Record], field: str, record_id: str
) -> list[tuple[str, OnRoll]]:
    """Return who is on a list, numbered in order of entry, by the id of their line.

    ``kind``: of a line; ``field``: refers to the record the list belongs to.
    """
    from fieldkit.records.declaration.roles import people_in

    lines = store.where(kind.kind(), **{field: record_id})
    lines.sort(key=lambda line: (line.created_at or 0, len(line.id), line.id))
    of_line = {
        str(person): line.id
        for line in lines
        for name in people_in(kind).values()
        if (person := line.value(name))
    }
    standing = store.merges.persons(of_line)
    of_line |= {kept: of_line[one] for one, kept in standing.items() if kept not in of_line}
    people = read_people(store, kind, enumerate(of_line, 1))
    return [
        (of_line[one.row.id], one._replace(number=number)) for number, one in enumerate(people, 1)
    ]


def person_cells(one: OnRoll, typed: str = "") -> tuple[Cell, ...]:
    """Return the cells of a person on a roll: number, name, kin, place, last digits.

    What of them matches ``typed`` stands out.
    """
    name, *others = hit_cells(one.row.cells[:4], typed) if typed else one.row.cells[:4]
    return ((Span(f"{one.number:>3}  ", "key"), *restyled(name, "strong")), *others)


def narrowed(people: Sequence[OnRoll], typed: str) -> Narrowed:
    """Return the people of a roll whom a number, a mobile or the beginnings of names mean.

    Nothing typed means everybody. Nobody is meant for sure among several.
    """
    wanted = words(typed)
    if not wanted:
        return Narrowed(people)
    if all(word.isdecimal() for word in wanted):
        return _by_number(people, "".join(wanted))
    found = [one for one in people if _named(one, wanted)]
    if not found and max(map(len, wanted)) >= _SHORTEST_SOUND:
        found = [one for one in people if _sounds(one, wanted)]
    found.sort(key=lambda one: not _named(one, wanted, own=True))
    whole = [one for one in found if [*one.names[: one.own]] == wanted]
    sure = found if len(found) == 1 else whole
    return Narrowed(found, sure[0] if len(sure) == 1 else None)


def _by_number(people: Sequence[OnRoll], digits: str) -> Narrowed:
    number = int(digits[:12])
    if exact := next((one for one in people if one.number == number), None):
        return Narrowed([exact], exact)
    begun = [one for one in people if str(one.number).startswith(digits)]
    by_mobile: list[OnRoll] = []
    if len(digits) >= _LAST_DIGITS:
        by_mobile = [
            one
            for one in people
            if one.mobile.endswith(digits) or one.mobile.startswith(digits[-10:])
        ]
    sure = by_mobile[0] if len(by_mobile) == 1 and not begun else None
    return Narrowed([*begun, *by_mobile], sure)


def _named(one: OnRoll, wanted: Sequence[str], *, own: bool = False) -> bool:
    """Say whether each word typed begins a word of a name, or ends the mobile."""
    names = one.names[: one.own] if own else one.names
    return all(
        one.mobile.endswith(word)
        if word.isdecimal()
        else any(name.startswith(word) for name in names)
        for word in wanted
    )


def _sounds(one: OnRoll, wanted: Sequence[str]) -> bool:
    """Say whether each word typed sounds like the beginning of a word of a name."""
    keys = " ".join(sound(name) for name in one.names).split()
    return all(
        any(key.startswith(part) for key in keys) for word in wanted for part in sound(word).split()
    )
