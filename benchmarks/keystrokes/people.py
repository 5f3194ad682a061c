"""Fifty made-up artisans of one block, the same on every run, as their papers describe them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.sample.area import area
from fieldkit.sample.people import artisan, person

DISTRICT, BLOCK = 2, 16
SEED = 2611
PEOPLE = 50
_FIRST = 700_001
"""Their numbers begin here: nobody of the sample data has the same Aadhaar ending and birthday."""
_REGISTERED = date(2026, 10, 1)
NEEDED = (
    "name", "relation", "relation_name", "gender", "born", "mobile", "aadhaar_last4", "category",
    "village", "trade_code", "bars",
)  # fmt: skip
"""What a registration needs at once; the first page of the form asks it."""


@dataclass(frozen=True)
class Wanted:
    """One artisan: the value of each field that the papers fill."""

    values: Mapping[str, Value]

    def only(self, names: Sequence[str]) -> "Wanted":
        """Return the artisan with these fields alone."""
        return Wanted({name: self.values[name] for name in names if name in self.values})


@cache
def people() -> Sequence[Wanted]:
    """Return the artisans with all that their papers say."""
    random, where = Random(f"keystrokes {SEED}"), area(DISTRICT, BLOCK)
    asked = Beneficiary.asked_fields()
    found = []
    for number in range(_FIRST, _FIRST + PEOPLE):
        someone = person(random, where, number)
        on = _REGISTERED + timedelta(days=random.randrange(28))
        row = artisan(random, where, someone, number, "SUBMITTED", on)
        read = {
            name: asked[name].format.read(value)
            for name, value in row.items()
            if name in asked and value is not None
        }
        found.append(Wanted(read))
    return found


def needed() -> Sequence[Wanted]:
    """Return the artisans with what a registration needs at once."""
    return [one.only(NEEDED) for one in people()]


@cache
def neighbours() -> Sequence[Wanted]:
    """Return the same artisans as if all came from one village, in one trade and category."""
    first = needed()[0].values
    shared = {name: first[name] for name in ("category", "village", "trade_code")}
    return [Wanted({**one.values, **shared}) for one in needed()]
