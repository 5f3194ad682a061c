"""Guess which column of a table holds which field; what is not certain becomes a question. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fieldkit.aadhaar import last_four, masked, says_aadhaar
from fieldkit.files.columns.questions import Question, no_column, which_column
from fieldkit.files.layout.headings import (
    meaning,
    names_somebody_else,
    own_name,
    says_marks_only,
    says_name,
    says_nothing,
)
from fieldkit.files.values.relatives import is_relation, says_relative
from fieldkit.files.values.targets import (
    MOSTLY,
    NAME_PARTS,
    fits,
    format_of,
    share_of_aadhaars,
    targets,
)
from fieldkit.protocol.identity import is_id
from fieldkit.records import Record, Use
from fieldkit.records.fields.formats import PERSON_NAME, AadhaarLastFour, Mobile, Reference

_FEWEST_VALUES = 3
_MOST_ASKED = 8
"""Columns offered for a field that no heading names."""
_HEXADECIMAL = frozenset("0123456789ABCDEF")
_PLACES = frozenset({"district", "block"})


class Sure(StrEnum):
    """How sure it is that a column holds its field."""

    CHOSEN = "chosen"
    """A person said so."""
    SURE = "sure"
    LIKELY = "likely"
    """Its heading seems misspelt, or only its values say so."""
    DOUBTED = "doubted"
    """It may be, but only a person can say so."""
    LEFT = "left out"


_RANKS = (Sure.SURE, Sure.LIKELY)


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column is thought to hold."""

    column: str
    target: str | None
    sure: Sure
    why: str
    """The reason for the guess, as a sentence."""
    samples: tuple[str, ...] = ()
    """A few of its values, Aadhaar numbers cut."""
    aadhaar: bool = False
    """It holds Aadhaar numbers; they are cut to the last four digits before any other step."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column with the values of the first rows."""

    heading: str
    cells: tuple[str, ...]
    """One for each row."""

    @property
    def values(self) -> list[str]:
        """The cells that are not empty."""
        return [cell for cell in self.cells if cell and cell != self.heading]


def guess(
    headings: Sequence[str],
    kind: type[Record],
    rows: Sequence[Sequence[str]],
    chosen: Mapping[str, str | None],
) -> tuple[list[Guess], list[Question]]:
    """Guess each column's target by its heading and values; return what must be asked as well.

    ``rows`` are the first rows of data; ``chosen`` holds what a person decided. No two columns get
    the same target.
    """
    columns = [
        _Column(heading, tuple(row[at].strip() if at < len(row) else "" for row in rows))
        for at, heading in enumerate(headings)
    ]
    guesses = [_first_guess(column, kind, chosen) for column in columns]
    questions = list[Question]()
    for target in dict.fromkeys(one.target for one in guesses if one.target):
        asked = _settle(target, guesses, columns, kind)
        questions += [asked] if asked else []
    _leave_system_fields(guesses, kind)
    if asked := _missing_name(guesses, columns, kind, questions):
        questions.insert(0, asked)
    guesses = [
        one if one.sure in {Sure.CHOSEN, *_RANKS} else replace(one, target=None) for one in guesses
    ]
    shown = [
        _with_samples(one, column.values, kind)
        for one, column in zip(guesses, columns, strict=True)
    ]
    return shown, questions


def _first_guess(column: _Column, kind: type[Record], chosen: Mapping[str, str | None]) -> Guess:
    """Guess what one column holds, whatever the others hold."""
    if column.heading in chosen:
        target = chosen[column.heading]
        return Guess(column.heading, target, Sure.CHOSEN, "You chose this.")
    found = meaning(column.heading, kind)
    if found is None:
        target, why = _by_values(column, kind)
        return Guess(column.heading, target, Sure.LIKELY if target else Sure.LEFT, why)
    target, sure, why = found.target, Sure.SURE, "The heading says so."
    if found.like:
        sure, why = Sure.LIKELY, f"The heading is read as “{found.like}”."
    if target in {"relation", "relation_name"} and "relation_name" in kind.fields():
        target = _relation(column, target)
    elif problem := _foreign(column, target, kind):
        target, sure, why = "", Sure.LEFT, problem
    elif found.paper and "aadhaar" not in found.paper and target == own_name(kind):
        sure, why = Sure.DOUBTED, f"It is the name as on the {found.paper}."
    elif found.with_kin and not _mostly(column.values, says_relative):
        sure, why = (
            Sure.DOUBTED,
            "The heading is also about a relative, and the values do not show which.",
        )
    return Guess(column.heading, target or None, sure, why)


def _by_values(column: _Column, kind: type[Record]) -> tuple[str | None, str]:
    """Guess by values what a column without a known heading holds."""
    fields, values = kind.fields(), column.values
    if names_somebody_else(column.heading):
        return None, "The heading is about another person."
    if values and share_of_aadhaars(values) >= MOSTLY:
        for name, field in fields.items():
            if isinstance(field.format, AadhaarLastFour):
                return name, "Its values are Aadhaar numbers."
    if says_nothing(column.heading) and len(values) >= _FEWEST_VALUES:
        for name in (*kind.used(Use.DIGITS), *(n for n in ("ifsc",) if n in fields)):
            form = fields[name].format
            if sum(fits(form, value) for value in values) >= 0.8 * len(values):
                return name, "Its values look like it."
    return None, "No field has this heading."


