"""Decide how a table is read: the column of each field, and how dates and numbers are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldkit.files.columns.mapping import Guess, Sure, guess
from fieldkit.files.columns.questions import Choices, Question, which_way
from fieldkit.files.layout.survey import Survey
from fieldkit.files.tables.table import Unreadable
from fieldkit.files.values.readings import (
    DATES,
    NUMBERS,
    Proof,
    Way,
    proof_of_dates,
    proof_of_numbers,
)
from fieldkit.files.values.targets import format_of, targets
from fieldkit.records import Record
from fieldkit.records.fields.formats import Date, Format
from fieldkit.reference.choices import fold

_MOST_SURVEYED = 20_000
"""Rows read in advance to find out how the dates of a column are written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a table become records, and what must be answered before."""

    columns: tuple[Guess, ...]
    questions: tuple[Question, ...]
    ways: Mapping[str, Way]
    """Target -> how its dates or numbers are written."""

    @property
    def active(self) -> dict[int, str]:
        """The columns that are read: position -> target."""
        return {
            at: one.target
            for at, one in enumerate(self.columns)
            if one.target and one.sure is not Sure.DOUBTED
        }

    @property
    def aadhaar(self) -> frozenset[int]:
        """The columns that are cut to the last four digits."""
        return frozenset(at for at, one in enumerate(self.columns) if one.aadhaar)


def plan(found: Survey, kind: type[Record], choices: Choices) -> Plan:
    """Plan how a surveyed table is read. More rows are surveyed while its dates prove nothing.

    Raises:
        Unreadable: a column that a person named is not in the table.
    """
    chosen = {
        _column(found, column): target
        for column, target in choices.mapping.items()
        if target is None or target in targets(kind)
    }
    said_ways = {_column(found, column): way for column, way in choices.ways.items()}
    columns, questions = guess(found.columns, kind, [row.cells for row in found.first], chosen)
    proofs = {
        at: proof
        for at, one in enumerate(columns)
        if one.target and (proof := _proof(found, at, format_of(kind, one.target)))
    }
    swapped = [columns[at].column for at, proof in proofs.items() if proof.way is Way.MONTH_FIRST]
    ways = dict[str, Way]()
    for at, proof in proofs.items():
        one, said = columns[at], said_ways.get(columns[at].column)
        doubt = None if said else _doubt(one, proof, swapped)
        if doubt:
            questions.append(doubt)
            columns[at] = replace(one, sure=Sure.DOUBTED, why=doubt.sentence)
        else:
            columns[at] = replace(one, why=f"{one.why}{_reading(proof, said)}")
        if one.target and (way := said or proof.way):
            ways[one.target] = way
    return Plan(tuple(columns), tuple(questions), ways)


def _column(found: Survey, named: str) -> str:
    """Return the column a person named, in whatever case and spacing."""
    if named in found.columns:
        return named
    alike = [column for column in found.columns if fold(column) == fold(named)]
    if len(alike) == 1:
        return alike[0]
    known = ", ".join(f"“{column}”" for column in found.columns)
    raise Unreadable(f"There is no column “{named[:80]}”. Choose one of: {known[:500]}.")


def _proof(found: Survey, at: int, form: Format | None) -> Proof | None:
    """Return what the values of a column of dates or numbers show."""
    if form is not None and form.numeric:
        return proof_of_numbers(found.values(at))
    if not isinstance(form, Date):
        return None
    spreadsheet = found.table.format != "csv"
    proof = proof_of_dates(found.values(at), spreadsheet=spreadsheet)
    while proof.open and not proof.because and len(found.first) < _MOST_SURVEYED:
        if not found.survey_more():
            break
        proof = proof_of_dates(found.values(at), spreadsheet=spreadsheet)
    return proof


def _doubt(one: Guess, proof: Proof, swapped: Sequence[str]) -> Question | None:
    """Return the question that the values of a column leave open, if any."""
    column, target = f"“{one.column}”", one.target or ""
    if proof.doubted:
        first, other = proof.pair
        why = (
            f"{column} is written in two ways: “{proof.because}” is {first}, “{proof.against}” is "
            f"{other}. Other values could be either."
        )
        return which_way(target, one.column, why, proof.pair)
    if proof.open and not proof.way:
        if "." in proof.open and proof.pair == NUMBERS:
            why = f"The point in “{proof.open}” ({column}) may mean thousands or decimals."
            return which_way(target, one.column, why, NUMBERS)
        if proof.pair == DATES and swapped:
            why = (
                f"“{proof.open}” in {column} may be day first or month first; the dates of "
                f"“{swapped[0]}” are month first."
            )
            return which_way(target, one.column, why, DATES)
    return None


def _reading(proof: Proof, said: Way | None) -> str:
    """Say how the values of a column are read, and why."""
    if said:
        return f" You chose {said}."
    if proof.way:
        return f" It is written {proof.way}, as “{proof.because}” shows."
    if proof.open:
        return f" “{proof.open}” is read day first, as usual in India."
    return ""
