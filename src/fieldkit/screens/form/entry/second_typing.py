"""Typing a number a second time, without seeing the first: a wrong digit sends money astray.

Pure. The first text stays in its field, so that a draft and a save always hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from fieldkit.plain_text import plain
from fieldkit.records import Unfit, Value
from fieldkit.screens.form.entry.terms import Act
from fieldkit.screens.widgets.line_edit import FieldText, tame

if TYPE_CHECKING:
    from fieldkit.screens.form.entry.form_field import FormField
    from fieldkit.screens.form.entry.model import FormModel

_ONWARD = frozenset({"enter", "down", "tab"})
_BACK = frozenset({"up", "shift+tab"})
_SAVE = frozenset({"ctrl+s", "f10", "ctrl+n", "f9"})
_MOVES = frozenset({"left", "right", "home", "end"})
_DELETIONS = frozenset({"backspace", "delete", "ctrl+u", "ctrl+w"})


class SecondTyping:
    """Which fields of a form are typed twice, and the second typing while it lasts."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self.fields: Collection[str] = ()
        """The fields that are typed twice."""
        self.box: FieldText | None = None
        """What is typed the second time; None: nothing is being compared."""
        self.differs = False
        """Whether both texts are shown and the person says which is right."""
        self._then: Callable[[], Act] = lambda: Act.NONE
        self._settled: dict[str, Value] = {}
        """The values that were typed twice alike, chosen, or saved as they are."""

    def open(self, fields: Collection[str], copied: Iterable[str] = ()) -> None:
        """Begin with the fields that are typed twice; those ``copied`` were not typed here."""
        self.fields = fields
        for name in copied:
            if name in self._model.fields:
                self.settle(name)

    def wanted(self, name: str) -> bool:
        """Say whether a field holds a value that was typed once only."""
        one = self._model.fields[name]
        typed = one.changed and one.text not in {one.offered, self._model.last.get(name)}
        return (
            name in self.fields
            and typed
            and one.value is not None
            and self._settled.get(name) != one.value
        )

    def settle(self, name: str) -> None:
        """Ask no second time for the present value."""
        self._settled[name] = self._model.fields[name].value

    def begin(self, then: Callable[[], Act]) -> bool:
        """Ask for the current field again, if that is wanted; ``then``: what follows."""
        model = self._model
        if not self.wanted(model.at):
            return False
        self.box, self.differs, self._then = FieldText(), False, then
        label = model.current.field.label
        model.say(f"{label}: type it once more, without looking.", "Up shows the first.")
        return True

    def before_save(self, then: Callable[[], Act]) -> bool:
        """Go to the first field that was typed once only, before the form is saved."""
        model = self._model
        here = [name for name in model.fields if model.applies(name)]
        once = [name for name in here if self.wanted(name)]
        if not once or any(model.fields[name].problem for name in here):
            return False  # what cannot be read stops the save first
        model.step(once[0])
        return self.begin(then)

    def stop(self) -> None:
        """Show the field as it is."""
        self.box, self.differs = None, False

    def paste(self, text: str) -> bool:
        """Insert pasted text into the second typing; say whether there is one."""
        if self.box is None:
            return False
        self.box.insert(tame(" ".join(text.split())))
        return True

    def press(self, key: str, character: str | None) -> Act | None:
        """Handle a key while a number is typed again; None: the key is for the form."""
        if self.box is None:
            return None
        if key in _ONWARD:
            return self._compare(self.box)
        if key in _BACK:
            return self._look()
        if self.differs and character:
            return self._choose(self.box, character)
        return self._edit(self.box, key, tame(character or ""))

    def _edit(self, box: FieldText, key: str, typed: str) -> Act | None:
        if key in _MOVES:
            box.move(key)
        elif key in _DELETIONS:
            box.delete(key)
        elif typed:
            box.insert(typed)
        else:
            if key in _SAVE:  # all is saved as it stands
                for name in self.fields:
                    self.settle(name)
            self.stop()
            return None
        return Act.NONE

    def _look(self) -> Act:
        """Show the first text again, to be corrected."""
        self._model.enter_field()
        self._model.say("")
        return Act.NONE

    def _compare(self, box: FieldText) -> Act:
        model, one = self._model, self._model.current
        if not box.text.strip():
            model.say("It is not typed again yet.", "Up shows the first; Ctrl+S saves it.")
            return Act.NONE
        if same_value(one, box.text):
            return self._done()
        self.differs = True
        model.say(f"1: {one.text.strip()}   2: {box.text.strip()}", "Which is right, 1 or 2?")
        return Act.NONE

    def _choose(self, box: FieldText, character: str) -> Act:
        if character == "2":
            model = self._model
            model.enter_field()
            model.paste(box.text)
            model.leave_field()
            if model.current.problem:
                model.enter_field()
                return Act.NONE
        return self._done() if character in {"1", "2"} else Act.NONE

    def _done(self) -> Act:
        self.stop()
        self.settle(self._model.at)
        self._model.say("")
        return self._then()


def same_value(one: FormField, typed: str) -> bool:
    """Say whether a text means the value of a field; of an IFSC the last six are enough."""
    form = one.field.format
    tail = plain(typed).strip().upper()
    if isinstance(one.value, str) and len(tail) == 6 and len(one.value) == 11:
        return one.value.endswith(tail)
    try:
        return form.parse(typed, confirmed=True) == one.value
    except Unfit:
        return False
