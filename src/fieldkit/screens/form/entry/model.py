"""The form as a state machine: keys go in, the state of the form can be read.

Pure: no Textual, no store, no clock except today's date. The holder of a model gives it keys
(:meth:`FormModel.press`), text from the clipboard (:meth:`FormModel.paste`), and what it asks the
store for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fieldkit.records import Nothing, Record, Use, Value
from fieldkit.records.declaration.sent_back import open_note
from fieldkit.records.fields.formats import Text
from fieldkit.scan.keys import ScanKeys, looks_scanned
from fieldkit.screens.form.entry.completion import NameWords
from fieldkit.screens.form.entry.cursor import FormCursor
from fieldkit.screens.form.entry.form_field import Candidate, FormField
from fieldkit.screens.form.entry.form_scan import Before, FormScan
from fieldkit.screens.form.entry.going_on import GoingOn
from fieldkit.screens.form.entry.noting import Noting
from fieldkit.screens.form.entry.passed_over import PassedOver
from fieldkit.screens.form.entry.second_typing import SecondTyping
from fieldkit.screens.form.entry.terms import Act, Message
from fieldkit.screens.widgets.line_edit import FieldText, tame


class FormModel(FormCursor):
    """One form: what each key does to it, and the sentence about that."""

    def __init__(
        self,
        kind: type[Record],
        record: Record | None = None,
        texts: Mapping[str, str] | None = None,
        at: str = "",
        place: Mapping[str, Value] | None = None,
        known: Nothing | None = None,
    ) -> None:
        """Open the form of a new record of ``kind``, or of ``record``.

        ``texts`` are put over it as if typed: from a search, from a draft. ``at``: the field to go
        to; empty: the first one to fill. ``place``: district and block, which few ask for.
        ``known``: the limits that rules compare with.
        """
        super().__init__(kind, record, place, known)
        self.message = Message()
        """A sentence on what the last key did; empty: the field's own note or help is shown."""
        self.sent_back = open_note(record) if record else None
        """Why a supervisor sent the record back; None: it is not."""
        self.help_open = False
        self.last: Mapping[str, str] = {}
        """Texts of the record saved before, for ``=``."""
        self.name_words = NameWords()
        """The words by which a half-typed name may go on."""
        self.asked: set[str] = set()
        """Fields that the next save confirms."""
        self.second, self.passed, self.goes_on = (
            SecondTyping(self),
            PassedOver(self),
            GoingOn(self),
        )
        self.noting = Noting(self)
        self.scan = ScanKeys()
        """The keys of a scanner, which reach no field."""
        self.scanned = FormScan(self)
        self.fill(texts or {})
        if at in self.fields and self.applies(at):
            self.at = at
        elif self.record is None and self.current.text:
            self.at = self.next_field(empty=True) or self.at
        self.enter_field()

    def enter_field(self) -> None:
        """Begin with the field the cursor is in; what Enter passed over counts no longer."""
        self.passed.forget()
        self.second.stop()
        self.noting.stop()
        super().enter_field()

    @property
    def box(self) -> FieldText:
        """The text that keys change: of the current field, its second typing, or its note."""
        return self.noting.box or self.second.box or self.current.box

    @property
    def types_over(self) -> bool:
        """Whether the next key replaces the text."""
        return self.box is self.current.box and super().types_over

    def candidates(self) -> tuple[Candidate, ...]:
        """Return what the text of the current field could mean; nothing while another is typed."""
        return super().candidates() if self.box is self.current.box else ()

    # --- input ---

    def press(self, key: str, character: str | None = None) -> Act:
        """Handle one key by Textual's name, with the character it types, if any."""
        if (scanned := self.scanned.press(self._character(key, character), key)) is not None:
            return scanned
        if (noted := self.noting.press(key, self._character(key, character))) is not None:
            return noted
        if self.help_open and key in {"f1", "escape", "question_mark"}:
            self.help_open = False
            return Act.NONE
        typed = self._character(key, character)
        if (dropped := self.goes_on.press(key, typed)) is not None:
            return dropped
        second = self.second.press(key, character)
        act = self._handle(key, typed) if second is None else second
        return self.goes_on.after() if act is Act.NONE and typed else act

    def _handle(self, key: str, typed: str) -> Act:
        """Handle a key that is for the current field or the form."""
        does = _KEYS.get(key)
        if does is None and not typed:
            return Act.OTHER
        if key in _LEAVING and self.waits():
            return Act.LOOK_UP
        self._clear_message()
        return does(self) if does else self._type(typed)

    def paste(self, text: str) -> None:
        """Insert text from the clipboard into the current field, with spaces for line ends."""
        if looks_scanned(text):
            self.scan.text = text.strip()
            return
        if self.noting.paste(text) or self.second.paste(text):
            return
        self._clear_message()
        piece = tame(" ".join(text.split()))
        if piece:
            self._edit(lambda one: one.box.insert(piece))

    @staticmethod
    def _character(key: str, character: str | None) -> str:
        """Return the character that a key types; empty: it does something else."""
        return "" if key in _KEYS else tame(character or "")

    def state_of_field(self) -> Before:
        """Return how the current field is, to be put back."""
        one = self.current
        state = (self.fresh, self._touched, self._adding, self.mark)
        return Before(self.at, one.text, one.box.cursor, *state)

    def put_back(self, before: Before) -> None:
        """Go back to a field and make it as it was."""
        self.second.stop()
        self.at, one = before.at, self.fields[before.at]
        one.box.text, one.box.cursor = before.text, before.cursor
        one.read(self.within(one))
        self.fresh, self._touched = before.fresh, before.touched
        self._adding, self.mark = before.adding, before.mark

    def refilled(self) -> None:
        """Follow from what filled several fields at once; go to the first that is empty."""
        self.read_nested()
        self.follow()
        self.judge(self._visited)
        self.step(self.at if not self.current.text else self.next_field(empty=True))

    def go(self, name: str) -> Act:
        """Go to a field that was clicked or asked for."""
        if name == self.at or not self.applies(name):
            return Act.NONE
        if self.waits():
            return Act.LOOK_UP
        self._clear_message()
        self.leave_field()
        self.step(name if self.applies(name) else None)
        return Act.NONE

    def go_back_to(self, name: str) -> None:
        """Put the cursor into a field that stopped a save; ignore an unknown one.

        What cannot be read is mended: the next key adds to it.
        """
        self.at = name if name in self.fields else self.at
        self.enter_field()
        if self.current.problem:
            self.go_on_typing()

    def take(self, place: int) -> Act:
        """Take the candidate that was clicked, and go to the next field."""
        if not 0 <= place < len(self.candidates()):
            return Act.NONE
        self._clear_message()
        self.mark = place
        return self._enter()

    def fill_reference(self, name: str, number: str, label: str) -> None:
        """Put a record that was registered meanwhile into its field, and go on."""
        one = self.fields[name]
        one.set_typed(number)
        one.read(self.within(one))
        self.names[number] = label
        self.at, self.mark, self._touched = name, -1, True
        self._enter()

    def say(self, text: str, then: str = "", *, alarm: bool = False) -> None:
        """Show a sentence until the next key; ``then``: what to press, which is never cut."""
        self.message = Message(text, then, alarm)

    def _clear_message(self) -> None:
        self.help_open = False
        self.message = Message()

    # --- typing ---

    def _type(self, typed: str) -> Act:
        one = self.current
        if not one.text.strip() and typed in {"=", "?", "/"}:
            return self._ditto() if typed == "=" else self._help() if typed == "?" else Act.OTHER
        if typed == "=" and Use.KIN in one.field.uses and (surname := self._surname()):
            typed = surname if one.text.endswith(" ") else f" {surname}"
            self._adding = True
        self.passed.divert(typed)
        self.insert(typed)
        self.passed.come_back()
        return Act.NONE

    def insert(self, typed: str) -> None:
        """Type a text into the current field."""
        self._edit(lambda field: field.box.insert(typed))

    def _edit(self, change: Callable[[FormField], bool]) -> None:
        one = self.current
        if not self._touched:
            one.remember()
        over = self.types_over
        if over:
            one.box.put("")
        if change(one) or over:
            self.fresh = False
            self._changed()

    def _delete(self, key: str) -> Act:
        whole = self.types_over
        self._edit(lambda one: one.box.delete(key))
        if whole and key == "backspace":
            self.say("Emptied.", "Ctrl+Z brings it back; End edits it.")
        return Act.NONE

    def _changed(self) -> None:
        one = self.current
        self._touched = True
        one.finding, one.confirmed = "", False
        self.asked.discard(one.name)
        one.read(self.within(one))
        self._mark_likeliest()

    # --- moving in the text and among the candidates ---

    def _within_text(self, key: str) -> Act:
        self.current.box.move(key)
        self._adding = self._adding or key in {"home", "end"} or not self.current.closed
        self.fresh = self.fresh and not self.current.field.open_list
        return Act.NONE

    def _right(self) -> Act:
        """Move in the text; at its end, take how a name may go on, or mark the next candidate."""
        one = self.current
        if one.box.cursor < len(one.text):
            return self._within_text("right")
        if rest := self.completion:
            self._edit(lambda field: field.box.insert(rest))
            return Act.NONE
        if self.needs_candidates():
            return Act.LOOK_UP
        self._adding = self._adding or not (one.closed or one.searched)
        self._mark_current_value()
        self.mark = min(self.mark + 1, len(self.candidates()) - 1)
        return Act.NONE

    def _left(self) -> Act:
        self._mark_current_value()
        if self.mark > (0 if self.current.text.strip() else -1):
            self.mark -= 1
            return Act.NONE
        return self._within_text("left")

    # --- from field to field ---

    def _enter(self) -> Act:
        if (marked := self.marked) is not None and marked.begins:
            return Act.REGISTER
        before = self.at
        self._leave_typed()
        return Act.NONE if self.second.begin(lambda: self._go_on(before)) else self._go_on(before)

    def leave_full(self) -> None:
        """Go to the next field, as Enter does."""
        self._enter()

    def _leave_typed(self) -> None:
        """Leave the field; what was chosen from a list, not typed, is not typed again."""
        typed = self.current.text
        self.leave_field()
        if self.current.text != typed:
            self.second.settle(self.at)

    def _go_on(self, before: str) -> Act:
        state = self._field_of_state()
        if self.step(state or self.next_field(empty=True)):
            if not state:
                self.passed.note(before, self.at)
        elif self.needed_only:
            self.say("All that is needed now is filled.", "Ctrl+S saves, PgDn shows the rest.")
        else:
            self.say("Nothing is left to fill below.", "Ctrl+S saves.")
        return Act.NONE

    def _field_of_state(self) -> str | None:
        """Return the first empty field of the state that was just chosen, if its date is empty."""
        lifecycle = self.kind.lifecycle
        if lifecycle is None or self.at != lifecycle.field or not self.current.changed:
            return None
        step = lifecycle.step(self.current.value)
        if step is None or not step.on or self.fields[step.on].text.strip():
            return None
        wanted = (step.on, step.amount, *step.asks)
        return next(name for name in self.fields if name in wanted and not self.fields[name].text)

    def _next_field(self, *, back: bool) -> Act:
        self._leave_typed()
        if back or not self.second.begin(lambda: self._next_field(back=False)):
            self.step(self.next_field(back=back))
        return Act.NONE

    def _page(self, step: int) -> Act:
        self.leave_field()
        values = self.values
        here = self.sections.index(self.section) + step
        while 0 <= here < len(self.sections):
            for one in self.in_section(self.sections[here]):
                if one.field.asked(values):
                    self.step(one.name)
                    return Act.NONE
            here += step
        self.enter_field()
        return Act.NONE

    # --- filling without typing ---

    def _ditto(self) -> Act:
        text = self.last.get(self.at, "")
        if self.current.text.strip():
            self.say("This is filled already.", "Ctrl+U clears it, then = repeats the last one.")
        elif self.current.field.own:
            self.say("Each record has its own here, so the last one is not repeated.")
        elif not text:
            self.say("Nothing was saved here before, so there is nothing to repeat.")
        else:
            self.current.set_typed(text)
            self._changed()
            self.mark = -1
        return Act.NONE

    @property
    def completion(self) -> str:
        """How the half-typed word may go on: Right takes it, nothing else does."""
        one = self.current
        if self.types_over or not one.text or one.box.cursor < len(one.text):
            return ""
        if self.box is not one.box:
            return ""
        if self.kind.person and one.field.uses & (Use.NAME | Use.KIN):
            family_name = self._surname() if Use.KIN in one.field.uses else ""
            return self.name_words.rest_of(one.text, family_name)
        return self._rest_of_own_words(one)

    def _rest_of_own_words(self, one: FormField) -> str:
        """Return how a text goes on with the village or the mobile of this very form."""
        word = one.text.rpartition(" ")[2]
        if not word or not isinstance(one.field.format, Text) or one.field.open_list:
            return ""
        own = [*self.kind.used(Use.PLACE), *self.kind.used(Use.DIGITS)]
        values = (str(self.fields[name].value or "") for name in own if name in self.fields)
        found = (text for text in values if len(text) > len(word) and text.startswith(word))
        return next(found, "")[len(word) :]

    @property
    def going_on(self) -> str:
        """The word that Right makes of the one being typed."""
        return f"{self.current.text.rpartition(' ')[2]}{self.completion}".strip()

    def _surname(self) -> str:
        """Return the last word of the person's own name."""
        own = [self.fields[name].text for name in self.kind.used(Use.NAME)]
        words = own[0].split() if self.kind.person and own else []
        return words[-1] if len(words) > 1 else ""

    def keep(self) -> Act:
        """Keep the value of this field for the next record, or let it go."""
        self.leave_field()
        self.enter_field()
        one, label = self.current, self.current.field.label
        if self.record is not None:
            self.say("Only a new record passes values on to the next one.")
        elif self.kept.pop(one.name, ""):
            self.say(f"{label}: not kept any more.")
            return Act.KEEP
        elif not one.may_be_kept:
            self.say("This is asked of each person, so it cannot be kept.")
        elif one.value is None:
            self.say("Fill this first; then F3 keeps it for the next record.")
        else:
            self.kept[one.name] = one.field.format.edit(one.value)
            self.say(f"{label}: kept for the next record.", "F3 again stops that.")
            return Act.KEEP
        return Act.NONE

    def kept_after_save(self) -> dict[str, str]:
        """Return what is kept, with the values of this record."""
        fields = {name: self.fields[name] for name in self.kept if name in self.fields}
        texts = {name: one.field.format.edit(one.value) for name, one in fields.items()}
        return {name: text or self.kept[name] for name, text in texts.items()}

    def _undo(self) -> Act:
        if self.current.undo():
            self.fresh = True
            self._changed()
        else:
            self.say("Nothing to undo in this field.")
        return Act.NONE

    def _help(self) -> Act:
        self.help_open = True
        return Act.NONE

    def _leave_for(self, act: Act) -> Act:
        """Take what stands in the field, and ask the page for what is done with the form."""
        self._leave_typed()
        self.enter_field()
        return Act.NONE if self.second.before_save(lambda: self._leave_for(act)) else act


