"""Which column of a table holds which field: guessed from headings, corrected by the person. Pure.

A mapping is a plain ``{column: target or None}``. A target is the name of a field, or
:data:`BY_AGE`: a column of ages in years that gives the year of birth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from fieldkit.aadhaar import is_aadhaar, last_four, says_aadhaar
from fieldkit.files.tables.delimited import Row
from fieldkit.records import Record, Unfit, Use
from fieldkit.records.fields.formats import AadhaarLastFour, Format, Mobile
from fieldkit.reference import headings
from fieldkit.reference.choices import fold

BY_AGE = "born (age)"
NOT_TAKEN = frozenset({"version"})
"""Fields a file never sets."""
MOSTLY = 0.95
"""The share of Aadhaar numbers from which a column is one of Aadhaar numbers."""

_ALIKE = 88
_NOT_RECOGNISED: tuple[str | None, str] = (None, "not recognised")
_STOPWORDS = frozenset(
    {"of", "the", "no", "number", "num", "name", "s", "as", "per", "on", "in"}
) | {
    *("and", "code", "full", "beneficiary", "beneficiaries", "artisan", "applicant"),
    *("candidate", "person"),
}
_AGES = frozenset({"age", "age in years", "age years", "age yrs", "आयु", "उम्र"})


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is taken for."""

    column: str
    target: str | None
    why: str
    """A few words for the person: on what the guess rests."""
    samples: tuple[str, ...] = ()
    """A few of its values, Aadhaar numbers cut."""
    aadhaar: bool = False
    """It holds Aadhaar numbers: cut to the last four before anything else is done with it."""


@lru_cache(maxsize=32)
def targets(kind: type[Record]) -> Mapping[str, str]:
    """Return what a column can be mapped to, with the words to show: the kind's fields first."""
    found = {name: field.label for name, field in kind.fields().items() if name not in NOT_TAKEN}
    return {**found, BY_AGE: "Age in years"} if "born" in found else found


@lru_cache(maxsize=32)
def _headings(kind: type[Record]) -> Mapping[str, str]:
    """Return folded heading -> target, of every way a field is known to be headed."""
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
    """Return folded name or label -> field; what the program keeps goes by its name alone."""
    known: dict[str, str] = {}
    for name, field in kind.fields().items():
        if name not in NOT_TAKEN:
            known.setdefault(fold(name.replace("_", " ")), name)
            if not field.system:
                known.setdefault(fold(field.label), name)
    return known


def columns_of(cells: Sequence[str]) -> list[str]:
    """Name the columns by their headings, so that no two are the same and none is empty."""
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

    It is the first row with most known headings. Without any known one it is the first row of
    at least two cells, unless those hold numbers, as data do and headings do not.
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
    """Guess every column's target from its heading, and from its values where that says nothing.

    ``rows`` are the first rows of data. No target is given to two columns.
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
        if at not in chosen and target not in {taken for taken, _ in chosen.values()}:
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
    """Say whether a column is to be cut to the last four digits.

    So it is if its heading says Aadhaar, or if nearly all of its values pass Verhoeff; not if it
    is mapped to a mobile (+91 makes twelve digits) or to an account or reference number.
    """
    form = _format(kind, target)
    if isinstance(form, Mobile) or (form is not None and form.may_hold_twelve_digits):
        return False
    return says_aadhaar(column) or share_of_aadhaars(values) >= MOSTLY


def share_of_aadhaars(values: Sequence[str]) -> float:
    """Return the share of ``values`` that look like whole Aadhaar numbers; 0 of none."""
    found = sum(is_aadhaar(value) for value in values)
    return found / len(values) if values else 0.0


def _offers(
    column: str, kind: type[Record], values: Sequence[str]
) -> Iterable[tuple[int, str, str]]:
    """Yield (score, target, why) for what a column could hold."""
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
    """Take a column headed ``S/o, D/o, W/o`` for the relation or for the name, as it holds."""
    if target not in {"relation", "relation_name"} or "relation_name" not in kind.fields():
        return target
    short = sum(len(re.sub(r"[\W_]", "", value)) <= 3 for value in values)
    return "relation" if values and short > len(values) / 2 else "relation_name"


def _closest(text: str, known: Mapping[str, str]) -> tuple[int, str, str] | None:
    """Return the offer of the known heading most like a misspelt or longer one."""
    words = _telling(text)
    if len(words) < 3:
        return None
    best, most = "", 0.0
    for heading in known:
        score = max(fuzz.ratio(text, heading), fuzz.ratio(words, _telling(heading)) - 2)
        if score > most:
            best, most = heading, score
    return (int(most) - 15, known[best], f"like “{best}”") if most >= _ALIKE else None


def _bare(heading: str) -> str:
    """Fold a heading without what stands in brackets: ``DOB (dd/mm/yyyy)`` -> ``dob``."""
    return fold(re.sub(r"\([^)]*\)|\[[^]]*\]|\*", " ", heading))


@lru_cache(maxsize=4096)
def _telling(folded: str) -> str:
    """Drop the words that do not tell headings apart."""
    return " ".join(word for word in folded.split() if word not in _STOPWORDS)


def _format(kind: type[Record], target: str | None) -> Format | None:
    field = kind.fields().get(target or "")
    return field.format if field else None


def fits(form: Format, value: str) -> bool:
    """Say whether a cell holds a value of this format."""
    try:
        return form.parse(value) is not None
    except Unfit:
        return False
