"""The words with which lines under a table begin: totals, notes, signatures."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from fieldkit.reference.choices import fold
from fieldkit.reference.tables import rows


class Footer(StrEnum):
    """What a line under a table is."""

    TOTAL = "total"
    NOTE = "note"
    SIGNATURE = "signature"


def footer(text: str) -> Footer | None:
    """Return what a text is, if it is no value of a record: ``Grand Total: 5``, ``Sd/-``.

    A total has only words of totals and numbers, so that a group may be named Total Vikas; notes
    and signatures are known by their first words.
    """
    words = fold(text).split()
    if any(word in _totals() for word in words[:2]) and all(
        word in _words(Footer.TOTAL) or word.isdecimal() for word in words
    ):
        return Footer.TOTAL
    for kind in (Footer.SIGNATURE, Footer.NOTE):
        if any(" ".join(words[:many]) in _words(kind) for many in range(1, 5)):
            return kind
    return Footer.NOTE if text.lstrip().startswith("*") else None


@cache
def _words(kind: Footer) -> frozenset[str]:
    return frozenset(fold(row["text"]) for row in rows("footer_words") if row["means"] == kind)


@cache
def _totals() -> frozenset[str]:
    """Return the words of which a total has one: the first of the list, and those of Hindi."""
    return frozenset(
        word for word in _words(Footer.TOTAL) if word == "total" or not word.isascii()
    ) | {"gt", "sum", "overall"}
