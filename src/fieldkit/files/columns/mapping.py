"""Guess which column of a table holds which field; the person corrects the guess. Pure.

A mapping is a plain ``{column: target or None}``. A target is the name of a field, or
:data:`BY_AGE`: a column of ages in years, from which the year of birth follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from fieldkit.aadhaar import is_aadhaar, last_four, says_aadhaar
from fieldkit.files.tables.table import Row
from fieldkit.records import Record, Unfit, Use
from fieldkit.records.fields.formats import AadhaarLastFour, Format, Mobile
from fieldkit.reference import headings
from fieldkit.reference.choices import fold
from fieldkit.reference.registers import heading_fillers

BY_AGE = "born (age)"
NEVER_IMPORTED = frozenset({"version"})
"""Fields a file never sets."""
MOSTLY = 0.95
"""A column with at least this share of Aadhaar numbers counts as a column of them."""

_ALIKE = 88
_NOT_RECOGNISED: tuple[str | None, str] = (None, "not recognised")
_AGES = frozenset({"age", "age in years", "age years", "age yrs", "आयु", "उम्र"})


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is thought to hold."""

    column: str
    target: str | None
    why: str
    """The reason for the guess, in a few words."""
    samples: tuple[str, ...] = ()
    """A few of its values, Aadhaar numbers cut."""
    aadhaar: bool = False
    """It holds Aadhaar numbers; they are cut to the last four digits before any other step."""


@lru_cache(maxsize=32)
def targets(kind: type[Record]) -> Mapping[str, str]:
    """Return the targets of a column with their labels, the kind's fields first."""
    found = {
        name: field.label for name, field in kind.fields().items() if name not in NEVER_IMPORTED
    }
    return {**found, BY_AGE: "Age in years"} if "born" in found else found


@lru_cache(maxsize=32)
def _headings(kind: type[Record]) -> Mapping[str, str]:
    """Return folded heading -> target, for all known headings of the kind's fields."""
    known: dict[str, str] = {}
    for name in kind.fields():
        for heading in headings(kind.parts(), name):
            known.setdefault(fold(heading), name)
    for heading, name in _own_names(kind).items():
        known.setdefault(heading, name)
    if "born" in kind.fields():
        known |= dict.fromkeys(_AGES, BY_AGE)
    return known


@lru_cache(maxsize=32)
def _own_names(kind: type[Record]) -> Mapping[str, str]:
    """Return folded name or label -> field; fields the program keeps have only their name."""
    known: dict[str, str] = {}
    for name, field in kind.fields().items():
        if name not in NEVER_IMPORTED:
            known.setdefault(fold(name.replace("_", " ")), name)
            if not field.system:
                known.setdefault(fold(field.label), name)
    return known


