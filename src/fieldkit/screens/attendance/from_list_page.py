"""A list that is put together from another: Space adds the person and goes on to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fieldkit.papers.roll import new_roll, numbered
from fieldkit.screens.attendance.grid_page import GridPage
from fieldkit.screens.attendance.roll.marks import Marking
from fieldkit.screens.look.parts import Key, keys
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.store import Store


class FromListPage(GridPage):
    """Chosen people, who are put on the list of a training one after another."""

    PROMPT = "Add"

    def __init__(self, marking: Marking, label: str, words: str, people: Sequence[Record]) -> None:
        """``words``: who the people are."""
        super().__init__(marking, label)
        self._words, self._roll = words, new_roll(people)

    def trail(self) -> Sequence[str]:
        """Return what is done for what, for the bar."""
        return ("Add from a list", self._label)

    def keys_now(self) -> Sequence[Key]:
        """Return the line of keys."""
        return keys("Space add, next", "Ctrl+N not on the list", "Ctrl+Z undo", "Esc back")

    def read_numbers(self, _store: Store) -> list[tuple[int, str]]:
        """Return the numbers, which are good for this page alone."""
        return numbered(self._roll)

    def note_newcomer(self, _store: Store, person: str) -> int:
        """Number somebody who was not among the chosen."""
        self._roll = self._roll.with_more([person])
        return next(number for number, one in numbered(self._roll) if one == person)

    def said_of_roll(self) -> Cell:
        """Return who was chosen."""
        return (Span(f"From: {self._words}", "dim"),)
