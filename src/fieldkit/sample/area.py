"""The real places, bank branches and name customs of one block, for made-up people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from fieldkit.reference import Name, options, person_names, pincodes
from fieldkit.reference.places import district_of
from fieldkit.reference.tables import rows

_CHENAB = {4, 620, 621}
"""Doda, Kishtwar, Ramban."""
_PIR_PANJAL = {10, 12}
"""Poonch, Rajouri."""
_VILLAGES = 24


@dataclass(frozen=True, slots=True)
class Place:
    """A village (or ward) and its PIN code."""

    name: str
    pin: str


@dataclass(frozen=True, slots=True)
class Area:
    """The facts of one block that made-up people need."""

    district: int
    block: int
    villages: Sequence[Place]
    tehsils: Sequence[int]
    towns: Sequence[int]
    branches: Sequence[str]
    """IFSCs of the district's branches, those of J&K Bank first."""
    own_branches: int
    """How many of them belong to J&K Bank, where most people have their account."""
    communities: Sequence[str]
    shares: Sequence[int]

    def branch(self, random: Random) -> str:
        """Choose the branch of an account at random."""
        own = self.branches[: self.own_branches]
        return random.choice(own if own and random.random() < 0.8 else self.branches)

    def community(self, random: Random) -> str:
        """Choose the community of a family at random."""
        return random.choices(self.communities, self.shares)[0]


def area(district: int, block: int) -> Area:
    """Return the area of one block, always the same.

    Raises:
        ValueError: there is no such block in the district (LGD codes).
    """
    if district_of(block) != district:
        raise ValueError(f"There is no block {block} in district {district}.")
    random = Random(f"area {district} {block}")
    places = [
        Place(row["locality"], row["pincode"])
        for row in rows("post_offices")
        if row["district_lgd"] == str(district) and row["locality"]
    ]
    branches = _branches(district)
    own = [ifsc for ifsc in branches if ifsc.startswith("JAKA")]
    communities = _communities(district)
    return Area(
        district,
        block,
        random.sample(places, min(_VILLAGES, len(places))),
        [int(entry.code) for entry in options("tehsil") if entry.within == district],
        [int(entry.code) for entry in options("ulb") if entry.within == district],
        own + [ifsc for ifsc in branches if ifsc not in own],
        len(own),
        list(communities),
        list(communities.values()),
    )


def _branches(district: int) -> list[str]:
    """Return the branches listed under the district, or all of J&K if none match its spelling."""
    entry = next(entry for entry in options("district") if entry.code == district)
    spellings = {name.casefold() for name in (entry.label, *entry.also)}
    listed = [(row["ifsc"], row["district_or_centre"].casefold()) for row in rows("bank_branches")]
    return [ifsc for ifsc, name in listed if name in spellings] or [ifsc for ifsc, _ in listed]


def _communities(district: int) -> dict[str, int]:
    """Return rough shares in percent, for variety of names only; they are no statistics."""
    if district in _PIR_PANJAL:
        return {"gujjar_bakarwal": 60, "kashmiri_muslim": 15, "dogra_hindu": 20, "sikh": 5}
    if district in _CHENAB:
        return {"kashmiri_muslim": 50, "dogra_hindu": 40, "gujjar_bakarwal": 10}
    if pincodes(district)[0] < "190":
        return {"dogra_hindu": 78, "gujjar_bakarwal": 10, "sikh": 8, "kashmiri_pandit": 4}
    return {"kashmiri_muslim": 88, "gujjar_bakarwal": 7, "sikh": 3, "kashmiri_pandit": 2}


@cache
def given_names(community: str, gender: str) -> tuple[str, ...]:
    """Return the given names of women (F) or men (M) of a community."""
    return tuple(name.text for name in _of(community) if not name.surname and name.gender == gender)


@cache
def surnames(community: str) -> tuple[str, ...]:
    """Return the family names of a community."""
    return tuple(name.text for name in _of(community) if name.surname and name.gender == "U")


@cache
def second_names(community: str) -> tuple[str, ...]:
    """Return the last names that women of a community use instead of the family name."""
    return tuple(name.text for name in _of(community) if name.surname and name.gender == "F")


def _of(community: str) -> list[Name]:
    return [name for name in person_names() if name.community == community]