_LEAVING = frozenset(
    {"enter", "down", "tab", "up", "shift+tab", "pageup", "pagedown"}
    | {"ctrl+s", "f10", "ctrl+n", "f9", "f3", "f4", "ctrl+l"}
)
_KEYS: Mapping[str, Callable[[FormModel], Act]] = {
    "enter": FormModel._enter,
    **dict.fromkeys(("down", "tab"), partial(FormModel._next_field, back=False)),
    **dict.fromkeys(("up", "shift+tab"), partial(FormModel._next_field, back=True)),
    "pagedown": lambda model: model._page(1),
    "pageup": lambda model: model._page(-1),
    # Not Ctrl+G: a terminal command in pasted text ends with it.
    "ctrl+t": lambda _model: Act.GO_TO,
    "left": FormModel._left,
    "right": FormModel._right,
    **{key: partial(FormModel._within_text, key=key) for key in ("home", "end")},
    **{
        key: partial(FormModel._delete, key=key)
        for key in ("backspace", "delete", "ctrl+u", "ctrl+w")
    },
    **dict.fromkeys(("ctrl+z", "f8"), FormModel._undo),
    "f2": FormModel._ditto,
    "f1": FormModel._help,
    **dict.fromkeys(("ctrl+s", "f10"), lambda model: model._leave_for(Act.SAVE)),
    **dict.fromkeys(("ctrl+n", "f9"), lambda model: model._leave_for(Act.SAVE_NEXT)),
    **dict.fromkeys(("f4", "ctrl+l"), lambda model: model._leave_for(Act.COMPARE)),
    "f3": FormModel.keep,
}
