"""Names as written in J&K, for made-up people and for tests of spellings.

Compiled from general knowledge, not from real people; the communities are rough (SOURCES.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from fieldkit.reference.tables import rows


@dataclass(frozen=True, slots=True)
class Name:
    """A given name or surname."""

    text: str
    surname: bool
    gender: Literal["F", "M", "U"]
    """U: any gender."""
    community: str
    """People get names of one community."""


@dataclass(frozen=True, slots=True)
class NameVariant:
    """Two written names, and whether they are spellings of one name."""

    first: str
    second: str
    same: bool
    kind: str
    """What differs: given, surname, abbreviation, given_or_surname."""


@cache
def person_names() -> tuple[Name, ...]:
    """Return the names for made-up people."""
    return tuple(
        Name(row["name"], row["kind"] == "surname", _gender(row["gender"]), row["community"])
        for row in rows("names")
    )


@cache
def name_variants() -> tuple[NameVariant, ...]:
    """Return pairs of spellings: of one name, or of two similar names."""
    return tuple(
        NameVariant(row["name_a"], row["name_b"], row["expected"] == "same", row["kind"])
        for row in rows("name_variants")
    )


def _gender(text: str) -> Literal["F", "M", "U"]:
    return "F" if text == "F" else "M" if text == "M" else "U"
