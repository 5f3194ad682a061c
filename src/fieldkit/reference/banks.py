"""Find bank and branch by IFSC."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fieldkit.reference.choices import Option
from fieldkit.reference.lists import option
from fieldkit.reference.tables import rows

_GRAMEEN_IFSC, _GRAMEEN = "JAKA0GRAMEN", "XJKG"
"""J&K Grameen Bank has no IFSC prefix; it shares this code of J&K Bank (razorpay/ifsc)."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A bank branch in J&K, from the RBI's list of IFSC."""

    ifsc: str
    bank: str
    """The bank's name in the list ``bank``."""
    branch: str
    city: str


def branch(ifsc: str) -> Branch | None:
    """Return the branch with this IFSC; None if it is unknown, as new branches are."""
    return _branches().get(ifsc.strip().upper())


def bank_of(ifsc: str) -> Option | None:
    """Return the bank (an entry of the list ``bank``) of an IFSC, even if its branch is unknown."""
    ifsc = ifsc.strip().upper()
    return option("bank", _GRAMEEN if ifsc == _GRAMEEN_IFSC else ifsc[:4])


@cache
def _branches() -> dict[str, Branch]:
    known = {}
    for row in rows("bank_branches"):
        bank = bank_of(row["ifsc"])
        name = bank.label if bank else row["bank_name"]
        known[row["ifsc"]] = Branch(row["ifsc"], name, row["branch"], row["city"])
    return known
