"""The records that are one person, as rules count them: resolved once, for laptop and server.

A rule that asks for the records about a person gets those about every record of the person; one
that asks for people gets each person once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from fieldkit.protocol.alias import MERGED, resolve, values_of
from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.fields.formats import Value

if TYPE_CHECKING:
    from fieldkit.records.declaration.rule import Known


def same_as(known: Known, kind: str, number: str, itself: Record | None = None) -> frozenset[str]:
    """Return the numbers of all records that are the same person as one, itself included.

    ``itself``: the record, if it is at hand.
    """
    found = _linked(known, kind, number, itself)
    stands = _resolved(found)
    here = stands.get(number, number)
    return frozenset({number, *(one for one, other in stands.items() if other == here)})


def is_stood_for(known: Known, record: Record) -> bool:
    """Say whether another record stands for this one, which is then no person of its own."""
    if not _merged_into(record):
        return False
    found = _linked(known, record.kind(), record.id, record)
    return _resolved(found)[record.id] != record.id


def where(known: Known, kind: str, **equal: Value) -> Sequence[Record]:
    """Return the live records with these values: those about all records of a person named.

    Of people, each person once.
    """
    ways = [_values(known, kind, name, value) for name, value in equal.items()]
    found = [
        one
        for values in product(*ways)
        for one in known.where(kind, **dict(zip(equal, values, strict=True)))
    ]
    return [one for one in found if not is_stood_for(known, one)]


def _values(known: Known, kind: str, name: str, value: Value) -> Sequence[Value]:
    """Return the values that stand for one: of a person, the numbers of all records."""
    refers = kinds()[kind].references().get(name)
    people = [one for one in refers.kinds if MERGED in kinds()[one].fields()] if refers else []
    if not people or not isinstance(value, str):
        return [value]
    return sorted({value}.union(*(same_as(known, one, value) for one in people)))


def _linked(known: Known, kind: str, number: str, itself: Record | None) -> dict[str, Record]:
    """Return the known records that lead to a person's record, or that it leads to."""
    found: dict[str, Record] = {number: itself} if itself else {}
    left, seen = [number], set[str]()
    while left:
        here = left.pop()
        if here in seen:
            continue
        seen.add(here)
        if one := found.get(here) or known.get(kind, here):
            found[here] = one
            left += filter(None, [_merged_into(one)])
        merged = known.where(kind, **{MERGED: here})
        found |= {one.id: one for one in merged if one.id not in found}
        left += [one.id for one in merged]
    return found


def _resolved(found: dict[str, Record]) -> dict[str, str]:
    """Return by each record the one that stands for it."""
    merged_into = values_of((number, _merged_into(one)) for number, one in found.items())
    return {
        number: resolve(number, merged_into, lambda one: not found[one].deleted)
        for number in merged_into
    }


def _merged_into(record: Record) -> str:
    into = vars(record).get(MERGED)
    return into if isinstance(into, str) else ""
