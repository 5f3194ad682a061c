"""The field of a form that the cursor is in, and what its text could mean.

Pure. What the text could mean comes from the field's own list, or from the store: the holder of a
form supplies it (:meth:`FormCursor.needed_lookup`, :meth:`FormCursor.supply`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldkit.protocol.identity import read_id
from fieldkit.records import Nothing, Record, Use, Value
from fieldkit.screens.form.entry.form_field import NOT_CHOSEN, UNKNOWN, Candidate, FormField
from fieldkit.screens.form.entry.form_fields import FormFields
from fieldkit.screens.form.entry.terms import Lookup


class FormCursor(FormFields):
    """A form with a cursor in one field, and a mark on one of the candidates for its text."""

    def __init__(
        self,
        kind: type[Record],
        record: Record | None,
        place: Mapping[str, Value] | None,
        known: Nothing | None = None,
    ) -> None:
        super().__init__(kind, record, place, known)
        self.at = next(iter(self.fields))
        """The field the cursor is in."""
        self.mark = -1
        """The candidate taken when the cursor leaves the field; -1: none."""
        self.fresh = True
        """Whether nothing was typed since the cursor came: the whole list is offered."""
        self.names: dict[str, str] = {}
        """Labels of records referred to, by id."""
        self.begun: Mapping[str, str] = {}
        """What it is called to begin a new record, by each kind that may be begun here."""
        self.needed_only = False
        """Whether Enter passes over what is not needed yet."""
        self.kept: dict[str, str] = {}
        """The texts that the next record begins with, by field."""
        self.recent: Mapping[str, Sequence[str]] = {}
        """What the operator entered in each open list of late, the last first."""
        self._touched = False
        self._adding = False
        """Whether the next key adds to the text though nothing was typed yet."""
        self._found: dict[Lookup, tuple[Candidate, ...]] = {}
        self._listed: tuple[tuple[str, str, bool, Value] | None, tuple[Candidate, ...]] = None, ()
        """The candidates of a closed list, which are asked for several times a key."""
        self._visited: set[str] = set()

    @property
    def current(self) -> FormField:
        """The field the cursor is in."""
        return self.fields[self.at]

    @property
    def section(self) -> str:
        """The section on the screen."""
        return self.current.field.section

    @property
    def types_over(self) -> bool:
        """Whether the next key replaces the text."""
        return self.fresh and not self._adding and bool(self.current.text)

    def go_on_typing(self) -> None:
        """Let the next key add to the text, unless that stands for an entry of a list."""
        one = self.current
        self._adding = not one.closed and not (one.searched and one.value is not None)

    # --- what the text could mean ---

    def candidates(self) -> tuple[Candidate, ...]:
        """Return what the text of the current field could mean."""
        one = self.current
        if one.closed:
            key = (self.at, one.text, self.fresh, self.within(one))
            if self._listed[0] != key:
                self._listed = key, one.candidates(key[-1], whole=self.fresh)
            return self._listed[1]
        here = self._lookup_here
        found = self._found.get(here, ())
        if one.field.open_list:
            return self._listed_openly(here.text, found)
        if one.searched and here in self._found:
            kinds = [kind for kind in one.refers_to if kind in self.begun]
            return (*found, *(Candidate("", self.begun[kind], begins=kind) for kind in kinds))
        return found

    def _listed_openly(self, typed: str, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """Return what is typed, then what the operator entered of late, then what was found."""
        folded, known = typed.casefold(), {one.text: one for one in found}
        before = [*self._same_place(), *self.recent.get(self.at, ())]
        texts = dict.fromkeys([text for text in before if text.casefold().startswith(folded)])
        listed = [known.get(text) or Candidate(text, text) for text in texts | known]
        others = [one for one in listed if one.text.casefold() != folded]
        if self._as_typed:
            return (Candidate(typed, typed, more="as typed"), *others)
        return tuple(others)

    def beside(self, name: str) -> str:
        """Return what is entered of the place already: its name for a PIN code, else that."""
        wanted = {"pin": self.kind.used(Use.PLACE), "village": self._pins}
        texts = (self.fields[one].text for one in wanted.get(self.fields[name].field.open_list, ()))
        return next((text for text in texts if text), "")

    @property
    def _pins(self) -> list[str]:
        return [name for name, one in self.fields.items() if one.field.open_list == "pin"]

    def _same_place(self) -> Sequence[str]:
        """Return the village, which often is the name of what is asked of its place, too."""
        if self.current.field.open_list != "gram_panchayat":
            return ()
        return [text for name in self.kind.used(Use.PLACE) if (text := self.fields[name].text)]

    @property
    def _as_typed(self) -> bool:
        """Whether the text of an open list can stand as it is: words that find a code cannot."""
        return bool(self.current.text.strip()) and not self.current.problem

    @property
    def marked(self) -> Candidate | None:
        """The marked candidate."""
        found = self.candidates() if self.mark >= 0 else ()
        return found[self.mark] if 0 <= self.mark < len(found) else None

    @property
    def _lookup_here(self) -> Lookup:
        return Lookup(self.at, self.current.text.strip())

    def needed_lookup(self) -> Lookup | None:
        """Return the next question to the store, about the text shown or a label, or None."""
        if self.needs_candidates():
            return self._lookup_here
        for other in self.fields.values():
            if other.searched and other.value is not None and other.value not in self.names:
                return Lookup(other.name, str(other.value))
        return None

    def needs_candidates(self) -> bool:
        """Say whether the store must still say what the text could mean."""
        one, here = self.current, self._lookup_here
        asked = one.searched or (one.field.open_list and (here.text or one.by_place))
        return bool(asked) and here not in self._found

    def waits(self) -> bool:
        """Say whether the text must be looked up before the cursor can leave the field."""
        one, text = self.current, self.current.text.strip()
        looked_for = one.searched and not read_id(text)
        named = one.field.open_list and one.problem
        return bool(text and (looked_for or named)) and self._lookup_here not in self._found

    def supply(self, lookup: Lookup, found: Sequence[Candidate]) -> None:
        """Take what the store found; it is used only while the text is the one asked about.

        An answer that comes twice leaves the mark where a key put it.
        """
        known = lookup in self._found
        self._found[lookup] = tuple(found)
        one, number = self.fields[lookup.field], str(read_id(lookup.text) or lookup.text)
        if one.searched and one.value == number:
            labels = {c.text: c.called for c in found}
            self.names[number] = labels.get(number, UNKNOWN)
        if lookup == self._lookup_here and not known:
            self._mark_likeliest()

    def _mark_current_value(self) -> None:
        """Mark the present value, so that Left and Right start there."""
        one = self.current
        if one.field.open_list and self._as_typed:
            self.mark = max(self.mark, 0)
        if one.closed and self.fresh and self.mark < 0 and one.value is not None:
            value = one.field.format.edit(one.value)
            self.mark = next((i for i, c in enumerate(self.candidates()) if c.text == value), -1)

    def _mark_likeliest(self) -> None:
        one, found = self.current, self.candidates()
        if one.searched:
            likely = bool(found) and found[0].sure and not any(c.sure for c in found[1:2])
        elif one.field.open_list and not self._as_typed:
            likely = len(found) == 1 and bool(one.text.strip()) and not self.fresh
        else:
            likely = bool(found) and bool(one.text.strip()) and not self.fresh
        self.mark = 0 if likely else -1

    # --- from field to field ---

    def next_field(self, *, back: bool = False, empty: bool = False) -> str | None:
        """Return the next field that applies, if any; ``empty``: one to fill or correct."""
        order = list(self.fields)
        here = order.index(self.at)
        values = self.values
        for name in reversed(order[:here]) if back else order[here + 1 :]:
            one = self.fields[name]
            done = one.text.strip() and not one.problem
            passed = empty and (done or (self.needed_only and not self.needed(one)))
            if one.field.asked(values) and not passed:
                return name
        return None

    def needed(self, one: FormField) -> bool:
        """Say whether a field is asked now: the first section is, and what a record must have."""
        return one.field.section == self.sections[0] or bool(one.field.required or one.problem)

    def step(self, name: str | None) -> bool:
        """Enter a field, or the same one again; say whether it is another."""
        self.at = name or self.at
        self.enter_field()
        return name is not None

    def enter_field(self) -> None:
        """Begin with the field the cursor is in: the next key replaces its text."""
        self.fresh, self._touched, self._adding = True, False, False
        self._found.clear()
        self._visited.add(self.at)
        self.current.box.move("end")
        self._mark_likeliest()

    def leave_field(self) -> None:
        """Take the marked candidate, then fill what follows from the value."""
        one, marked = self.current, self.marked
        before = one.value
        if marked is not None and not marked.begins:
            if one.searched:
                self.names[marked.text] = marked.called
            if one.take(marked):
                one.read(self.within(one))
        elif one.searched and one.problem:
            one.problem = self._not_found(one)
        if self._touched or one.value != before:
            self.read_nested()
            self.follow()
            self.judge(self._visited)
        self.mark, self.fresh, self._touched = -1, True, False

    def _not_found(self, one: FormField) -> str:
        """Return why a reference is not filled."""
        found = self.candidates()
        if any(not each.begins for each in found):
            return NOT_CHOSEN
        nothing = f'Nothing found by "{one.text.strip()[:40]}".'
        if found:
            return f"{nothing} Right, then Enter, begins a new one."
        return f"{nothing} Register it first, or type more."
