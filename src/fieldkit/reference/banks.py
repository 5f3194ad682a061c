"""Find bank and branch by IFSC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fieldkit.reference.choices import Option, fold
from fieldkit.reference.lists import option
from fieldkit.reference.tables import rows

_GRAMEEN_IFSC, _GRAMEEN = "JAKA0GRAMEN", "XJKG"
"""J&K Grameen Bank has no IFSC prefix; it shares this code of J&K Bank (razorpay/ifsc)."""
_SMALL = frozenset({"and", "of", "the", "ltd", "limited"})


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


def branches_named(typed: str, first: Sequence[str], many: int) -> Sequence[Branch]:
    """Return the branches of which each word typed begins a word of bank, branch or city.

    ``first``: IFSCs of those that come before the others, the likeliest first.
    """
    wanted, found = fold(typed).split(), list[Branch]()
    known = _branches()
    order = dict.fromkeys([*(ifsc for ifsc in first if ifsc in known), *known])
    for ifsc in order if wanted else first:
        words = _words_of(ifsc)
        if all(any(word.startswith(part) for word in words) for part in wanted):
            found.append(known[ifsc])
            if len(found) == many:
                break
    return found


@cache
def _words_of(ifsc: str) -> Sequence[str]:
    """Return the words by which a branch is looked for, and the initials of its bank."""
    one = _branches()[ifsc]
    bank = fold(one.bank).split()
    initials = "".join(word[0] for word in bank), "".join(w[0] for w in bank if w not in _SMALL)
    return [ifsc.casefold(), *initials, *bank, *fold(f"{one.branch} {one.city}").split()]


@cache
def _branches() -> dict[str, Branch]:
    known = {}
    for row in rows("bank_branches"):
        bank = bank_of(row["ifsc"])
        name = bank.label if bank else row["bank_name"]
        known[row["ifsc"]] = Branch(row["ifsc"], name, row["branch"], row["city"])
    return known