def columns_of(cells: Sequence[str]) -> list[str]:
    """Name the columns by their headings; each name is unique and not empty."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"Column {place}"
        again = 2
        while name in names:
            name, again = f"{' '.join(cell.split()) or 'Column'} ({again})", again + 1
        names.append(name)
    return names


def find_heading(rows: Sequence[Row], kind: type[Record]) -> int | None:
    """Return the index of the row that holds the headings; None if the table has none.

    It is the first row with the most known headings. Where no heading is known it is the first
    row with at least two filled cells, unless they hold numbers: then it is data.
    """
    known = _headings(kind)
    best: int | None = None
    most = 0
    for index, row in enumerate(rows[:40]):
        hits = sum(_bare(cell) in known or fold(cell) in known for cell in row.cells if cell)
        filled = sum(bool(cell.strip()) for cell in row.cells)
        if hits > most and (hits >= 2 or filled <= 2):
            best, most = index, hits
    if best is not None:
        return best
    for index, row in enumerate(rows):
        filled = sum(bool(cell.strip()) for cell in row.cells)
        if filled >= min(2, len(row.cells)) and filled:
            numbers = any(re.search(r"\d{4}", cell) for cell in row.cells)
            return None if numbers else index
    return None


def guess(columns: Sequence[str], kind: type[Record], rows: Sequence[Sequence[str]]) -> list[Guess]:
    """Guess each column's target by its heading, or by its values where that is unknown.

    ``rows`` are the first rows of data. No two columns get the same target.
    """
    held = [[row[at].strip() for row in rows if at < len(row)] for at in range(len(columns))]
    values = [
        [cell for cell in cells if cell and cell != column]
        for column, cells in zip(columns, held, strict=True)
    ]
    offers = [
        (score, -at, at, target, why)
        for at, column in enumerate(columns)
        for score, target, why in _offers(column, kind, values[at])
    ]
    chosen: dict[int, tuple[str | None, str]] = {}
    for _, _, at, target, why in sorted(offers, reverse=True):
        if at not in chosen and target not in {used for used, _ in chosen.values()}:
            chosen[at] = (target, why)
    guesses = []
    for at, column in enumerate(columns):
        best, reason = chosen.get(at, _NOT_RECOGNISED)
        aadhaar = holds_aadhaars(column, best, kind, values[at])
        cut = [last_four(value) if aadhaar else value for value in dict.fromkeys(values[at])]
        guesses.append(Guess(column, best, reason, tuple(cut[:3]), aadhaar))
    return guesses


def holds_aadhaars(
    column: str, target: str | None, kind: type[Record], values: Sequence[str]
) -> bool:
    """Say whether a column must be cut to the last four digits.

    It must if its heading says Aadhaar or nearly all of its values pass the Verhoeff check, unless
    it is mapped to a mobile (+91 makes twelve digits) or to an account or reference number.
    """
    form = _format(kind, target)
    if isinstance(form, Mobile) or (form is not None and form.may_hold_twelve_digits):
        return False
    return says_aadhaar(column) or share_of_aadhaars(values) >= MOSTLY


def share_of_aadhaars(values: Sequence[str]) -> float:
    """Return the share of ``values`` that look like whole Aadhaar numbers; 0 if there are none."""
    found = sum(is_aadhaar(value) for value in values)
    return found / len(values) if values else 0.0


def _offers(
    column: str, kind: type[Record], values: Sequence[str]
) -> Iterable[tuple[int, str, str]]:
    """Yield (score, target, why) for each field a column could hold."""
    known, own = _headings(kind), _own_names(kind)
    if column in targets(kind):
        yield 120, column, "field name"
    text, bare = fold(column), _bare(column)
    if bare in own:
        yield 110, _by_values(own[bare], kind, values), "heading"
    if text in known:
        yield 100, _by_values(known[text], kind, values), "heading"
    elif bare in known:
        yield 95, _by_values(known[bare], kind, values), "heading"
    elif closest := _closest(bare, known):
        yield closest
    four = next(
        (n for n, a in kind.fields().items() if isinstance(a.format, AadhaarLastFour)), None
    )
    if four and (says_aadhaar(column) or share_of_aadhaars(values) >= MOSTLY):
        yield 60, four, "Aadhaar numbers, cut to the last four"
    for name in (*kind.used(Use.DIGITS), *(n for n in ("ifsc",) if n in kind.fields())):
        form = kind.fields()[name].format
        if len(values) >= 3 and sum(fits(form, value) for value in values) >= 0.8 * len(values):
            yield 40, name, "its values"


def _by_values(target: str, kind: type[Record], values: Sequence[str]) -> str:
    """Decide by its values whether a column headed ``S/o, D/o, W/o`` holds relations or names."""
    if target not in {"relation", "relation_name"} or "relation_name" not in kind.fields():
        return target
    short = sum(len(re.sub(r"[\W_]", "", value)) <= 3 for value in values)
    return "relation" if values and short > len(values) / 2 else "relation_name"


def _closest(text: str, known: Mapping[str, str]) -> tuple[int, str, str] | None:
    """Return the offer for the known heading most like this misspelt or longer one."""
    words = _without_fillers(text)
    if len(words) < 3:
        return None
    best, most = "", 0.0
    for heading in known:
        score = max(fuzz.ratio(text, heading), fuzz.ratio(words, _without_fillers(heading)) - 2)
        if score > most:
            best, most = heading, score
    return (int(most) - 15, known[best], f"like “{best}”") if most >= _ALIKE else None


def _bare(heading: str) -> str:
    """Fold a heading without its brackets: ``DOB (dd/mm/yyyy)`` -> ``dob``."""
    return fold(re.sub(r"\([^)]*\)|\[[^]]*\]|\*", " ", heading))


@lru_cache(maxsize=4096)
def _without_fillers(folded: str) -> str:
    """Drop filler words such as "of" and "name"."""
    return " ".join(word for word in folded.split() if word not in heading_fillers())


def _format(kind: type[Record], target: str | None) -> Format | None:
    field = kind.fields().get(target or "")
    return field.format if field else None


def fits(form: Format, value: str) -> bool:
    """Say whether a cell is a value of this format."""
    try:
        return form.parse(value) is not None
    except Unfit:
        return False
