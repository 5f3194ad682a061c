"""The headings under which spreadsheets carry the fields of records."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from fieldkit.reference.tables import rows


def headings(declared_in: Iterable[str], field: str) -> tuple[str, ...]:
    """Return the known headings of a field, beside its label and name, those of its kind first.

    ``declared_in``: the names of the kind and of the parts it is made of, in snake_case, as in the
    column ``of``. Rows that leave ``of`` empty hold for a field of that name in every kind.
    """
    known = _headings()
    return tuple(text for of in (*declared_in, "") for text in known.get((of, field), ()))


@cache
def _headings() -> dict[tuple[str, str], list[str]]:
    known: dict[tuple[str, str], list[str]] = {}
    for row in rows("headings"):
        known.setdefault((row["of"], row["field"]), []).append(row["heading"])
    return known
