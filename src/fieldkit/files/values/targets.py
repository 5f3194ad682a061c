"""What a column can hold: a field of the kind, or something a field follows from. Pure.

A mapping is a plain ``{column: target or None}``. A target is the name of a field or one of the
constants here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from fieldkit.aadhaar import is_aadhaar
from fieldkit.protocol.alias import MERGED
from fieldkit.records import Record, Unfit
from fieldkit.records.declaration.permission import CORRECTED, SENT_BACK
from fieldkit.records.fields.formats import Format

BY_AGE = "born (age)"
"""Ages in years, from which the year of birth follows."""
MIDDLE_NAME = "name (middle)"
SURNAME = "name (surname)"
"""The other parts of a person's name, where the column of the name holds only the first."""
NAME_PARTS = (MIDDLE_NAME, SURNAME)
NO_FIELD = frozenset({BY_AGE, *NAME_PARTS})
"""Targets that are no field of their own."""
NEVER_IMPORTED = frozenset({"version", MERGED, SENT_BACK, CORRECTED})
"""Fields a file never sets: the server's, and what people of two offices say to each other."""
MOSTLY = 0.95
"""A column with at least this share of Aadhaar numbers counts as a column of them."""


@lru_cache(maxsize=32)
def targets(kind: type[Record]) -> Mapping[str, str]:
    """Return the targets of a column with their labels, the kind's fields first."""
    found = {
        name: field.label for name, field in kind.fields().items() if name not in NEVER_IMPORTED
    }
    if "born" in found:
        found[BY_AGE] = "Age in years"
    if kind.person and "name" in found:
        found |= {MIDDLE_NAME: "Middle name", SURNAME: "Surname"}
    return found


def format_of(kind: type[Record], target: str | None) -> Format | None:
    """Return the format of a target that is a field."""
    field = kind.fields().get(target or "")
    return field.format if field else None


def fits(form: Format, value: str) -> bool:
    """Say whether a cell is a value of this format."""
    try:
        return form.parse(value) is not None
    except Unfit:
        return False


def share_of_aadhaars(values: Sequence[str]) -> float:
    """Return the share of ``values`` that look like whole Aadhaar numbers; 0 if there are none."""
    found = sum(is_aadhaar(value) for value in values)
    return found / len(values) if values else 0.0
