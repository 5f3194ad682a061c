"""A note on the field the cursor is in: one line, typed in the place of the field's text.

Pure. The note belongs to the record and is saved with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.aadhaar import holds_aadhaar
from fieldkit.protocol.note import LONGEST_NOTE
from fieldkit.screens.form.entry.terms import Act
from fieldkit.screens.widgets.line_edit import FieldText, tame

if TYPE_CHECKING:
    from fieldkit.screens.form.entry.model import FormModel

_MOVES = frozenset({"left", "right", "home", "end"})
_DELETIONS = frozenset({"backspace", "delete", "ctrl+u", "ctrl+w"})
_KEEPS = frozenset({"enter", "down", "tab", "up", "shift+tab"})


class Noting:
    """The note on the current field while it is typed."""

    def __init__(self, model: FormModel) -> None:
        self._model = model
        self.box: FieldText | None = None
        """The note as typed so far; None: no note is being typed."""

    def begin(self) -> None:
        """Open the note on the current field."""
        model = self._model
        model.second.stop()
        self.box = FieldText()
        self.box.put(model.notes.get(model.at, ""))
        model.say(f"A note on {model.current.field.label}.", "Enter keeps it, Esc leaves it.")

    def stop(self) -> None:
        """Leave the note as it was."""
        self.box = None

    def paste(self, text: str) -> bool:
        """Insert pasted text into the note; say whether one is being typed."""
        if self.box is None:
            return False
        self._insert(self.box, tame(" ".join(text.split())))
        return True

    def press(self, key: str, typed: str) -> Act | None:
        """Handle a key while a note is typed; None: the key is for the form."""
        box = self.box
        if box is None:
            return None
        if key == "escape":
            self.stop()
            self._model.say("")
        elif key in _MOVES:
            box.move(key)
        elif key in _DELETIONS:
            box.delete(key)
        elif typed:
            self._insert(box, typed)
        elif not self._keep(box) or key in _KEEPS:
            return Act.NONE
        else:
            return None
        return Act.NONE

    def _insert(self, box: FieldText, typed: str) -> None:
        space = LONGEST_NOTE - len(box.text)
        box.insert(typed[:space])
        if len(typed) > space:
            self._model.say(f"A note has at most {LONGEST_NOTE} letters.")

    def _keep(self, box: FieldText) -> bool:
        """Keep the note with the record; say whether it may be kept."""
        model, text = self._model, " ".join(box.text.split())
        if holds_aadhaar(text):
            model.say("This looks like an Aadhaar number. It is never kept: remove it.", alarm=True)
            return False
        before = model.notes.pop(model.at, "")
        if text:
            model.notes[model.at] = text
        self.stop()
        label = model.current.field.label
        model.say(f"Note on {label} {'kept' if text else 'removed' if before else 'left empty'}.")
        return True