def _relation(column: _Column, target: str) -> str:
    """Decide by its values whether a column headed ``S/o, D/o, W/o`` holds relations or names."""
    if target == "relation_name" and not says_marks_only(column.heading):
        return target
    if not column.values:
        return target
    return "relation" if _mostly(column.values, is_relation) else "relation_name"


def _foreign(column: _Column, target: str, kind: type[Record]) -> str:
    """Return why a column of numbers is none of fieldkit's, as a sentence; empty if it is."""
    values, field = column.values, kind.fields().get(target)
    if target == "id" and not _are_ours(values):
        return "Its values are not record numbers of fieldkit."
    refers = field is not None and isinstance(field.format, Reference) and not field.required
    named = any(is_id(value) or sum(map(str.isalpha, value)) > 1 for value in values)
    if refers and values and not named:
        return "Its values are not record numbers or names."
    return ""


def _are_ours(values: Sequence[str]) -> bool:
    """Say whether values are ids of records, and not the beginnings of another program's keys."""
    ids = [value for value in values if is_id(value)]
    origins = {value.partition("-")[0] for value in ids}
    keys = len(origins) > 1 and all(_HEXADECIMAL.issuperset(origin) for origin in origins)
    return bool(ids) and 2 * len(ids) >= len(values) and not keys


def _mostly(values: Sequence[str], so: Callable[[str], bool]) -> bool:
    return 2 * sum(map(so, values)) > len(values)


def _settle(
    target: str, guesses: list[Guess], columns: Sequence[_Column], kind: type[Record]
) -> Question | None:
    """Give a target to one of the columns guessed for it; return a question if several could be."""
    claims = [at for at, one in enumerate(guesses) if one.target == target]
    ranked = [Sure.CHOSEN, *_RANKS]
    best = min(
        (guesses[at].sure for at in claims if guesses[at].sure in ranked),
        key=ranked.index,
        default=None,
    )
    rivals = [at for at in claims if guesses[at].sure is best]
    filled = [at for at in rivals if columns[at].values]
    if not rivals:
        return None
    first = (filled or rivals)[0]
    same = all(columns[at].cells == columns[first].cells for at in filled)
    asked = best is not Sure.CHOSEN and len(rivals) > 1 and not (filled and same)
    for at in claims:
        if asked and at in rivals:
            guesses[at] = replace(guesses[at], sure=Sure.DOUBTED)
        elif at != first:
            why = f"“{columns[first].heading}” is used for it."
            guesses[at] = replace(guesses[at], target=None, sure=Sure.LEFT, why=why)
    if not asked:
        return None
    return which_column(target, targets(kind)[target], [columns[at].heading for at in rivals])


def _leave_system_fields(guesses: list[Guess], kind: type[Record]) -> None:
    """Leave out what the program keeps about a record, unless the file has its record number."""
    found = {one.target for one in guesses}
    for at, one in enumerate(guesses):
        field = kind.fields().get(one.target or "")
        kept = field is not None and field.system and one.target not in {"id", *_PLACES}
        if kept and one.sure is not Sure.CHOSEN and "id" not in found:
            why = "Only fieldkit fills this, and the file has no record numbers."
            guesses[at] = replace(one, target=None, sure=Sure.LEFT, why=why)
        elif one.target in NAME_PARTS and "name" not in found:
            guesses[at] = replace(
                one, target=None, sure=Sure.LEFT, why="The file has no first name."
            )


def _missing_name(
    guesses: Sequence[Guess],
    columns: Sequence[_Column],
    kind: type[Record],
    questions: Sequence[Question],
) -> Question | None:
    """Ask for the column of the own name, if none is taken for it and records are to be created."""
    name = own_name(kind)
    taken = {one.target for one in guesses if one.sure is not Sure.DOUBTED}
    if (
        not name
        or taken & {name, "id"}
        or not taken - {None}
        or any(q.field == name for q in questions)
    ):
        return None
    doubted = [one.column for one in guesses if one.target == name]
    free = [
        column
        for column, one in zip(columns, guesses, strict=True)
        if one.target is None
        and not names_somebody_else(column.heading)
        and (not column.values or _mostly(column.values, lambda value: fits(PERSON_NAME, value)))
    ]
    free.sort(key=lambda column: not says_name(column.heading, kind))
    offered = [*doubted, *(column.heading for column in free)]
    return no_column(name, targets(kind)[name], offered[:_MOST_ASKED])


def _with_samples(one: Guess, values: Sequence[str], kind: type[Record]) -> Guess:
    aadhaar = holds_aadhaars(one.column, one.target, kind, values)
    cut = [last_four(value) if aadhaar else masked(value) for value in dict.fromkeys(values)]
    return replace(one, samples=tuple(cut[:3]), aadhaar=aadhaar)


def holds_aadhaars(
    column: str, target: str | None, kind: type[Record], values: Sequence[str]
) -> bool:
    """Say whether a column must be cut to the last four digits.

    It must if nearly all of its values pass the Verhoeff check, unless it is mapped to a mobile
    (+91 makes twelve digits) or to an account or reference number; and if its heading says Aadhaar,
    unless it is mapped to another field ("Name as per Aadhaar").
    """
    form = format_of(kind, target)
    if isinstance(form, Mobile) or (form is not None and form.may_hold_twelve_digits):
        return False
    other = form is not None and not isinstance(form, AadhaarLastFour)
    return (says_aadhaar(column) and not other) or share_of_aadhaars(values) >= MOSTLY
