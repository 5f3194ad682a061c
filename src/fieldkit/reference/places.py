"""Places within districts: blocks, post offices and PIN codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fieldkit.reference.choices import fold
from fieldkit.reference.lists import option
from fieldkit.reference.tables import rows


@dataclass(frozen=True, slots=True)
class Village:
    """A village of one of the 20 districts; places are LGD codes, None if unknown."""

    code: int
    name: str
    district: int
    tehsil: int | None = None
    block: int | None = None
    panchayat: str = ""


def district_of(block: int) -> int | None:
    """Return the LGD code of the district of a block (LGD code); None if unknown."""
    entry = option("block", block)
    return entry.within if entry and isinstance(entry.within, int) else None


def divisions() -> tuple[str, ...]:
    """Return the divisions of the territory."""
    return tuple(dict.fromkeys(_divisions().values()))


def division_of(district: int) -> str:
    """Return the division of a district (LGD code); empty if unknown."""
    return _divisions().get(district, "")


def districts_of(division: str) -> tuple[int, ...]:
    """Return the LGD codes of a division's districts."""
    return tuple(code for code, name in _divisions().items() if name == division)


def localities(district: int) -> tuple[str, ...]:
    """Return the localities of a district's post offices, sorted; none for an unknown district.

    They are suggested for village names, but are no list of villages.
    """
    return _localities().get(district, ())


def pincodes(district: int) -> tuple[str, ...]:
    """Return the PIN codes in use in a district, sorted; none for an unknown district."""
    return tuple(sorted(pin for pin, held in _districts_of_pincodes().items() if district in held))


def district_of_pincode(pincode: str) -> int | None:
    """Return the LGD code of the district of a PIN code; None if unknown or in several."""
    held = _districts_of_pincodes().get(pincode, ())
    return held[0] if len(held) == 1 else None


def pincodes_of(locality: str, district: int) -> tuple[str, ...]:
    """Return the PIN codes of the post offices at a locality of a district, by its name."""
    return _pins().get((district, fold(locality)), ())


def localities_of(pincode: str, district: int) -> tuple[str, ...]:
    """Return the localities of a district whose post offices have a PIN code."""
    return _pins_inverted().get((district, pincode), ())


@cache
def _pins() -> dict[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for row in rows("post_offices"):
        here = int(row["district_lgd"]), fold(row["locality"])
        if row["locality"] and row["pincode"] not in found.get(here, ()):
            found[here] = (*found.get(here, ()), row["pincode"])
    return found


@cache
def _pins_inverted() -> dict[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for row in rows("post_offices"):
        here = int(row["district_lgd"]), row["pincode"]
        if row["locality"] and row["locality"] not in found.get(here, ()):
            found[here] = (*found.get(here, ()), row["locality"])
    return found


@cache
def _divisions() -> dict[int, str]:
    return {int(row["district_lgd"]): row["division"] for row in rows("districts")}


@cache
def _localities() -> dict[int, tuple[str, ...]]:
    names: dict[int, set[str]] = {}
    for row in rows("post_offices"):
        if row["locality"]:
            names.setdefault(int(row["district_lgd"]), set()).add(row["locality"])
    return {district: tuple(sorted(held)) for district, held in names.items()}


@cache
def _districts_of_pincodes() -> dict[str, tuple[int, ...]]:
    held: dict[str, tuple[int, ...]] = {}
    for row in rows("pincodes"):
        pin = row["pincode"]
        held[pin] = (*held.get(pin, ()), int(row["district_lgd"]))
    return held
