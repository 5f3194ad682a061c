"""The headings under which spreadsheets carry the fields of records, and the words in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache, lru_cache

from fieldkit.reference.choices import fold
from fieldkit.reference.tables import rows


class Role(StrEnum):
    """What a word does in a heading; a word that has no role names what the column holds."""

    FILLER = "filler"
    """It says nothing: "of", "the", "mandatory"."""
    NAME = "name"
    NUMBER = "number"
    OWN = "own"
    """It means the record itself: "applicant" among artisans, "SHG" among groups."""
    KIN = "kin"
    """A relative by whom a person is known: father, husband, guardian."""
    OTHER = "other"
    """Somebody else: mother, nominee, officer."""
    PAPER = "paper"
    """A paper that a value is copied from: "name as per Aadhaar"."""
    WHICH = "which"
    """It tells two of a kind apart: "present address", "trade applied for"."""
    LABEL = "label"
    """It only labels a group of questions: ``personal_details/name``."""
    TOPIC = "topic"
    """It says what a group of questions is about: "Address: village"."""


def headings(declared_in: Iterable[str], field: str) -> tuple[str, ...]:
    """Return the known headings of a field, beside its label and name, those of its kind first.

    ``declared_in``: the names of the kind and of the parts it is made of, in snake_case, as in the
    column ``of``. Rows that leave ``of`` empty hold for a field of that name in every kind.
    """
    known = _headings()
    return tuple(text for of in (*declared_in, "") for text in known.get((of, field), ()))


def words_of(role: Role, declared_in: Iterable[str] = ()) -> frozenset[str]:
    """Return the words with a role, for kinds declared in these parts and for all kinds."""
    known = _words()
    return frozenset[str]().union(*(known.get((of, role), ()) for of in (*declared_in, "")))


@cache
def spellings() -> Mapping[tuple[str, ...], str]:
    """Return the words (folded) that are written for another word, in any language."""
    return {tuple(fold(row["written"]).split()): row["word"] for row in rows("heading_spellings")}


@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded, each in one spelling."""
    known = spellings()
    words, found = fold(text).split(), list[str]()
    while words:
        for length in (4, 3, 2, 1):
            word = known.get(tuple(words[:length]))
            if word or length == 1:
                found.append(word or words[0])
                words = words[length:] if word else words[1:]
                break
    return tuple(found)


@cache
def _headings() -> dict[tuple[str, str], list[str]]:
    known: dict[tuple[str, str], list[str]] = {}
    for row in rows("headings"):
        known.setdefault((row["of"], row["field"]), []).append(row["heading"])
    return known


@cache
def _words() -> dict[tuple[str, str], frozenset[str]]:
    known: dict[tuple[str, str], set[str]] = {}
    for row in rows("heading_words"):
        known.setdefault((row["of"], row["role"]), set()).add(row["word"])
    return {key: frozenset(words) for key, words in known.items()}
