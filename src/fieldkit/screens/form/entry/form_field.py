"""One field of a form: the text typed, what it is read as, and what it could mean.

Pure. A field never refuses a text; the problem is shown beside it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fieldkit import reference
from fieldkit.aadhaar import holds_aadhaar
from fieldkit.plain_text import plain
from fieldkit.protocol.identity import read_id
from fieldkit.records.declaration.field import Field, Use
from fieldkit.records.fields.formats import (
    AadhaarLastFour,
    Account,
    Born,
    Choice,
    Date,
    Doubtful,
    FinancialYear,
    Format,
    Mobile,
    Money,
    PersonName,
    PortalNumber,
    Reference,
    Unfit,
    Value,
    Whole,
    YesNo,
    today,
)
from fieldkit.screens.lookup.spoken_day import spoken_day
from fieldkit.screens.widgets.line_edit import FieldText, tame

UNKNOWN = "not on this laptop"
NOT_CHOSEN = "Not chosen yet. Type a name or number; Right marks one, Enter takes it."
_SHORTEST_PART = 2
"""Letters from which a part of a label within a word means an entry."""
_EXAMPLES: tuple[tuple[type[Format], str], ...] = (
    (Born, "23/01/1984, 2301 1984, 23 Jan 1984, or the year alone: 1984."),
    (
        Date,
        "23/01/2026, 2301 2026, 23 Jan 2026; 2301 is this year; today, yesterday, -3, monday.",
    ),
    (Mobile, "Ten digits: 94190 11432. +91 or 0 in front is dropped."),
    (AadhaarLastFour, "0143. Never more than the last four digits."),
    (Account, "9 to 18 digits, zeros in front too."),
    (PortalNumber, "Letters and digits, as on the paper."),
    (Money, "15000 or 15,000: whole rupees."),
    (YesNo, "y or n."),
    (FinancialYear, "2025-26."),
    (
        Choice,
        "Any part of its name, or the number or code in the list; Left and Right go through it.",
    ),
    (Reference, "A name with the village, a mobile, or a number like 7KQ2M9XD-142."),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing a typed text could mean."""

    text: str
    """The text of the field once it is taken."""
    label: str
    """What it is called."""
    sure: bool = False
    """Whether it is likely enough to be marked without a choice (references)."""
    more: str = ""
    """What tells it from others of its name."""
    begins: str = ""
    """The kind of which it begins a new record, in place of one that is here."""

    @property
    def called(self) -> str:
        """The label with what tells it apart."""
        return ", ".join(filter(None, (self.label, self.more)))


