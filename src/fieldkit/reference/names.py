"""Names as written in J&K, for made-up people and for telling spellings from persons.

Compiled from general knowledge, of no real person; the communities are rough (SOURCES.md).
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
    """U: borne by all."""
    community: str
    """Names of one community go together."""


@dataclass(frozen=True, slots=True)
class NameVariant:
    """Two written names, and whether they are taken for one."""

    first: str
    second: str
    same: bool
    kind: str
    """What sets them apart: given, surname, abbreviation, given_or_surname."""


@cache
def person_names() -> tuple[Name, ...]:
    """Return the names people of the sample are made from."""
    return tuple(
        Name(row["name"], row["kind"] == "surname", _gender(row["gender"]), row["community"])
        for row in rows("names")
    )


@cache
def name_variants() -> tuple[NameVariant, ...]:
    """Return pairs of spellings: of one name, or of two that only look alike."""
    return tuple(
        NameVariant(row["name_a"], row["name_b"], row["expected"] == "same", row["kind"])
        for row in rows("name_variants")
    )


def _gender(text: str) -> Literal["F", "M", "U"]:
    return "F" if text == "F" else "M" if text == "M" else "U"
