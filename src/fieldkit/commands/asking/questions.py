"""The questions of one form: asked one by one, answered by lines, kept in the draft at once."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from fieldkit.commands import say
from fieldkit.commands.asking.console import ask, chosen, say_all
from fieldkit.commands.asking.question import (
    chosen_number,
    explained,
    listed,
    numbered,
    question,
    stands,
)
from fieldkit.records import Reference, Use
from fieldkit.reference.choices import fold
from fieldkit.scan.card import Unreadable
from fieldkit.scan.fill import texts_of
from fieldkit.scan.keys import looks_scanned
from fieldkit.scan.read import read_card
from fieldkit.screens.form.entry.form_field import UNKNOWN, Candidate, FormField
from fieldkit.screens.form.entry.model import FormModel
from fieldkit.screens.form.entry.same_person import SamePerson
from fieldkit.screens.form.entry.saving import draft_texts
from fieldkit.screens.form.entry.second_typing import same_value
from fieldkit.screens.form.entry.terms import Lookup
from fieldkit.screens.form.reading import referred
from fieldkit.store import Draft, Store


class Turn(Enum):
    """What an answer asks for next."""

    AGAIN = auto()
    """The same question."""
    NEXT = auto()
    BACK = auto()
    SKIP = auto()
    """The next section."""
    GO = auto()
    """A field that was named; the cursor of the form is there."""
    SAVE = auto()


class Questions:
    """Asks the fields of a form: of a new record the needed ones first."""

    def __init__(self, store: Store, model: FormModel, draft: Draft) -> None:
        self.store, self.model, self.draft = store, model, draft
        self.same = SamePerson(model)
        fields = model.fields
        needed = [name for name in fields if fields[name].field.required and not model.record]
        self._order = [*needed, *(name for name in fields if name not in needed)]
        self._needed = frozenset(needed)
        self._past: list[str] = []
        """The fields that were asked, in that order."""
        self._section = ""
        if draft.field in fields:
            self._begin_at(draft.field)

    def run(self) -> None:
        """Ask until the person wants to save, or nothing is left to ask.

        Raises:
            Closed: no more lines come.
            StoreError: the draft could not be written.
        """
        while (name := self._next()) is not None:
            self._say_section(name)
            turn = self._ask(name)
            self.keep()
            if turn is Turn.SAVE:
                return
            self._move(name, turn)
        say("Every question was asked.")

    def go_to(self, name: str) -> None:
        """Ask a field next that stopped the save."""
        self._begin_at(name)

    def keep(self) -> None:
        """Write what was typed into the draft.

        Raises:
            StoreError: it could not be written.
        """
        texts = draft_texts(self.model)
        if texts != self.draft.texts and (self.draft.id or any(texts.values())):
            draft = replace(self.draft, texts=texts, field=self._next() or self.model.at)
            self.draft = self.store.drafts.keep(draft)

    # --- which question ---

    def _next(self) -> str | None:
        past = set(self._past)
        left = (name for name in self._order if name not in past)
        return next((name for name in left if self.model.applies(name)), None)

    def _begin_at(self, name: str) -> None:
        self._past = self._order[: self._order.index(name)]

    def _move(self, name: str, turn: Turn) -> None:
        if turn is Turn.NEXT:
            self._past.append(name)
        elif turn is Turn.BACK:
            self._back()
        elif turn is Turn.SKIP:
            here = self.model.fields[name].field.section
            self._past += [one.name for one in self.model.in_section(here)]
        elif turn is Turn.GO:
            self._begin_at(self.model.at)

    def _back(self) -> None:
        while self._past:
            if self.model.applies(self._past.pop()):
                return
        say("This is the first question.")

    def _say_section(self, name: str) -> None:
        section = "Needed" if name in self._needed else self.model.fields[name].field.section
        if section != self._section:
            self._section = section
            say(f"Section: {section}")

    # --- one question ---

    def _ask(self, name: str) -> Turn:
        model, one = self.model, self.model.fields[name]
        model.step(name)
        self._name_references(one)
        lines = question(model, one)
        while True:
            typed = ask(*lines)
            turn = self._answer(one, typed)
            if turn is not Turn.AGAIN:
                return turn
            lines = question(model, one)[:1]

    def _answer(self, one: FormField, typed: str) -> Turn:
        turns = {"": Turn.NEXT, "<": Turn.BACK, ">": Turn.SKIP, ".": Turn.SAVE}
        if typed in turns:
            return turns[typed]
        words = {"?": self._explain, "=": self._repeat, "-": self._empty}
        if typed in words:
            return words[typed](one)
        if typed.startswith("/"):
            return self._named(typed[1:])
        if looks_scanned(typed):
            self._fill_from(typed)
            return Turn.NEXT if one.text else Turn.AGAIN
        return self._take(one, typed)

    def _explain(self, one: FormField) -> Turn:
        say_all(explained(self.model, one))
        return Turn.AGAIN

    def _repeat(self, one: FormField) -> Turn:
        if last := self.model.last.get(one.name, ""):
            return self._take(one, last)
        say("Nothing was saved here before, so there is nothing to repeat.")
        return Turn.AGAIN

    def _empty(self, one: FormField) -> Turn:
        self.model.step(one.name)
        self.model.press("ctrl+u")
        self.model.leave_field()
        return Turn.NEXT

    def _fill_from(self, scanned: str) -> None:
        """Fill the form from a scanned card, or say what is wrong with it."""
        if not self.model.kind.person:
            say("A scanned card fills the form of a person only.")
            return
        try:
            card = read_card(scanned, self.store.home)
        except Unreadable as unreadable:
            say(str(unreadable))
            return
        filled, differ = self.model.scanned.fill(texts_of(card))
        say(f"{filled} fields filled from the card. {card.checked}")
        say_all(f"  Other on the card: {label}" for label in differ)

    def _named(self, word: str) -> Turn:
        """Go to the first field whose label begins with the word, or holds it."""
        wanted = fold(word)
        labels = {n: fold(one.field.label) for n, one in self.model.fields.items()}
        found = [
            name
            for name, label in labels.items()
            if wanted and wanted in label and self.model.applies(name)
        ]
        found.sort(key=lambda name: not labels[name].startswith(wanted))
        if not found:
            say(f'No question here is called "{word.strip()}".')
            return Turn.AGAIN
        self.model.step(found[0])
        return Turn.GO

    def _take(self, one: FormField, typed: str) -> Turn:
        """Put an answer into its field; ask again where it does not fit or could mean several."""
        model = self.model
        model.step(one.name)
        if typed.endswith("=") and len(typed) > 1 and Use.KIN in one.field.uses:
            model.paste(f"{typed[:-1].strip()} ")
            model.press("equals_sign", "=")
        else:
            model.paste(typed)
        if one.searched:
            return self._refer(one)
        if one.closed and one.value is None and (found := model.candidates()):
            say("More than one fits:")
            say_all(listed(model, one, found))
            return Turn.AGAIN
        if one.closed and one.value is not None:
            model.mark = -1  # the value is certain; the mark may stand on another that begins so
        if one.field.suggest and one.text.strip():
            self._suggest(one)
        return self._leave(one)

    def _leave(self, one: FormField) -> Turn:
        """Say how the answer was read, and what is wrong with it."""
        model = self.model
        model.leave_field()
        if one.doubtful and ask(one.problem, "Is that right? y or n").casefold() in {"y", "yes"}:
            one.confirmed = True
            one.read(model.within(one))
        if model.second.wanted(one.name):
            self._type_again(one)
        if one.problem:
            say(one.problem)
            return Turn.AGAIN
        if one.finding:
            say(f"To check: {one.finding}" if one.remark else f"To correct: {one.finding}")
            return Turn.NEXT if one.remark else Turn.AGAIN
        if read := one.read_as(model.names):
            say(f"  Read as {read}.")
        return Turn.NEXT

    def _type_again(self, one: FormField) -> None:
        """Ask for a number once more; where both differ, ask which is right."""
        model = self.model
        again = ask(f"{one.field.label} once more, or Enter to leave it as it is")
        if again and not same_value(one, again):
            say_all([f"  1 {one.text.strip()}", f"  2 {again}"])
            if chosen("Which is right, 1 or 2?", {"1": False, "2": True}, "Type 1 or 2."):
                model.step(one.name)
                model.paste(again)
                model.leave_field()
        model.second.settle(one.name)

    # --- what the store knows ---

    def _suggest(self, one: FormField) -> None:
        """Offer known names that begin as the text does; Enter keeps the text."""
        model, text = self.model, one.text.strip()
        district = model.values.get("district")
        place = district if isinstance(district, int) else 0
        names = self.store.suggest(one.field.suggest, text, place)
        same = next((name for name in names if name.casefold() == text.casefold()), "")
        if not same and names:
            say_all(numbered([Candidate(name, name) for name in names]))
            typed = ask(f'A number takes one of these; Enter keeps "{text}".')
            place_typed = chosen_number(typed, len(names))
            same = names[place_typed] if place_typed is not None else ""
        if same:
            model.step(one.name)
            model.paste(same)
        model.mark = -1

    def _refer(self, one: FormField) -> Turn:
        """Find the record that is meant; ask for its number where several could be."""
        model = self.model
        found = self._look_up(one)
        if not found and one.value is None:
            say(f'Nothing found by "{one.text.strip()}". Register it first, or type more.')
            return Turn.AGAIN
        if one.value is None and model.mark < 0:
            say_all(numbered(found))
            place = chosen_number(
                ask("Which one? Type its number, or Enter to type the name again."), len(found)
            )
            if place is None:
                return Turn.AGAIN
            model.mark = place
        model.leave_field()
        if model.names.get(str(one.value), UNKNOWN) == UNKNOWN:
            say(f"{one.value} is not on this laptop. Check the number, or sync first.")
            return Turn.AGAIN
        return self._leave(one)

    def _look_up(self, one: FormField) -> list[Candidate]:
        lookup = Lookup(one.name, one.text.strip())
        found = referred(self.store, one.refers_to, lookup.text)
        self.model.supply(lookup, found)
        return found

    def _name_references(self, one: FormField) -> None:
        """Read what a record is called that stands in a field, or was entered there last time."""
        for number in {str(one.value or ""), self.model.last.get(one.name, "")} - {""}:
            if isinstance(one.field.format, Reference) and number not in self.model.names:
                found = referred(self.store, one.refers_to, number)
                self.model.names[number] = found[0].called if found else UNKNOWN


def said_fields(model: FormModel) -> list[str]:
    """Return what is filled, a line a field."""
    values = model.values
    return [
        f"  {one.field.label}: {stands(model, one)}"
        for one in model.fields.values()
        if one.text.strip() and one.field.asked(values)
    ]
