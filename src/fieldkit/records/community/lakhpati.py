"""The Lakhpati ladder: where a member stands follows from what her household earns in a year.

Pages read :func:`in_words`; reports build the same in SQL from :data:`MONTHS`, :data:`POTENTIAL`,
:data:`RELEASED` and :data:`INTERVENTIONS`. The income of a year is the sum of the amounts of the
entries whose last day lies in the twelve months that end on the day asked for. Amounts of the time
before the group (``baseline``) are not counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fieldkit.records.community.income_entry import IncomeEntry
from fieldkit.records.declaration.one_person import where
from fieldkit.records.declaration.record import Record
from fieldkit.records.declaration.rule import LIMITS, Known
from fieldkit.records.fields.dates import months_after, show_date
from fieldkit.records.fields.formats import RUPEES

SOURCE = "lakhpatididi.gov.in; the Millionaire Didi threshold is our own, not official"
MONTHS = 12
"""The months that make a year of income."""
LAKHPATI, MILLIONAIRE = 1_00_000, 10_00_000
"""Rupees a year, if no SchemeLimit record says otherwise (LAKHPATI_INCOME, MILLIONAIRE)."""
RUNGS = (("MD", MILLIONAIRE), ("LD", LAKHPATI))
"""The least yearly income of each rung, the highest first: codes of the list lakhpati_status."""


RELEASED = ("RELEASED", "RECEIVED", "REPAID")
"""The states of a fund that was given."""
INTERVENTIONS = ("enterprise", "support", "convergence", "farm_practice")
"""The kinds of which a potential Lakhpati Didi has a record."""
_WORDS = {
    "MD": "Millionaire Didi",
    "LD": "Lakhpati Didi",
    "PLD": "Potential Lakhpati Didi",
    "NONE": "Not yet a Lakhpati Didi",
}


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
    known = _known(entries, on)
    year = _of_year(known, on)
    amounts = [one.amount for one in year if one.amount is not None]
    latest = _latest_assessment(known)
    return Standing(
        sum(amounts) if amounts else None,
        latest.assessed if latest else None,
        len({one.activity for one in year if one.activity}),
    )


def _known(entries: Iterable[IncomeEntry], on: date) -> list[IncomeEntry]:
    return [one for one in entries if not one.deleted and (one.period_to or date.min) <= on]


def _of_year(known: Iterable[IncomeEntry], on: date) -> list[IncomeEntry]:
    """Return the entries whose last day lies in the twelve months that end on a day."""
    first = months_after(on, -MONTHS)
    return [one for one in known if one.period_to and one.period_to > first and not one.baseline]


def _latest_assessment(known: Iterable[IncomeEntry]) -> IncomeEntry | None:
    rated = [one for one in known if one.assessed]
    return max(rated, key=lambda one: (one.period_to or date.min, one.id), default=None)


def in_words(member: Record, known: Known, on: date) -> Sequence[str]:
    """Return where a member stands on a day, and on which income that rests.

    Nothing if she has no income entry up to that day.
    """
    found = where(known, "income_entry", member_id=member.id)
    entries = _known((one for one in found if isinstance(one, IncomeEntry)), on)
    if not entries:
        return ()
    stands = replace(
        standing(entries, on),
        months_in_group=_months_since(member.value("joined_on"), on),
        taken_cif=_has_taken_cif(member, known, on),
        has_intervention=any(where(known, kind, member_id=member.id) for kind in INTERVENTIONS),
    )
    lakhpati, millionaire = (
        _limit(known, name, usual, on)
        for name, usual in (("LAKHPATI_INCOME", LAKHPATI), ("MILLIONAIRE", MILLIONAIRE))
    )
    word = _WORDS[rung(stands, lakhpati=lakhpati, millionaire=millionaire)]
    return word, *_rests_on(entries, stands, on)


def _rests_on(entries: Sequence[IncomeEntry], stands: Standing, on: date) -> list[str]:
    """Return the income of the year with its entries; without amounts, the assessment."""
    if stands.income is not None:
        counted = [one for one in _of_year(entries, on) if one.amount is not None]
        since = min(one.period_from or one.period_to or on for one in counted)
        many = "1 entry" if len(counted) == 1 else f"{len(counted)} entries"
        income = f"{RUPEES.show(stands.income)} in {MONTHS} months"
        return [income, f"{many} since {show_date(since)}"]
    words = [f"no amounts in {MONTHS} months"]
    latest = _latest_assessment(entries)
    if latest is not None and latest.period_to:
        words.append(f"assessed {show_date(latest.period_to)}")
    return words


def _months_since(day: object, on: date) -> int:
    """Return the whole months since a day; none if it is not known."""
    if not isinstance(day, date):
        return 0
    return (on.year - day.year) * 12 + on.month - day.month - (on.day < day.day)


def _has_taken_cif(member: Record, known: Known, on: date) -> bool:
    """Say whether CIF was released to her or her group up to a day."""
    found = [*where(known, "fund_release", member_id=member.id, fund="CIF")]
    if group := member.value("self_help_group_id"):
        found += known.where("fund_release", self_help_group_id=group, fund="CIF")
    days = (one.value("released_on") for one in found if one.value("state") in RELEASED)
    return any(day is None or (isinstance(day, date) and day <= on) for day in days)


def _limit(known: Known, name: str, usual: int, on: date) -> int:
    """Return a limit of the whole territory as in force on a day, the usual value if none is."""
    best, latest = usual, (date.min, "")
    for one in known.where(LIMITS, limit_name=name, district=0):
        amount, since = one.value("amount"), one.value("from_on") or date.min
        if not isinstance(amount, int) or not isinstance(since, date) or since > on:
            continue
        if (since, one.id) >= latest:
            best, latest = amount, (since, one.id)
    return best
