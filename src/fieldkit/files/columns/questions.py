"""What only a person can decide before a file is loaded. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fieldkit.files.values.readings import Way
from fieldkit.plain_text import shown

_MOST = 50
"""Sheets offered."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has decided about the columns of a file; the rest is guessed."""

    mapping: Mapping[str, str | None] = field(default_factory=dict)
    """Column -> target, None: left out."""
    ways: Mapping[str, Way] = field(default_factory=dict)
    """Column -> how its dates or numbers are written."""
    sheet: str = ""
    """The sheet to read; empty: the one with the most known headings."""

    def and_also(self, other: Choices) -> Choices:
        """Return these choices with further ones, which count where both decide."""
        return Choices(
            {**self.mapping, **other.mapping},
            {**self.ways, **other.ways},
            other.sheet or self.sheet,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question."""

    text: str
    """What a person chooses, a few words."""
    choices: Choices
    option: str
    """The same answer as an option of the import command."""


@dataclass(frozen=True, slots=True)
class Question:
    """A doubt that no rule can settle: nothing is loaded until it is answered."""

    field: str
    columns: tuple[str, ...]
    """The columns it is about; those the field could be in."""
    sentence: str
    answers: tuple[Answer, ...]
    for_new: bool = False
    """Whether only new records need the answer."""


def which_column(target: str, label: str, columns: Sequence[str]) -> Question:
    """Ask which of several columns holds a field."""
    named = " and ".join(f"“{column}”" for column in columns)
    both = "Both" if len(columns) == 2 else "Each of"
    return Question(
        target,
        tuple(columns),
        f"{both} {named} could be {label}. Choose one.",
        tuple(_is(target, column, columns) for column in columns),
    )


def no_column(target: str, label: str, columns: Sequence[str]) -> Question:
    """Ask which column holds a field that no heading names."""
    sentence = f"No heading shows which column is {label}."
    if columns:
        sentence += " Choose one."
    return Question(
        target,
        tuple(columns),
        sentence,
        tuple(_is(target, one, (one,)) for one in columns),
        for_new=True,
    )


def _is(target: str, column: str, rivals: Sequence[str]) -> Answer:
    others = dict.fromkeys((one for one in rivals if one != column), None)
    return Answer(
        column, Choices({**others, column: target}), f"--map {_quoted(f'{target}={column}')}"
    )


def which_sheet(names: Sequence[str]) -> Question:
    """Ask which of several sheets is meant; each is imported by itself."""
    named = " and ".join(f"“{name}”" for name in names)
    return Question(
        "",
        (),
        f"The sheets {named} have the same headings. Choose one; each is imported by itself.",
        tuple(
            Answer(name, Choices(sheet=name), f"--sheet {_quoted(name)}") for name in names[:_MOST]
        ),
    )


def which_way(target: str, column: str, why: str, ways: Sequence[Way]) -> Question:
    """Ask how the dates or numbers of a column are written, which its values leave open."""
    read = [
        Answer(
            f"“{column}” is written {way}",
            Choices(ways={column: way}),
            f"--read {_quoted(f'{column}={way}')}",
        )
        for way in ways
    ]
    out = Answer(f"leave “{column}” out", Choices({column: None}), f"--map {_quoted(f'={column}')}")
    return Question(target, (column,), f"{why} Choose one, or leave the column out.", (*read, out))


def _quoted(text: str) -> str:
    """Quote an argument as every shell takes it, unless it holds signs that shells replace."""
    text = shown(text)
    return f'"{text}"' if not set('"$`\\!') & set(text) else "'" + text.replace("'", "'\\''") + "'"
