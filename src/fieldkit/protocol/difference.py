"""Two records that are said to be of different people: a field of one of them (rule 30).

The field ``different.<id>`` of a record names the other one and holds true. It is written into the
record with the smaller id and read both ways. It merges, moves and is undone like any other field,
and a version that does not know it keeps it as an unknown field.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import id_order, is_id

_PREFIX = "different."


def difference_field(number: str) -> str:
    """Return the name of the field that says "not the same as the record ``number``"."""
    return f"{_PREFIX}{number}"


def other_number(name: str) -> str:
    """Return the number that such a field names; empty if it is another field."""
    number = name.removeprefix(_PREFIX)
    return number if name.startswith(_PREFIX) and is_id(number) else ""


def smaller_first(one: str, other: str) -> tuple[str, str]:
    """Return two numbers in the fixed order of all records."""
    return (one, other) if id_order(one) <= id_order(other) else (other, one)


def different_from(fields: Mapping[str, Json] | None) -> frozenset[str]:
    """Return the numbers of those from whom a record with these fields is said to differ."""
    return frozenset(
        number for name, said in (fields or {}).items() if said and (number := other_number(name))
    )


def renamed_field(name: str, numbers: Mapping[str, str]) -> str:
    """Return the field's name after records got new numbers, by the old ones (rule 31)."""
    number = other_number(name)
    return difference_field(numbers[number]) if number in numbers else name
