"""What one part of two persons says for or against their being one, as a weight in bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from fieldkit.matching.match import Reason
from fieldkit.matching.person import Person
from fieldkit.search.sound import MAY_BE_SAME, alike, sounds, words

_NAME = ((0.97, 6.0), (0.9, 5.0), (0.8, 3.0), (0.7, 0.0), (0.6, -4.0), (0.0, -8.0))
_KIN = ((0.97, 4.0), (0.9, 3.5), (0.8, 3.0), (0.7, 0.0), (0.6, -2.0), (0.0, -4.0))
_UNCLEAR = 0.0
"""Names of the same consonants alone: a slip, or two names."""
_MARRIED = -1.0
"""Another kin name where the relation differs too: a daughter has become a wife."""
_YEAR = 4
"""Characters of a lone birth year."""
_YEARS_APART = ((1, 0.0), (2, -1.5), (5, -3.0), (200, -5.0))
"""Weights of lone birth years that differ by so many years: people guess."""


class Evidence(NamedTuple):
    """What one part says."""

    reason: Reason | None
    weight: float
    shared: bool = False
    """Whether the members of a family have this in common."""


def evidence(one: Person, other: Person) -> Iterator[Evidence]:
    """Yield what each part says that both persons have."""
    yield from _number(one, other)
    yield from _name(one, other)
    yield from _kin(one, other)
    yield from _gender(one, other)
    yield from _born(one.born, other.born)
    yield from _digits(one, other)
    yield from _shared(one, other)


def _number(one: Person, other: Person) -> Iterator[Evidence]:
    if one.numbers and other.numbers:
        others = dict(other.numbers)
        for name, number in one.numbers:
            if name in others:
                same = number == others[name]
                yield (
                    Evidence(Reason.SAME_NUMBER, 20) if same else Evidence(Reason.OTHER_NUMBER, -4)
                )


def _name(one: Person, other: Person) -> Iterator[Evidence]:
    if one.name and other.name:
        weight = _named(one.name, other.name, _NAME)
        if weight < _UNCLEAR and one.gender and one.gender == other.gender:
            # The last vowel tells Tahira from Tahir; of two men it is a slip: Wani, Wanu.
            same = sorted(_heard(one.name).split()) == sorted(_heard(other.name).split())
            weight = _UNCLEAR if same else weight
        reasons = (Reason.SAME_NAME, Reason.NAME_ALIKE, Reason.OTHER_NAME)
        yield Evidence(_reason(one.name, other.name, weight, reasons), weight)


def _kin(one: Person, other: Person) -> Iterator[Evidence]:
    if one.kin and other.kin:
        weight = _named(one.kin, other.kin, _KIN)
        if weight < 0 and one.relation != other.relation:  # a daughter becomes a wife
            weight = _MARRIED
        reasons = (Reason.SAME_KIN, Reason.KIN_ALIKE, Reason.OTHER_KIN)
        yield Evidence(_reason(one.kin, other.kin, weight, reasons), weight, shared=True)


def _named(one: str, other: str, levels: tuple[tuple[float, float], ...]) -> float:
    likeness = alike(one, other)
    return next(weight for least, weight in levels if likeness >= least)


def _reason(
    one: str, other: str, weight: float, reasons: tuple[Reason, Reason, Reason]
) -> Reason | None:
    """Return which of "same", "alike" and "other" two names are; None: it is not clear."""
    same, near, differing = reasons
    if weight > 0:
        return same if _spelt(one) == _spelt(other) else near
    return differing if weight < 0 else None


def _gender(one: Person, other: Person) -> Iterator[Evidence]:
    if one.gender and other.gender and one.gender != other.gender:
        yield Evidence(Reason.OTHER_GENDER, -6)


def _born(one: str, other: str) -> Iterator[Evidence]:
    if not one or not other:
        return
    years = abs(int(one[:4]) - int(other[:4]))
    if one == other and len(one) > _YEAR:
        yield Evidence(Reason.SAME_BIRTH, 6)
    elif years == 0 and any(len(born) == _YEAR or born.endswith("-01-01") for born in (one, other)):
        yield Evidence(Reason.SAME_YEAR, 3)
    elif _YEAR in {len(one), len(other)}:
        weight = next(weight for most, weight in _YEARS_APART if years <= most)
        yield Evidence(Reason.OTHER_BIRTH if weight else None, weight)
    elif _is_slip(one, other):
        yield Evidence(Reason.NEAR_BIRTH, 2)
    else:
        yield Evidence(Reason.OTHER_BIRTH, -4 if years < 3 else -6)


def _is_slip(one: str, other: str) -> bool:
    """Say whether two dates differ by one slip: a digit, the day, the month, both exchanged."""
    (year, month, day), (its_year, its_month, its_day) = one.split("-"), other.split("-")
    if year == its_year:
        return month == its_month or day == its_day or (month, day) == (its_day, its_month)
    return OSA.distance(one, other) == 1


def _digits(one: Person, other: Person) -> Iterator[Evidence]:
    if one.last_four and other.last_four:
        if one.last_four == other.last_four:
            yield Evidence(Reason.SAME_LAST_FOUR, 9)
        elif OSA.distance(one.last_four, other.last_four) == 1:
            yield Evidence(Reason.NEAR_LAST_FOUR, -1)
        else:
            yield Evidence(Reason.OTHER_LAST_FOUR, -10)
    if one.mobile and other.mobile:
        if one.mobile == other.mobile:
            yield Evidence(Reason.SAME_MOBILE, 7, shared=True)
        elif OSA.distance(one.mobile, other.mobile) == 1:
            yield Evidence(Reason.NEAR_MOBILE, 4, shared=True)
        else:
            yield Evidence(None, -1.5)
    if one.account and one.account == other.account and one.branch[:4] == other.branch[:4]:
        yield Evidence(Reason.SAME_ACCOUNT, 9, shared=True)


def _shared(one: Person, other: Person) -> Iterator[Evidence]:
    """Yield what place and household say."""
    if one.household and one.household == other.household:
        yield Evidence(Reason.SAME_HOUSEHOLD, 3, shared=True)
    if one.village and other.village:
        if _spelt(one.village) == _spelt(other.village):
            yield Evidence(Reason.SAME_VILLAGE, 3, shared=True)
        elif alike(one.village, other.village) >= MAY_BE_SAME:
            yield Evidence(Reason.VILLAGE_ALIKE, 2.5, shared=True)
        else:
            far = one.block and other.block and one.block != other.block
            yield Evidence(Reason.OTHER_PLACE, -2 if far else -1)


@lru_cache(maxsize=20_000)
def _spelt(text: str) -> tuple[str, ...]:
    return tuple(words(text))


@lru_cache(maxsize=20_000)
def _heard(text: str) -> str:
    return sounds(text)
