"""A letter meant for a choice that Enter passed over, as it was filled already.

Pure. Enter after *son of* passes over *man or woman*; an *f* typed then, where no letter can begin,
goes back there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fieldkit.screens.form.entry.model import FormModel


class _Diverted(NamedTuple):
    """A letter typed into one field went to the choice that Enter had passed over."""

    asked: str
    """The field it was typed into."""
    before: str
    """What stood in the field it went to."""


class PassedOver:
    """The choices that the last Enter passed over, and a letter that went to one of them."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self._names: list[str] = []
        self._diverted: _Diverted | None = None

    def forget(self) -> None:
        """Count no more what was passed over."""
        self._names, self._diverted = [], None

    def note(self, before: str, here: str) -> None:
        """Note the filled choices between two fields, the last first."""
        model = self._model
        order, values = list(model.fields), model.values
        between = order[order.index(before) + 1 : order.index(here)]
        self._names = [
            name
            for name in reversed(between)
            if model.fields[name].closed and model.fields[name].field.asked(values)
        ]

    def divert(self, typed: str) -> None:
        """Go to the choice that a letter is meant for, if it cannot begin what is asked here."""
        model = self._model
        if not typed.isalpha() or not model.fresh or model.current.may_begin_with(typed):
            return
        name = next((one for one in self._names if model.fields[one].could_be(typed)), "")
        if name:
            asked = model.at
            model.step(name)
            self._diverted = _Diverted(asked, model.current.text)
            model.say(f"Read as {model.current.field.label.lower()}.", "Enter goes on.")

    def come_back(self) -> None:
        """Give back what was typed if it is no choice after all: a month, say."""
        diverted, model = self._diverted, self._model
        if diverted is None or model.candidates():
            return
        one = model.current
        typed = one.text
        one.set_typed(diverted.before)
        one.read(model.within(one))
        model.say("")
        model.step(diverted.asked)
        model.insert(typed)
