"""What the rows of a report are and how they are ordered, and its area, chosen by a word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from fieldkit.screens.base.page import PickerPage
from fieldkit.screens.look.parts import heading, keys
from fieldkit.screens.look.text import Span
from fieldkit.screens.widgets.rows import Answer, Choice


class Option(NamedTuple):
    """Something to choose: its words, what it does, and under which heading."""

    words: str
    take: Callable[[], Awaitable[object]]
    group: str = ""
    now: bool = False


class OptionsPage(PickerPage[None]):
    """Some options in groups; typing narrows them, Enter takes one."""

    KEYS = keys("Enter choose", "type to narrow", "Esc back")

    def __init__(self, title: str, what: str, hint: str, options: Sequence[Option]) -> None:
        super().__init__()
        self._title, self._what, self._hint_words, self._options = title, what, hint, options

    PROMPT = "Choose"

    async def load_data(self) -> None:
        """Say of what."""
        self.set_header(self._title, self._what)
        self.picker.hint = self._hint_words
        self.picker.refresh()

    async def answer(self, text: str) -> Answer:
        """Answer with the options in whose words each word typed begins a word."""
        wanted = text.casefold().split()
        rows: list[Choice] = []
        group = ""
        for one in self._options:
            words = one.words.casefold().split()
            if not all(any(word.startswith(part) for word in words) for part in wanted):
                continue
            first = bool(one.group) and one.group != group
            group = one.group
            rows.append(
                Choice(
                    (one.words, (Span("now" if one.now else "", "dim"),)),
                    partial(self._taken, one),
                    key=f"{one.group} {one.words}",
                    head=heading(one.group) if first else "",
                    gap=("",) if first and rows else (),
                )
            )
        return Answer(rows)

    async def _taken(self, one: Option) -> None:
        self.dismiss(None)
        await one.take()
