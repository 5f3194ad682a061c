"""The area a report is about, and the smaller areas its rows are made by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table

from fieldkit import reference

TERRITORY = "J&K UT"
WHOLE = 0
"""The district of records that are about the whole territory."""


@dataclass(frozen=True, slots=True)
class Area:
    """The whole territory, or one division, district or block of it."""

    division: str = ""
    district: int | None = None
    block: int | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        if self.block is not None:
            within = reference.district_of(self.block)
            return f"Block {name_of('block', self.block)}, {name_of('district', within)}"
        if self.district is not None:
            return f"District {name_of('district', self.district)}"
        return f"{self.division} division" if self.division else TERRITORY

    @property
    def name(self) -> str:
        """The name alone."""
        if self.block is not None:
            return name_of("block", self.block)
        return name_of("district", self.district) if self.district is not None else self.title

    @property
    def level(self) -> str:
        """The level of the rows below it: district or block."""
        return "district" if self.district is None and self.block is None else "block"

    def holds(self, table: Table) -> list[ColumnElement[bool]]:
        """Return the conditions that a record lies in the area."""
        if self.block is not None:
            found = [table.c.block == self.block]
            within = reference.district_of(self.block)
            return [table.c.district == within, *found] if within is not None else found
        if self.district is not None:
            return [table.c.district == self.district]
        if self.division:
            return [table.c.district.in_(reference.districts_of(self.division))]
        return []

    def parts(self) -> list[Area]:
        """Return the areas below it."""
        if self.block is not None:
            return []
        if self.district is not None:
            inside = (one for one in reference.options("block") if one.within == self.district)
            return [Area(block=int(one.code)) for one in inside]
        districts = reference.options("district")
        if self.division:
            held = reference.districts_of(self.division)
            return [Area(district=int(one.code)) for one in districts if one.code in held]
        return [Area(division=one) for one in reference.divisions()]

    def around(self) -> Area | None:
        """Return the area that holds it; None for the whole territory."""
        if self.block is not None:
            within = reference.district_of(self.block)
            return Area(district=within) if within is not None else Area()
        if self.district is not None:
            division = reference.division_of(self.district)
            return Area(division=division) if division else Area()
        return Area() if self.division else None

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """Return what tells it from others: division, district, block."""
        return self.division, self.district, self.block


def name_of(level: str, code: object) -> str:
    """Return the name of a district or block."""
    if code is None:
        return "no block given" if level == "block" else "no district given"
    if code == WHOLE and level == "district":
        return TERRITORY
    found = reference.option(level, code)
    return found.label if found else f"{level} {code}"