@dataclass(slots=True)
class FormField:
    """The state of one field."""

    name: str
    field: Field
    box: FieldText = dataclasses.field(default_factory=FieldText)
    value: Value = None
    problem: str = ""
    """Why the text does not fit; empty if it does."""
    doubtful: bool = False
    """Whether the operator may confirm the text in spite of the problem."""
    finding: str = ""
    """What a rule says about the field, until its text changes."""
    remark: bool = False
    """Whether the record can be saved in spite of the finding."""
    opened: str = ""
    """The text the form opened with."""
    original: Value = None
    """The value the form opened with."""
    offered: str = ""
    """The text the form put here because it follows from other fields."""
    confirmed: bool = False
    """Whether the operator confirmed a doubtful text."""
    history: list[str] = dataclasses.field(default_factory=list)
    _numbered: dict[Value, bool] = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.box.text

    @property
    def changed(self) -> bool:
        """Whether the text differs from the one the form opened with."""
        return self.text != self.opened

    def open(self, value: Value, *, new: bool) -> None:
        """Start with a record's value, or with the default of a new record."""
        form = self.field.format
        self.original = value
        if new and self.field.default:
            try:
                self.opened = form.edit(form.parse(self.field.default))
            except Unfit:
                self.opened = self.field.default
        elif value is not None:
            self.opened = tame(form.edit(value))
        self.box.put(self.opened)

    @property
    def closed(self) -> bool:
        """Whether the value is one of a closed list."""
        return isinstance(self.field.format, Choice | YesNo)

    @property
    def searched(self) -> bool:
        """Whether the text is looked up among other records."""
        return isinstance(self.field.format, Reference)

    @property
    def may_be_kept(self) -> bool:
        """Whether several records in a row may have the same value: no name, number or yes and no.

        What is asked of each person is never answered beforehand.
        """
        asked = isinstance(self.field.format, Mobile | PersonName | YesNo)
        return not (self.field.own or asked or self.field.uses & (Use.KIN | Use.DIGITS))

    @property
    def by_place(self) -> bool:
        """Whether the place entered says what it may be, before anything is typed."""
        return self.field.open_list == "pin"

    @property
    def refers_to(self) -> tuple[str, ...]:
        """The kinds of records that it may refer to."""
        form = self.field.format
        return form.kinds if isinstance(form, Reference) else ()

    def may_begin_with(self, letter: str) -> bool:
        """Say whether a letter can begin what is typed here: a number or a birth date has none."""
        form = self.field.format
        if isinstance(form, Date) and not isinstance(form, Born):
            return letter.casefold() in "tymwfs"  # today, yesterday, monday ...
        return not isinstance(form, Born | Mobile | AadhaarLastFour | Money | Whole)

    def could_be(self, typed: str) -> bool:
        """Say whether a text could mean an entry of the field's own list."""
        form = self.field.format
        return isinstance(form, Choice) and bool(form.matching(typed))

    @property
    def nested_in(self) -> str:
        """The field whose value narrows the list; empty if none does."""
        return self.field.format.within if isinstance(self.field.format, Choice) else ""

    def read(self, within: Value = None) -> None:
        """Read the text; ``within``: the value that narrows a nested list."""
        self.problem, self.doubtful = "", False
        if self.opened and not self.changed and self.original is not None:
            self.value = self.original
            return
        try:
            self.value = self._parse(within)
        except Doubtful as doubt:
            self.value, self.problem, self.doubtful = None, str(doubt), True
        except Unfit as unfit:
            self.value, self.problem = None, str(unfit)

    def _parse(self, within: Value) -> Value:
        form = self.field.format
        if isinstance(form, Choice) and self.text.strip():
            number = numbered(form.options(within), self.text)
            if number is not None:
                return number.code
            found = meant(form, self.text, within)
            only = reference.exact(found, self.text) or (found[0] if len(found) == 1 else None)
            if only is not None:
                return only.code
        if isinstance(form, Date) and (day := spoken_day(self.text, today())):
            return form.parse(day.isoformat())
        if self.searched and self.text.strip() and read_id(self.text) is None:
            raise Unfit(NOT_CHOSEN)
        return form.parse(self.text, confirmed=self.confirmed)

    def means(self, text: str) -> bool:
        """Say whether a text would be read as the present value, but for capitals."""
        try:
            value = self.field.format.parse(text)
        except Unfit:
            return False
        return str(value).casefold() == str(self.value).casefold()

    def set_typed(self, text: str) -> None:
        """Replace the text, which must then be read; the old one can be undone to."""
        self.remember()
        self.box.put(text)
        self.finding, self.confirmed = "", False

    def take(self, chosen: Candidate) -> bool:
        """Put the candidate in; say whether the text changed. A text already read as it stays."""
        form = self.field.format
        by_place = isinstance(form, Choice) and self.text.strip().isdecimal()
        stands = self.closed and not by_place and form.edit(self.value) == chosen.text
        if stands or self.text == chosen.text:
            return False
        self.set_typed(chosen.text)
        return True

    def remember(self) -> None:
        """Remember the present text for undo."""
        if not self.history or self.history[-1] != self.text:
            self.history.append(self.text)

    def undo(self) -> bool:
        """Go back to the text before; say whether there was one."""
        while self.history:
            text = self.history.pop()
            if text != self.text:
                self.box.put(text)
                return True
        return False

    def candidates(self, within: Value, *, whole: bool) -> tuple[Candidate, ...]:
        """Return what the text could mean in a closed list; ``whole``: the whole list."""
        form = self.field.format
        if isinstance(form, YesNo):
            every = (Candidate("yes", "yes"), Candidate("no", "no"))
            typed = "" if whole else self.text.strip().casefold()
            return tuple(one for one in every if one.label.startswith(typed))
        if not isinstance(form, Choice):
            return ()
        number = None if whole else numbered(form.options(within), self.text)
        found = form.options(within) if whole else meant(form, self.text, within)
        return tuple(
            Candidate(str(one.code), one.label) for one in ((number,) if number else found)
        )

    def numbers(self, within: Value) -> bool:
        """Say whether a typed number chooses an entry by its place in the list."""
        form = self.field.format
        if within not in self._numbered:
            numbered = isinstance(form, Choice) and not _has_digits(form.options(within))
            self._numbered[within] = numbered
        return self._numbered[within]

    @property
    def wrong(self) -> str:
        """What is wrong with the text, or what a rule remarks on it; empty: nothing."""
        return self.problem or self.finding

    @property
    def to_check(self) -> bool:
        """Whether what is wrong does not stop a save for good."""
        return self.doubtful if self.problem else bool(self.finding) and self.remark

    def read_as(self, names: Mapping[str, str]) -> str:
        """Return what the text is read as; ``names``: labels of records by id."""
        form = self.field.format
        if self.value is None:
            return ""
        if self.searched:
            return names.get(str(self.value), "")
        shown = form.show(self.value)
        if isinstance(form, Choice):
            entry = reference.option(form.list, self.value)
            return entry.marked_label if entry else shown
        if isinstance(form, Born) and isinstance(self.value, str):
            return f"{shown}, {_years(self.value)} years"
        return "" if shown == self.text.strip() else shown

    def draft_text(self, *, typing: bool = False) -> str:
        """Return the text as a draft may hold it.

        It is never a whole Aadhaar number nor, while ``typing``, digits that may become one. Dates
        have their year, so that they mean the same tomorrow.
        """
        form = self.field.format
        digits = sum(character.isdecimal() for character in self.text)
        may_grow = typing and not (form.may_hold_twelve_digits or isinstance(form, Mobile | Date))
        doubtful = holds_aadhaar(self.text) and not self.confirmed
        if not form.may_rest(self.text) or doubtful or (may_grow and digits > 4):
            return ""
        dated = isinstance(form, Date) and self.value is not None
        return form.edit(self.value) if dated else self.text

    def explain(self) -> list[str]:
        """Return help on the field, a paragraph an entry."""
        field = self.field
        example = next((text for form, text in _EXAMPLES if isinstance(field.format, form)), "")
        return [
            text
            for text in (
                field.help,
                f"How to type it: {example}" if example else "",
                f"Needed: {field.required}." if field.required else "",
                f"Due before {field.due}; until then it may be empty." if field.due else "",
            )
            if text
        ]


