"""The Lakhpati ladder: where a member stands follows from what her household earns in a year.

Pages read :func:`rung`; reports build the same in SQL from :data:`RUNGS`, :data:`MONTHS` and
:data:`POTENTIAL`. The income of a year is the sum of the amounts of the entries whose last day
lies in the twelve months that end on the day asked for. Amounts of the time before the group
(``baseline``) are not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fieldkit.records.community.income_entry import IncomeEntry
from fieldkit.records.fields.dates import months_after

SOURCE = "lakhpatididi.gov.in; the Millionaire Didi threshold is our own, not official"
MONTHS = 12
"""The months that make a year of income."""
LAKHPATI, MILLIONAIRE = 1_00_000, 10_00_000
"""Rupees a year, if no SchemeLimit record says otherwise (LAKHPATI_INCOME, MILLIONAIRE)."""
RUNGS = (("MD", MILLIONAIRE), ("LD", LAKHPATI))
"""The least yearly income of each rung, the highest first: codes of the list lakhpati_status."""


@dataclass(frozen=True, slots=True)
class Potential:
    """What makes a member a potential Lakhpati Didi; all of it must hold."""

    months_in_group: int = 24
    activities: int = 2
    """Different activities among the entries of the year."""
    # Also: she or her group has taken CIF, and she has an enterprise, support, convergence or a
    # farm practice.


POTENTIAL = Potential()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a member on a day."""

    income: int | None = None
    """Of the year; None: no amount is known."""
    assessed: str | None = None
    """The latest assessment of a register, a code of lakhpati_status."""
    activities: int = 0
    months_in_group: int = 0
    taken_cif: bool = False
    has_intervention: bool = False

    @property
    def potential(self) -> bool:
        """Whether she meets all that makes a potential Lakhpati Didi."""
        long_enough = self.months_in_group >= POTENTIAL.months_in_group
        enough = self.activities >= POTENTIAL.activities
        return long_enough and enough and self.taken_cif and self.has_intervention


def rung(standing: Standing, *, lakhpati: int = LAKHPATI, millionaire: int = MILLIONAIRE) -> str:
    """Return where a member stands: MD, LD, PLD or NONE.

    Amounts decide whether she is a Lakhpati or Millionaire Didi; only without any does the latest
    assessment count. One who was assessed higher and earns less is potential.
    """
    income, assessed = standing.income, standing.assessed
    if income is None:
        return assessed if assessed in {"MD", "LD", "PLD"} else _lowest(standing.potential)
    if income >= millionaire:
        return "MD"
    if income >= lakhpati:
        return "LD"
    return _lowest(standing.potential or assessed in {"MD", "LD", "PLD"})


def _lowest(potential: bool) -> str:
    return "PLD" if potential else "NONE"


def standing(entries: Iterable[IncomeEntry], on: date) -> Standing:
    """Return what a member's entries say on a day; what else counts is left open."""
    first = months_after(on, -MONTHS)
    known = [one for one in entries if not one.deleted and (one.period_to or date.min) <= on]
    year = [one for one in known if one.period_to and one.period_to > first and not one.baseline]
    amounts = [one.amount for one in year if one.amount is not None]
    rated = [one for one in known if one.assessed]
    latest = max(rated, key=lambda one: (one.period_to or date.min, one.id), default=None)
    return Standing(
        sum(amounts) if amounts else None,
        latest.assessed if latest else None,
        len({one.activity for one in year if one.activity}),
    )
