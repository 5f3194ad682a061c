"""The plain values of a person that are compared, and which field of a kind holds each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum


class Part(Enum):
    """What a field says about the person; a kind declares the part of each field it has."""

    NUMBER = "number"
    """An official number that one person alone has; a kind may have several such fields."""
    NAME = "name"
    KIN = "kin"
    """The name of the father or husband."""
    RELATION = "relation"
    GENDER = "gender"
    BORN = "born"
    """A date, or only the year."""
    MOBILE = "mobile"
    """A family often has one."""
    LAST_FOUR = "last_four"
    """The last four digits of the Aadhaar number."""
    ACCOUNT = "account"
    BRANCH = "branch"
    HOUSEHOLD = "household"
    """The ration card: a family has one."""
    VILLAGE = "village"
    BLOCK = "block"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Person:
    """The values of one person; an empty text means that it is not known."""

    name: str = ""
    kin: str = ""
    relation: str = ""
    gender: str = ""
    born: str = ""
    mobile: str = ""
    last_four: str = ""
    account: str = ""
    branch: str = ""
    household: str = ""
    village: str = ""
    block: str = ""
    district: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    """The official numbers, each with the name of its field."""


def person_of(values: Mapping[str, object], parts: Mapping[str, Part]) -> Person:
    """Return the person that the values of a record, by field, describe."""
    numbers = []
    found: dict[str, str] = {}
    for name, part in parts.items():
        if (value := values.get(name)) in {None, ""}:
            continue
        if part is Part.NUMBER:
            numbers.append((name, str(value)))
        else:
            found[part.value] = str(value)
    return Person(**found, numbers=tuple(numbers))


def fields_of(parts: Mapping[str, Part], wanted: Iterable[Part]) -> list[str]:
    """Return the fields that hold these parts, in the order of the parts."""
    return [name for part in wanted for name, its in parts.items() if its is part]
