"""The form as a state machine: keys go in, what changed can be read from it.

Pure: no Textual, no store, no clock but the date. Whoever holds a model gives it keys
(:meth:`FormModel.press`), text from the clipboard (:meth:`FormModel.paste`), and what the store
found for the text it asks about (:meth:`FormModel.wanted`, :meth:`FormModel.supply`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fieldkit.protocol.identity import read_id
from fieldkit.records import RuleContext, Use, Value, judge, sentence
from fieldkit.records.fields.formats import today
from fieldkit.screens.form.field import UNKNOWN, Candidate, FormField, unmarked
from fieldkit.screens.form.terms import Act, Opening, Wanted
from fieldkit.screens.widgets.line_edit import tame


class FormModel:
    """One form: its fields, where the cursor is, and what is said about it."""

    def __init__(self, opening: Opening) -> None:
        self.kind = opening.kind
        self.record = opening.record
        questions = opening.kind.form_fields()
        self.fields = {name: FormField(name, ask) for name, ask in questions.items()}
        self.sections = list(dict.fromkeys(ask.section for ask in questions.values()))
        self.at = next(iter(self.fields))
        """The field the cursor is in."""
        self.mark = -1
        """The candidate that is taken on leaving the field; -1: none."""
        self.fresh = True
        """Nothing was typed here since the cursor came; an answer of a list is typed over."""
        self.message = ""
        """A sentence on what the last key did; empty: the field speaks for itself."""
        self.alarm = False
        """Whether the message says that something stands in the way."""
        self.help_open = False
        self.names: dict[str, str] = {}
        """Labels of records referred to, by id."""
        self.last: dict[str, str] = {}
        """Texts of the record saved before, for ``=``."""
        self.unasked: dict[str, str] = {}
        """Texts of a draft for fields that are gone: kept, and shown to be typed elsewhere."""
        self.asked: set[str] = set()
        """Fields the next save confirms."""
        self._touched = False
        self._found: dict[Wanted, tuple[Candidate, ...]] = {}
        self._standing = dict(opening.standing or {})
        self._visited: set[str] = set()
        self._open(opening)

    def _open(self, opening: Opening) -> None:
        for name, one in self.fields.items():
            one.open(self.record.value(name) if self.record else None, new=self.record is None)
        self._read_all()
        if self.record is not None:
            for name, value in self.kind.derive(self.values).items():
                if name in self.fields and self.fields[name].value == value:
                    self.fields[name].offered = self.fields[name].text
        texts = dict(opening.texts or {})
        for name in texts.keys() & self.fields.keys():
            self.fields[name].box.put(texts.pop(name))
        self.unasked = {name: text for name, text in texts.items() if text}
        self._read_all()
        if opening.texts:
            self._follow()
            self._weigh()
        if opening.field in self.fields and self.applies(opening.field):
            self.at = opening.field
        elif self.record is None and self.current.text:
            self.at = self._beyond(empty=True) or self.at
        self._arrive()

    # --- what can be read from it ---

    @property
    def current(self) -> FormField:
        """The field the cursor is in."""
        return self.fields[self.at]

    @property
    def section(self) -> str:
        """The section on the screen."""
        return self.current.ask.section

    @property
    def values(self) -> dict[str, Value]:
        """Every value by field, also those the form does not ask."""
        return self._standing | {name: one.value for name, one in self.fields.items()}

    @property
    def types_over(self) -> bool:
        """Whether the next character replaces the text instead of joining it."""
        return self.fresh and bool(self.current.text) and self.current.typed_over

    def applies(self, name: str) -> bool:
        """Say whether a field applies to the record as filled so far."""
        return self.fields[name].ask.asked(self.values)

    def in_section(self, section: str) -> list[FormField]:
        """Return the fields of a section, in order."""
        return [one for one in self.fields.values() if one.ask.section == section]

    def within(self, one: FormField) -> Value:
        """Return the value that narrows a field's list."""
        name = one.nested_in
        return self.fields[name].value if name in self.fields else self._standing.get(name)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return what the text of the current field could mean."""
        one = self.current
        if one.closed:
            return one.candidates(self.within(one), whole=self.fresh)
        wanted = Wanted(one.name, one.text.strip())
        found = self._found.get(wanted, ())
        if one.ask.suggest and wanted.text:
            others = [c for c in found if c.text.casefold() != wanted.text.casefold()]
            return (Candidate(wanted.text, f"{wanted.text} (as typed)"), *others)
        return found

    def wanted(self) -> Wanted | None:
        """Return what the store is to be asked now: about the text shown, else about a name."""
        one = self.current
        here = Wanted(one.name, one.text.strip())
        if here not in self._found and (one.searched or (one.ask.suggest and here.text)):
            return here
        for other in self.fields.values():
            if other.searched and other.value is not None and other.value not in self.names:
                return Wanted(other.name, str(other.value))
        return None

    def supply(self, wanted: Wanted, found: Sequence[Candidate]) -> None:
        """Take what the store found; it counts only while the text is the one asked about."""
        self._found[wanted] = tuple(found)
        one, number = self.fields[wanted.field], str(read_id(wanted.text) or wanted.text)
        if one.searched and one.value == number:
            labels = {c.text: c.label for c in found}
            self.names[number] = labels.get(number, UNKNOWN)
        if wanted == Wanted(self.at, self.current.text.strip()):
            self._mark_likeliest()

    # --- what comes in ---

    def press(self, key: str, character: str | None = None) -> Act:
        """Take one key as Textual names it, with the character it types if it does."""
        if self.help_open and key in {"f1", "escape", "question_mark"}:
            self.help_open = False
            return Act.NONE
        does = _KEYS.get(key)
        typed = tame(character or "") if does is None else ""
        if does is None and not typed:
            return Act.OTHER
        if key in _LEAVING and self._unsought():
            return Act.SEEK
        self._hush()
        return does(self) if does else self._type(typed)

    def paste(self, text: str) -> None:
        """Put text from the clipboard into the current field, line ends as spaces."""
        self._hush()
        piece = tame(" ".join(text.split()))
        if piece:
            self._edit(lambda one: one.box.insert(piece))

    def go(self, name: str) -> Act:
        """Go to the field the mouse points at."""
        if name == self.at or not self.applies(name):
            return Act.NONE
        if self._unsought():
            return Act.SEEK
        self._hush()
        self._leave()
        self._step(name if self.applies(name) else None)
        return Act.NONE

    def go_back_to(self, name: str) -> None:
        """Put the cursor into a field that stands against a save; unknown ones are passed over."""
        self.at = name if name in self.fields else self.at
        self._arrive()

    def take(self, place: int) -> Act:
        """Take the candidate the mouse points at, and go on."""
        if not 0 <= place < len(self.candidates()):
            return Act.NONE
        self._hush()
        self.mark = place
        return self._enter()

    def say(self, message: str, *, alarm: bool = False) -> None:
        """Say a sentence until the next key."""
        self.message, self.alarm = message, alarm

    def _hush(self) -> None:
        self.help_open = False
        self.say("")

    def _unsought(self) -> bool:
        """Say whether what was typed is still to be looked for before the field can be left."""
        one, text = self.current, self.current.text.strip()
        if not text or read_id(text) or Wanted(one.name, text) in self._found:
            return False
        return one.searched

    # --- typing ---

    def _type(self, typed: str) -> Act:
        one = self.current
        if not one.text.strip() and typed in {"=", "?", "/"}:
            return self._ditto() if typed == "=" else self._help() if typed == "?" else Act.OTHER
        if typed == "=" and Use.KIN in one.ask.uses and (surname := self._surname()):
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
        self.fresh = self.fresh and not self.current.ask.suggest
        return Act.NONE

    def _right(self) -> Act:
        """Walk what the text could mean, if there is anything to choose; else the text."""
        one = self.current
        if one.box.cursor < len(one.text):
            return self._within_text("right")
        if (one.searched or one.ask.suggest) and self.wanted() == Wanted(self.at, one.text.strip()):
            return Act.SEEK
        self._mark_standing()
        self.mark = min(self.mark + 1, len(self.candidates()) - 1)
        return Act.NONE

    def _left(self) -> Act:
        self._mark_standing()
        if self.mark > (0 if self.current.text.strip() else -1):
            self.mark -= 1
            return Act.NONE
        return self._within_text("left")

    def _mark_standing(self) -> None:
        """Walking an answered list starts from the answer."""
        one = self.current
        if one.ask.suggest and one.text.strip():
            self.mark = max(self.mark, 0)
        if one.closed and self.fresh and self.mark < 0 and one.value is not None:
            value = one.ask.format.edit(one.value)
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
        self._leave()
        if not self._step(self._day_of_the_state() or self._beyond(empty=True)):
            self.say("Nothing is left to fill below. Ctrl+S saves.")
        return Act.NONE

    def _day_of_the_state(self) -> str | None:
        """Return the empty date of the state that was just chosen here."""
        lifecycle = self.kind.lifecycle
        if lifecycle is None or self.at != lifecycle.field or not self.current.changed:
            return None
        step = lifecycle.step(self.current.value)
        return step.on if step and step.on and not self.fields[step.on].text.strip() else None

    def _down(self) -> Act:
        self._leave()
        self._step(self._beyond())
        return Act.NONE

    def _up(self) -> Act:
        self._leave()
        self._step(self._beyond(back=True))
        return Act.NONE

    def _page(self, step: int) -> Act:
        self._leave()
        values = self.values
        here = self.sections.index(self.section) + step
        while 0 <= here < len(self.sections):
            for one in self.in_section(self.sections[here]):
                if one.ask.asked(values):
                    self._step(one.name)
                    return Act.NONE
            here += step
        self._arrive()
        return Act.NONE

    def _beyond(self, *, back: bool = False, empty: bool = False) -> str | None:
        """Return the next field that applies, None at the end; ``empty``: to fill or to mend."""
        order = list(self.fields)
        here = order.index(self.at)
        values = self.values
        for name in reversed(order[:here]) if back else order[here + 1 :]:
            one = self.fields[name]
            done = one.text.strip() and not one.problem
            if one.ask.asked(values) and not (empty and done):
                return name
        return None

    def _step(self, name: str | None) -> bool:
        self.at = name or self.at
        self._arrive()
        return name is not None

    def _arrive(self) -> None:
        self.fresh, self._touched = True, False
        self._found.clear()
        self._visited.add(self.at)
        self.current.box.move("end")
        self._mark_likeliest()

    def _leave(self) -> None:
        """Take what is marked, then let follow what follows from it."""
        one, found = self.current, self.candidates()
        before = one.value
        if 0 <= self.mark < len(found):
            if one.searched:
                self.names[found[self.mark].text] = found[self.mark].label
            if one.take(found[self.mark]):
                one.read(self.within(one))
        elif one.searched and one.problem:
            one.problem = unmarked(found, one.text)
        if self._touched or one.value != before:
            self._read_nested()
            self._follow()
            self._weigh()
        self.mark, self.fresh, self._touched = -1, True, False

    # --- what follows from other fields ---

    def _read_all(self) -> None:
        for one in self.fields.values():
            one.read()
        self._read_nested()

    def _read_nested(self) -> None:
        for one in self.fields.values():
            if one.nested_in:
                one.read(self.within(one))

    def _follow(self) -> None:
        """Offer what follows from the values, where nothing else was typed."""
        followed = self.kind.derive(self.values)
        for name, one in self.fields.items():
            if one.text != one.offered:
                continue
            value = followed.get(name)
            text = "" if value is None else one.ask.format.edit(value)
            if text != one.text:
                one.set_typed(text)
                one.read(self.within(one))
            one.offered = text

    def _weigh(self) -> None:
        """Say beside the fields what the rules say that need no other record."""
        said: dict[str, str] = {}
        for finding in judge(self.kind.of(self.values), RuleContext(today(), self.record)):
            if finding.rule != "required":
                said.setdefault(finding.field, sentence(finding))
        for name, one in self.fields.items():
            seen = name in self._visited or (one.changed if self.record is None else one.text)
            one.finding = said.get(name, "") if seen and not one.confirmed else ""

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
        self._leave()
        self._arrive()
        return act


_LEAVING = frozenset(
    {"enter", "down", "tab", "up", "shift+tab", "pageup", "pagedown"}
    | {"ctrl+s", "f10", "ctrl+n", "f9"}
)
_KEYS: Mapping[str, Callable[[FormModel], Act]] = {
    "enter": FormModel._enter,
    **dict.fromkeys(("down", "tab"), FormModel._down),
    **dict.fromkeys(("up", "shift+tab"), FormModel._up),
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
