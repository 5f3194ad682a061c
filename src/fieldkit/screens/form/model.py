"""The form as a state machine: keys go in, the state of the form can be read.

Pure: no Textual, no store, no clock except today's date. The holder of a model gives it keys
(:meth:`FormModel.press`), text from the clipboard (:meth:`FormModel.paste`), and what the store
finds for the lookup it needs (:meth:`FormModel.needed_lookup`, :meth:`FormModel.supply`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fieldkit.protocol.identity import read_id
from fieldkit.records import Record, RuleContext, Use, Value, judge, sentence
from fieldkit.records.fields.formats import today
from fieldkit.screens.form.form_field import NOT_CHOSEN, UNKNOWN, Candidate, FormField
from fieldkit.screens.form.terms import Act, Lookup
from fieldkit.screens.widgets.line_edit import tame


class FormModel:
    """One form: its fields, where the cursor is, and the sentence about it."""

    def __init__(
        self,
        kind: type[Record],
        record: Record | None = None,
        texts: Mapping[str, str] | None = None,
        at: str = "",
        place: Mapping[str, Value] | None = None,
    ) -> None:
        """Open the form of a new record of ``kind``, or of ``record``.

        ``texts`` are put over it as if typed: from a search, from a draft. ``at``: the field to go
        to; empty: the first one to fill. ``place``: district and block, which no form asks for.
        """
        self.kind, self.record = kind, record
        declared = kind.form_fields()
        self.fields = {name: FormField(name, field) for name, field in declared.items()}
        self.sections = list(dict.fromkeys(field.section for field in declared.values()))
        self.at = next(iter(self.fields))
        """The field the cursor is in."""
        self.mark = -1
        """The candidate taken when the cursor leaves the field; -1: none."""
        self.fresh = True
        """Whether nothing was typed since the cursor came; a value of a list is then typed over."""
        self.message = ""
        """A sentence on what the last key did; empty: the field's own note or help is shown."""
        self.alarm = False
        """Whether the message is an error."""
        self.help_open = False
        self.names: dict[str, str] = {}
        """Labels of records referred to, by id."""
        self.last: dict[str, str] = {}
        """Texts of the record saved before, for ``=``."""
        self.unasked: dict[str, str] = {}
        """Texts of a draft whose fields no longer exist: kept, and shown to be typed elsewhere."""
        self.asked: set[str] = set()
        """Fields that the next save confirms."""
        self._touched = False
        self._found: dict[Lookup, tuple[Candidate, ...]] = {}
        self._place = dict(place or {})
        self._visited: set[str] = set()
        self._open(dict(texts or {}), at)

    def _open(self, texts: dict[str, str], at: str) -> None:
        for name, one in self.fields.items():
            one.open(self.record.value(name) if self.record else None, new=self.record is None)
        self._read_all()
        if self.record is not None:
            for name, value in self.kind.derive(self.values).items():
                if name in self.fields and self.fields[name].value == value:
                    self.fields[name].offered = self.fields[name].text
        for name in texts.keys() & self.fields.keys():
            self.fields[name].box.put(texts[name])
        self.unasked = {n: text for n, text in texts.items() if text and n not in self.fields}
        self._read_all()
        if texts:
            self._follow()
            self._judge()
        if at in self.fields and self.applies(at):
            self.at = at
        elif self.record is None and self.current.text:
            self.at = self._next_field(empty=True) or self.at
        self._enter_field()

    # --- its state ---

    @property
    def current(self) -> FormField:
        """The field the cursor is in."""
        return self.fields[self.at]

    @property
    def section(self) -> str:
        """The section on the screen."""
        return self.current.field.section

    @property
    def values(self) -> dict[str, Value]:
        """All values by field, including district and block."""
        return self._place | {name: one.value for name, one in self.fields.items()}

    @property
    def types_over(self) -> bool:
        """Whether the next character replaces the text."""
        return self.fresh and bool(self.current.text) and self.current.typed_over

    def applies(self, name: str) -> bool:
        """Say whether a field applies to the record as filled so far."""
        return self.fields[name].field.asked(self.values)

    def in_section(self, section: str) -> list[FormField]:
        """Return the fields of a section, in order."""
        return [one for one in self.fields.values() if one.field.section == section]

    def within(self, one: FormField) -> Value:
        """Return the value that narrows a field's list."""
        name = one.nested_in
        return self.fields[name].value if name in self.fields else self._place.get(name)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return what the text of the current field could mean."""
        one = self.current
        if one.closed:
            return one.candidates(self.within(one), whole=self.fresh)
        lookup = Lookup(one.name, one.text.strip())
        found = self._found.get(lookup, ())
        if one.field.suggest and lookup.text:
            others = [c for c in found if c.text.casefold() != lookup.text.casefold()]
            return (Candidate(lookup.text, f"{lookup.text} (as typed)"), *others)
        return found

    def needed_lookup(self) -> Lookup | None:
        """Return the next question to the store, about the text shown or a label, or None."""
        one = self.current
        here = Lookup(one.name, one.text.strip())
        if here not in self._found and (one.searched or (one.field.suggest and here.text)):
            return here
        for other in self.fields.values():
            if other.searched and other.value is not None and other.value not in self.names:
                return Lookup(other.name, str(other.value))
        return None

    def supply(self, lookup: Lookup, found: Sequence[Candidate]) -> None:
        """Take what the store found; it is used only while the text is the one asked about."""
        self._found[lookup] = tuple(found)
        one, number = self.fields[lookup.field], str(read_id(lookup.text) or lookup.text)
        if one.searched and one.value == number:
            labels = {c.text: c.label for c in found}
            self.names[number] = labels.get(number, UNKNOWN)
        if lookup == Lookup(self.at, self.current.text.strip()):
            self._mark_likeliest()

    # --- input ---

    def press(self, key: str, character: str | None = None) -> Act:
        """Handle one key by Textual's name, with the character it types, if any."""
        if self.help_open and key in {"f1", "escape", "question_mark"}:
            self.help_open = False
            return Act.NONE
        does = _KEYS.get(key)
        typed = tame(character or "") if does is None else ""
        if does is None and not typed:
            return Act.OTHER
        if key in _LEAVING and self._needs_lookup():
            return Act.LOOK_UP
        self._clear_message()
        return does(self) if does else self._type(typed)

    def paste(self, text: str) -> None:
        """Insert text from the clipboard into the current field, with spaces for line ends."""
        self._clear_message()
        piece = tame(" ".join(text.split()))
        if piece:
            self._edit(lambda one: one.box.insert(piece))

    def go(self, name: str) -> Act:
        """Go to the field that was clicked."""
        if name == self.at or not self.applies(name):
            return Act.NONE
        if self._needs_lookup():
            return Act.LOOK_UP
        self._clear_message()
        self._leave_field()
        self._step(name if self.applies(name) else None)
        return Act.NONE

    def go_back_to(self, name: str) -> None:
        """Put the cursor into a field that stopped a save; ignore an unknown one."""
        self.at = name if name in self.fields else self.at
        self._enter_field()

    def take(self, place: int) -> Act:
        """Take the candidate that was clicked, and go to the next field."""
        if not 0 <= place < len(self.candidates()):
            return Act.NONE
        self._clear_message()
        self.mark = place
        return self._enter()

    def say(self, message: str, *, alarm: bool = False) -> None:
        """Show a sentence until the next key."""
        self.message, self.alarm = message, alarm

    def _clear_message(self) -> None:
        self.help_open = False
        self.say("")

    def _needs_lookup(self) -> bool:
        """Say whether the text must be looked up before the cursor can leave the field."""
        one, text = self.current, self.current.text.strip()
        if not text or read_id(text) or Lookup(one.name, text) in self._found:
            return False
        return one.searched

    # --- typing ---

    def _type(self, typed: str) -> Act:
        one = self.current
        if not one.text.strip() and typed in {"=", "?", "/"}:
            return self._ditto() if typed == "=" else self._help() if typed == "?" else Act.OTHER
        if typed == "=" and Use.KIN in one.field.uses and (surname := self._surname()):
            typed = surname if one.text.endswith(" ") else f" {surname}"
        self._edit(lambda field: field.box.insert(typed))
        return Act.NONE

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
        self._edit(lambda one: one.box.delete(key))
        return Act.NONE

    def _changed(self) -> None:
        one = self.current
        self._touched = True
        one.finding, one.confirmed = "", False
        self.asked.discard(one.name)
        one.read(self.within(one))
        self._mark_likeliest()

    def _within_text(self, key: str) -> Act:
        self.current.box.move(key)
        self.fresh = self.fresh and not self.current.field.suggest
        return Act.NONE

    def _right(self) -> Act:
        """Move in the text; from its end, through the candidates."""
        one = self.current
        if one.box.cursor < len(one.text):
            return self._within_text("right")
        if (one.searched or one.field.suggest) and self.needed_lookup() == Lookup(
            self.at, one.text.strip()
        ):
            return Act.LOOK_UP
        self._mark_current_value()
        self.mark = min(self.mark + 1, len(self.candidates()) - 1)
        return Act.NONE

    def _left(self) -> Act:
        self._mark_current_value()
        if self.mark > (0 if self.current.text.strip() else -1):
            self.mark -= 1
            return Act.NONE
        return self._within_text("left")

    def _mark_current_value(self) -> None:
        """Mark the present value, so that walking the list starts there."""
        one = self.current
        if one.field.suggest and one.text.strip():
            self.mark = max(self.mark, 0)
        if one.closed and self.fresh and self.mark < 0 and one.value is not None:
            value = one.field.format.edit(one.value)
            self.mark = next((i for i, c in enumerate(self.candidates()) if c.text == value), -1)

    def _mark_likeliest(self) -> None:
        one, found = self.current, self.candidates()
        if one.searched:
            likely = bool(found) and found[0].sure and not any(c.sure for c in found[1:2])
        else:
            likely = bool(found) and bool(one.text.strip()) and not self.fresh
        self.mark = 0 if likely else -1

    # --- from field to field ---

    def _enter(self) -> Act:
        self._leave_field()
        if not self._step(self._field_of_state() or self._next_field(empty=True)):
            self.say("Nothing is left to fill below. Ctrl+S saves.")
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

    def _walk(self, *, back: bool) -> Act:
        self._leave_field()
        self._step(self._next_field(back=back))
        return Act.NONE

    def _page(self, step: int) -> Act:
        self._leave_field()
        values = self.values
        here = self.sections.index(self.section) + step
        while 0 <= here < len(self.sections):
            for one in self.in_section(self.sections[here]):
                if one.field.asked(values):
                    self._step(one.name)
                    return Act.NONE
            here += step
        self._enter_field()
        return Act.NONE

    def _next_field(self, *, back: bool = False, empty: bool = False) -> str | None:
        """Return the next field that applies, if any; ``empty``: one to fill or correct."""
        order = list(self.fields)
        here = order.index(self.at)
        values = self.values
        for name in reversed(order[:here]) if back else order[here + 1 :]:
            one = self.fields[name]
            done = one.text.strip() and not one.problem
            if one.field.asked(values) and not (empty and done):
                return name
        return None

    def _step(self, name: str | None) -> bool:
        self.at = name or self.at
        self._enter_field()
        return name is not None

    def _enter_field(self) -> None:
        self.fresh, self._touched = True, False
        self._found.clear()
        self._visited.add(self.at)
        self.current.box.move("end")
        self._mark_likeliest()

    def _leave_field(self) -> None:
        """Take the marked candidate, then fill what follows from the value."""
        one, found = self.current, self.candidates()
        before = one.value
        if 0 <= self.mark < len(found):
            if one.searched:
                self.names[found[self.mark].text] = found[self.mark].label
            if one.take(found[self.mark]):
                one.read(self.within(one))
        elif one.searched and one.problem:
            nothing = f'Nobody and nothing found by "{one.text.strip()[:40]}".'
            one.problem = NOT_CHOSEN if found else f"{nothing} Register it first, or type more."
        if self._touched or one.value != before:
            self._read_nested()
            self._follow()
            self._judge()
        self.mark, self.fresh, self._touched = -1, True, False

    # --- values that follow from other fields ---

    def _read_all(self) -> None:
        for one in self.fields.values():
            one.read()
        self._read_nested()

    def _read_nested(self) -> None:
        for one in self.fields.values():
            if one.nested_in:
                one.read(self.within(one))

    def _follow(self) -> None:
        """Fill in what follows from the values, where nothing else was typed."""
        followed = self.kind.derive(self.values)
        for name, one in self.fields.items():
            if one.text != one.offered:
                continue
            value = followed.get(name)
            text = "" if value is None else one.field.format.edit(value)
            if text != one.text:
                one.set_typed(text)
                one.read(self.within(one))
            one.offered = text

    def _judge(self) -> None:
        """Note beside the fields what those rules say that need no other record."""
        notes: dict[str, str] = {}
        for finding in judge(self.kind.of(self.values), RuleContext(today(), self.record)):
            if finding.rule != "required":
                notes.setdefault(finding.field, sentence(finding))
        for name, one in self.fields.items():
            seen = name in self._visited or (one.changed if self.record is None else one.text)
            one.finding = notes.get(name, "") if seen and not one.confirmed else ""

    # --- filling without typing ---

    def _ditto(self) -> Act:
        text = self.last.get(self.at, "")
        if self.current.text.strip():
            self.say("This is filled already. Clear it with Ctrl+U to repeat the last one.")
        elif not text:
            self.say("Nothing was saved here before, so there is nothing to repeat.")
        else:
            self.current.set_typed(text)
            self._changed()
            self.mark = -1
        return Act.NONE

    def _surname(self) -> str:
        """Return the last word of the person's own name."""
        own = [self.fields[name].text for name in self.kind.used(Use.NAME)]
        words = own[0].split() if self.kind.person and own else []
        return words[-1] if len(words) > 1 else ""

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

    def _save(self, act: Act) -> Act:
        self._leave_field()
        self._enter_field()
        return act


_LEAVING = frozenset(
    {"enter", "down", "tab", "up", "shift+tab", "pageup", "pagedown"}
    | {"ctrl+s", "f10", "ctrl+n", "f9"}
)
_KEYS: Mapping[str, Callable[[FormModel], Act]] = {
    "enter": FormModel._enter,
    **dict.fromkeys(("down", "tab"), partial(FormModel._walk, back=False)),
    **dict.fromkeys(("up", "shift+tab"), partial(FormModel._walk, back=True)),
    "pagedown": lambda model: model._page(1),
    "pageup": lambda model: model._page(-1),
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
    **dict.fromkeys(("ctrl+s", "f10"), lambda model: model._save(Act.SAVE)),
    **dict.fromkeys(("ctrl+n", "f9"), lambda model: model._save(Act.SAVE_NEXT)),
}
