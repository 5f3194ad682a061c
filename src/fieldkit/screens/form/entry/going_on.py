"""Fields that are left by themselves once they are full, for who chose that; Enter leaves others.

Pure. A field is full when its value is whole and no further key can belong to it. So a key typed
fast always lands where it would with Enter between the fields.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fieldkit.records.fields.formats import YesNo
from fieldkit.screens.form.entry.second_typing import same_value
from fieldkit.screens.form.entry.terms import Act

if TYPE_CHECKING:
    from fieldkit.screens.form.entry.form_field import FormField
    from fieldkit.screens.form.entry.model import FormModel

_ONWARD = frozenset({"enter", "tab"})


class GoingOn:
    """Leaves full fields, and drops the Enter that is typed after one by habit."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self.on = False
        """Whether the operator chose that full fields are left by themselves."""
        self._came = False
        """Whether the cursor came here by itself, and no key was typed since."""
        self._rest = ""
        """How the label of the choice that was left goes on."""

    def may(self, one: FormField) -> bool:
        """Say whether a field is ever left by itself."""
        return self.on and (one.closed or one.field.format.ends)

    def press(self, key: str, typed: str) -> Act | None:
        """Drop one Enter after a field that was left by itself, and the letters of its choice.

        None: the key is for the form.
        """
        came, self._came = self._came, False
        if not came:
            return None
        if key in _ONWARD:
            self._model.say(
                "The field before was full, so this one came next.", "Enter again goes on."
            )
            return Act.NONE
        if typed and self._rest.startswith(typed.casefold()):
            self._came, self._rest = True, self._rest[1:]
            return Act.NONE
        return None

    def after(self) -> Act:
        """Leave the field if the character just typed has filled it."""
        model = self._model
        if not self.on:
            return Act.NONE
        before, rest = model.at, ""
        if (box := model.second.box) is not None:
            one = model.current
            if one.field.format.is_whole(box.text) and same_value(one, box.text):
                model.second.press("enter", None)
        else:
            full = self._rest_of_full(model.current)
            if full is None:
                return Act.NONE
            rest = full
            model.leave_full()
        self._came = model.at != before or (box is None and model.second.box is not None)
        self._rest = rest
        if self._came:
            model.scanned.reached()
        return Act.NONE

    def _rest_of_full(self, one: FormField) -> str | None:
        """Return how the label of the choice would go on, empty for other fields; None: not full.

        In the last field it never is: the next key would replace its text.
        """
        model = self._model
        if one.problem or one.value is None or one.box.cursor < len(one.text):
            return None
        rest = self._rest_of_choice(one) if one.closed else ""
        if rest is None or (not one.closed and not one.field.format.is_whole(one.text)):
            return None
        model.follow()
        name = model.next_field(empty=True)
        return None if name is None or _may_begin(model.fields[name], rest[:1]) else rest

    def _rest_of_choice(self, one: FormField) -> str | None:
        """Return how the only entry that a text can mean goes on; None: it can mean another."""
        model, typed = self._model, one.text.strip().casefold()
        found = model.candidates()
        if len(found) != 1 or model.fresh or not typed:
            return None
        if typed.isdecimal() and one.numbers(model.within(one)):
            every = one.candidates(model.within(one), whole=True)
            return "" if int(typed) * 10 > len(every) else None
        for text in (found[0].label.casefold(), found[0].text.casefold()):
            if begun := re.search(rf"\b{re.escape(typed)}", text):
                return text[begun.end() :]
        return None


def _may_begin(one: FormField, character: str) -> bool:
    """Say whether a character can begin what a field asks for."""
    if not character:
        return False
    if isinstance(one.field.format, YesNo):
        return character in "yn"
    if not character.isalpha():
        return True
    return one.could_be(character) if one.closed else one.may_begin_with(character)
