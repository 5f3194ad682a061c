"""A card scanned into a form: its keys reach no field, and what it says fills those that are empty.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.form.entry.terms import Act

if TYPE_CHECKING:
    from fieldkit.screens.form.entry.model import FormModel

_ENDS = frozenset({"enter", "tab", "ctrl+j"})


class Before(NamedTuple):
    """A field before the first key that came to it of what may be a scan."""

    at: str
    text: str
    cursor: int
    fresh: bool
    touched: bool
    adding: bool
    mark: int


class FormScan:
    """Gathers the keys of a scanner, and puts back what the first of them did to the fields."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self._before: list[Before] = []
        """The first is the field the scan began in; the others were reached by themselves."""

    def press(self, typed: str, key: str) -> Act | None:
        """Keep a scanner's key out of the field; None: the key is a person's.

        ``typed``: the character it types; empty: none.
        """
        model, scan = self._model, self._model.scan
        if not typed:
            ended = scan.end(enter=key in _ENDS)
            return Act.SCANNED if ended else Act.NONE if scan.active else None
        if scan.starts(typed):
            self._before = [model.state_of_field()]
        was_active = scan.active
        if not scan.add(typed):
            return None
        if not was_active:
            self._put_back()
            model.say("Reading a scanned card ...")
        return Act.NONE

    def reached(self) -> None:
        """Note that the cursor came to another field by itself, perhaps by a scanner's keys."""
        if self._before:
            self._before.append(self._model.state_of_field())

    def _put_back(self) -> None:
        self._model.noting.stop()
        for before in reversed(self._before):
            self._model.put_back(before)
        self._before = []

    def fill(self, texts: Mapping[str, str]) -> tuple[int, list[str]]:
        """Fill empty fields from a card; return how many, and the labels of those that differ."""
        model, differ = self._model, []
        filled = 0
        for name, text in texts.items():
            one = model.fields.get(name)
            if one is None or not one.field.asked(model.values):
                continue
            if not one.text.strip() or one.text == one.offered:
                one.set_typed(text)
                one.read(model.within(one))
                if one.problem:
                    one.undo()
                    one.read(model.within(one))
                filled += bool(one.text)
            elif not one.means(text):
                differ.append(one.field.label)
        model.refilled()
        return filled, differ
