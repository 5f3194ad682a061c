"""Whether the portal and a record here say the same, field by field. Pure.

Values are compared as their formats read them: dates, amounts and codes by value, names and other
texts whatever their case and spacing. What the portal leaves empty says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from fieldkit.files import person_fields
from fieldkit.records import Format, Record, Value
from fieldkit.records.fields.formats import Born

_NOT_COMPARED = frozenset({"remarks"})
"""Notes of an office, which are its own."""
_DISTRICT, _BLOCK = "district", "block"
_YEAR = 4
"""Characters of a lone birth year."""


class Difference(NamedTuple):
    """A field in which the portal and a record here differ."""

    field: str
    here: Value
    """None: empty here."""
    portal: Value


@cache
def compared_fields(kind: type[Record]) -> Mapping[str, Format]:
    """Return the formats of the fields that are compared, in the order of the form."""
    found = {name: one.format for name, one in kind.asked_fields().items()}
    refers = kind.references().keys() - {*person_fields(kind)}
    return {name: form for name, form in found.items() if name not in _NOT_COMPARED | refers} | {
        _BLOCK: kind.fields()[_BLOCK].format
    }


def differences(record: Record, portal: Mapping[str, Value]) -> Iterator[Difference]:
    """Yield the fields in which the portal says something else than a record."""
    for name, form in compared_fields(type(record)).items():
        there, here = portal.get(name), record.value(name)
        if not says_same(form, here, there):
            yield Difference(name, here, there)
    # The district follows from a block; without one, the district itself may differ.
    there, here = portal.get(_DISTRICT), record.value(_DISTRICT)
    if portal.get(_BLOCK) is None and there is not None and there != here:
        yield Difference(_DISTRICT, here, there)


def says_same(form: Format, here: Value, portal: Value) -> bool:
    """Say whether two values of a format mean the same; an empty one of the portal says nothing."""
    if portal is None or here == portal:
        return True
    if not isinstance(here, str) or not isinstance(portal, str):
        return False
    if isinstance(form, Born) and _YEAR in {len(here), len(portal)}:
        # A lone year is often an age that was counted back.
        return abs(int(here[:_YEAR]) - int(portal[:_YEAR])) <= 1
    return folded(here) == folded(portal)


def folded(text: str) -> str:
    """Return a text without case and spacing."""
    return "".join(text.casefold().split())
