"""How an import understands a file, as a person is shown and asked about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldkit.files.columns.mapping import Guess
from fieldkit.files.columns.questions import Question
from fieldkit.files.tables.table import Unreadable


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be stored."""

    number: int
    values: Mapping[str, str]
    """Label of a field -> its value as people read it."""
    problem: str = ""
    """Why the row would not be taken, as sentences."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How an import would understand a file, for the person to correct."""

    kind: str
    columns: list[Guess]
    heading: int
    """The row of the headings, from 1; 0 if there are none."""
    rows: list[PreviewRow]
    """The first rows; columns in doubt are not in them."""
    questions: tuple[Question, ...] = ()
    """What must be answered before the file is loaded."""
    notes: list[str] = field(default_factory=list)
    sheet: str = ""
    """The sheet that is read; empty if the file has only one."""
    sheets: tuple[str, ...] = ()
    """All sheets of the file, if it has several."""


class Unanswered(Unreadable):
    """The file cannot be loaded before a person has answered the questions of its preview."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(" ".join(question.sentence for question in preview.questions))
        self.preview = preview