def meant(form: Choice, typed: str, within: Value) -> Sequence[reference.Option]:
    """Return the entries that a text could mean: else those with it anywhere in the label."""
    found = form.matching(typed, within)
    text = reference.fold(typed)
    if found or len(text) < _SHORTEST_PART:
        return found
    try:
        form.turn_away(typed)
    except Unfit:
        return ()
    return [one for one in form.options(within) if text in reference.fold(one.label)]


def numbered(options: Sequence[reference.Option], typed: str) -> reference.Option | None:
    """Return the option whose place in the list was typed; None if codes or labels have digits."""
    digits = plain(typed.strip())
    if not (digits.isdecimal() and len(digits) <= 3) or _has_digits(options):
        return None
    place = int(digits)
    return options[place - 1] if 1 <= place <= len(options) else None


def _has_digits(options: Sequence[reference.Option]) -> bool:
    """Say whether a digit could begin a code, or a word of a label."""
    return any(
        word[:1].isdigit() for one in options for word in (str(one.code), *one.label.split())
    )


def _years(born: str) -> int:
    """Return the age in full years; for a year alone, the difference of years."""
    now = today()
    if len(born) == 4:
        return now.year - int(born)
    day = date.fromisoformat(born)
    return now.year - day.year - ((now.month, now.day) < (day.month, day.day))
